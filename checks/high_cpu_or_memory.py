"""CPU or memory of the VM was used up while a backup failed in its snapshot."""

from scanner.api import Edition, Finding, GuestLoad, Iterator, Use, Vm, check, clear, found

_CAUSE = "high-cpu-or-memory"


@check("high-cpu", cause=_CAUSE, reads=("guest_load",))
def high_cpu(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The CPU was in use around a backup that failed in its snapshot, with --metrics."""
    load = vm.guest_load
    yield from _judge("CPU", load.cpu, load, edition)


@check("high-memory", cause=_CAUSE, reads=("guest_load",))
def high_memory(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The memory was in use around a backup that failed in its snapshot, with --metrics."""
    load = vm.guest_load
    yield from _judge("memory", load.memory, load, edition)


def _judge(what: str, use: Use, load: GuestLoad, edition: Edition) -> Iterator[Finding]:
    when = f"{load.window}, around the backup that failed in its snapshot"
    message = f"The {what} in use was {use}, {when}."
    rule = edition.one(_CAUSE, f"{what.lower()}-at-or-above")
    if use.percent >= rule.number:
        yield found(rule, message, use.evidence)
    else:
        use.need_every_minute()
        yield clear(message, use.evidence)
