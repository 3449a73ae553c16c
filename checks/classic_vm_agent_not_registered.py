"""A classic VM was created without an agent, so none is registered."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "classic-vm-agent-not-registered"


@check("classic-vm-agent", cause=_CAUSE, reads=("registration",), deployment="classic")
def classic_vm_agent(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """ProvisionGuestAgent of the classic VM is false."""
    registration = vm.registration
    if registration.provisioned:
        yield clear("The classic VM was created with an agent.", registration.evidence)
        return
    rule = edition.one(_CAUSE, "agent-not-provisioned")
    yield found(rule, "The classic VM was created without an agent.", registration.evidence)
