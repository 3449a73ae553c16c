"""Scans through either door, and verdicts as a table to compare with one written by hand."""

from __future__ import annotations

from collections.abc import Collection

from scanner.report.report import Report
from scanner.sim.machine import Vm
from tests.support.scans import without_bugs
from tests.support.verdicts import verdict_of

WINDOWS = "windows-agent-unresponsive"
LINUX = "linux-agent-outdated"
LOCK = "restore-point-cleanup-blocked-by-lock"
DISK = "disk-size-unsupported"
NETWORK = "vm-no-internet-access"
SNAPSHOT = "snapshot-status-or-snapshot-failed"
EXTENSION = "backup-extension-not-loading"
CLASSIC = "classic-vm-agent-not-registered"
EIGHT = (WINDOWS, LINUX, LOCK, DISK, NETWORK, SNAPSHOT, EXTENSION, CLASSIC)
"""The causes of both editions, whose verdicts are written by hand for every fleet here."""
NOT_RUNNING = "unknown (not-running)"
NOT_APPLICABLE = "not-applicable"
EDITIONS = ("2018-01", "current")

Table = dict[str, dict[str, str]]
"""Verdicts by VM id in lower case, then by cause."""


def found(report: Report, causes: Collection[str] = EIGHT) -> Table:
    """What a report says of each VM, of these causes."""
    return {
        vm.vm.id.text.lower(): {
            each.cause: verdict_of(each) for each in vm.causes if each.cause in causes
        }
        for vm in without_bugs(report).vms
    }


def well(vm: Vm, **verdicts: str) -> dict[str, str]:
    """The verdicts of a VM without any sign, as its OS and its power state have them.

    A VM that is stopped and not deallocated is a sign by itself.
    """
    agent = "clear" if vm.power == "running" else NOT_RUNNING
    windows = vm.os == "windows"
    return {
        NETWORK: "clear",
        SNAPSHOT: "possible" if vm.power == "stopped" else "clear",
        EXTENSION: "clear",
        CLASSIC: NOT_APPLICABLE,
        WINDOWS: agent if windows else NOT_APPLICABLE,
        LINUX: NOT_APPLICABLE if windows else agent,
        LOCK: "clear",
        DISK: "clear",
        **verdicts,
    }


def well_classic() -> dict[str, str]:
    """The verdicts of a classic VM without any sign; causes of Resource Manager VMs are not its."""
    others = dict.fromkeys((NETWORK, EXTENSION, WINDOWS, LINUX, LOCK, DISK), NOT_APPLICABLE)
    return {CLASSIC: "clear", SNAPSHOT: "clear", **others}


def _short(vm: str) -> str:
    return "/".join([*vm.split("/")[4:5], vm.rpartition("/")[2]])


def differences(expected: Table, actual: Table) -> list[str]:
    """One line for each verdict that is not the expected one, and for each VM too many or few."""
    lines = [f"{vm}: not expected" for vm in actual.keys() - expected.keys()]
    lines += [f"{vm}: not found" for vm in expected.keys() - actual.keys()]
    for vm in expected.keys() & actual.keys():
        for cause in expected[vm].keys() | actual[vm].keys():
            wanted, got = expected[vm].get(cause), actual[vm].get(cause)
            if wanted != got:
                lines.append(f"{_short(vm)} {cause}: expected {wanted}, got {got}")
    return sorted(lines)
