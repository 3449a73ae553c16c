"""vault-quota: facts and verdicts.

Source: Support matrix for Azure Backup.
"""

from __future__ import annotations

import pytest

from scanner.inventory.scope import Scope
from scanner.judging.check import Verdict
from scanner.sim import faults
from scanner.sim.backup_errors import ErrorShape
from tests.support.prechecks import Place, precheck, verdicts_of
from tests.support.scans import scan_world

CAUSE = "vault-quota"
EVERY_VM = Scope()


@pytest.mark.parametrize(
    ("count", "vms", "verdict"),
    [
        pytest.param(0, 2, "clear", id="0 items, 2 VMs"),
        pytest.param(94, 2, "clear", id="94 items, 2 VMs"),
        pytest.param(94, 8, "possible", id="94 items, 8 VMs"),
        pytest.param(95, 2, "possible", id="95 items, 2 VMs"),
        pytest.param(99, 1, "possible", id="99 items, 1 VM"),
        pytest.param(99, 2, "possible", id="99 items, 2 VMs"),
        pytest.param(100, 1, "applies", id="100 items, 1 VM"),
        pytest.param(-1, 1, "unknown (not-recorded)", id="-1 items, 1 VM"),
    ],
)
async def test_a_quota_counts_the_vms_of_the_precheck(count: int, vms: int, verdict: str) -> None:
    place = Place()
    for number in range(vms):
        place.group.vm(f"vm-{number}")
    place.vault.policy("p", patch={"properties": {"protectedItemsCount": count}})
    assert await place.verdict(CAUSE, "p", "vm-0") == verdict


async def test_quotas_count_the_vms_of_every_subscription() -> None:
    place = Place()
    for number in range(3):
        group = place.world.subscription(f"sub-{number}").group("rg")
        for index in range(40):
            group.vm(f"vm-{number}-{index}")
    report = await precheck(place.world, "vault", "standard")
    assert {verdicts_of(report, vm.vm.name)[CAUSE] for vm in report.vms} == {"possible"}


async def test_to_resume_an_item_takes_no_new_place() -> None:
    place = Place()
    web = place.group.vm("web")
    place.vault.protect(web, state="ProtectionStopped")
    for number in range(999):
        gone = place.group.vm(f"vm-{number}")
        place.vault.protect(gone, place.vault.policies[1]["id"])
        place.prod.remove(gone.id)
    assert await place.verdict(CAUSE, "standard") == "possible"


async def test_a_count_that_lags_behind_the_items() -> None:
    place = Place()
    place.group.vm("web")
    policy = place.vault.policy("busy")
    for number in range(100):
        place.vault.protect(place.prod.group("rg-gone").vm(f"vm-{number}"), policy)
    assert await place.verdict(CAUSE, "busy") == "applies"


async def test_an_item_that_was_not_read_takes_its_place_in_the_vault() -> None:
    place = Place()
    place.group.vm("web")
    for number in range(1000):
        gone = place.group.vm(f"vm-{number}")
        place.vault.protect(gone, place.vault.policies[1]["id"])
        place.prod.remove(gone.id)
    odd = {"id": place.vault.items[0]["id"], "properties": 7}
    faults.broken_entry(place.prod, "protected_items", 0, odd)
    assert await place.verdict(CAUSE, "standard") == "applies"


async def test_without_a_vault_named_no_vm_takes_a_place() -> None:
    place = Place()
    policy = place.vault.policy("full", patch={"properties": {"protectedItemsCount": 90}})
    place.vault.protect(place.group.vm("web"), policy)
    for number in range(251):
        place.group.vm(f"vm-{number}")
    assert (await scan_world(place.world, checks=[CAUSE])).verdict("web", CAUSE) == "clear"
    report = await precheck(place.world, scope=EVERY_VM)
    assert verdicts_of(report, "web")[CAUSE] == "clear"
    assert verdicts_of(report, "vm-0")[CAUSE] == "not-applicable"


async def test_protected_vms_take_places_under_another_policy_and_in_another_vault() -> None:
    place = Place()
    old = place.vault.policy("old")
    place.vault.policy("full", patch={"properties": {"protectedItemsCount": 90}})
    other = place.prod.group("rg-backup").vault("other")
    other.policy("new")
    for number in range(20):
        place.vault.protect(place.group.vm(f"vm-{number}"), old)
    report = await precheck(place.world, "vault", "full", scope=EVERY_VM)
    assert verdicts_of(report, "vm-0")[CAUSE] == "possible"
    for number in range(20, 120):
        place.group.vm(f"vm-{number}")
    report = await precheck(place.world, "other", "new", scope=EVERY_VM)
    assert verdicts_of(report, "vm-0")[CAUSE] == "possible"


async def test_vms_that_were_not_read_may_take_places() -> None:
    place = Place()
    place.group.vm("web")
    faults.refuse(place.world.subscription("hidden"), "virtual_machines")
    assert await place.verdict(CAUSE, "standard") == "unknown (denied)"


async def test_the_error_of_a_failed_backup() -> None:
    place = Place()
    error = ErrorShape(400354, "UserErrorProtectionQuotaExceeded", "The vault is full.")
    policy = place.vault.policy("full", patch={"properties": {"protectedItemsCount": 101}})
    vm = place.group.vm("web")
    place.vault.protect(vm, policy, status="Failed", error=error)
    [vm_report] = (await scan_world(place.world)).report.vms
    [cause] = [
        cause for symptom in vm_report.symptoms for cause in symptom.causes if cause.cause == CAUSE
    ]
    assert cause.verdict is Verdict.APPLIES
