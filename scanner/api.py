"""Everything that a check may import. No other module is public for checks."""

from collections.abc import Iterator

from scanner.catalogue import Edition, Rule
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.backup import BackupError, ExcludedDisks, Policy, Protection
from scanner.inventory.facts.classic import CloudService, Registration
from scanner.inventory.facts.disks import Disk, DiskKind, Encryption, Hardware
from scanner.inventory.facts.extensions import Extension, ExtensionOperations, Image
from scanner.inventory.facts.load import GuestLoad, Use
from scanner.inventory.facts.machine import (
    Agent,
    GuestSystem,
    OperatingSystem,
    PowerState,
    Provisioning,
)
from scanner.inventory.facts.network import Network
from scanner.inventory.facts.plan import Plan, Vault
from scanner.inventory.facts.restore_points import (
    GroupLock,
    Lock,
    RestorePointCollection,
    RestorePoints,
)
from scanner.inventory.gap import unrecorded
from scanner.inventory.version import Version
from scanner.inventory.vm import Vm, place
from scanner.judging.check import (
    Check,
    Finding,
    Fleet,
    Verdict,
    check,
    clear,
    found,
    not_applicable,
    noted,
)
from scanner.network.egress import Egress, Obstacle, egress
from scanner.network.proxies import candidates, is_denied

__all__ = [
    "Agent",
    "ArmId",
    "BackupError",
    "Check",
    "CloudService",
    "Disk",
    "DiskKind",
    "Edition",
    "Egress",
    "Encryption",
    "Evidence",
    "ExcludedDisks",
    "Extension",
    "ExtensionOperations",
    "Finding",
    "Fleet",
    "GroupLock",
    "GuestLoad",
    "GuestSystem",
    "Hardware",
    "Image",
    "Iterator",
    "Lock",
    "Network",
    "Obstacle",
    "OperatingSystem",
    "Plan",
    "Policy",
    "PowerState",
    "Protection",
    "Provisioning",
    "Registration",
    "RestorePointCollection",
    "RestorePoints",
    "Rule",
    "Use",
    "Vault",
    "Verdict",
    "Version",
    "Vm",
    "candidates",
    "check",
    "clear",
    "egress",
    "found",
    "is_denied",
    "not_applicable",
    "noted",
    "place",
    "unrecorded",
]
