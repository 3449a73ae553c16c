"""No snapshot is taken of an accelerated OS disk; of a data disk, with a way out to Azure."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, egress, found

_CAUSE = "write-accelerator-disk"
_STOPPED = "storage-unreachable"
"""Of what lies between a VM and Storage the only obstacle that stops all of it."""


@check("write-accelerator", cause=_CAUSE, reads=("hardware",), helps=("network",))
def write_accelerator(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A disk has Write Accelerator."""
    mine = [each for each in vm.hardware.disks if each.is_accelerated]
    if not mine:
        yield clear("No disk has Write Accelerator.", vm.hardware.count_evidence)
        return
    shown = [each.source.evidence("writeAcceleratorEnabled", True) for each in mine]
    if any(each.is_os for each in mine):
        says = f"The OS disk {mine[0].name} has Write Accelerator."
        yield found(edition.one(_CAUSE, "os-disk"), says, *shown)
        return
    says = f"The data disk {mine[0].name} has Write Accelerator: its backup needs outbound access."
    yield found(edition.one(_CAUSE, "data-disk"), says, *shown)
    way = egress(vm.network)
    for obstacle in way.obstacles:
        if obstacle.condition == _STOPPED:
            rule = edition.one(_CAUSE, "data-disk-without-egress")
            yield found(rule, f"{says} {obstacle.message}", *shown, *obstacle.evidence)
    _ = way.is_open
