"""The VM is not running. The article warns about it, but the support matrix allows it."""

from checks._agent import agentless
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "vm-not-running"


@check(
    "power-state",
    cause=_CAUSE,
    reads=("power_state",),
    helps=("plan",),
    unless=agentless,
    when="planning",
)
def power_state(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM is not running."""
    power = vm.power_state
    if power.is_running:
        yield clear("The VM is running.", power.evidence)
    else:
        message = f"The VM is {power.code}: only a crash-consistent backup is possible."
        yield found(edition.one(_CAUSE, "not-running"), message, power.evidence)
