"""Which VM a protected item is of, and where items and vaults are found."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.inventory.gap import Gap
from scanner.inventory.scope import Names, Scope
from scanner.report.formats.json_v1 import to_json
from scanner.sim import faults
from scanner.sim.backup_errors import VM_GONE
from tests.support.fleets.backed_up import BackupFleet, protection_of

DISK = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/disks/web"
NO_VM = [
    pytest.param(None, id="null"),
    pytest.param("", id="empty"),
    pytest.param("web", id="a name"),
    pytest.param(DISK, id="the id of a disk"),
]
"""Ids of a VM that are none."""


async def test_two_vms_of_one_name_one_protected() -> None:
    fleet = BackupFleet()
    here, there = (fleet.prod.group(name).vm("web") for name in ("rg-one", "rg-two"))
    fleet.vault.protect(here, fleet.policy)
    scanned = await fleet.scan()
    assert scanned.vm(here.id).protection_state == "protected"
    assert scanned.vm(there.id).protection_state == "unprotected"


async def test_a_vault_in_another_subscription() -> None:
    fleet = BackupFleet()
    vm = fleet.group.vm("web")
    other = fleet.world.subscription("shared").group("rg").vault("elsewhere")
    other.protect(vm, other.policy("weekly", "Weekly", days=("Monday", "Friday")))
    protection = protection_of(await fleet.scan())
    assert protection.state == "protected"
    assert protection.vault
    assert protection.vault.name == "elsewhere"
    assert protection.policy
    assert protection.policy.per_day == pytest.approx(2 / 7)


async def test_a_vault_in_a_disabled_subscription() -> None:
    fleet = BackupFleet()
    vm = fleet.group.vm("web")
    vault = fleet.world.subscription("off", state="Disabled").group("rg").vault("old")
    vault.protect(vm, vault.policy())
    assert protection_of(await fleet.scan()).state == "protected"


@pytest.mark.parametrize("route", ["vaults", "protected_items"])
async def test_an_unread_vault_may_protect_any_vm(route: str) -> None:
    fleet = BackupFleet()
    fleet.protected_vm("seen")
    unseen = fleet.group.vm("unseen")
    hidden = fleet.world.subscription("hidden")
    vault = hidden.group("rg").vault("secret")
    vault.protect(unseen, vault.policy())
    faults.refuse(hidden, route)
    scanned = await fleet.scan()
    assert protection_of(scanned, "seen").state == "protected"
    protection = scanned.vm("unseen").protection
    assert isinstance(protection, Gap)
    assert protection.reason == "denied"
    vms = {vm["name"]: vm for vm in json.loads(to_json(scanned.report))["vms"]}
    reported = vms["unseen"]["protection"]
    assert (reported["state"], reported["reason"]) == ("unknown", "denied")
    [gap] = scanned.report.gaps
    assert gap.action in (
        "Microsoft.RecoveryServices/vaults/read",
        "Microsoft.RecoveryServices/vaults/backupProtectedItems/read",
    )
    # The agent is judged all the same.
    assert scanned.verdict("unseen", "linux-agent-outdated") == "clear"


@pytest.mark.parametrize("how", ["page", "entry"])
async def test_an_unlisted_subscription_may_hold_a_vault(how: str) -> None:
    fleet = BackupFleet()
    fleet.group.vm("web")
    fleet.world.subscription("other")
    if how == "entry":
        faults.broken_entry(fleet.world, "subscriptions", 1, {"displayName": "other"})
    else:
        second_page = faults.Fault(
            lambda request: (
                request.path.lower().rstrip("/") == "/subscriptions"
                and any("skip" in name.lower() for name in request.query)
            )
        )
        fleet.world.faults.append(second_page)
    scanned = await fleet.scan(page_size=1, scope=Scope(Names(subscriptions=("prod",))))
    assert isinstance(scanned.vm("web").protection, Gap)


async def test_an_unregistered_provider_means_that_there_are_no_vaults() -> None:
    fleet = BackupFleet()
    fleet.group.vm("web")
    faults.not_registered(fleet.prod, "vaults")
    scanned = await fleet.scan()
    assert scanned.vm("web").protection_state == "unprotected"
    assert scanned.report.complete


async def test_an_item_whose_vm_is_gone() -> None:
    fleet = BackupFleet()
    gone = fleet.protected_vm("gone", status="Failed", error=VM_GONE)
    fleet.vault.job(gone, "Failed", error=VM_GONE)
    fleet.group.vm("stays")
    fleet.prod.delete_vm(gone)
    scanned = await fleet.scan()
    [vm] = scanned.report.vms
    assert (vm.vm.name, vm.protection_state) == ("stays", "unprotected")
    assert scanned.report.complete


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("Whatever", id="undocumented"),
        pytest.param("AzureIaasVM ", id="with a space"),
        pytest.param(None, id="null"),
        pytest.param("", id="empty"),
    ],
)
async def test_an_item_of_an_unknown_workload_protects_its_vm(kind: str | None) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(patch={"backupManagementType": kind})
    assert protection_of(await fleet.scan()).state == "protected"


@pytest.mark.parametrize("kind", ["MAB", "AzureStorage", "AzureWorkload", "DPM"])
async def test_an_item_of_another_workload_protects_no_vm(kind: str) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(patch={"backupManagementType": kind})
    scanned = await fleet.scan()
    assert protection_of(scanned).state == "unprotected"
    assert scanned.report.complete


@pytest.mark.parametrize("source", NO_VM)
async def test_an_item_with_one_id_of_its_vm(source: str | None) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(patch={"sourceResourceId": source})
    assert protection_of(await fleet.scan()).state == "protected"


@pytest.mark.parametrize("source", NO_VM)
async def test_an_item_without_a_vm_costs_the_vm_of_its_container(source: str | None) -> None:
    """A container is named after the group and the name of its VM (as recorded)."""
    fleet = BackupFleet()
    fleet.protected_vm(patch={"sourceResourceId": source, "virtualMachineId": source})
    fleet.protected_vm("other")
    fleet.group.vm("bare")
    scanned = await fleet.scan()
    protection = scanned.vm("web").protection
    assert isinstance(protection, Gap)
    assert protection.reason == "not-recorded"
    assert (protection_of(scanned, "other").state, protection_of(scanned, "other").gaps) == (
        "protected",
        (),
    )
    assert protection_of(scanned, "bare").state == "unprotected"
    [gap] = scanned.report.gaps
    assert "sourceResourceId" in gap.remedy


NO_IDS = {"sourceResourceId": None, "virtualMachineId": None}


@pytest.mark.parametrize(
    ("container", "changes", "unknown"),
    [
        pytest.param("IaasVMContainer;iaasvmcontainerv2;RG-APP;Web", {"containerName": None},
                     {"web", "web elsewhere"}, id="in its id"),
        pytest.param("odd", {"containerName": "iaasvmcontainerv2;rg-app;web"},
                     {"web", "web elsewhere"}, id="in its properties"),
        pytest.param("iaasvmcontainerv2;rg-web;web", {"containerName": None}, set(),
                     id="a VM of another group"),
        pytest.param("odd", {"containerName": None}, set(), id="nowhere"),
        pytest.param("iaasvmcontainer;service;old", {"containerName": None}, {"old"},
                     id="a classic VM in a cloud service"),
        pytest.param("iaasvmcontainer;service;web", {"containerName": None}, set(),
                     id="no classic VM of this name"),
    ],
)  # fmt: skip
async def test_an_item_by_the_name_of_its_container(
    container: str, changes: dict[str, Any], unknown: set[str]
) -> None:
    """A container names no subscription, and a vault can protect VMs of other subscriptions (as
    recorded in 2026): the item may be of any VM with this group and name."""
    fleet = BackupFleet()
    web, bare = fleet.group.vm("web"), fleet.group.vm("bare")
    elsewhere = fleet.world.subscription("other").group("RG-App").vm("WEB")
    item = fleet.vault.protect(web, fleet.policy, patch={**NO_IDS, **changes})
    fabric = item["id"].partition("/protectionContainers/")[0]
    item["id"] = f"{fabric}/protectionContainers/{container}/protectedItems/item"
    old = fleet.group.classic_vm("old")
    ids = {"web": web.id, "bare": bare.id, "web elsewhere": elsewhere.id, "old": old.id}
    scanned = await fleet.scan()
    found = {name for name, id_ in ids.items() if isinstance(scanned.vm(id_).protection, Gap)}
    assert found == unknown
    assert len(scanned.report.gaps) == 1


@pytest.mark.parametrize(
    "properties", [pytest.param([], id="a list"), pytest.param(None, id="null")]
)
async def test_an_item_that_cannot_be_read_costs_the_vm_of_its_container(properties: Any) -> None:
    fleet = BackupFleet()
    web, bare = fleet.group.vm("web"), fleet.group.vm("bare")
    fleet.vault.protect(web, fleet.policy)["properties"] = properties
    scanned = await fleet.scan()
    assert isinstance(scanned.vm(web.id).protection, Gap)
    assert scanned.vm(bare.id).protection_state == "unprotected"
    assert len(scanned.report.gaps) == 1


async def test_a_vm_with_another_item_is_protected_and_the_doubt_is_a_gap() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm()
    fleet.group.vault("old").protect(vm, state="ProtectionStopped", patch=NO_IDS)
    protection = protection_of(await fleet.scan())
    assert protection.state == "protected"
    assert [gap.reason for gap in protection.gaps] == ["not-recorded"]


async def test_an_item_without_an_id_may_be_of_any_unprotected_vm() -> None:
    fleet = BackupFleet()
    fleet.group.vm("bare")
    fleet.vault.protect(fleet.group.vm("web"), fleet.policy)["id"] = 3
    scanned = await fleet.scan()
    assert isinstance(scanned.vm("bare").protection, Gap)


async def test_an_item_without_a_vm_is_a_gap_even_if_all_vms_are_protected() -> None:
    fleet = BackupFleet()
    fleet.protected_vm()
    fleet.prod.delete_vm(fleet.protected_vm("gone", patch=NO_IDS))
    assert len((await fleet.scan()).report.gaps) == 1


async def test_an_item_with_the_ids_of_two_vms() -> None:
    fleet = BackupFleet()
    other = fleet.group.vm("other")
    fleet.protected_vm(patch={"virtualMachineId": other.id})
    fleet.group.vm("bare")
    scanned = await fleet.scan()
    assert isinstance(scanned.vm("web").protection, Gap)
    assert isinstance(scanned.vm("other").protection, Gap)
    assert scanned.vm("bare").protection_state == "unprotected"


async def test_an_id_without_a_resource_group_names_no_vm() -> None:
    fleet = BackupFleet()
    odd = f"{fleet.prod.id}/providers/Microsoft.Compute/virtualMachines/web"
    fleet.protected_vm(patch={"sourceResourceId": odd})
    assert protection_of(await fleet.scan()).state == "protected"
