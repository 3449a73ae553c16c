"""Classic VMs are no longer backed up."""

from scanner.api import Edition, Finding, Iterator, Vm, check, found

_CAUSE = "classic-vm"


@check("classic-vm", cause=_CAUSE, reads=("registration",), deployment="classic")
def classic_vm(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM is a classic one."""
    rule = edition.one(_CAUSE, "classic")
    yield found(rule, "Azure Backup no longer takes classic VMs.", vm.registration.evidence)
