"""A backup that is running keeps another one from starting."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "backup-job-in-progress"


@check("backup-running", cause=_CAUSE, reads=("protection",), when="planning")
def backup_running(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The vault has a backup job of the VM that is in progress."""
    running = vm.protection.running
    if running is None:
        yield clear("No backup of the VM is running.", *vm.protection.evidence)
        return
    since = f" since {running.began:%Y-%m-%d %H:%MZ}" if running.began else ""
    message = f"A backup of the VM is running{since}."
    yield found(edition.one(_CAUSE, "running"), message, running.evidence)
