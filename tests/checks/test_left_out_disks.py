"""A disk that is excluded from backup is judged by no cause.

Azure Backup REST API reference, DiskExclusionProperties.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.facts.backup import ExcludedDisks
from scanner.inventory.vm import Vm
from scanner.judging.check import Verdict
from scanner.sim.shapes import DiskShape
from scanner.sim.world import World
from tests.support.facts import disks, gap, hardware, kind, source, vm
from tests.support.scans import scan_world
from tests.support.verdicts import judge

LUN = 1
SETTING = source("extendedProperties.diskExclusionProperties").evidence("", "not LUN 1")
LEFT_OUT = ExcludedDisks(frozenset({LUN}), is_inclusion=False, seen=SETTING)
OF_SIZE = ("disk-size-unsupported", "encrypted-disk-too-large")


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
    "disk-count-over-limit": vm(
        hardware=hardware(
            kind("os", is_os=True), kind("odd", lun=LUN), *(kind(lun=n) for n in range(2, 33))
        )
    ),
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


@pytest.mark.parametrize(("cause", "machine"), VMS.items(), ids=VMS)
def test_the_report_says_that_the_disk_is_excluded(cause: str, machine: Vm) -> None:
    """A note is in every format, see tests/report/formats/test_notes.py."""
    judged = judge(cause, "current", vm(**{**machine.seen, "excluded_disks": LEFT_OUT}))
    name = "disk-2" if cause in OF_SIZE else "odd"
    notes = [note.finding for note in judged.notes]
    assert [note.message for note in notes] == [f"The disk {name} is excluded from backup."]
    assert notes[0].evidence == LEFT_OUT.evidence


def test_a_disk_that_nobody_would_have_found_is_no_note() -> None:
    fine = vm(hardware=hardware(kind("os", is_os=True), kind("odd", lun=LUN)))
    for cause in VMS:
        judged = judge(cause, "current", vm(**{**fine.seen, "excluded_disks": LEFT_OUT}))
        assert not judged.notes, cause


def test_disks_together_are_those_in_backup() -> None:
    """Each of them is small enough; only all disks together are too large."""
    sizes = [30_000] * 18
    machine = vm(disks=disks(30, *sizes))
    assert judge("disk-size-unsupported", "current", machine).verdict is Verdict.APPLIES
    judged = judge(
        "disk-size-unsupported", "current", vm(**{**machine.seen, "excluded_disks": LEFT_OUT})
    )
    assert judged.verdict is Verdict.CLEAR
    assert "disk-2 is excluded from backup" in judged.notes[0].finding.message


def test_two_disks_of_which_one_is_excluded() -> None:
    """The other one is found, and the report still says that this one is excluded."""
    machine = vm(disks=disks(30, 70_001, 70_002), excluded_disks=LEFT_OUT)
    judged = judge("disk-size-unsupported", "current", machine)
    assert judged.verdict is Verdict.APPLIES
    messages = [shown.finding.message for shown in judged.shown]
    assert any("disk-1 has 70,001 GiB" in message for message in messages)
    assert "The disk disk-2 is excluded from backup." in messages


@pytest.mark.parametrize("unknown", [gap("hardware"), True], ids=["unread", "on"])
def test_write_accelerator_of_an_excluded_disk(unknown: object) -> None:
    """It is not needed whether an excluded disk has it."""
    odd = kind("odd", lun=LUN, accelerated=unknown)
    machine = vm(hardware=hardware(kind("os", is_os=True), odd), excluded_disks=LEFT_OUT)
    assert judge("write-accelerator-disk", "current", machine).verdict is Verdict.CLEAR


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
