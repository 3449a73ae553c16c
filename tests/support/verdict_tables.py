"""Verdicts of a whole report as a table, to compare with one written by hand."""

from __future__ import annotations

from collections.abc import Collection

from scanner.report.report import Report
from scanner.sim.machine import Vm
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
"""The causes of both editions. Every table written by hand has all of them."""
NOT_RUNNING = "unknown (not-running)"
NOT_APPLICABLE = "not-applicable"
EDITIONS = ("2018-01", "current")

Table = dict[str, dict[str, str]]
"""Verdicts by VM id in lower case, then by cause."""


def table_of(report: Report, causes: Collection[str] = EIGHT) -> Table:
    """The verdicts of a report on these causes."""
    return {
        vm.vm.id.text.lower(): {
            judged.cause: verdict_of(judged) for judged in vm.causes if judged.cause in causes
        }
        for vm in report.vms
    }


def healthy(vm: Vm, **verdicts: str) -> dict[str, str]:
    """The verdicts on a VM without any sign, changed by those given.

    They depend on the operating system and the power state: a VM that is stopped but not
    deallocated is itself a sign.
    """
    agent = "clear" if vm.power == "running" else NOT_RUNNING
    is_windows = vm.os == "windows"
    return {
        NETWORK: "clear",
        SNAPSHOT: "possible" if vm.power == "stopped" else "clear",
        EXTENSION: "clear",
        CLASSIC: NOT_APPLICABLE,
        WINDOWS: agent if is_windows else NOT_APPLICABLE,
        LINUX: NOT_APPLICABLE if is_windows else agent,
        LOCK: "clear",
        DISK: "clear",
        **verdicts,
    }


def healthy_classic(edition: str = "current") -> dict[str, str]:
    """The verdicts on a classic VM of Windows without any sign."""
    resource_manager = (NETWORK, EXTENSION, LINUX, LOCK, DISK)
    return {
        CLASSIC: "clear",
        SNAPSHOT: "clear",
        # Only the article of 2018 covers classic VMs.
        WINDOWS: "clear" if edition == "2018-01" else NOT_APPLICABLE,
        **dict.fromkeys(resource_manager, NOT_APPLICABLE),
    }


def _group_and_name(vm: str) -> str:
    return "/".join([*vm.split("/")[4:5], vm.rpartition("/")[2]])


def differences(expected: Table, actual: Table) -> list[str]:
    """One line for each verdict that differs, and for each VM too many or too few."""
    lines = [f"{vm}: not expected" for vm in actual.keys() - expected.keys()]
    lines += [f"{vm}: not found" for vm in expected.keys() - actual.keys()]
    for vm in expected.keys() & actual.keys():
        for cause in expected[vm].keys() | actual[vm].keys():
            wanted, got = expected[vm].get(cause), actual[vm].get(cause)
            if wanted != got:
                lines.append(f"{_group_and_name(vm)} {cause}: expected {wanted}, got {got}")
    return sorted(lines)
