"""Everything a check's author may import; nothing else is public."""

from collections.abc import Iterator

from scanner.catalogue import Edition, Rule
from scanner.check import (
    Check,
    Finding,
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
    Lock,
    OperatingSystem,
    PowerState,
    RestorePointCollection,
    RestorePoints,
)
from scanner.inventory.hardware_facts import DiskKind, Hardware
from scanner.inventory.network_facts import Network
from scanner.inventory.version import Version
from scanner.inventory.vm import Vm
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
    "Evidence",
    "Extension",
    "ExtensionOperations",
    "Finding",
    "Hardware",
    "Image",
    "Iterator",
    "Lock",
    "Network",
    "Obstacle",
    "OperatingSystem",
    "Policy",
    "PowerState",
    "Protection",
    "Registration",
    "RestorePointCollection",
    "RestorePoints",
    "Rule",
    "Verdict",
    "Version",
    "Vm",
    "check",
    "clear",
    "egress",
    "found",
    "not_applicable",
]
