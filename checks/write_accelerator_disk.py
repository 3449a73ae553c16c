"""Write Accelerator: an OS disk cannot be backed up, a data disk only with outbound access."""

from checks._disks import note_excluded, sort_out
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, egress, found

_CAUSE = "write-accelerator-disk"
_UNREACHABLE = "storage-unreachable"
"""The only obstacle on the way to Azure Storage that blocks all of it."""


@check("write-accelerator", cause=_CAUSE, reads=("hardware",), helps=("network", "excluded_disks"))
def write_accelerator(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A disk has Write Accelerator."""
    backed_up, excluded, setting = sort_out(vm, vm.hardware.disks)
    accelerated = [disk for disk in excluded if disk.known_accelerated is True]
    yield from note_excluded(accelerated, setting)
    disks = [disk for disk in backed_up if disk.is_accelerated]
    if not disks:
        yield clear(
            "No disk in backup has Write Accelerator.", vm.hardware.count_evidence, *setting
        )
        return
    evidence = [
        *(disk.source.evidence("writeAcceleratorEnabled", True) for disk in disks),
        *setting,
    ]
    if any(disk.is_os for disk in disks):
        message = f"The OS disk {disks[0].name} has Write Accelerator."
        yield found(edition.one(_CAUSE, "os-disk"), message, *evidence)
        return
    message = (
        f"The data disk {disks[0].name} has Write Accelerator: its backup needs outbound access."
    )
    yield found(edition.one(_CAUSE, "data-disk"), message, *evidence)
    needed = edition.judged_destination(_CAUSE)
    outbound = egress(vm.network, needed.to, needed.ports[0], needed.protocol)
    for obstacle in outbound.obstacles:
        if obstacle.condition == _UNREACHABLE:
            rule = edition.one(_CAUSE, "data-disk-without-egress")
            yield found(
                rule,
                f"{message} {obstacle.message}",
                *evidence,
                *obstacle.evidence,
                roots=obstacle.roots,
            )
    # Raises Unseen if a part of the way was not read: it may be unreachable too.
    _ = outbound.is_open
