"""Disks that a protected item leaves out, in whole scans.

Azure Backup REST API reference, DiskExclusionProperties.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.scope import Scope
from scanner.inventory.target import Target
from scanner.sim import faults
from scanner.sim.machine import Vm
from scanner.sim.shapes import DiskShape
from tests.support.fleets.backed_up import BackupFleet
from tests.support.scans import Scanned

CAUSE = "disk-size-unsupported"
LARGE = 70_000


def without(*luns: int) -> dict[str, Any]:
    """The properties of an item that leaves these data disks out."""
    exclusion = {"diskLunList": list(luns), "isInclusionList": False}
    return {"extendedProperties": {"diskExclusionProperties": exclusion}}


class Fleet(BackupFleet):
    """A VM whose large data disk is left out by its item."""

    def __init__(self) -> None:
        super().__init__()
        self.vm: Vm = self.group.vm("web", data_disks=(DiskShape(LARGE),))
        self.vault.protect(self.vm, self.policy, patch=without(0))

    def other_vault(self, name: str = "other") -> Any:
        return self.prod.group(f"rg-{name}").vault(name)


def messages(scanned: Scanned) -> list[str]:
    """What the findings against the VM say."""
    [judged] = [judged for judged in scanned.vm("web").causes if judged.cause == CAUSE]
    return [
        attributed.finding.message
        for attributed in judged.findings
        if str(attributed.finding.verdict) == "applies"
    ]


async def test_a_large_disk_that_is_left_out() -> None:
    assert (await Fleet().scan()).verdict("web", CAUSE) == "clear"


@pytest.mark.parametrize(
    ("vault", "verdict"),
    [
        pytest.param("vault", "clear", id="the vault of the item"),
        pytest.param("other", "applies", id="another vault"),
    ],
)
async def test_a_precheck_of_another_vault_forgets_the_setting(vault: str, verdict: str) -> None:
    fleet = Fleet()
    fleet.other_vault().policy()
    scanned = await fleet.scan(scope=Scope(), target=Target(vault, None))
    assert scanned.verdict("web", CAUSE) == verdict


async def test_a_disk_that_one_of_two_items_takes() -> None:
    fleet = Fleet()
    other = fleet.other_vault()
    other.protect(fleet.vm, other.policy())
    assert (await fleet.scan()).verdict("web", CAUSE) == "applies"


async def test_a_disk_whose_lun_is_not_known() -> None:
    fleet = Fleet()
    [_, disk] = fleet.vm.disks
    body = {
        "name": disk.name,
        "createOption": "Empty",
        "diskSizeGB": LARGE,
        "managedDisk": {"id": disk.id, "storageAccountType": "Premium_LRS"},
    }
    fleet.vm.body_patch = {"properties": {"storageProfile": {"dataDisks": [body]}}}
    scanned = await fleet.scan()
    assert scanned.verdict("web", CAUSE) == "applies"
    assert messages(scanned)[0].startswith(f"The data disk {disk.name} has")


async def test_a_setting_that_was_not_read_may_rule_a_finding_out() -> None:
    fleet = Fleet()
    faults.refuse(fleet.vault, "protected_items")
    scanned = await fleet.scan()
    assert scanned.verdict("web", CAUSE) == "applies"
    note = "Not read: excluded_disks, which may rule this out."
    assert messages(scanned)[0].endswith(note)


async def test_a_disk_of_unknown_size_that_is_left_out() -> None:
    fleet = BackupFleet()
    vm = fleet.group.vm("web", data_disks=(DiskShape(100, size_in_vm=False, size_on_disk=False),))
    fleet.vault.protect(vm, fleet.policy)
    assert (await fleet.scan()).verdict("web", CAUSE) == "unknown (not-recorded)"
    fleet = BackupFleet()
    vm = fleet.group.vm("web", data_disks=(DiskShape(100, size_in_vm=False, size_on_disk=False),))
    fleet.vault.protect(vm, fleet.policy, patch=without(0))
    assert (await fleet.scan()).verdict("web", CAUSE) == "clear"


async def test_an_odd_setting_hides_no_item() -> None:
    fleet = BackupFleet()
    vm = fleet.group.vm("web")
    odd = {"extendedProperties": {"diskExclusionProperties": {"diskLunList": ["0"]}}}
    fleet.vault.protect(vm, fleet.policy, patch=odd)
    scanned = await fleet.scan()
    assert scanned.vm("web").protection_state == "protected"
    assert scanned.verdict("web", CAUSE) == "clear"


@pytest.mark.parametrize(
    ("exclusion", "verdict"),
    [
        pytest.param({}, "possible", id="in backup"),
        pytest.param(without(0), "clear", id="excluded"),
        pytest.param(without(1), "possible", id="another one excluded"),
    ],
)
async def test_encryption_of_a_data_disk(exclusion: dict[str, Any], verdict: str) -> None:
    """Azure Disk Encryption of a data disk in the VM's body."""
    fleet = BackupFleet()
    vm = fleet.group.vm("web", data_disks=(DiskShape(100),))
    [_, disk] = vm.disks
    body = {
        "name": disk.name,
        "lun": 0,
        "diskSizeGB": 100,
        "managedDisk": {"id": disk.id, "storageAccountType": "Premium_LRS"},
        "encryptionSettings": {"enabled": True},
    }
    vm.body_patch = {"properties": {"storageProfile": {"dataDisks": [body]}}}
    fleet.vault.protect(vm, fleet.policy, patch=exclusion)
    cause = "keyvault-permissions-missing"
    assert (await fleet.scan(checks=(cause,))).verdict("web", cause) == verdict
