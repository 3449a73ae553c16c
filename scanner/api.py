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
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts import (
    Agent,
    Disk,
    Lock,
    OperatingSystem,
    PowerState,
    RestorePointCollection,
    RestorePoints,
)
from scanner.inventory.version import Version
from scanner.inventory.vm import Vm

__all__ = [
    "Agent",
    "ArmId",
    "Check",
    "Disk",
    "Edition",
    "Evidence",
    "Finding",
    "Iterator",
    "Lock",
    "OperatingSystem",
    "PowerState",
    "RestorePointCollection",
    "RestorePoints",
    "Rule",
    "Verdict",
    "Version",
    "Vm",
    "check",
    "clear",
    "found",
    "not_applicable",
]
