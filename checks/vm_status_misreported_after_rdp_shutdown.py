"""The VM was shut down from inside the guest: Azure may report a wrong state."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "vm-status-misreported-after-rdp-shutdown"


@check("stopped-not-deallocated", cause=_CAUSE, reads=("power_state",))
def stopped_not_deallocated(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM is stopped but not deallocated."""
    power = vm.power_state
    if power.code == "stopped":
        rule = edition.one(_CAUSE, "stopped-not-deallocated")
        yield found(rule, "The VM is stopped but not deallocated.", power.evidence)
    else:
        yield clear(f"The VM is {power.code}.", power.evidence)
