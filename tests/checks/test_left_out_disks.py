"""A disk that backup leaves out is judged by no cause."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.facts.backup import ExcludedDisks
from scanner.inventory.vm import Vm
from scanner.judging.check import Verdict
from scanner.sim.shapes import DiskShape
from scanner.sim.world import World
from tests.support.facts import disks, gap, hardware, kind, vm
from tests.support.scans import scan_world
from tests.support.verdicts import judge

LUN = 1
LEFT_OUT = ExcludedDisks(frozenset({LUN}))


def with_disk(**traits: Any) -> Vm:
    """A VM with a data disk of these traits at the LUN."""
    return vm(hardware=hardware(kind("os", is_os=True), kind("odd", lun=LUN, **traits)))


VMS = {
    "disk-size-unsupported": vm(disks=disks(30, 100, 70_000)),
    "encrypted-disk-too-large": vm(
        disks=disks(30, 100, 40_000),
        encryption=vm().encryption.__class__(vm().os.source.evidence("x", 1), None),
    ),
    "shared-disk-attached": with_disk(shares=2),
    "disk-entra-data-access": with_disk(auth_mode="AzureActiveDirectory"),
    "data-disk-with-security-type": with_disk(security_type="TrustedLaunch"),
    "ultra-or-premiumv2-needs-enhanced": with_disk(storage="UltraSSD_LRS"),
    "unmanaged-disks": with_disk(unmanaged=True),
    "write-accelerator-disk": with_disk(accelerated=True),
}


@pytest.mark.parametrize(("cause", "machine"), VMS.items(), ids=VMS)
def test_only_a_disk_that_is_backed_up_is_found(cause: str, machine: Vm) -> None:
    def verdict(excluded: object) -> Verdict:
        facts = {**machine.seen, "excluded_disks": excluded}
        return judge(cause, "current", vm(**facts)).verdict

    assert verdict(ExcludedDisks()) >= Verdict.POSSIBLE
    assert verdict(LEFT_OUT) in (Verdict.CLEAR, Verdict.NOT_APPLICABLE)
    # Backup may take the disk if its setting was not read.
    assert verdict(gap("excluded_disks")) >= Verdict.POSSIBLE


def test_the_report_says_that_the_disk_is_left_out() -> None:
    machine = vm(disks=disks(30, 100, 70_000), excluded_disks=LEFT_OUT)
    findings = [
        found.finding for found in judge("disk-size-unsupported", "current", machine).findings
    ]
    [skipped] = [item for item in findings if item.verdict is Verdict.NOT_APPLICABLE]
    assert skipped.message == "The disk disk-2 is excluded from backup."


@pytest.mark.parametrize(
    ("luns", "is_inclusion", "verdict"),
    [
        pytest.param([1], False, "clear", id="the large disk left out"),
        pytest.param([0], True, "clear", id="only the other disk backed up"),
        pytest.param([], True, "clear", id="only the OS disk backed up"),
        pytest.param([0], False, "possible", id="the other disk left out"),
        pytest.param(None, None, "possible", id="a setting without content"),
    ],
)
async def test_a_protected_item_with_selected_disks(
    luns: list[int] | None, is_inclusion: bool | None, verdict: str
) -> None:
    world = World()
    group = world.subscription("prod").group("rg")
    machine = group.vm("web", data_disks=(DiskShape(100), DiskShape(40_000)))
    vault = group.vault("vault")
    exclusion = {"diskLunList": luns, "isInclusionList": is_inclusion}
    settings = {"extendedProperties": {"diskExclusionProperties": exclusion}}
    vault.protect(machine, vault.policy(), patch=settings)
    scanned = await scan_world(world)
    assert scanned.verdict("web", "disk-size-unsupported") == verdict
