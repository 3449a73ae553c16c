"""Azure Backup no longer supports classic VMs."""

from scanner.api import Edition, Finding, Iterator, Vm, check, found

_CAUSE = "classic-vm"


@check("classic-vm", cause=_CAUSE, reads=("os",), deployment="classic")
def classic_vm(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM is a classic VM."""
    rule, evidence = edition.one(_CAUSE, "classic"), vm.os.source.evidence("id", vm.id.text)
    yield found(rule, "Azure Backup no longer supports classic VMs.", evidence)
