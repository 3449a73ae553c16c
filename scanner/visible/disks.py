"""What the disks of a VM show, each judged by itself: one that was not read hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.catalogue.documents import Documented
from scanner.check import Finding, clear
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap
from scanner.inventory.hardware_facts import DiskKind
from scanner.inventory.seeing import or_gap, see
from scanner.inventory.vm import Vm
from scanner.network.egress import egress
from scanner.visible.findings import applies, possible, unread
from scanner.visible.policy import NEWER, in_force

_ENCRYPTING = "microsoft.azure.security.azurediskencryption"
"""What the type of the extension of Azure Disk Encryption begins with, on either system."""


def count(vm: Vm, documented: Documented) -> Iterator[Finding]:
    """One more than the limit counts as the OS disk: the rows of the matrix disagree."""
    most, data = documented.number("disks-max"), len(vm.hardware.disks) - 1
    says = f"The VM has {data} data disks, of at most {most} disks."
    if data > most:
        yield applies(says, _counted(vm))
    elif data == most:
        yield possible(f"{says} Whether the OS disk counts the documents do not say.", _counted(vm))
    else:
        yield clear(says, _counted(vm))


def unmanaged(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Blobs in a storage account are not backed up, and such VMs cannot start any more."""

    def look(disk: DiskKind) -> Finding | None:
        if not disk.is_unmanaged:
            return None
        return applies(
            f"The disk {disk.name} is unmanaged.", disk.source.evidence("vhd", "present")
        )

    yield from _each(vm, look, "All disks are managed.")


def shared(vm: Vm, _: Documented) -> Iterator[Finding]:
    """A shared disk is not backed up; under an Enhanced policy it can be left out."""

    def look(disk: DiskKind) -> Finding | None:
        shares = disk.traits.shares
        if shares < 2:
            return None
        policy, shown = in_force(vm), disk.traits.source.evidence("maxShares", shares)
        if policy and policy.is_enhanced:
            return possible(f"The disk {disk.name} is shared: exclude it.", shown)
        return applies(f"The disk {disk.name} is shared, and cannot be backed up.", shown)

    yield from _each(vm, look, "No disk is shared.")


def newer(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Ultra disks and Premium SSD v2 need an Enhanced policy."""

    def look(disk: DiskKind) -> Finding | None:
        if disk.type.lower() not in NEWER:
            return None
        policy, says = in_force(vm), f"The disk {disk.name} is {disk.type}"
        if policy is None:
            return possible(f"{says}: it needs an Enhanced policy.", disk.type_evidence)
        shown = (disk.type_evidence, policy.type_evidence)
        if policy.is_enhanced:
            return clear(f"{says}, and the policy {policy.id.name} is Enhanced.", *shown)
        return applies(f"{says}: it needs an Enhanced policy.", *shown)

    yield from _each(vm, look, "No disk is Ultra or Premium SSD v2.")


def accelerated(vm: Vm, _: Documented) -> Iterator[Finding]:
    """No snapshot is taken of an accelerated OS disk; of a data disk, with a way out to Azure."""
    mine = [each for each in vm.hardware.disks if each.is_accelerated]
    if not mine:
        yield clear("No disk has Write Accelerator.", _counted(vm))
        return
    shown = [each.source.evidence("writeAcceleratorEnabled", True) for each in mine]
    if any(each.is_os for each in mine):
        yield applies(f"The OS disk {mine[0].name} has Write Accelerator.", *shown)
        return
    says = f"The data disk {mine[0].name} has Write Accelerator: its backup needs outbound access."
    yield possible(says, *shown)
    way = egress(vm.network)
    for obstacle in way.obstacles:
        if obstacle.condition == _STOPPED:
            yield applies(f"{says} {obstacle.message}", *shown, *obstacle.evidence)
    if way.unseen:
        yield unread(way.unseen)


_STOPPED = "storage-unreachable"
"""Of what lies between a VM and Storage the only obstacle that stops all of it."""


def entra_access(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Backups fail of disks whose data only identities of Entra ID may read."""

    def look(disk: DiskKind) -> Finding | None:
        mode = disk.traits.auth_mode
        if mode is None:
            return None
        says = f"The disk {disk.name} gives its data to identities of Entra ID alone."
        return applies(says, disk.traits.source.evidence("dataAccessAuthMode", mode))

    yield from _each(vm, look, "No disk asks for Entra ID to be read.")


def secured_data_disk(vm: Vm, _: Documented) -> Iterator[Finding]:
    """The OS disk of a Trusted Launch VM cannot be backed up as another VM's data disk."""

    def look(disk: DiskKind) -> Finding | None:
        kind = None if disk.is_os else disk.traits.security_type
        if kind is None:
            return None
        shown = disk.traits.source.evidence("securityProfile.securityType", kind)
        return applies(f"The data disk {disk.name} has the security type {kind}.", shown)

    yield from _each(vm, look, "No data disk has a security type.")


def ephemeral(vm: Vm, _: Documented) -> Iterator[Finding]:
    """The documents contradict each other on ephemeral OS disks."""

    def look(disk: DiskKind) -> Finding | None:
        if not disk.is_ephemeral:
            return None
        says = f"The OS disk {disk.name} is ephemeral: the documents disagree on its backup."
        return possible(says, disk.source.evidence("diffDiskSettings.option", "Local"))

    yield from _each(vm, look, "The OS disk is not ephemeral.")


def too_large_and_encrypted(vm: Vm, documented: Documented) -> Iterator[Finding]:
    """Of disks that the guest encrypts the troubleshooting article alone has a limit."""
    most = documented.number("encrypted-disk-warn-gib")
    sizes = [(each, each.known_size) for each in vm.disks]
    large = [(each, gib) for each, gib in sizes if isinstance(gib, int) and gib > most]
    unsized = [gib for _, gib in sizes if isinstance(gib, Gap)]
    encrypted = encrypted_by_guest(vm) if large or unsized else None
    if encrypted is None:
        yield clear(f"No disk that the guest encrypts has more than {most:,} GiB.", _counted(vm))
        return
    for each, gib in large:
        says = f"The disk {each.name} is encrypted in the guest and has {gib:,} GiB."
        yield possible(says, encrypted, each.evidence)
    yield from map(unread, unsized)


def key_vault(vm: Vm, _: Documented) -> Iterator[Finding]:
    """What the guest encrypts needs rights on a key vault, which are not read here."""
    encrypted = encrypted_by_guest(vm)
    if encrypted is None:
        yield clear("Azure Disk Encryption is not on.", _counted(vm))
    else:
        says = "Azure Disk Encryption is on: Backup needs rights on its key vault, not read here."
        yield possible(says, encrypted)


def encrypted_by_guest(vm: Vm) -> Evidence | None:
    """What shows that Azure Disk Encryption is on; raises ``Unseen`` where it may be."""
    told = list(_of_encryption(vm))
    shown = next((each for each in told if isinstance(each, Evidence)), None)
    # What was not read counts only where nothing that was shows it.
    return shown or see(next(iter(told), None))


def _of_encryption(vm: Vm) -> Iterator[Evidence | Gap]:
    extensions = or_gap(lambda: vm.extensions)
    if isinstance(extensions, Gap):
        yield extensions
        extensions = ()
    for each in extensions:
        kind = each.known_type
        if isinstance(kind, Gap):
            yield kind
        elif kind.lower().startswith(_ENCRYPTING):
            yield each.type_evidence
    for disk in vm.hardware.disks:
        traits = disk.known_traits
        yield from _on(disk.known_encrypted, disk.source, "encryptionSettings.enabled")
        if isinstance(traits, Gap):
            yield traits
        else:
            path = "encryptionSettingsCollection.enabled"
            yield from _on(traits.known_encrypted, traits.source, path)


def _on(known: bool | Gap, at: Source, path: str) -> Iterator[Evidence | Gap]:
    if isinstance(known, Gap):
        yield known
    elif known:
        yield at.evidence(path, True)


def encrypted_by_key(vm: Vm) -> Evidence | None:
    """What shows that a key of the customer's own encrypts a disk; raises ``Unseen``."""
    for disk in vm.hardware.disks:
        if key := disk.traits.key:
            return disk.traits.source.evidence("encryption.type", key)
    return None


def _each(vm: Vm, look: Callable[[DiskKind], Finding | None], otherwise: str) -> Iterator[Finding]:
    """What is found of each disk, or that it was not read; clear where there is nothing."""
    found = [or_gap(look, each) for each in vm.hardware.disks]
    told = [unread(each) if isinstance(each, Gap) else each for each in found if each]
    yield from told or [clear(otherwise, _counted(vm))]


def _counted(vm: Vm) -> Evidence:
    at = vm.hardware.source.at("properties.storageProfile")
    return at.evidence("dataDisks.length", len(vm.hardware.disks) - 1)
