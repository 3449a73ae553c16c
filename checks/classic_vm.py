"""Classic VMs are no longer backed up."""

from scanner.api import Edition, Finding, Iterator, Vm, check, found

_CAUSE = "classic-vm"


@check("classic-vm", cause=_CAUSE, reads=("os",), deployment="classic")
def classic_vm(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM is a classic one."""
    rule, shown = edition.one(_CAUSE, "classic"), vm.os.source.evidence("id", vm.id.text)
    yield found(rule, "Azure Backup no longer takes classic VMs.", shown)
