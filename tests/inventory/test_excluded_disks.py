"""The disks that backup leaves out, read from the setting of a protected item."""

from __future__ import annotations

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import ExcludedDisks
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.backup import (
    ItemProperties,
    ProtectedItem,
    Vault,
)
from scanner.inventory.snapshot import BackupReadings, LastJobs, Reading, VaultReadings
from tests.support.facts import SEEN_AT, VM_ID

VAULT = ArmId("/subscriptions/s/resourceGroups/rg/providers/Microsoft.RecoveryServices/vaults/v")
ITEM = ArmId(f"{VAULT}/backupFabrics/Azure/protectionContainers/c/protectedItems/vm")


def excluded(settings: object, state: str = "Protected") -> ExcludedDisks | Gap:
    """What the protection of a VM says of its disks."""
    item = ProtectedItem(
        id=ITEM,
        properties=ItemProperties(
            backup_management_type="AzureIaasVM",
            virtual_machine_id=VM_ID.text,
            protection_state=state,
            extended_properties={"diskExclusionProperties": settings},
        ),
    )
    readings = VaultReadings(
        Vault(id=VAULT),
        Reading(VAULT.text, SEEN_AT, (item,)),
        Reading(VAULT.text, SEEN_AT),
        LastJobs(SEEN_AT),
    )
    return Protections(BackupReadings((readings,))).of(VM_ID).known_excluded_disks


# Azure Backup REST API reference, DiskExclusionProperties.
SETTINGS = {
    "LUN 1 left out": ({"diskLunList": [1], "isInclusionList": False}, {1}),
    "only LUN 0 backed up": ({"diskLunList": [0], "isInclusionList": True}, {1, 2}),
    "only the OS disk backed up": ({"diskLunList": [], "isInclusionList": True}, {0, 1, 2}),
    "an empty list to leave out": ({"diskLunList": [], "isInclusionList": False}, set()),
    "no setting": (None, set()),
}


@pytest.mark.parametrize(("settings", "expected"), SETTINGS.values(), ids=SETTINGS)
def test_data_disks_are_left_out_by_lun(settings: object, expected: set[int]) -> None:
    found = excluded(settings)
    assert isinstance(found, ExcludedDisks)
    assert {lun for lun in range(3) if found.contains(lun)} == expected
    assert not found.contains(None)
    assert bool(found.evidence) is bool(expected)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"diskLunList": None, "isInclusionList": True}, id="no list"),
        pytest.param({"diskLunList": [1]}, id="no word if the list includes"),
        pytest.param({"diskLunList": ["1"], "isInclusionList": False}, id="LUNs as texts"),
        pytest.param("all", id="a text"),
    ],
)
def test_half_a_setting_is_a_gap(settings: object) -> None:
    found = excluded(settings)
    assert isinstance(found, Gap)
    assert found.reason is Reason.NOT_RECORDED
