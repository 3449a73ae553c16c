"""What holds for every plan: nothing, the reverse, other words for the same, values not known."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.gap import Gap
from scanner.inventory.world import World
from scanner.plan.change import put_over
from scanner.plan.planned import Contents
from tests.support.plans import (
    GROUP,
    NOW,
    change,
    contents_of,
    made_of,
    over_nothing,
    recorded,
    terraform,
    verdicts,
)
from tests.support.poison import poisons

NIC = f"{GROUP}/providers/Microsoft.Network/networkInterfaces/nic"
NSG = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg"
DENY = {
    "name": "deny", "access": "Deny", "direction": "Outbound", "protocol": "*", "priority": 200,
    "source_port_range": "*", "destination_port_range": "*",
    "source_address_prefix": "*", "destination_address_prefix": "*",
}  # fmt: skip
DISK = {"name": "d", "resource_group_name": "rg-app", "location": "westeurope"}

SMALL = {**DISK, "disk_size_gb": 64, "storage_account_type": "Premium_LRS"}


def records(world: World) -> list[tuple[object, ...]]:
    """All entries of all readings that a plan may change, in the order of their ids."""
    found = []
    for snapshot in world.snapshots:
        parts = (snapshot.vms, snapshot.disks, snapshot.locks, snapshot.expanded)
        network = (getattr(snapshot.network, n) for n in snapshot.network.__struct_fields__)
        found += [tuple(sorted(reading.index().items())) for reading in (*parts, *network)]
    return found


LIVE = terraform(
    change(
        "azurerm_managed_disk", "d", SMALL
    ),
    change(
        "azurerm_network_security_group",
        "nsg",
        {"name": "nsg", "resource_group_name": "rg-app", "security_rule": [DENY]},
    ),
    change(
        "azurerm_network_interface",
        "nic",
        {
            "name": "nic", "resource_group_name": "rg-app", "location": "westeurope",
            "ip_configuration": [{"name": "ip", "subnet_id": f"{GROUP}/providers/Microsoft.Network/"
                                  "virtualNetworks/v/subnets/s"}],
        },
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(terraform(), id="empty"),
        pytest.param(
            terraform(
                change("azurerm_managed_disk", "d", DISK, actions=["no-op"], before=DISK),
                change(
                    "azurerm_network_security_group", "nsg", None, actions=["forget"],
                    before={"id": NSG},
                ),
            ),
            id="no-op and forget",
        ),
        pytest.param(
            terraform(
                change(
                    "azurerm_managed_disk", "d", {**DISK, "tags": {"a": "b"}},
                    actions=["update"], before={**DISK, "tags": {}},
                )
            ),
            id="only tags",
        ),
    ],
)  # fmt: skip
def test_a_plan_that_changes_nothing(plan: dict[str, Any]) -> None:
    world = made_of(LIVE)
    after = put_over(contents_of(plan), world, NOW).after
    assert records(after) == records(world)


def updated(old: dict[str, Any], new: dict[str, Any], type_: str, id_: str) -> dict[str, Any]:
    return terraform(
        change(type_, "x", {**new, "id": id_}, actions=["update"], before={**old, "id": id_})
    )


DISK_ID = f"{GROUP}/providers/Microsoft.Compute/disks/d"
LARGE = {**DISK, "disk_size_gb": 40960, "storage_account_type": "UltraSSD_LRS"}
ASSOCIATION = {"network_interface_id": NIC, "network_security_group_id": NSG}
LOCK = {"name": "keep", "scope": GROUP, "lock_level": "CanNotDelete"}


def on(type_: str, after: dict[str, Any], *, deletes: bool = False) -> dict[str, Any]:
    before = {**after}
    if type_ == "azurerm_management_lock":
        before["id"] = f"{GROUP}/providers/Microsoft.Authorization/locks/keep"
    if deletes:
        return terraform(change(type_, "x", None, actions=["delete"], before=before))
    return terraform(change(type_, "x", after))


@pytest.mark.parametrize(
    ("there", "back"),
    [
        pytest.param(
            updated(SMALL, LARGE, "azurerm_managed_disk", DISK_ID),
            updated(LARGE, SMALL, "azurerm_managed_disk", DISK_ID),
            id="update",
        ),
        pytest.param(
            on("azurerm_management_lock", LOCK),
            on("azurerm_management_lock", LOCK, deletes=True),
            id="create and delete",
        ),
        pytest.param(
            on("azurerm_network_interface_security_group_association", ASSOCIATION),
            on("azurerm_network_interface_security_group_association", ASSOCIATION, deletes=True),
            id="association",
        ),
    ],
)
def test_a_plan_and_its_reverse(there: dict[str, Any], back: dict[str, Any]) -> None:
    world = made_of(LIVE)
    after = put_over(contents_of(there), world, NOW).after
    assert records(after) != records(world)
    assert records(put_over(contents_of(back), after, NOW).after) == records(world)


def test_a_replaced_resource_keeps_its_id_and_nothing_else() -> None:
    after = {**DISK, "disk_size_gb": 8, "storage_account_type": "Standard_LRS"}
    plan = terraform(
        change(
            "azurerm_managed_disk", "d", after, actions=["delete", "create"],
            before={**SMALL, "max_shares": 2, "id": DISK_ID.replace("rg-app", "RG-APP")},
        )
    )  # fmt: skip
    world = made_of(LIVE)
    [snapshot] = put_over(contents_of(plan), world, NOW).after.snapshots
    [disk] = snapshot.disks.records
    assert disk.properties is not None
    assert (disk.properties.disk_size_gb, disk.properties.max_shares) == (8, None)


def test_a_deleted_group_takes_all_of_it_along() -> None:
    plan = terraform(
        change("azurerm_resource_group", "g", None, actions=["delete"], before={"id": GROUP})
    )
    world = put_over(contents_of(plan), made_of(LIVE), NOW).after
    assert not any(records(world))


AZAPI_NSG = {
    "securityRules": [
        {
            "name": "deny",
            "properties": {
                "access": "Deny", "direction": "Outbound", "protocol": "*", "priority": 200,
                "sourcePortRange": "*", "destinationPortRange": "*",
                "sourceAddressPrefix": "*", "destinationAddressPrefix": "*",
            },
        }
    ]
}  # fmt: skip
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"


@pytest.mark.parametrize(
    ("type_", "after", "arm_type", "body"),
    [
        (
            "azurerm_managed_disk",
            {**SMALL, "max_shares": 2},
            "Microsoft.Compute/disks",
            {"sku": {"name": "Premium_LRS"}, "properties": {"diskSizeGB": 64, "maxShares": 2}},
        ),
        (
            "azurerm_network_security_group",
            {"name": "nsg", "resource_group_name": "rg-app", "security_rule": [DENY]},
            "Microsoft.Network/networkSecurityGroups",
            {"properties": AZAPI_NSG},
        ),
        (
            "azurerm_network_interface",
            {
                "name": "nic", "resource_group_name": "rg-app",
                "ip_configuration": [{"name": "ip", "subnet_id": SUBNET}],
            },
            "Microsoft.Network/networkInterfaces",
            {"properties": {"ipConfigurations": [{"properties": {"subnet": {"id": SUBNET}}}]}},
        ),
        (
            "azurerm_linux_virtual_machine",
            {
                "name": "vm", "resource_group_name": "rg-app", "location": "westeurope",
                "size": "Standard_D2s_v5", "network_interface_ids": [NIC],
                "os_disk": [{"disk_size_gb": 64, "storage_account_type": "Premium_LRS"}],
                "allow_extension_operations": False, "vtpm_enabled": True,
            },
            "Microsoft.Compute/virtualMachines",
            {
                "location": "westeurope",
                "properties": {
                    "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
                    "networkProfile": {"networkInterfaces": [{"id": NIC}]},
                    "osProfile": {"allowExtensionOperations": False, "linuxConfiguration": {}},
                    "securityProfile": {"securityType": "TrustedLaunch"},
                    "storageProfile": {
                        "osDisk": {
                            "diskSizeGB": 64, "osType": "Linux",
                            "managedDisk": {"storageAccountType": "Premium_LRS"},
                        }
                    },
                },
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_azurerm_and_azapi_give_the_same_record(
    type_: str, after: dict[str, Any], arm_type: str, body: dict[str, Any]
) -> None:
    same = {"type": f"{arm_type}@2024-01-01", "parent_id": GROUP, "name": after["name"]}
    by_azapi = change("azapi_resource", "x", {**same, "body": body})
    assert records(made_of(terraform(change(type_, "x", after)))) == records(
        made_of(terraform(by_azapi))
    )


@pytest.mark.parametrize(
    "name",
    [
        "greenfield.json",
        pytest.param("azapi.json", marks=pytest.mark.long),
        pytest.param("legacy-vm.json", marks=pytest.mark.long),
    ],
)
def test_a_value_that_is_not_known_makes_nothing_clear(name: str) -> None:
    before = {e: verdicts(over_nothing(recorded(name)), e) for e in ("current", "2018-01")}
    for _, plan in poisons(name, 12):
        world = over_nothing(plan)
        for edition, old in before.items():
            new = verdicts(world, edition)
            wrong = [k for k in old if old[k] not in ("clear", "not-applicable")
                     and new.get(k) == "clear"]  # fmt: skip
            assert not wrong


def test_a_part_of_a_body_that_is_unknown_makes_it_a_gap_of_its_own() -> None:
    after = {**DISK, "storage_account_type": "Premium_LRS"}
    unknown = change(
        "azurerm_managed_disk", "d", after, unknown={"max_shares": True},
        expressions={"max_shares": {"references": ["local.x"]}},
    )  # fmt: skip
    [snapshot] = made_of(terraform(unknown)).snapshots
    [gap] = snapshot.disks.index().values()
    assert isinstance(gap, Gap)
    assert (str(gap.reason), gap.what) == ("after-apply", "properties.maxShares")


def test_what_azure_sets_by_default_is_not_set_by_the_plan() -> None:
    after = SMALL
    computed = change(
        "azurerm_managed_disk", "d", after, unknown={"max_shares": True}, expressions={}
    )
    [snapshot] = made_of(terraform(computed)).snapshots
    [disk] = snapshot.disks.records
    assert disk.properties is not None
    assert disk.properties.max_shares is None


def test_no_plan_at_all() -> None:
    world = made_of(LIVE)
    assert put_over(Contents(), world, NOW).after == world
