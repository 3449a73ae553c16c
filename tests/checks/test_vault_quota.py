"""vault-quota: facts and verdicts.

By Support matrix for Azure Backup.
"""

from __future__ import annotations

import pytest

from scanner.sim import faults
from tests.planning import Place, precheck, verdicts_of

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
