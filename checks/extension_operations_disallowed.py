"""The VM does not allow extensions, which a backup by the agent needs."""

from checks._agent import agentless, require_policy
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
    """The VM does not allow extensions, or was created without an agent."""
    operations = vm.extension_operations
    if not operations.allowed:
        require_policy(vm)
        rule = edition.one(_CAUSE, "switched-off")
        yield found(rule, "The VM does not allow extensions.", operations.evidence)
    elif vm.os.provision_vm_agent is False:
        require_policy(vm)
        rule = edition.one(_CAUSE, "no-agent")
        evidence = vm.os.source.evidence("properties.osProfile.provisionVMAgent", False)
        yield found(rule, "The VM was created without an agent.", evidence)
    elif operations.has_os_profile or vm.agent.present:
        yield clear("The VM allows extensions.", operations.evidence)
    else:
        raise unrecorded(operations.source, "properties.osProfile, and no agent", "agent")
