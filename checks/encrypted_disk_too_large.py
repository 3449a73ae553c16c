"""A disk that is encrypted in the guest is larger than the troubleshooting article allows."""

from checks._disks import left_out
from scanner.api import Disk, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "encrypted-disk-too-large"


@check(
    "encrypted-disk-size",
    cause=_CAUSE,
    reads=("disks",),
    helps=("encryption", "excluded_disks"),
    each="disks",
    skips=left_out,
)
def encrypted_disk_size(vm: Vm, edition: Edition, disk: Disk) -> Iterator[Finding]:
    """A disk is encrypted in the guest and larger than the limit."""
    rule = edition.one(_CAUSE, "disk-larger-than")
    # A small disk is clear even if its encryption was not read.
    if disk.is_sized and disk.size_gib <= rule.number:
        yield clear(f"The {disk} has {disk.size_gib:,} GiB.", disk.evidence)
        return
    encrypted = vm.encryption.by_guest
    if encrypted is None:
        yield clear("Azure Disk Encryption is not on.")
    else:
        message = f"The {disk} is encrypted in the guest and has {disk.size_gib:,} GiB."
        yield found(rule, message, encrypted, disk.evidence)
