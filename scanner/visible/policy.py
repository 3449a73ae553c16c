"""What only some policies can do, and only in some places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from scanner.catalogue.documents import Documented
from scanner.check import Finding, clear
from scanner.inventory.backup_facts import Policy
from scanner.inventory.evidence import Evidence
from scanner.inventory.gap import Gap
from scanner.inventory.hardware_facts import DiskKind, Hardware
from scanner.inventory.seeing import or_gap
from scanner.inventory.vm import Vm, place
from scanner.visible.findings import applies, possible, unread, untold

NEWER = ("ultrassd_lrs", "premiumv2_lrs")
_SIZE = re.compile(r"([a-z]+)(\d+)(?:-(\d+))?([a-z]*)")
"""Family, cores, those in use, and letters, such as ``e4-2ds`` of ``Standard_E4-2ds_v5``."""
_BOOST = {True: 7, False: 6}
"""The first version of sizes with Azure Boost, by whether they are AMD's."""


def in_force(vm: Vm) -> Policy | None:
    """The policy by which a VM is backed up, or is to be; raises ``Unseen`` if it was not read."""
    protection = vm.if_seen("protection")
    if protection is None or not protection.is_backed_up:
        return None
    found: Policy | None = protection.policy
    return found


def trusted_launch(vm: Vm, _: Documented) -> Iterator[Finding]:
    """By a Standard policy a Trusted Launch VM is protected by newer clients alone."""
    if vm.hardware.security_type != "TrustedLaunch":
        yield clear("It is no Trusted Launch VM.", vm.hardware.security_evidence)
        return
    policy = in_force(vm)
    shown = [vm.hardware.security_evidence, *([policy.type_evidence] if policy else [])]
    if policy is None or policy.is_enhanced:
        yield clear("No Standard policy backs the Trusted Launch VM up.", *shown)
    else:
        says = "It is a Trusted Launch VM: by a Standard policy only newer clients protect it."
        yield possible(says, *shown)


def confidential(vm: Vm, documented: Documented) -> Iterator[Finding]:
    """Confidential VMs are backed up in preview, and in few regions."""
    if vm.hardware.security_type != "ConfidentialVM":
        yield clear("It is no confidential VM.", vm.hardware.security_evidence)
        return
    regions = documented.words("confidential-vm-regions")
    here = place(vm.location)
    if here is None:
        yield untold(vm.id, "hardware", "location")
        return
    named = ", ".join(regions)
    says = f"It is a confidential VM in {here}; they are backed up in preview, in {named}."
    yield (possible if here in regions else applies)(says, vm.hardware.security_evidence)


def agentless(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Crash-consistent snapshots without the agent are not taken of every disk and size."""
    policy = in_force(vm)
    if policy is None or not policy.is_crash_consistent:
        shown = [policy.evidence] if policy else []
        yield clear("No crash-consistent policy is in force or to be used.", *shown)
        return
    if not policy.is_enhanced:
        says = f"The policy {policy.id.name} is crash-consistent and not Enhanced."
        yield applies(says, policy.evidence, policy.type_evidence)
    for each in vm.hardware.disks:
        trait = or_gap(_trait, each)
        if isinstance(trait, Gap):
            yield unread(trait)
        elif trait:
            what, seen = trait
            says = f"The disk {each.name} is {what}: no crash-consistent policy takes it."
            yield applies(says, policy.evidence, seen)
    yield _of_size(vm, vm.hardware, policy)


def too_many_a_day(vm: Vm, documented: Documented) -> Iterator[Finding]:
    """What a Standard policy takes and keeps for instant restore must not reach the limit."""
    policy = in_force(vm)
    if policy is None or policy.is_enhanced:
        shown = [policy.type_evidence] if policy else []
        yield clear("No Standard policy is in force or to be used.", *shown)
        return
    limit = documented.number("restore-points-max-per-vm-backup")
    shortest, longest = documented.numbers("standard-instant-retention-days")
    days = longest if policy.instant_days is None else policy.instant_days
    if not shortest <= days <= longest:
        what = (
            f"properties.instantRpRetentionRangeInDays that a Standard policy can have but {days}"
        )
        yield untold(policy.id, "protection", what)
        return
    kept = policy.per_day * days
    shown = [
        policy.source.evidence("properties.instantRpRetentionRangeInDays", policy.instant_days)
    ]
    says = f"The policy makes {policy.per_day:g} restore points a day and keeps them {days} days."
    yield (possible if kept > limit - _NEARLY else clear)(f"{says} The limit is {limit}.", *shown)


def small_size(vm: Vm, documented: Documented) -> Iterator[Finding]:
    """By the count of cores in its name; one-core VMs are backed up in practice."""
    size, least = vm.hardware.size, documented.number("vm-min-vcpus")
    read = _size(size)
    if read is None:
        yield untold(vm.id, "hardware", "properties.hardwareProfile.vmSize that can be read")
    elif read.cores < least and read.family not in _TWO_CORES:
        says = f"By its name the size {size} has less than {least} cores."
        yield possible(says, vm.hardware.size_evidence)
    else:
        yield clear(f"The size is {size}.", vm.hardware.size_evidence)


_TWO_CORES = ("g", "gs")
"""Their first size has two."""
_NEARLY = 2


def _of_size(vm: Vm, hardware: Hardware, policy: Policy) -> Finding:
    read = _size(hardware.size)
    if read is None:
        return untold(vm.id, "hardware", "properties.hardwareProfile.vmSize that can be read")
    shown = (policy.evidence, hardware.size_evidence)
    if read.is_premium and not read.is_boost:
        return clear(f"The size {hardware.size} is one that such policies take.", *shown)
    says = f"By its name the size {hardware.size} is none that crash-consistent policies take."
    return possible(says, *shown)


class _Size(NamedTuple):
    """What the name of a size tells."""

    family: str
    cores: int
    is_premium: bool
    """Whether it takes premium disks."""
    is_boost: bool
    """Whether it has Azure Boost."""


def _size(name: str | None) -> _Size | None:
    tier, *parts = (name or "").lower().split("_")
    match = _SIZE.fullmatch(parts[0]) if parts else None
    if match is None or tier not in ("standard", "basic"):
        return None
    family, cores, in_use, letters = match.groups()
    versions = [int(part[1:]) for part in parts[1:] if re.fullmatch(r"v\d+", part)]
    is_premium = "s" in letters or family in ("ds", "gs")
    is_boost = (versions or [1])[-1] >= _BOOST["a" in letters]
    return _Size(family, int(in_use or cores), is_premium, is_boost)


def _trait(disk: DiskKind) -> tuple[str, Evidence] | None:
    """Why no crash-consistent policy takes a disk, and what shows it; raises ``Unseen``."""
    if disk.is_unmanaged:
        return "unmanaged", disk.source.evidence("vhd", "present")
    if disk.is_accelerated:
        return "write-accelerated", disk.source.evidence("writeAcceleratorEnabled", True)
    if disk.is_ephemeral:
        return "ephemeral", disk.source.evidence("diffDiskSettings.option", "Local")
    if disk.type.lower() in NEWER:
        return disk.type, disk.type_evidence
    shares = disk.traits.shares
    return ("shared", disk.traits.source.evidence("maxShares", shares)) if shares > 1 else None
