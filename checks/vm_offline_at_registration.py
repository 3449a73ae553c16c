"""The first backup installs the backup extension, so the VM must be running."""

from checks._agent import agentless, require_policy
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
    """The VM is not running when the backup extension is to be installed."""
    power = vm.power_state
    if power.is_running:
        yield clear("The VM is running.", power.evidence)
    else:
        require_policy(vm)
        message = f"The VM is {power.code}: the backup extension cannot be installed until it runs."
        yield found(edition.one(_CAUSE, "not-running"), message, power.evidence)
