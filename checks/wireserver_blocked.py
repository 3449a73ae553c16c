"""A security group keeps the VM's agent from the platform's address 168.63.129.16."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, to_wireserver

_CAUSE = "wireserver-blocked"


@check("wireserver", cause=_CAUSE, reads=("network",))
def wireserver(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A rule of a security group denies a platform tag."""
    ports = edition.judged_destination(_CAUSE).ports
    blocked = False
    for stage in to_wireserver(vm.network, ports):
        for step in stage.steps:
            if step.fate in ("stops", "may stop"):
                message = f"The address 168.63.129.16 may be out of reach, by {step.text}."
                rule = edition.one(_CAUSE, "platform-tag-denied")
                yield found(rule, message, step.evidence, roots=tuple(filter(None, (step.root,))))
                blocked = True
    if not blocked:
        yield clear("No rule denies a platform tag.", vm.network.evidence)
