"""Recorded locks, restore points, groups and subscriptions, read out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from scanner.arm.decode import decode_page, decode_record
from scanner.inventory.armid import ArmId
from scanner.inventory.facts import restore_points
from scanner.inventory.gap import Reason
from scanner.inventory.records import compute, resources
from scanner.inventory.records.compute import VirtualMachine
from tests.support.answers import body, check_recordings, records_of
from tests.support.snapshots import gap_of, ids, joined

DENIED, FAILED = Reason.DENIED, Reason.FAILED
NOT_RECORDED, NOT_RUNNING = Reason.NOT_RECORDED, Reason.NOT_RUNNING
S = "/subscriptions/00000000-0000-0000-0000-00000000000"
LOCK = "/providers/Microsoft.Authorization/locks"
VM = "providers/Microsoft.Compute/virtualMachines"
MANAGED_RG, LIBS_RG = f"{S}0/resourceGroups/rga26310521c", f"{S}0/resourceGroups/rg6455754689"
LOCKED_RG, CRUD_RG = f"{S}9/resourceGroups/test_locked", f"{S}6/resourceGroups/rg5860924141"
SPEC_RG = "/subscriptions/subscriptionId/resourceGroups/resourcegroupname"
LOCKS: dict[str, tuple[int, str, list[tuple[str, str, str]]]] = {
    # Number of locks, a VM, and over it: name, level and scope of the lock.
    "ManagementLocks_ListAtSubscriptionLevel_2020-05-01_ManagementLocks_ListAtSubscriptionLevel": (
        1, f"{SPEC_RG}/{VM}/x", [("testlock", "ReadOnly", SPEC_RG)],
    ),
    "lock_get_2016-09-01_CanCRUDLocks": (
        1, f"{CRUD_RG}/{VM}/vmac0242996e",
        [("vmlock", "ReadOnly", f"{CRUD_RG}/{VM}/vmac0242996e")],
    ),
    "lock_get_2016-09-01_test_lock_with_resource_id": (
        1, f"{S}0/resourceGroups/cli_test_lock_with_resource_id000001/{VM}/x", [],
    ),
    "lock_get_2016-09-01_test_mgmt_resource_locks_test_locks_": (
        1, f"{S}0/resourceGroups/any/{VM}/x", [("pylockrg", "CanNotDelete", f"{S}0")],
    ),
    "lock_get_2016-09-01_test_mgmt_resource_locks_test_locks__4": (
        1, f"{S}0/resourceGroups/RGNAME/{VM}/x",
        [("pylockrg", "CanNotDelete", f"{S}0/resourceGroups/rgname")],
    ),
    "locks_list_2016-09-01_LockActionTest_test_lock_action_reso": (
        2, f"{LOCKED_RG}/{VM}/x",
        [("cctestlockfilter", "CanNotDelete", LOCKED_RG), ("rglock", "CanNotDelete", LOCKED_RG)],
    ),
    "locks_list_2016-09-01_LockActionTest_test_lock_action_reso_2": (
        2, f"{LOCKED_RG}/{VM}/x", [("cctestlockfilter", "CanNotDelete", LOCKED_RG)],
    ),
    "locks_list_2016-09-01_ResourceLockFilter_test_lock_filter_": (
        0, f"{S}9/resourceGroups/erwelch-test/{VM}/x", [],
    ),
    "locks_list_2016-09-01_testManageLocks": (
        2, f"{LIBS_RG}/{VM}/vm67c799308b", [("rglock", "CanNotDelete", LIBS_RG)],
    ),
    "locks_list_2016-09-01_testManagementLocks": (
        2, f"{MANAGED_RG}/{VM}/vm27248384e8",
        [
            ("rglock", "CanNotDelete", MANAGED_RG),
            ("vmlock", "ReadOnly", f"{MANAGED_RG}/{VM}/vm27248384e8"),
        ],
    ),
    # 53 locks. Two are over the VM: on it and on the subscription. The others are on disks and
    # galleries.
    "locks_list_2016-09-01_test_mgmt_resource_locks_test_locks__3": (
        53, f"{S}0/resourceGroups/FYTEST2/{VM}/vm1",
        [
            ("pylockrg", "CanNotDelete", f"{S}0"),
            ("l", "CanNotDelete", f"{S}0/resourceGroups/fytest2/{VM}/vm1"),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("file", LOCKS)
def test_locks(file: str) -> None:
    count, vm_id, wanted = LOCKS[file]
    found = records_of(f"locks/{file}", resources.Lock)
    assert len(found) == count
    [vm] = joined([VirtualMachine(ArmId(vm_id))], locks=found)
    assert [(lock.id.name, lock.level, lock.scope) for lock in vm.locks] \
        == [(name, level, ArmId(scope)) for name, level, scope in wanted]  # fmt: skip
    assert all(lock.covers(vm.id) for lock in vm.locks)


RPC = "providers/Microsoft.Compute/restorePointCollections"
POINTS_RG = f"{S}0/resourceGroups/cli_test_restore_point000001"
EMPTY_RG = f"{S}0/resourceGroups/cli_test_restore_point_collection000001"
UPPER_RG = (
    f"{S}0/resourceGroups/"
    "CLI_TEST_RESTORE_POINT_COLLECTIONP5IJW2NGF254UQ7NFGPPUGVLW74ZWNCODRO6SJUGUA"
)
SPEC = "/subscriptions/{subscription-id}/resourceGroups"
POINTS: dict[str, list[tuple[str, str, int | None]]] = {
    # Collection, its source, and its points (None: the answer does not hold them).
    "RestorePointCollections_Get_2024-07-01_RestorePointCollection_Get": [
        (f"{SPEC}/myResourceGroup/{RPC}/myRpc", f"{SPEC}/myResourceGroup/{RPC}/myRpc", None),
    ],
    "RestorePointCollections_ListAll_2024-07-01_RestorePointCollection_ListBySubscriptio": [
        (f"{SPEC}/resourceGroup1/{RPC}/restorePointCollection1",
         f"{SPEC}/myResourceGroup/{VM}/VM_Test", None),
        (f"{SPEC}/resourceGroup2/{RPC}/restorePointCollection2",
         f"{SPEC}/myResourceGroup/{VM}/VM_Prod", None),
    ],
    "RestorePointCollections_List_2024-07-01_RestorePointCollection_ListByResourceGro": [
        (f"{SPEC}/myResourceGroup/{RPC}/restorePointCollection1",
         f"{SPEC}/myResourceGroup/{RPC}/restorePointCollection1", None),
        (f"{SPEC}/myResourceGroup/{RPC}/restorePointCollection2",
         f"{SPEC}/myResourceGroup/{RPC}/restorePointCollection2", None),
    ],
    "rpc_get_2022-11-01_test_restore_point_collection": [
        (f"{EMPTY_RG}/{RPC}/point_000002", f"{EMPTY_RG}/{VM}/vm_000003", None),
    ],
    "rpc_get_2024-07-01_test_restore_point": [
        (f"{POINTS_RG}/{RPC}/collection_000002", f"{POINTS_RG}/{VM}/vm_000004", 1),
    ],
    "rpc_get_2024-07-01_test_restore_point_collection": [
        (f"{EMPTY_RG}/{RPC}/point_000002", f"{EMPTY_RG}/{VM}/vm_000003", None),
    ],
    "rpc_list_rg_2022-11-01_test_restore_point_collection": [
        (f"{EMPTY_RG}/{RPC}/point_000002", f"{EMPTY_RG}/{VM}/vm_000003", None),
    ],
    "rpc_list_sub_2022-11-01_test_restore_point_collection": [
        (f"{UPPER_RG}/{RPC}/point_000002", f"{EMPTY_RG}/{VM}/vm_000003", None),
    ],
}  # fmt: skip


@pytest.mark.parametrize("file", POINTS)
def test_restore_points(file: str) -> None:
    found = records_of(f"restore_points/{file}", compute.RestorePointCollection)
    assert ids(found) == [collection for collection, _, _ in POINTS[file]]
    for collection, source, count in POINTS[file]:
        vm_record = VirtualMachine(ArmId(source.upper()))
        [vm] = joined([vm_record], collections=found, expanded=found)
        if count is None:
            gap = gap_of(vm, "restore_points")
            assert (gap.reason, gap.scope) == (NOT_RECORDED, collection)
        else:
            assert vm.restore_points.count == count
            assert ids_of(vm.restore_points) == [collection]


def ids_of(points: restore_points.RestorePoints) -> list[str]:
    return [collection.id.text for collection in points.collections]


GROUPS: dict[str, list[tuple[str, str | None]]] = {
    "resourcegroups_top2_page1_2021-04-01": [("acctestRG-201105133030970486", None), ("zuh", None)],
    "rg_get_2018-05-01_test_resource_group_no_wait": [("cli_rg_nowait_test000001", None)],
    "rg_get_2020-06-01_canAssignRolesToIdentity": [("javaismrg70131", None)],
    "rg_get_2022-09-01_test_resource_group": [("cli_test_rg_scenario000001", "test_admin")],
    "rg_list_2014-04-01-preview_RDRemoveScenario": [
        ("Default-Storage-CentralUS", None),
        ("experimental", None),
        ("rbactest", None),
        ("Shubham_TestRG", None),
    ],
    "rg_list_2017-08-01_refresher": [
        ("miq-misc-eastus", None),
        ("miq-misc-westus", None),
        ("miq-networking-eastus", None),
        ("miq-networking-westus", None),
        ("miq-storage-eastus", None),
        ("miq-storage-westus", None),
        ("miq-vms-eastus", None),
        ("miq-vms-westus", None),
    ],
    "rg_list_2022-09-01_test_resource_group": [("cli_test_rg_scenario000001", "test_admin")],
}


@pytest.mark.parametrize("file", GROUPS)
def test_resource_groups(file: str) -> None:
    if "_get_" in file:
        found: Sequence[resources.ResourceGroup] = [
            decode_record(body(f"groups/{file}"), resources.ResourceGroup)
        ]
    else:
        found, broken, link = decode_page(body(f"groups/{file}"), resources.ResourceGroup)
        assert broken == ()
        assert bool(link) == ("top2" in file)
    assert [(group.name, group.managed_by) for group in found] == GROUPS[file]
    assert all(group.id.group == group.id for group in found)


SUBSCRIPTIONS = {
    # Id, GUID, name and state. One recording has two different GUIDs.
    "Subscriptions_Get_2022-12-01_GetSubscription": ("39", "39", "Example Subscription", "Enabled"),
    "sub_get_2016-06-01_Subscription_Management_Client_shoul": (
        "31", "31", "AzSdkCore1", "Enabled",
    ),
    "sub_get_2019-11-01_test_mgmt_resource_subscriptions_tes": (
        "00", "00", "AzureSDKTest", "Enabled",
    ),
    "sub_get_2022-12-01_SubscriptionTaggingTest_test_subscri": (
        "09", "09", "Test Subscription", "Enabled",
    ),
    "subs_list_2019-06-01_ManageUsersGroupsAndRolesTest": ("16", "16", "AzureSDKTest", "Enabled"),
    "subs_list_2020-01-01_canListLocations": (
        "00", "00", "Java Libs Tests with TTL = 7 Days", "Enabled",
    ),
    "subs_list_2020-01-01_test_rest_arm": ("00", "16", "AzureSDKTest", "Enabled"),
}  # fmt: skip


@pytest.mark.parametrize("file", SUBSCRIPTIONS)
def test_subscriptions(file: str) -> None:
    [found] = records_of(f"subscriptions/{file}", resources.Subscription)
    number, guid, name, state = SUBSCRIPTIONS[file]
    assert found.id == ArmId(f"/Subscriptions/00000000-0000-0000-0000-0000000000{number}")
    assert found.subscription_id == f"00000000-0000-0000-0000-0000000000{guid}"
    assert (found.display_name, found.state) == (name, state)


def test_every_recording_has_expected_values() -> None:
    check_recordings(
        {
            "locks": LOCKS,
            "restore_points": POINTS,
            "groups": GROUPS,
            "subscriptions": SUBSCRIPTIONS,
        }
    )
