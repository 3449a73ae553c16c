"""The simulated answers have the members of recorded answers of the same kind."""

from scanner.sim.patches import ABSENT
from scanner.sim.shapes import NOT_READY_UNRESPONSIVE, SNAPSHOT_WINDOWS, DiskShape
from scanner.sim.world import Group, Subscription, World
from tests.support.simulated_arm import Ask, error, missing, pages, recording

COMPUTE = "providers/Microsoft.Compute"
OPTIONAL = {
    "properties.diagnosticsProfile",
    "properties.securityProfile",
    "properties.storageProfile.osDisk.vhd",
    "properties.osProfile.linuxConfiguration.ssh",
    "properties.additionalCapabilities",
    "properties.licenseType",
    "identity",
    "resources.tags",
    "tags",
    "zones",
}
"""Members that a VM may lack."""


def test_vm_list_entry(web: Group, ask: Ask, prod: Subscription) -> None:
    web.vm("a", os="windows", data_disks=[DiskShape(64)], extensions=[SNAPSHOT_WINDOWS])
    answer = ask.json(f"{prod.id}/{COMPUTE}/virtualMachines")["value"][0]
    recorded = recording("vm_list_sub_2024-11-01_VMTest_test_vm_backup_status_protect")
    assert missing(recorded["body"]["value"][0], answer, OPTIONAL) == set()
    assert answer["resources"] == [{"id": f"{answer['id']}/extensions/VMSnapshot"}]


def test_vm_with_view(web: Group, ask: Ask) -> None:
    vm = web.vm("a", os="windows", extensions=[SNAPSHOT_WINDOWS], data_disks=[DiskShape(64)])
    answer = ask.json(f"{vm.id}?$expand=instanceView&api-version=2024-11-01")
    recorded = recording("iv_extension_failed_2020-12-01")["body"]
    written_by_extension = ("substatuses", "settings", "forceUpdateTag", "statuses.message")
    lacking = missing(recorded, answer, OPTIONAL)
    assert all(any(name in path for name in written_by_extension) for path in lacking)
    assert answer["resources"][0]["properties"]["publisher"] == "Microsoft.Azure.RecoveryServices"


def test_vm_of_linux_with_view(web: Group, ask: Ask) -> None:
    vm = web.vm("a", tags={})
    answer = ask.json(f"{vm.id}?$expand=instanceView&api-version=2024-11-01")
    recorded = recording("vm_get_2024-07-01_test_vm_vmss_proxy_agent")["body"]
    assert missing(recorded, answer, OPTIONAL) == set()
    assert list(answer) == list(recorded)


def test_unresponsive_agent(web: Group, ask: Ask) -> None:
    vm = web.vm("a", agent=NOT_READY_UNRESPONSIVE, extensions=[SNAPSHOT_WINDOWS])
    answer = ask.json(f"{vm.id}/instanceView")
    recorded = recording("iv_running_agent_unresponsive_2016-03-30")["body"]
    agent = recorded["properties"]["instanceView"]["vmAgent"]
    agent["statuses"][0]["time"] = "2026-01-15T06:00:00+00:00"
    assert answer["vmAgent"] == agent
    assert answer["extensions"] == [{"name": "VMSnapshot"}]
    assert "computerName" not in answer


def test_deallocated_vm_has_no_agent(web: Group, ask: Ask) -> None:
    vm = web.vm("a", power="deallocated", extensions=[SNAPSHOT_WINDOWS])
    answer = ask.json(f"{vm.id}?$expand=instanceView&api-version=2024-11-01")
    recorded = recording("iv_deallocated_no_vmagent_2024-07-01")["body"]
    view = answer["properties"]["instanceView"]
    assert list(view) == list(recorded["properties"]["instanceView"])
    assert view["statuses"][1] == recorded["properties"]["instanceView"]["statuses"][1]


def test_vm_without_power_state(web: Group, ask: Ask) -> None:
    vm = web.vm("a", power=None, agent=None, provisioning_state="Creating")
    codes = [status["code"] for status in ask.json(f"{vm.id}/instanceView")["statuses"]]
    assert codes == ["ProvisioningState/creating"]


def test_disk(web: Group, ask: Ask, prod: Subscription) -> None:
    web.vm("a", os="windows")
    answer = ask.json(f"{prod.id}/{COMPUTE}/disks")["value"][0]
    recorded = recording("disk_list_2023-04-02_test_enable_trusted_launch_on_v1")["body"]
    lacking = missing(recorded["value"][0], answer, OPTIONAL)
    assert {path.split(".")[1] for path in lacking} <= {
        "LastOwnershipUpdateTime",
        "creationData",
        "supportedCapabilities",
        "supportsHibernation",
        "tier",
    }


def test_disk_whose_size_only_the_resource_has(web: Group, ask: Ask) -> None:
    vm = web.vm("a", data_disks=[DiskShape(2048, size_in_vm=False)])
    body = ask.json(vm.id)
    assert "diskSizeGB" not in body["properties"]["storageProfile"]["dataDisks"][0]
    assert ask.json(vm.disks[1].id)["properties"]["diskSizeGB"] == 2048


def test_unmanaged_and_unlisted_disks_have_no_resource(web: Group, ask: Ask) -> None:
    vm = web.vm(
        "a", os_disk=DiskShape(30, managed=False), data_disks=[DiskShape(4, resource=False)]
    )
    profile = ask.json(vm.id)["properties"]["storageProfile"]
    assert profile["osDisk"]["vhd"]["uri"].endswith(".vhd")
    assert "managedDisk" in profile["dataDisks"][0]
    assert ask.json(f"{web.subscription.id}/{COMPUTE}/disks")["value"] == []


def test_restore_points(web: Group, ask: Ask, prod: Subscription) -> None:
    item = prod.group("AzureBackupRG_westeurope_1").collection(source=web.vm("a").id, points=3)
    body = ask.json(f"{item.id}?$expand=restorePoints&api-version=2024-11-01")
    recorded = recording("rpc_get_2024-07-01_test_restore_point")["body"]
    lacking = missing(recorded, body, OPTIONAL)
    assert {path for path in lacking if "sourceMetadata" not in path} == set()
    times = [point["properties"]["timeCreated"] for point in body["properties"]["restorePoints"]]
    assert [time[:16] for time in times] == [
        "2026-01-12T06:47",
        "2026-01-13T06:47",
        "2026-01-14T06:47",
    ]
    assert all(len(time) == 33 and time.endswith("+00:00") for time in times)
    assert "restorePoints" not in ask.json(item.id)["properties"]


def test_collection_list(web: Group, ask: Ask, prod: Subscription) -> None:
    item = web.collection(source=web.vm("a").id)
    body = ask.json(f"{prod.id}/{COMPUTE}/restorePointCollections")
    recorded = recording("rpc_list_sub_2022-11-01_test_restore_point_collection")["body"]
    assert missing(recorded["value"], body["value"], OPTIONAL) == set()
    assert "restorePoints" not in body["value"][0]["properties"]
    prefix, _, digits = item.name.rpartition("_")
    assert prefix == "AzureBackup_a"
    assert len(digits) == 19


def test_locks_at_above_and_below_a_scope(web: Group, ask: Ask, prod: Subscription) -> None:
    prod.lock("all", on=prod.id)
    prod.lock("web", on=web.id, notes="kept")
    prod.lock("vm", on=web.vm("a").id, level="ReadOnly")
    prod.lock("other", on=prod.group("rg-other").id)
    suffix = "providers/Microsoft.Authorization/locks"
    first = ask.json(f"{prod.id}/{suffix}")
    recorded = recording("locks_list_2016-09-01_testManagementLocks")["body"]
    assert missing(recorded["value"][1], first["value"][1], OPTIONAL) == set()
    assert [lock["name"] for lock in first["value"]] == ["all", "web"]
    assert len(ask.json(first["nextLink"])["value"]) == 2

    def names(path: str) -> list[str]:
        return [lock["name"] for page in pages(ask, path) for lock in page["value"]]

    # Reference of Get-AzResourceLock, -AtScope: at, above and below; with the filter, none below.
    assert names(f"{web.id}/{suffix}") == ["all", "web", "vm"]
    assert names(f"{web.id}/{suffix}?$filter=atScope()") == ["all", "web"]
    # az and the SDK send an empty segment, where the path of a parent resource would be.
    at_vm = f"{web.id}/providers/Microsoft.Compute//virtualMachines/a/{suffix}"
    assert names(at_vm) == ["all", "web", "vm"]
    assert ask.json(f"{at_vm}/vm")["properties"] == {"level": "ReadOnly"}
    assert error(ask, f"{at_vm}/web", 404)[0] == "LockNotFound"


def test_subscriptions_and_groups(world: World, web: Group, ask: Ask) -> None:
    recorded = recording("subs_list_2020-01-01_canListLocations")["body"]
    body = ask.json("/subscriptions")
    assert missing(recorded, body, OPTIONAL) == set()
    recorded = recording("rg_list_2022-09-01_test_resource_group")["body"]
    managed = web.subscription.group("rg-managed", managed_by="/x", tags={"a": "b", "c": ""})
    assert missing(recorded["value"][0], ask.json(managed.id), OPTIONAL) == set()
    assert "managedBy" not in ask.json(web.id)


def test_management_group_lists_everything_below(world: World, ask: Ask) -> None:
    subs = [world.subscription(name) for name in ("a", "b")]
    inner = world.management_group("inner", [subs[1]])
    world.management_group("outer", [subs[0]], [inner])
    arm = "/providers/Microsoft.Management/managementGroups"
    first = ask.json(f"{arm}/outer/descendants")
    entries = first["value"] + ask.json(first["nextLink"])["value"]
    assert [(entry["name"], entry["properties"]["parent"]["id"]) for entry in entries] == [
        (subs[0].subscription_id, f"{arm}/outer"),
        ("inner", f"{arm}/outer"),
        (subs[1].subscription_id, f"{arm}/inner"),
    ]
    assert entries[0]["type"] == "Microsoft.Management/managementGroups/subscriptions"


def test_status_listing(world: World, web: Group, ask: Ask, prod: Subscription) -> None:
    web.vm("a", tags={"x": "y"})
    web.vm("b")
    path = f"{prod.id}/{COMPUTE}/virtualMachines?statusOnly=true&api-version=2024-11-01"
    entry = ask.json(path)["value"][0]
    assert set(entry) == {"name", "id", "type", "location", "properties"}
    assert set(entry["properties"]) == {"provisioningState", "vmId", "instanceView"}
    assert set(entry["properties"]["instanceView"]) == {"statuses"}
    world.status_listing_agents = {"b"}
    views = [entry["properties"]["instanceView"] for entry in ask.json(path)["value"]]
    assert ["vmAgent" in view for view in views] == [False, True]


def test_any_resource_is_listed_once_its_type_has_a_route(web: Group, ask: Ask) -> None:
    vm = web.vm("a")
    path = f"{web.subscription.id}/providers/Microsoft.Network/networkInterfaces"
    nic = ask.json(path)["value"][0]
    assert nic["properties"]["virtualMachine"]["id"] == vm.id
    assert ask.json(nic["id"]) == nic


def test_patches(web: Group, ask: Ask) -> None:
    vm = web.vm(
        "a",
        body_patch={"properties": {"storageProfile": None, "osProfile": {"secrets": ABSENT}}},
        view_patch={"vmAgent": {"statuses": None}},
    )
    body = ask.json(f"{vm.id}?$expand=instanceView&api-version=2024-11-01")["properties"]
    assert body["storageProfile"] is None
    assert "secrets" not in body["osProfile"]
    assert body["instanceView"]["vmAgent"]["statuses"] is None
