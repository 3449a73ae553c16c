"""What the disks of a VM show, each judged by itself: one that was not read hides no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from scanner.catalogue.documents import Documented
from scanner.check import Finding, clear
from scanner.inventory.gap import Gap
from scanner.inventory.hardware_facts import DiskKind
from scanner.inventory.seeing import or_gap
from scanner.inventory.vm import Vm
from scanner.visible.findings import applies, possible, unread
from scanner.visible.policy import NEWER, in_force


def count(vm: Vm, documented: Documented) -> Iterator[Finding]:
    """One more than the limit counts as the OS disk: the rows of the matrix disagree."""
    most, data = documented.number("disks-max"), len(vm.hardware.disks) - 1
    shown = vm.hardware.source.evidence("properties.storageProfile.dataDisks.length", data)
    says = f"The VM has {data} data disks, of at most {most} disks."
    if data > most:
        yield applies(says, shown)
    elif data == most:
        yield possible(f"{says} Whether the OS disk counts the documents do not say.", shown)
    else:
        yield clear(says, shown)


def unmanaged(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Blobs in a storage account are not backed up, and such VMs cannot start any more."""
    yield from _each(vm, _unmanaged, "All disks are managed.")


def _unmanaged(disk: DiskKind) -> Finding | None:
    if not disk.is_unmanaged:
        return None
    return applies(f"The disk {disk.name} is unmanaged.", disk.evidence("vhd"))


def shared(vm: Vm, _: Documented) -> Iterator[Finding]:
    """A shared disk is not backed up; under an Enhanced policy it can be left out."""

    def look(disk: DiskKind) -> Finding | None:
        shares = disk.traits.shares
        if shares < 2:
            return None
        policy = or_gap(in_force, vm)
        shown = disk.evidence(f"maxShares {shares}")
        if policy and not isinstance(policy, Gap) and policy.is_enhanced:
            return possible(f"The disk {disk.name} is shared: exclude it.", shown)
        return applies(f"The disk {disk.name} is shared, and cannot be backed up.", shown)

    yield from _each(vm, look, "No disk is shared.")


def newer(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Ultra disks and Premium SSD v2 need an Enhanced policy."""

    def look(disk: DiskKind) -> Finding | None:
        if disk.type.lower() not in NEWER:
            return None
        policy = in_force(vm)
        shown = [disk.evidence(disk.type), *([policy.type_evidence] if policy else [])]
        says = f"The disk {disk.name} is {disk.type}: it needs an Enhanced policy."
        if policy and policy.is_enhanced:
            return clear(f"The policy {policy.id.name} is Enhanced.", *shown)
        return (applies if policy else possible)(says, *shown)

    policy = or_gap(in_force, vm)
    if policy and not isinstance(policy, Gap) and policy.is_enhanced:
        yield clear(f"The policy {policy.id.name} is Enhanced.", policy.type_evidence)
    else:
        yield from _each(vm, look, "No disk is Ultra or Premium SSD v2.")


def accelerated(vm: Vm, _: Documented) -> Iterator[Finding]:
    """No snapshot is taken of an accelerated OS disk; of a data disk, with a way out to Azure."""
    yield from _each(vm, _accelerated, "No disk has Write Accelerator.")


def _accelerated(disk: DiskKind) -> Finding | None:
    if not disk.is_accelerated:
        return None
    shown = disk.evidence("writeAcceleratorEnabled")
    if disk.is_os:
        return applies(f"The OS disk {disk.name} has Write Accelerator.", shown)
    says = f"The data disk {disk.name} has Write Accelerator: its backup needs outbound access."
    return possible(says, shown)


def entra_access(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Backups fail of disks whose data only identities of Entra ID may read."""
    yield from _each(vm, _entra_access, "No disk asks for Entra ID to be read.")


def _entra_access(disk: DiskKind) -> Finding | None:
    mode = disk.traits.auth_mode
    if (mode or "none").lower() != "azureactivedirectory":
        return None
    says = f"The disk {disk.name} gives its data to identities of Entra ID alone."
    return applies(says, disk.evidence(f"dataAccessAuthMode {mode}"))


def secured_data_disk(vm: Vm, _: Documented) -> Iterator[Finding]:
    """The OS disk of a Trusted Launch VM cannot be backed up as another VM's data disk."""
    yield from _each(vm, _secured, "No data disk has a security type.")


def _secured(disk: DiskKind) -> Finding | None:
    if disk.is_os:
        return None
    told = disk.traits.security_type
    if (told or "standard").lower() == "standard":
        return None
    says = f"The data disk {disk.name} has the security type {told}."
    return applies(says, disk.evidence(f"securityType {told}"))


def ephemeral(vm: Vm, _: Documented) -> Iterator[Finding]:
    """The documents contradict each other on ephemeral OS disks."""
    yield from _each(vm, _ephemeral, "The OS disk is not ephemeral.")


def _ephemeral(disk: DiskKind) -> Finding | None:
    if not disk.is_ephemeral:
        return None
    says = f"The OS disk {disk.name} is ephemeral: the documents disagree on its backup."
    return possible(says, disk.evidence("diffDiskSettings.option Local"))


def _each(vm: Vm, look: Callable[[DiskKind], Finding | None], otherwise: str) -> Iterator[Finding]:
    """What is found of each disk, or that it was not read; clear where there is nothing."""
    disks = vm.hardware.disks
    found = [or_gap(look, each) for each in disks]
    told = [unread(each) if isinstance(each, Gap) else each for each in found if each]
    shown = vm.hardware.source.evidence(
        "properties.storageProfile.dataDisks.length", len(disks) - 1
    )
    yield from told or [clear(otherwise, shown)]
