"""What Azure keeps of VMs that were deleted or moved: protected items and restore points.

Sources: Delete a VM and attached resources (backups of a deleted VM are kept and billed); Soft
delete for virtual machines; Troubleshoot backup failures on Azure virtual machines (320001).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from scanner.catalogue import load
from scanner.errors import ScopeError
from scanner.gate.decide import decide
from scanner.gate.decision import Exit
from scanner.gate.policy import Policy
from scanner.inventory.armid import ArmId
from scanner.inventory.scope import Names, Scope
from scanner.judging.orphans import JudgedOrphan
from scanner.sim import faults
from scanner.sim.backup_errors import VM_GONE
from scanner.sim.machine import Vm
from tests.support.fleets.backed_up import BackupFleet
from tests.support.fleets.orphans import OrphanFleet
from tests.support.scans import Scanned

SOFT_DELETED = {"isScheduledForDeferredDelete": True}
ITEM, COLLECTION = "protected-item", "restore-point-collection"


def orphans_of(scanned: Scanned) -> list[tuple[str, str]]:
    """The kind and the VM of every orphan."""
    return [(found.orphan.kind, found.orphan.vm.name) for found in scanned.report.orphans]


async def only_orphan(fleet: BackupFleet, **options: Any) -> JudgedOrphan:
    """The one orphan of a fleet. Its scan has no gap, and its VMs are as if it did not exist."""
    scanned = await fleet.scan(**options)
    assert scanned.report.complete
    [found] = scanned.report.orphans
    return found


async def test_an_item_that_fails_every_day_because_its_vm_is_gone() -> None:
    fleet = OrphanFleet(status="Failed", error=VM_GONE)
    fleet.vault.job(fleet.gone, "Failed", error=VM_GONE)
    found = await only_orphan(fleet)
    assert (found.orphan.vm, found.orphan.state) == (ArmId(fleet.gone.id), "protected")
    assert (found.cause.cause, str(found.verdict)) == ("vm-deleted-or-moved", "applies")
    assert "bills" in found.cost
    assert "Delete a VM" in found.cost
    [symptom] = found.symptoms
    assert (symptom.code, symptom.is_documented) == ("ResourceNotFound", True)
    assert [(cause.cause, cause.standing) for cause in symptom.causes] == [
        ("vm-deleted-or-moved", "supported")
    ]


@pytest.mark.parametrize(
    ("item", "state", "verdict", "cost"),
    [
        pytest.param({}, "protected", "applies", "bills them", id="protected"),
        pytest.param({"state": "ProtectionStopped"}, "stopped", "applies",
                     "after protection is stopped", id="stopped, data kept"),
        pytest.param({"state": "ProtectionStopped", "patch": SOFT_DELETED}, "soft-deleted", "clear",
                     "14 days", id="soft-deleted"),
        pytest.param({"state": "BackupsSuspended"}, "suspended", "applies", "bills them",
                     id="suspended"),
        pytest.param({"state": "Whatever"}, "unknown", "applies", "bills them",
                     id="undocumented state"),
    ],
)  # fmt: skip
async def test_an_item_by_its_state(
    item: Mapping[str, Any], state: str, verdict: str, cost: str
) -> None:
    fleet = OrphanFleet(**item)
    scanned = await fleet.scan()
    [found] = scanned.report.orphans
    assert (found.orphan.state, str(found.verdict)) == (state, verdict)
    assert cost in found.cost
    assert scanned.report.complete is (state != "unknown")


async def test_it_never_counts_for_the_exit_code() -> None:
    scanned = await OrphanFleet(status="Failed", error=VM_GONE).scan()
    assert decide(scanned.report, Policy("possible")).code is Exit.OK
    assert [vm.vm.name for vm in scanned.report.vms] == ["stays"]


async def test_collections_with_the_number_of_their_points() -> None:
    fleet = BackupFleet()
    fleet.group.vm("stays")
    moved = f"{fleet.group.id}/providers/{Vm.type}/moved"
    fleet.group.collection(moved, 4)
    fleet.prod.group("rg-points").collection(moved.upper(), 0, name="own")
    scanned = await fleet.scan()
    found = {judged.orphan.id.name.partition("_")[0]: judged for judged in scanned.report.orphans}
    assert {name: judged.orphan.points for name, judged in found.items()} == {
        "AzureBackup": 4,
        "own": 0,
    }
    assert "keeps 4 restore points of moved" in found["AzureBackup"].message
    assert scanned.report.orphan_counts == {COLLECTION: 2}


async def test_points_that_are_not_read_are_a_gap() -> None:
    fleet = BackupFleet()
    fleet.group.collection(f"{fleet.group.id}/providers/{Vm.type}/gone", 4)
    faults.refuse(fleet.prod, "restore_points")
    scanned = await fleet.scan()
    [found] = scanned.report.orphans
    assert found.orphan.points is None
    [gap] = scanned.report.gaps
    assert (gap.reason, gap.fact) == ("denied", "restore_points")


async def test_a_subscription_whose_vms_are_all_gone() -> None:
    fleet = OrphanFleet()
    fleet.prod.delete_vm(fleet.stays)
    fleet.group.collection(fleet.gone.id, 2)
    scanned = await fleet.scan()
    assert orphans_of(scanned) == [(COLLECTION, "gone"), (ITEM, "gone")]
    assert decide(scanned.report, Policy()).code is Exit.EMPTY


@pytest.mark.parametrize("route", ["virtual_machines", "subscriptions-page"])
async def test_a_vm_of_a_listing_that_was_not_read_is_not_claimed_gone(route: str) -> None:
    fleet = OrphanFleet()
    if route == "virtual_machines":
        faults.refuse(fleet.prod, route)
    else:
        faults.broken_entry(fleet.prod, "virtual_machines", 0, {"name": "without an id"})
    scanned = await fleet.scan()
    assert scanned.report.orphans == ()
    assert "virtual_machines" in {gap.fact for gap in scanned.report.gaps}


async def test_a_vm_that_the_identity_may_not_read_is_not_claimed_gone() -> None:
    """A listing has only the VMs that the identity may read, and does not say so."""
    fleet = OrphanFleet()
    faults.refuse(fleet.prod, "virtual_machine")
    scanned = await fleet.scan()
    assert scanned.report.orphans == ()
    assert scanned.report.complete
    assert "It is not known if 1 VM of which Azure keeps backups exist" in scanned.report.notes[0]


async def test_a_vm_that_could_not_be_looked_for_is_a_gap() -> None:
    fleet = OrphanFleet()
    faults.fail(fleet.prod, "virtual_machine", 500)
    scanned = await fleet.scan()
    assert scanned.report.orphans == ()
    [gap] = scanned.report.gaps
    assert (gap.scope.lower(), gap.reason) == (fleet.gone.id.lower(), "failed")


async def test_a_vm_of_a_subscription_that_is_not_scanned() -> None:
    fleet = OrphanFleet()
    off = fleet.world.subscription("off", state="Disabled")
    fleet.vault.protect(off.group("rg").vm("elsewhere"), fleet.policy)
    scanned = await fleet.scan()
    assert orphans_of(scanned) == [(ITEM, "gone")]
    assert "1 VM" in scanned.report.notes[0]
    narrow = await fleet.scan(scope=Scope(Names(subscriptions=("prod",))))
    assert narrow.report.notes == ()


async def test_a_classic_vm_that_is_gone() -> None:
    fleet = BackupFleet()
    fleet.group.vm("stays")
    classic = fleet.group.classic_vm("old")
    fleet.vault.protect(classic, fleet.policy)
    fleet.prod.delete_vm(classic)
    assert (await only_orphan(fleet)).orphan.vm == ArmId(classic.id)


GROUP, OTHER = Names(resource_groups=("RG-App",)), Names(resource_groups=("rg-web",))


@pytest.mark.parametrize(
    ("scope", "is_shown"),
    [
        pytest.param(Scope(GROUP), True, id="its group"),
        pytest.param(Scope(OTHER), False, id="another group"),
        pytest.param(Scope(excluded=GROUP), False, id="its group is excluded"),
        pytest.param(Scope(excluded=OTHER), True, id="another group is excluded"),
        pytest.param(Scope(Names(tags=(("owner", "web"),))), False, id="it has no tags"),
        pytest.param(Scope(excluded=Names(tags=(("owner", "web"),))), True, id="a tag is excluded"),
        pytest.param(Scope(protection="protected"), True, id="protected only"),
        pytest.param(Scope(protection="unprotected"), False, id="unprotected only"),
    ],
)
async def test_a_scope_covers_it_by_its_id(scope: Scope, *, is_shown: bool) -> None:
    fleet = OrphanFleet()
    fleet.group.vm("tagged", tags={"owner": "web"})
    fleet.prod.group("rg-web").vm("web")
    assert orphans_of(await fleet.scan(scope=scope)) == ([(ITEM, "gone")] if is_shown else [])


@pytest.mark.parametrize("include_managed", [True, False])
async def test_a_group_that_another_service_manages(*, include_managed: bool) -> None:
    fleet = OrphanFleet()
    fleet.group.managed_by = f"{fleet.prod.id}/resourceGroups/x/providers/y/z/aks"
    fleet.prod.group("rg-web").vm("web")
    scanned = await fleet.scan(scope=Scope(include_managed=include_managed))
    assert bool(scanned.report.orphans) is include_managed


async def test_a_vm_that_is_left_out_is_not_gone() -> None:
    """Whether a VM exists is asked of the whole subscription, not of what the scope selects."""
    fleet = OrphanFleet()
    fleet.protected_vm("managed")
    scope = Scope(excluded=Names(vms=(ArmId(f"{fleet.group.id}/providers/{Vm.type}/managed"),)))
    assert orphans_of(await fleet.scan(scope=scope)) == [(ITEM, "gone")]


async def test_a_named_vm_that_is_gone_says_what_is_kept() -> None:
    fleet = OrphanFleet()
    with pytest.raises(ScopeError) as error:
        await fleet.scan(scope=Scope(Names(vms=(ArmId(fleet.gone.id),))))
    assert "Azure keeps backups of it" in str(error.value)


async def test_the_article_of_2018_has_the_same_orphans() -> None:
    """Azure bills by today's documents, whatever edition is asked for."""
    found = await only_orphan(OrphanFleet(), edition="2018-01")
    assert "[current: " in found.cost


def test_every_rule_about_what_is_kept_is_of_the_current_edition() -> None:
    rules = load().editions[-1].rules
    kept = {rule.condition for rule in rules if rule.cause == "vm-deleted-or-moved"} - {"there"}
    assert kept == {"item-kept", "item-stopped", "item-soft-deleted", "points-kept"}


async def test_a_subscription_that_arm_lists_twice_is_scanned_once() -> None:
    fleet = OrphanFleet()
    again = {
        "id": fleet.prod.id.upper(),
        "subscriptionId": fleet.prod.subscription_id.upper(),
        "displayName": "prod",
        "state": "Enabled",
    }
    fleet.world.subscription("other")
    faults.broken_entry(fleet.world, "subscriptions", 1, again)
    for scope in (
        Scope(),
        Scope(Names(subscriptions=("prod", fleet.prod.subscription_id.upper()))),
    ):
        scanned = await fleet.scan(scope=scope)
        assert [vm.vm.name for vm in scanned.report.vms] == ["stays"]
        assert list(scanned.report.scope.subscriptions.values()) == ["prod"]
        assert orphans_of(scanned) == [(ITEM, "gone")]
