"""The first backup installs the backup extension, for which the VM must run."""

from checks._agent import agentless, see_policy
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "vm-offline-at-registration"


@check(
    "offline-at-registration",
    cause=_CAUSE,
    reads=("power_state",),
    helps=("plan",),
    unless=agentless,
    when="planning",
)
def offline_at_registration(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM does not run when the backup extension is to be installed."""
    power = vm.power_state
    if power.is_running:
        yield clear("The VM runs.", power.evidence)
    else:
        see_policy(vm)
        says = f"The VM is {power.code}: the backup extension cannot be installed until it runs."
        yield found(edition.one(_CAUSE, "not-running"), says, power.evidence)
