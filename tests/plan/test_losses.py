"""What a plan takes away from protection, and how many VMs it is of."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from scanner.inventory.gap import Gap, Reason
from scanner.plan.azurerm.backup import item_path
from tests.support.plan_vaults import HERE, VM, over_vaults, policy_id, vault, vault_id
from tests.support.plans import GROUP, change, terraform


def removed(type_: str, name: str, id_: str) -> dict[str, Any]:
    before = {"id": id_, "name": name, "resource_group_name": "rg-app"}
    return change(type_, "x", None, actions=["delete"], before=before)


VAULT_GONE = removed("azurerm_recovery_services_vault", "far", vault_id("far"))
POLICY_GONE = removed("azurerm_backup_policy_vm", "old", policy_id("far", "old"))
GROUP_GONE = removed("azurerm_resource_group", "rg-app", GROUP)
LISTING = Gap(vault_id("far"), "protection", Reason.DENIED, None, "Ask.")
ENTRY = replace(LISTING, scope=f"{vault_id('far')}/{item_path(VM, '')}2")
NO_ID = {"sourceResourceId": None}
REST = " What else it keeps was not read."


@pytest.mark.parametrize(
    ("plan", "item", "gaps", "says"),
    [
        pytest.param(
            VAULT_GONE, HERE, [], "vault far is removed. It has backups of 1 VM." + REST, id="vault"
        ),
        pytest.param(
            VAULT_GONE, {}, [], "vault far is removed. It has backups of 0 VMs." + REST, id="empty"
        ),
        pytest.param(
            VAULT_GONE, {}, [LISTING],
            "vault far is removed. Its VMs were not read." + REST, id="vault, not read",
        ),
        pytest.param(
            VAULT_GONE, HERE, [LISTING],
            "vault far is removed. It has backups of at least 1 VM." + REST, id="cut off",
        ),
        pytest.param(
            VAULT_GONE, HERE, [ENTRY],
            "vault far is removed. It has backups of at least 1 VM." + REST, id="odd entry",
        ),
        pytest.param(
            VAULT_GONE, NO_ID, [],
            "vault far is removed. It has backups of at least 0 VMs." + REST, id="item of some VM",
        ),
        pytest.param(
            GROUP_GONE, HERE, [],
            "vault far is removed. It has backups of 1 VM." + REST, id="vault in a group",
        ),
        pytest.param(
            POLICY_GONE, HERE, [], "policy old is removed. It backs up 1 VM.", id="policy"
        ),
        pytest.param(
            POLICY_GONE, {"protectionState": "ProtectionStopped"}, [],
            "policy old is removed. It backs up 0 VMs.", id="policy, backup stopped",
        ),
        pytest.param(
            POLICY_GONE, {}, [LISTING], "policy old is removed. Its VMs were not read.",
            id="policy, not read",
        ),
    ],
)  # fmt: skip
def test_what_is_lost_is_counted(
    plan: dict[str, Any], item: dict[str, Any], gaps: list[Gap], says: str
) -> None:
    """What was not read is a gap, and no number."""
    read = vault("far", "northeurope", **item)
    read = replace(read, items=replace(read.items, gaps=tuple(gaps)))
    world = over_vaults(read, plan=terraform({**plan}))
    assert [loss.message for loss in world.losses if loss.id.name in ("far", "old")] == [
        f"The {says}"
    ]
    assert [*world.gaps] == gaps


@pytest.mark.parametrize("plan", [VAULT_GONE, POLICY_GONE], ids=["vault", "policy"])
def test_a_vault_that_is_removed_and_that_no_listing_has_is_a_gap(plan: dict[str, Any]) -> None:
    world = over_vaults(plan=terraform({**plan}))
    [loss] = world.losses
    assert "Its VMs were not read." in loss.message
    assert [(gap.scope, gap.fact) for gap in world.gaps] == [(vault_id("far"), "vaults")]
