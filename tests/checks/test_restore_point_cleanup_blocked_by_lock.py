"""restore-point-cleanup-blocked-by-lock: facts and verdicts.

Sources: Troubleshoot Azure Backup failure: issues with the agent or extension; Frequently asked
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
    plan,
    points,
    policy,
    vm,
)
from tests.support.prechecks import Place, precheck, readiness_of, verdicts_of
from tests.support.verdicts import cites, evidence, is_found, judge, verdict_of, worst

CAUSE = "restore-point-cleanup-blocked-by-lock"
NIC = ArmId(f"{GROUP}/providers/Microsoft.Network/networkInterfaces/web-01VMNic")
PREFIX = ArmId(f"{SUBSCRIPTION}/resourceGroups/AzureBackupRG_westeurope")
COLLECTION_TYPE = "providers/Microsoft.Compute/restorePointCollections"
OWN = ArmId(f"{GROUP}/{COLLECTION_TYPE}/own")
IN_OWN_GROUP = ArmId(f"{OWN.text.removesuffix('own')}AzureBackup_web-01_1234")
NINE_AND_NINE = [collection(9), collection(9, OWN)]


CASES: dict[str, tuple[list[Lock], list[RestorePointCollection], str]] = {
    "lock on the group, 18 points": ([lock(BACKUPS)], [collection(18)], "applies"),
    "lock on the group, 19 points": ([lock(BACKUPS)], [collection(19)], "applies"),
    "lock on the group, 17 points": ([lock(BACKUPS)], [collection(17)], "possible"),
    "lock on the group, no points": ([lock(BACKUPS)], [collection(0)], "possible"),
    "read-only lock": ([lock(BACKUPS, "ReadOnly")], [collection(18)], "applies"),
    "group in upper case": ([lock(ArmId(BACKUPS.text.upper()))], [collection(18)], "applies"),
    "lock on the collection": ([lock(COLLECTION)], [collection(18)], "applies"),
    "lock on the subscription": ([lock(SUBSCRIPTION, "ReadOnly")], [collection(18)], "applies"),
    "two locks, 3 points": ([lock(BACKUPS), lock(SUBSCRIPTION)], [collection(3)], "possible"),
    "18 points in two groups, one locked": ([lock(BACKUPS)], NINE_AND_NINE, "applies"),
    # The lock covers the customer's own collection alone.
    "18 points in two groups, the other locked": ([lock(GROUP)], NINE_AND_NINE, "possible"),
    "17 points in two groups, the other locked":
        ([lock(GROUP)], [collection(8), collection(9, OWN)], "clear"),
    "its own collection locked, 18 points": ([lock(OWN)], [collection(18, OWN)], "possible"),
    "its own collection locked, 40 points": ([lock(OWN)], [collection(40, OWN)], "possible"),
    "its own collection locked, 17 points": ([lock(OWN)], [collection(17, OWN)], "clear"),
    "its own collection and the subscription locked, 18 points":
        ([lock(OWN), lock(SUBSCRIPTION)], [collection(18, OWN)], "possible"),
    "both collections locked, 18 points":
        ([lock(OWN), lock(BACKUPS)], NINE_AND_NINE, "applies"),
    "a collection with the service's name in the group of the VM":
        ([lock(GROUP)], [collection(18, IN_OWN_GROUP)], "applies"),
    "a collection with the service's name in lower case, 2 points":
        ([lock(GROUP)], [collection(2, ArmId(IN_OWN_GROUP.text.lower()))], "possible"),
    "17 points in two groups":
        ([lock(BACKUPS)], [collection(9), collection(8, OWN)], "possible"),
    "lock on the group of the VM": ([lock(GROUP)], [collection(18)], "clear"),
    "lock on the VM": ([lock(VM_ID)], [collection(18)], "clear"),
    "lock on the NIC": ([lock(NIC)], [collection(18)], "clear"),
    "lock on a group whose name begins alike": ([lock(PREFIX)], [collection(18)], "clear"),
    "no lock": ([], [collection(18)], "clear"),
    "no lock and no collection": ([], [], "clear"),
    "lock on the subscription, no collection": ([lock(SUBSCRIPTION)], [], "clear"),
    "lock on the group of the VM, no collection": ([lock(GROUP)], [], "clear"),
}  # fmt: skip


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(("locks", "collections", "expected"), CASES.values(), ids=CASES)
def test_verdicts(
    edition: str, locks: list[Lock], collections: list[RestorePointCollection], expected: str
) -> None:
    judged = judge(CAUSE, edition, vm(locks=tuple(locks), restore_points=points(*collections)))
    assert verdict_of(judged) == expected
    counts = [(found.id.name, "properties.restorePoints.length", found.count)
              for found in collections]  # fmt: skip
    levels = [(found.id.name, "properties.level", found.level) for found in locks]
    if is_found(judged):
        assert evidence(worst(judged)) == [*levels, *counts]
        assert cites(judged, edition)
        for found in locks:
            assert found.id.name in worst(judged).message
    else:
        assert [shown for shown in evidence(worst(judged)) if "length" in shown[1]] == counts


NAMED = policy(group="points", suffix="-we")
GROUPS: dict[str, tuple[str, Any, str]] = {
    "the policy's group": ("points1-we", plan(NAMED), "applies"),
    "the policy's group in upper case": ("POINTS-WE", plan(NAMED), "applies"),
    "a group with another suffix": ("points1", plan(NAMED), "possible"),
    "a policy that names no group": ("points1-we", plan(policy()), "possible"),
    "no policy": ("points1-we", plan(), "possible"),
    "a policy that was not read": ("points1-we", plan(gap("plan")), "unknown (denied)"),
    "the service's group, and a policy that was not read":
        ("AzureBackupRG_westeurope_12", plan(gap("plan")), "applies"),
}  # fmt: skip


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(("group", "in_force", "expected"), GROUPS.values(), ids=GROUPS)
def test_backup_manages_what_is_in_its_groups(
    edition: str, group: str, in_force: Any, expected: str
) -> None:
    """Azure Backup FAQ: a policy names the group of restore points by a prefix and a suffix."""
    held = ArmId(f"{SUBSCRIPTION}/resourceGroups/{group}")
    kept = collection(18, ArmId(f"{held}/{COLLECTION_TYPE}/nightly"))
    seen = vm(locks=(lock(held),), restore_points=points(kept), plan=in_force)
    assert verdict_of(judge(CAUSE, edition, seen)) == expected


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_points_of_backup_and_the_others_are_counted_apart(edition: str) -> None:
    apart = "17 restore points (8 of Azure Backup, 9 in other collections)"
    both = points(collection(8), collection(9, OWN))
    for locks in ((), (lock(OWN),), (lock(BACKUPS),)):
        judged = judge(CAUSE, edition, vm(locks=locks, restore_points=both))
        assert apart in worst(judged).message
    judged = judge(CAUSE, edition, vm(locks=(lock(OWN),), restore_points=both))
    assert judged.notes
    assert "covers none that Backup manages" in judged.notes[0].finding.message


def test_lock_on_the_vms_own_group_is_a_noted_disagreement_today() -> None:
    seen = vm(locks=(lock(GROUP),))
    notes = {edition: worst(judge(CAUSE, edition, seen)).rule for edition in EDITIONS}
    assert notes["current"] is not None
    assert "own group" in notes["current"].says
    assert notes["2018-01"] is None


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param({"locks": gap("locks")}, "unknown (denied)", id="locks denied"),
        pytest.param(
            {"restore_points": gap("restore_points", Reason.FAILED)},
            "unknown (failed)",
            id="points failed",
        ),
        pytest.param(
            {"locks": (), "restore_points": gap("restore_points")},
            "unknown (denied)",
            id="no lock, points denied",
        ),
        pytest.param(
            {"locks": gap("locks"), "restore_points": points()},
            "unknown (denied)",
            id="locks denied, no point",
        ),
        pytest.param(
            {"locks": (lock(BACKUPS),), "restore_points": gap("restore_points")},
            "unknown (denied)",
            id="a lock, points denied",
        ),
    ],
)
def test_both_are_needed(edition: str, facts: dict[str, Any], expected: str) -> None:
    assert verdict_of(judge(CAUSE, edition, vm(**facts))) == expected


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        ("AzureBackupRG_westeurope_1", "possible"),
        ("azurebackuprg_WestEurope_12", "possible"),
        ("AzureBackupRG_northeurope_1", "clear"),
        ("AzureBackupRG_westeurope2_1", "clear"),
        ("rg-app", "clear"),
        ("rg-other", "clear"),
        pytest.param(None, "possible", id="the subscription"),
    ],
)
async def test_a_lock_over_a_group_of_future_points(group: str | None, verdict: str) -> None:
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
    [
        ("points1-we", "possible"),
        ("points-we", "possible"),
        ("points1", "clear"),
        ("AzureBackupRG_westeurope_1", "clear"),
    ],
)
async def test_a_lock_over_the_group_that_the_policy_names(group: str, verdict: str) -> None:
    place = Place()
    place.group.vm("web")
    names = {"azureBackupRGNamePrefix": "points", "azureBackupRGNameSuffix": "-we"}
    place.vault.policy("named", patch={"properties": {"instantRPDetails": names}})
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
