"""restore-point-cleanup-blocked-by-lock: facts and verdicts.

By Troubleshoot Azure Backup failure: issues with the agent or extension; Frequently asked
questions: back up Azure VMs.
"""

from typing import Any

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.restore_points import Lock, RestorePointCollection
from scanner.inventory.gap import Reason
from scanner.sim import faults
from tests.support.facts import (
    BACKUPS,
    COLLECTION,
    EDITIONS,
    GROUP,
    SUBSCRIPTION,
    VM_ID,
    collection,
    gap,
    lock,
    points,
    vm,
)
from tests.support.prechecks import Place, precheck, readiness_of, verdicts_of
from tests.support.verdicts import cites, evidence, is_found, told, verdict, worst

CAUSE = "restore-point-cleanup-blocked-by-lock"
NIC = ArmId(f"{GROUP}/providers/Microsoft.Network/networkInterfaces/web-01VMNic")
PREFIX = ArmId(f"{SUBSCRIPTION}/resourceGroups/AzureBackupRG_westeurope")
OWN = ArmId(f"{GROUP}/providers/Microsoft.Compute/restorePointCollections/own")
NINE_AND_NINE = [collection(9), collection(9, OWN)]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("locks", "of", "expected"),
    [
        ([lock(BACKUPS)], [collection(18)], "applies"),
        ([lock(BACKUPS)], [collection(19)], "applies"),
        ([lock(BACKUPS)], [collection(17)], "possible"),
        ([lock(BACKUPS)], [collection(0)], "possible"),
        ([lock(BACKUPS, "ReadOnly")], [collection(18)], "applies"),
        ([lock(ArmId(BACKUPS.text.upper()))], [collection(18)], "applies"),
        ([lock(COLLECTION)], [collection(18)], "applies"),
        ([lock(SUBSCRIPTION, "ReadOnly")], [collection(18)], "applies"),
        ([lock(BACKUPS), lock(SUBSCRIPTION)], [collection(3)], "possible"),
        ([lock(BACKUPS)], NINE_AND_NINE, "applies"),
        ([lock(GROUP)], NINE_AND_NINE, "applies"),
        ([lock(BACKUPS)], [collection(9), collection(8, OWN)], "possible"),
        ([lock(GROUP)], [collection(18)], "clear"),
        ([lock(VM_ID)], [collection(18)], "clear"),
        ([lock(NIC)], [collection(18)], "clear"),
        ([lock(PREFIX)], [collection(18)], "clear"),
        ([], [collection(18)], "clear"),
        ([], [], "clear"),
        ([lock(SUBSCRIPTION)], [], "clear"),
        ([lock(GROUP)], [], "clear"),
    ],
)
def test_verdicts(
    edition: str, locks: list[Lock], of: list[RestorePointCollection], expected: str
) -> None:
    stands = verdict(CAUSE, edition, vm(locks=tuple(locks), restore_points=points(*of)))
    assert told(stands) == expected
    counted = [(each.id.name, "properties.restorePoints.length", each.count) for each in of]
    shown = [(each.id.name, "properties.level", each.level) for each in locks]
    if is_found(stands):
        assert evidence(worst(stands)) == [*shown, *counted]
        assert cites(stands, edition)
        for each in locks:
            assert each.id.name in worst(stands).message
    else:
        assert evidence(worst(stands))[: len(counted)] == counted


def test_lock_on_the_vms_own_group_is_a_noted_disagreement_today() -> None:
    seen = vm(locks=(lock(GROUP),))
    notes = {edition: worst(verdict(CAUSE, edition, seen)).rule for edition in EDITIONS}
    assert notes["current"] is not None
    assert "own group" in notes["current"].says
    assert notes["2018-01"] is None


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"locks": gap("locks")}, "denied"),
        ({"restore_points": gap("restore_points", Reason.FAILED)}, "failed"),
        ({"locks": (), "restore_points": gap("restore_points")}, "denied"),
        ({"locks": gap("locks"), "restore_points": points()}, "denied"),
        ({"locks": (lock(BACKUPS),), "restore_points": gap("restore_points")}, "denied"),
    ],
)
def test_both_are_needed(edition: str, facts: dict[str, Any], expected: str) -> None:
    assert told(verdict(CAUSE, edition, vm(**facts))) == f"unknown ({expected})"


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        ("AzureBackupRG_westeurope_1", "possible"),
        ("azurebackuprg_WestEurope_12", "possible"),
        ("AzureBackupRG_northeurope_1", "clear"),
        ("AzureBackupRG_westeurope2_1", "clear"),
        ("rg-app", "clear"),
        ("rg-other", "clear"),
        (None, "possible"),
    ],
)
async def test_a_lock_over_where_points_will_lie(group: str | None, verdict: str) -> None:
    place = Place()
    place.group.vm("web")
    on = place.prod.group(group).id if group else place.prod.id
    place.prod.lock("keep", on=on)
    report = await precheck(place.world)
    assert verdicts_of(report, "web")[CAUSE] == verdict
    assert readiness_of(report)["web"] == (
        "ready with warnings" if verdict == "possible" else "ready"
    )


@pytest.mark.parametrize(
    ("group", "verdict"),
    [("points1-we", "possible"), ("points-we", "possible"), ("points1", "clear"),
     ("AzureBackupRG_westeurope_1", "clear")],
)  # fmt: skip
async def test_a_lock_over_the_group_that_the_policy_names(group: str, verdict: str) -> None:
    place = Place()
    place.group.vm("web")
    named = {"azureBackupRGNamePrefix": "points", "azureBackupRGNameSuffix": "-we"}
    place.vault.policy("named", patch={"properties": {"instantRPDetails": named}})
    place.prod.lock("keep", on=place.prod.group(group).id)
    assert await place.verdict(CAUSE, "named") == verdict


async def test_locks_that_were_not_read() -> None:
    place = Place()
    place.group.vm("web")
    faults.refuse(place.prod, "locks")
    report = await precheck(place.world)
    assert (verdicts_of(report, "web")[CAUSE], readiness_of(report)["web"]) == (
        "unknown (denied)",
        "cannot tell",
    )
