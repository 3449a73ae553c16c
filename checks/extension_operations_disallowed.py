"""The VM takes no extensions, without which there is no agent-based backup."""

from checks._agent import agentless, see_policy
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, unrecorded

_CAUSE = "extension-operations-disallowed"


@check(
    "extensions-allowed",
    cause=_CAUSE,
    reads=("os", "extension_operations"),
    helps=("plan", "agent"),
    unless=agentless,
)
def extensions_allowed(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """Extensions are switched off, or the VM was made without an agent."""
    operations = vm.extension_operations
    if not operations.allowed:
        see_policy(vm)
        rule = edition.one(_CAUSE, "switched-off")
        yield found(rule, "The VM takes no extensions.", operations.evidence)
    elif vm.os.provision_vm_agent is False:
        see_policy(vm)
        shown = vm.os.source.evidence("properties.osProfile.provisionVMAgent", False)
        yield found(edition.one(_CAUSE, "no-agent"), "The VM was made without an agent.", shown)
    elif operations.has_os_profile or vm.agent.present:
        yield clear("The VM takes extensions.", operations.evidence)
    else:
        raise unrecorded(operations.source, "properties.osProfile, and no agent", "agent")
