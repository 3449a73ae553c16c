"""The VM does not run: the article warns of it, and the support matrix allows it."""

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
    """The VM does not run."""
    power = vm.power_state
    if power.is_running:
        yield clear("The VM runs.", power.evidence)
    else:
        says = f"The VM is {power.code}: no more than a crash-consistent backup can be made of it."
        yield found(edition.one(_CAUSE, "not-running"), says, power.evidence)
