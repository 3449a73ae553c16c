"""vault-quota: facts and verdicts.

By Support matrix for Azure Backup.
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


@pytest.mark.parametrize(
    ("count", "vms", "verdict"),
    [(0, 2, "clear"), (94, 2, "clear"), (94, 8, "possible"), (95, 2, "possible"),
     (99, 1, "possible"), (99, 2, "possible"), (100, 1, "applies"),
     (-1, 1, "unknown (not-recorded)")],
)  # fmt: skip
async def test_a_quota_counts_those_that_are_checked(count: int, vms: int, verdict: str) -> None:
    place = Place()
    for number in range(vms):
        place.group.vm(f"vm-{number}")
    place.vault.policy("p", patch={"properties": {"protectedItemsCount": count}})
    assert await place.verdict(CAUSE, "p", "vm-0") == verdict


async def test_quotas_count_the_vms_of_every_subscription() -> None:
    place = Place()
    for number in range(3):
        group = place.world.subscription(f"sub-{number}").group("rg")
        for at in range(40):
            group.vm(f"vm-{number}-{at}")
    report = await precheck(place.world, "vault", "standard")
    assert {verdicts_of(report, each.vm.name)[CAUSE] for each in report.vms} == {"possible"}


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


EVERYONE = Scope()


async def test_without_a_vault_named_no_vm_takes_a_place() -> None:
    place = Place()
    policy = place.vault.policy("full", patch={"properties": {"protectedItemsCount": 90}})
    place.vault.protect(place.group.vm("web"), policy)
    for number in range(251):
        place.group.vm(f"vm-{number}")
    assert (await scan_world(place.world, checks=[CAUSE])).verdict("web", CAUSE) == "clear"
    report = await precheck(place.world, scope=EVERYONE)
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
    report = await precheck(place.world, "vault", "full", scope=EVERYONE)
    assert verdicts_of(report, "vm-0")[CAUSE] == "possible"
    for number in range(20, 120):
        place.group.vm(f"vm-{number}")
    report = await precheck(place.world, "other", "new", scope=EVERYONE)
    assert verdicts_of(report, "vm-0")[CAUSE] == "possible"


async def test_vms_that_were_not_read_may_take_places() -> None:
    place = Place()
    place.group.vm("web")
    faults.refuse(place.world.subscription("hidden"), "virtual_machines")
    assert await place.verdict(CAUSE, "standard") == "unknown (denied)"


async def test_of_a_failed_backup() -> None:
    place = Place()
    error = ErrorShape(400354, "UserErrorProtectionQuotaExceeded", "The vault is full.")
    policy = place.vault.policy("full", patch={"properties": {"protectedItemsCount": 101}})
    vm = place.group.vm("web")
    place.vault.protect(vm, policy, status="Failed", error=error)
    [vm_report] = (await scan_world(place.world)).report.vms
    [cause] = [each for one in vm_report.symptoms for each in one.causes if each.cause == CAUSE]
    assert cause.verdict is Verdict.APPLIES
