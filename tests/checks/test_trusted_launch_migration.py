"""trusted-launch-migration: facts and verdicts.

Source: Troubleshoot backup failures on Azure virtual machines.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.scope import Scope
from scanner.sim import faults
from tests.support.prechecks import Place, Shape, precheck, sized, verdicts_of

CAUSE = "trusted-launch-migration"
DELETED: dict[str, Any] = {
    "state": "ProtectionStopped",
    "patch": {"isScheduledForDeferredDelete": True},
}
STOPPED: dict[str, Any] = {"state": "ProtectionStopped"}
STANDARD, TRUSTED = sized("Standard_D2s_v5"), sized("Standard_D2s_v5", "TrustedLaunch")


@pytest.mark.parametrize(
    ("shape", "item", "expected"),
    [
        pytest.param(STANDARD, None, "clear", id="no item"),
        pytest.param(STANDARD, STOPPED, "clear", id="a stopped item"),
        pytest.param(STANDARD, DELETED, "possible", id="a soft-deleted item"),
        pytest.param(TRUSTED, DELETED, "clear", id="still Trusted Launch"),
        pytest.param(
            sized("Standard_D2s_v5", "Odd"),
            DELETED,
            "unknown (not-recorded)",
            id="unknown security type",
        ),
    ],
)
async def test_verdict(shape: Shape, item: dict[str, Any] | None, expected: str) -> None:
    place = Place()
    vm = place.group.vm("web", **shape)
    if item:
        place.vault.protect(vm, place.vault.policies[0]["id"], **item)
    assert await place.verdict(CAUSE, "standard") == expected


async def test_vaults_that_were_not_read() -> None:
    place = Place()
    place.group.vm("web", **STANDARD)
    faults.refuse(place.world.subscription("hidden"), "vaults")
    assert await place.verdict(CAUSE, "standard") == "unknown (denied)"


async def test_a_soft_deleted_item_in_another_vault() -> None:
    place = Place()
    vm = place.group.vm("web", **STANDARD)
    place.vault.protect(vm, None, **STOPPED)
    other = place.prod.group("rg-backup").vault("other")
    other.policy("standard")
    other.protect(vm, None, **DELETED)
    assert await place.verdict(CAUSE, "standard") == "clear"
    assert await place.verdict(CAUSE) == "possible"
    assert verdicts_of(await precheck(place.world, "other"), "web")[CAUSE] == "possible"


async def test_a_vault_whose_items_were_not_read() -> None:
    place = Place()
    vm = place.group.vm("web", **STANDARD)
    place.vault.protect(vm, place.vault.policies[0]["id"])
    other = place.prod.group("rg-backup").vault("other")
    other.policy("standard")
    faults.refuse(other, "protected_items")
    report = await precheck(place.world, "other", scope=Scope())
    assert verdicts_of(report, "web")[CAUSE] == "unknown (denied)"
