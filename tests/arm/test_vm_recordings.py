"""Recorded VMs and disks. The expected values were read out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import pytest

from scanner.arm import calls
from scanner.arm.decode import decode_page, decode_record
from scanner.inventory.armid import ArmId
from scanner.inventory.facts import disks
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records import compute
from scanner.inventory.records.compute import VirtualMachine
from scanner.inventory.vm import Vm
from tests.support.answers import (
    Door,
    body,
    check_recordings,
    recorded_answer,
    recording,
    records_of,
    subscription_of,
)
from tests.support.snapshots import SCOPE, gap_of, joined

DENIED, FAILED = Reason.DENIED, Reason.FAILED
NOT_RECORDED, NOT_RUNNING = Reason.NOT_RECORDED, Reason.NOT_RUNNING

# Status messages of agents.
RUNNING = "Guest Agent is running"
ACCEPTING = "GuestAgent is running and accepting new configurations."
PROCESSING = "GuestAgent is running and processing the extensions."
WAITING = "GuestAgent is running and waiting for network issue to be resolved."
NO_BLOB_YET = "VM status blob is found but not yet populated."
UNRESPONSIVE = "VM Agent is unresponsive."

S = "/subscriptions/00000000-0000-0000-0000-00000000000"
ABSENT = "absent"
Report = tuple[bool, str, str, str | Reason, str]
"""Ready, status, message, version, time in UTC."""
Sizes = list[tuple[int | None, int | str]]
"""LUN (None: OS disk) and GiB. Instead of GiB, a gap: its reason and its resource's name."""


def agent_of(vm: Vm) -> Report | Reason | str:
    agent = vm.seen["agent"]
    if isinstance(agent, Gap):
        return gap_of(vm, "agent").reason
    if not agent.present:
        assert (agent.ready, agent.status, agent.message) == (False, None, None)
        return ABSENT
    version = agent.known_version
    return (
        agent.ready,
        agent.status,
        agent.message,
        version.reason if isinstance(version, Gap) else version.text,
        agent.reported_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    )


def power_of(vm: Vm) -> str | Reason:
    power = vm.seen["power_state"]
    return gap_of(vm, "power_state").reason if isinstance(power, Gap) else power.code


def os_of(vm: Vm) -> tuple[str, bool | None]:
    return vm.os.family, vm.os.provision_vm_agent


def sizes_of(disks: Sequence[disks.Disk]) -> Sizes:
    return [(disk.lun, _size(disk.known_size)) for disk in disks]


def _size(size: int | Gap) -> int | str:
    return f"{size.reason} {ArmId(size.scope).name}" if isinstance(size, Gap) else size


def extensions_of(vm: VirtualMachine) -> list[str] | None:
    if vm.resources is None:
        return None
    found = [extension.id for extension in vm.resources]
    assert {id_.type for id_ in found} == {"microsoft.compute/virtualmachines/extensions"}
    assert all(id_ in vm.id for id_ in found)
    return [id_.name for id_ in found]


@dataclass(frozen=True)
class View:
    power: str | Reason
    agent: Report | Reason | str
    os: tuple[str, bool | None]
    disks: Sizes
    extensions: list[str] | None = None
    tags: dict[str, str] | None = None


def not_ready(message: str, time: str) -> Report:
    return False, "Not Ready", message, Reason.GUEST_ONLY, time


VIEWS = {
    "iv_agent_ready_but_network_issue_2020-06-01": View(
        "running",
        (True, "Ready", WAITING, "2.7.41491.949", "2019-12-16T05:56:48Z"),
        ("windows", True),
        [(None, 137), (0, 30)],
        tags={"who-rocks": "open source", "where": "on azure"},
    ),
    "iv_deallocated_agent_still_ready_2020-06-01": View(
        "deallocated", NOT_RUNNING, ("linux", None), [(None, 29), (1, 100), (2, 50)], tags={}
    ),
    "iv_deallocated_no_vmagent_2024-07-01": View(
        "deallocated",
        NOT_RUNNING,
        ("linux", True),
        [(None, 30)],
        ["enablevmaccess"],
        {"firsttag": "1", "secondtag": "2", "thirdtag": ""},
    ),
    "iv_extension_failed_2020-12-01": View(
        "running",
        (True, "Ready", PROCESSING, "2.7.41491.1095", "2023-09-26T22:53:27Z"),
        ("windows", True),
        [(None, 127)],
        ["joindomain", "MDE.Windows", "Microsoft.PowerShell.DSC"],
        {
            "cm-resource-parent": f"{S}9/resourceGroups/cfb-sfescbnv/providers"
            "/Microsoft.DesktopVirtualization/hostpools/fail-HostPool",
            "product_id": "13742",
        },
    ),
    "iv_handler_not_ready_2024-07-01": View(
        "running",
        (True, "Ready", PROCESSING, "2.7.41491.1095", "2024-12-23T08:28:48Z"),
        ("windows", True),
        [(None, 127)],
        ["AzureDiskEncryption"],
        {},
    ),
    "iv_maintenance_status_2024-07-01": View(
        "running",
        not_ready(NO_BLOB_YET, "2024-04-28T06:41:44Z"),
        ("windows", True),
        [(None, 127)],
        tags={
            "MabUsed": "Yes",
            "Owner": "user1@example.com",
            "Purpose": "CLITest",
            "DeleteBy": "12-2099",
            "AutoShutdown": "No",
        },
    ),
    "iv_migration_phase_2017-12-01": View(
        "running",
        not_ready(NO_BLOB_YET, "2017-12-01T14:52:59Z"),
        ("windows", True),
        [(None, "not-recorded vm1")],
        ["BGInfo"],
    ),
    "iv_old_walinuxagent_2_0_2017-03-30": View(
        "running",
        (True, "Ready", ACCEPTING, "WALinuxAgent-2.0.16", "2017-08-23T21:23:05Z"),
        ("linux", None),
        [(None, 30)],
        tags={},
    ),
    "iv_running_agent_unresponsive_2016-03-30": View(
        "running",
        not_ready(UNRESPONSIVE, "2016-07-18T22:02:45Z"),
        ("linux", None),
        [(None, "not-recorded testcli")],
        ["Microsoft.Insights.VMDiagnosticsSettings"],
    ),
    "iv_stopped_not_deallocated_2024-07-01": View(
        "stopped",
        NOT_RUNNING,
        ("linux", True),
        [(None, 30)],
        ["enablevmaccess"],
        {"firsttag": "1", "secondtag": "2", "thirdtag": ""},
    ),
    "iv_vm_provisioning_failed_2016-03-30": View(
        "running",
        (True, "Ready", ACCEPTING, "2.7.1198.778", "2016-10-26T22:40:16Z"),
        ("windows", True),
        [(None, 128), (2, 10)],
        tags={"RG": "rg", "testTag": "1"},
    ),
    "vm_get_2017-03-30_test_vm_create_no_wait": View(
        "starting", NOT_RUNNING, ("linux", None), [(None, 30)], tags={}
    ),
    "vm_get_2017-12-01_TestVirtualMachineGetStatus": View(
        "running",
        (True, "Ready", ACCEPTING, "2.7.1198.802", "2017-12-01T14:52:52Z"),
        ("windows", True),
        [(None, 127)],
        ["BGInfo"],
    ),
    "vm_get_2017-12-01_test_vm_create_no_wait": View(
        NOT_RECORDED, NOT_RECORDED, ("linux", None), [(None, 30)], tags={}
    ),
    "vm_get_2020-06-01_test_vm_custom_image": View(
        "deallocated",
        NOT_RUNNING,
        ("linux", True),
        [
            (None, "failed vm-managed-disk_OsDisk_1_e3e8fd4b62fa4cc6bf56a34f8902c28f"),
            (1, "failed vm-managed-disk_disk3_ab60a9a45031467ebc9ac7ec10db5dde"),
            (3, "failed vm-managed-disk_disk5_856c3b455f8d48bb9b15d139b0db6152"),
        ],
        tags={},
    ),
    "vm_get_2020-12-01_cannotUpdateProximityPlacementGroupF": View(
        "running",
        not_ready(NO_BLOB_YET, "2020-10-14T04:11:45Z"),
        ("windows", True),
        [(None, 127)],
        tags={},
    ),
    "vm_get_2020-12-01_test_mgmt_compute_base_async_test_co": View(
        "running",
        (True, "Ready", PROCESSING, "2.7.41491.1008", "2021-04-06T03:16:01Z"),
        ("windows", True),
        [(None, 127), (0, 1023), (1, 1023)],
        ["virtualmachineextensionxxx9a731234"],
    ),
    "vm_get_2024-07-01_test_vm_create_no_wait": View(
        "running", ABSENT, ("linux", True), [(None, 30)], tags={}
    ),
}


@pytest.mark.parametrize("file", VIEWS)
def test_view(file: str) -> None:
    wanted = VIEWS[file]
    record = decode_record(body(f"views/{file}"), VirtualMachine)
    [vm] = joined([record], views=[record])
    assert vm.id == ArmId(recording(f"views/{file}")["request"]["path"].upper())
    assert vm.name == record.name
    assert (power_of(vm), agent_of(vm)) == (wanted.power, wanted.agent)
    assert (os_of(vm), sizes_of(vm.disks)) == (wanted.os, wanted.disks)
    assert (extensions_of(record), vm.tags) == (wanted.extensions, wanted.tags)


INSTANCE_VIEWS: dict[str, tuple[str, Report | Reason]] = {
    "VirtualMachines_InstanceView_2024-07-01_VirtualMachine_Get_InstanceView": (
        "running",
        (True, "Ready", ACCEPTING, "2.7.41491.949", "2019-10-14T23:11:22Z"),
    ),
    "iv_deallocated_agent_unresponsive_2017-12-01": ("deallocated", NOT_RUNNING),
    "vm_instanceview_2017-12-01_lb_vms_refresh": (
        "running",
        (True, "Ready", RUNNING, "2.2.32.2", "2018-11-06T16:09:01Z"),
    ),
    "vm_instanceview_2017-12-01_refresher": ("deallocated", NOT_RUNNING),
    "vm_instanceview_2017-12-01_refresher_2": ("deallocated", NOT_RUNNING),
    "vm_instanceview_2019-12-01_test_cli_mgmt_compute_test_compute": (
        "running",
        (True, "Ready", ACCEPTING, "2.7.41491.963", "2020-03-26T05:28:44Z"),
    ),
}


@pytest.mark.parametrize("file", INSTANCE_VIEWS)
def test_instance_view_in_a_status_listing(file: str) -> None:
    view = decode_record(body(f"instance_views/{file}"), compute.InstanceView)
    path = recording(f"instance_views/{file}")["request"]["path"].removesuffix("/instanceView")
    properties = compute.VmProperties(instance_view=view)
    status = VirtualMachine(ArmId(path.upper()), properties=properties)
    [vm] = joined([VirtualMachine(ArmId(path))], statuses=[status])
    assert (power_of(vm), agent_of(vm)) == INSTANCE_VIEWS[file]


@pytest.mark.parametrize(
    "file",
    [
        "instance_views/vm_instanceview_2017-12-01_refresher",
        "instance_views/iv_deallocated_agent_unresponsive_2017-12-01",
    ],
)
def test_the_status_of_a_silent_agent_has_the_time_of_the_answer(file: str) -> None:
    """The same VM, read twice within ten minutes: the time is not the beginning of the silence."""
    recorded = recording(file)
    view = decode_record(body(file), compute.InstanceView)
    assert recorded["request"]["path"].endswith("/miq-vm-centos1-eastus/instanceView")
    assert view.vm_agent
    [status] = view.vm_agent.statuses or ()
    assert status.message == UNRESPONSIVE
    answered = parsedate_to_datetime(recorded["response"]["headers"]["date"])
    assert datetime.fromisoformat(str(status.time)) == answered


MODELS: dict[str, tuple[tuple[str, bool | None], Sizes, list[str] | None]] = {
    "VirtualMachines_Get_2024-07-01_VirtualMachine_Get": (
        ("windows", True), [(None, 30), (0, 30), (1, 100)], ["CustomScriptExtension-DSC"],
    ),
    "vm_get_2016-03-30_TestAEMExtensionAdvancedWindowsWAD": (
        ("windows", True),
        [(None, "not-recorded vmcrptestps369"), (1, 10), (2, 11)],
        ["AzureCATExtensionHandler", "BGInfo", "IaaSDiagnostics"],
    ),
    "vm_get_2017-03-30_arm_compute_vm_should_disable_encryp": (
        ("windows", True), [(None, 127)], ["AzureDiskEncryption", "BGInfo"],
    ),
    "vm_get_2017-12-01_testManageStorageFromMSIEnabledVirtu": (
        ("linux", None),
        [(None, 30)],
        ["CustomScriptForLinux", "ManagedIdentityExtensionForLinux"],
    ),
    "vm_get_2017-12-01_test_vm_create_with_market_place_ima": (
        ("linux", None), [(None, 50), (0, 100)], None,
    ),
    "vm_get_2022-11-01_test_vm_extension_list": (
        ("linux", True), [(None, 30)], ["VMAccessForLinux"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("file", MODELS)
def test_model_without_a_view(file: str) -> None:
    record = decode_record(body(f"models/{file}"), VirtualMachine)
    [vm] = joined([record], views=[record])
    assert (os_of(vm), sizes_of(vm.disks), extensions_of(record)) == MODELS[file]
    # Without an instance view power state and agent are unknown. It does not mean no agent.
    assert (power_of(vm), agent_of(vm)) == (NOT_RECORDED, NOT_RECORDED)
    assert vm.restore_points.count == 0
    assert vm.locks == ()


Entry = tuple[str, str, tuple[str, bool | None], Sizes, list[str] | None]
"""Group as listed, name, OS, disks, extensions."""
LONG_GROUP = "7PTFB2IKPAE54UU36J6DSPCSGPSHFKDJVCURHJJLQHIPQTMXI4Y3ZOQ46GYPODIS2E42PUF3SUQ"
FILTER_GROUP = "CLI_TEST_VM_LIST_FILTER_GZKBOH3BMPQ4WL3JB2DS3YK7YAUSDG7ETKTUD64XSWDVGGG2YTI"
LISTS: dict[str, list[Entry]] = {
    "vm_list_rg_2017-03-30_arm_compute_vm_list_should_display_a": [
        ("xplatTestGVMCreate4763", "xplatvm", ("linux", None),
         [(None, "not-recorded xplatvm")], None),
        ("xplatTestGVMCreate4763", "xplatvm2", ("windows", True),
         [(None, "not-recorded xplatvm2")], ["BGInfo"]),
    ],
    "vm_list_rg_2020-12-01_testManageVirtualMachine": [
        ("rgcomvc56705632b433cf8", "lvm3fd15448f47ade142", ("linux", True), [(None, 30)], None),
        ("rgcomvc56705632b433cf8", "wvm6a1891317e90e23c7", ("windows", True),
         [(None, 127), (1, 50), (2, 10), (3, 10)], None),
    ],
    "vm_list_rg_2022-11-01_test_vm_list_filter": [
        (FILTER_GROUP, "vmss000002_91adac43", ("linux", True), [(None, 30)], None),
        (FILTER_GROUP, "vmss000002_f3ea68e9", ("linux", True), [(None, 30)], None),
    ],
    "vm_list_rg_2022-11-01_test_vm_simulate_eviction": [
        ("cli_test_vm_simulate_eviction000001", "vm-simualte-eviction1", ("linux", True),
         [(None, 30)], None),
        ("cli_test_vm_simulate_eviction000001", "vm-simulate-eviction2", ("linux", True),
         [(None, "failed vm-simulate-eviction2_OsDisk_1_8f71463a9ec64de1a5fdcda3a6e3a8b4")], None),
    ],
    "vm_list_sub_2020-06-01_test_mgmt_compute_base_async_test_co": [
        (LONG_GROUP, "virtualmachinexxx9a731234", ("windows", True),
         [(None, 127), (0, 1023), (1, 1023)], ["virtualmachineextensionxxx9a731234"]),
        ("AZURE-SDK-TEST", "test", ("linux", True), [(None, 30)], None),
        ("DEV-BOX", "dev-box", ("windows", True),
         [(None, "failed dev-box_OsDisk_1_8ba56531ddec4304b95f695aafae0df3")], ["enablevmaccess"]),
        ("ARM-PYTHON-RG", "pythonVM", ("linux", True), [(None, 30), (0, 1024)], None),
        ("VPN-LON", "vpn-lon", ("linux", None), [(None, 30)], None),
    ],
    "vm_list_sub_2022-11-01_FunctionalActionsTagsTest_test_autot": [
        ("TEST_VM", "cctestvm", ("linux", None), [(None, 30), (0, 1023)], ["script1"]),
    ],
    "vm_list_sub_2024-11-01_VMTest_test_vm_backup_status_protect": [
        ("TEST_DISK_TYPE_MODIFY", "c7n-test-vm", ("windows", True),
         [(None, 127), (0, 64)], ["MDE.Windows"]),
        ("TEST_VM", "cctestvm", ("linux", None), [(None, 30), (0, 1023)], ["script1"]),
    ],
}  # fmt: skip
MINIMAL = "VirtualMachines_List_2024-07-01_VirtualMachine_List_MinimumSet_Gen"


@pytest.mark.parametrize("file", LISTS)
def test_vm_list(file: str) -> None:
    entries, broken, link = decode_page(body(f"lists/{file}"), VirtualMachine)
    assert (broken, link) == ((), None)
    seen = []
    for entry in entries:
        [vm] = joined([entry])
        extensions = extensions_of(entry)
        seen.append((vm.id.resource_group, vm.name, os_of(vm), sizes_of(vm.disks), extensions))
    assert seen == LISTS[file]
    in_sets = [entry.properties.virtual_machine_scale_set for entry in entries if entry.properties]
    assert any(in_sets) == ("list_filter" in file)


def test_vm_list_of_entries_without_properties() -> None:
    entries, broken, link = decode_page(body(f"lists/{MINIMAL}"), VirtualMachine)
    assert (len(entries), broken, link) == (2, (), None)
    [vm] = joined(entries)
    assert vm.location == "eastus"
    assert {gap_of(vm, fact).reason for fact in ("os", "disks", "power_state")} == {NOT_RECORDED}


DISKS: dict[str, list[tuple[str, int | str]]] = {
    "disk_get_2016-04-30-preview_testCreateVirtualMachineUsingCustomI": [
        ("vm3054675_disk1_4dc2244be91c4ed2bf30c455c90fd2da", 30),
    ],
    "disk_get_2017-03-30_arm_compute_disk_disk_update_paramet": [("xplatDisk8814", 5)],
    "disk_get_2020-09-30_testCreateVirtualMachineUsingCustomI": [
        ("vm3130350_disk1_6079c42f819248ecaf87805ccfb3c73e", 30),
    ],
    "disk_get_2023-04-02_test_performance_plus": [("disk000002", 530)],
    "disk_get_2023-04-02_test_vm_trusted_launch_os_disk_secur": [
        ("disk000002", "not-recorded disk000002"),
    ],
    "disk_get_2024-03-02_ModifyDiskTypeTests_change_attached_": [
        ("c7n-test-vm_OsDisk_1_ff7628b46249419c95e5151982c9cf41", 127),
    ],
    "disk_list_2017-03-30_refresher": [
        ("miq-data-disk-eastus1", 1),
        ("miq-data-disk-eastus2", 1),
        ("miq-managed-disk-eastus1", 16),
        ("miq-linuximg-disk", 30),
        ("miq-os-disk-image1", 30),
        ("miq-os-win2k12-1-disk", 127),
        ("miq-vm-lb-disk1", 30),
        ("miq-vm-lb-disk2", 30),
        ("miq-vm-sles1-disk", 30),
        ("miq-os-disk-rhel2", 32),
        ("miq-data-disk-westus1", 1),
        ("miq-data-disk-westus2", 1),
        ("miq-managed-disk-westus1", 16),
        ("miq-os-disk-rhel1", 32),
        ("miq-os-win2k12-2-disk", 127),
        ("miq-vm-lb-disk3", 30),
        ("miq-vm-lb-disk4", 30),
        ("miq-vm-sles2-disk", 30),
    ],
    "disk_list_2019-11-01_test_mgmt_managed_disks_test_list_di": [],
    "disk_list_2020-09-30_canOperateOnEmptyManagedDisk": [("md-empty-9a100602e", 200)],
    "disk_list_2023-04-02_test_enable_trusted_launch_on_v1": [
        ("vm1000002_OsDisk_1_850edea01db443319c31f26b21a70fa3", 30),
    ],
}
FOREIGN_LINK = "Disks_ListByResourceGroup_2024-03-02_Disk_ListByResourceGroup"


@pytest.mark.parametrize("file", DISKS)
def test_sizes_by_the_disk_resources(file: str) -> None:
    found = records_of(f"disks/{file}", compute.Disk)
    vm_disks = [
        compute.VmDisk(managed_disk=compute.ManagedDisk(ArmId(disk.id.text.upper())))
        for disk in found
    ]
    # A VM with all of the disks, their ids in upper case.
    storage = compute.StorageProfile(
        os_disk=compute.VmDisk(disk_size_gb=1), data_disks=tuple(vm_disks)
    )
    record = VirtualMachine(ArmId(f"{SCOPE}/x"), properties=compute.VmProperties(storage))
    [vm] = joined([record], disks=found)
    seen = [(disk.name.lower(), str(_size(disk.known_size)).lower()) for disk in vm.disks[1:]]
    assert seen == [(name.lower(), str(size)) for name, size in DISKS[file]]
    assert [disk.id.name for disk in found] == [name for name, _ in DISKS[file]]


async def test_next_link_to_another_host_is_not_followed() -> None:
    """The recorded page has three different entries of one id, which are a gap."""
    door = Door(recorded_answer(f"disks/{FOREIGN_LINK}"))
    scope = subscription_of(f"disks/{FOREIGN_LINK}")
    listing = await door.arm.list_all(calls.DISKS, scope)
    contradicted, gap = listing.gaps
    assert listing.records == ()
    assert "has it twice" in contradicted.remedy
    assert (gap.scope, gap.reason, "disksvchost" in gap.remedy) == (scope.text, FAILED, True)
    assert [request.host for request in door.azure.asked] == ["management.azure.com"]


def test_every_recording_has_expected_values() -> None:
    check_recordings(
        {
            "views": VIEWS,
            "instance_views": INSTANCE_VIEWS,
            "models": MODELS,
            "lists": [*LISTS, MINIMAL],
            "disks": [*DISKS, FOREIGN_LINK],
        }
    )
