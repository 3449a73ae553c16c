"""Everything a check's author may import; nothing else is public."""

from collections.abc import Iterator

from scanner.catalogue import Edition, Rule
from scanner.check import (
    Check,
    Finding,
    Fleet,
    Verdict,
    check,
    clear,
    found,
    not_applicable,
)
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import BackupError, Policy, Protection
from scanner.inventory.classic_facts import CloudService, Registration
from scanner.inventory.evidence import Evidence
from scanner.inventory.extension_facts import Extension, ExtensionOperations, Image
from scanner.inventory.facts import (
    Agent,
    Disk,
    GroupLock,
    GuestSystem,
    Lock,
    OperatingSystem,
    PowerState,
    Provisioning,
    RestorePointCollection,
    RestorePoints,
)
from scanner.inventory.hardware_facts import DiskKind, Encryption, Hardware
from scanner.inventory.network_facts import Network
from scanner.inventory.plan_facts import Plan, Vault
from scanner.inventory.seeing import unrecorded
from scanner.inventory.version import Version
from scanner.inventory.vm import Vm, place
from scanner.network.egress import Egress, Obstacle, egress

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
    "Extension",
    "ExtensionOperations",
    "Finding",
    "Fleet",
    "GroupLock",
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
    "Vault",
    "Verdict",
    "Version",
    "Vm",
    "check",
    "clear",
    "egress",
    "found",
    "not_applicable",
    "place",
    "unrecorded",
]
