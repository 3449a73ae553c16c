"""Which protected item a job belongs to."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.gap import Gap
from scanner.sim import faults
from scanner.sim.backup_errors import AGENT_SILENT, NO_NETWORK
from tests.support.fleets.backed_up import BackupFleet, protection_of

NAMELESS = {"containerName": None}
"""Jobs of old versions of the service name the VM alone, not its container."""


@pytest.mark.parametrize(
    ("item", "job"),
    [
        pytest.param({}, {}, id="as recorded"),
        pytest.param(
            {}, {"containerName": "IaasVMContainer;iaasvmcontainerv2;RG-APP;WEB"},
            id="job in the form of the item's id",
        ),
        pytest.param(
            {"containerName": "IaasVMContainer;iaasvmcontainerv2;rg-app;web"}, {},
            id="item in the form of its id",
        ),
        pytest.param({"containerName": None}, {}, id="item without container"),
        pytest.param({}, {**NAMELESS, "entityFriendlyName": "WEB"}, id="job without container"),
    ],
)  # fmt: skip
async def test_a_job_belongs_to_the_item_of_its_vm(item: Any, job: Any) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(patch=item)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, patch=job)
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


@pytest.mark.parametrize(
    "container",
    [
        pytest.param("web", id="a name"),
        pytest.param("/", id="a slash"),
        pytest.param("Whatever", id="odd"),
        pytest.param(None, id="null"),
    ],
)
async def test_the_id_of_an_item_has_its_container_too(container: str | None) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(patch={"containerName": container})
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    assert (await fleet.scan()).symptom_codes("web") == [NO_NETWORK.title]


@pytest.mark.parametrize("name", [None, "Whatever"])
async def test_a_nameless_job_belongs_to_the_vm_in_the_id_of_the_item(name: str | None) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(patch={"friendlyName": name})
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1, patch=NAMELESS)
    assert isinstance(protection_of(await fleet.scan()).known_error, Gap)


async def test_a_job_of_an_earlier_vm_of_the_same_name() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(hours_ago=5)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=8, patch=NAMELESS)
    scanned = await fleet.scan()
    assert scanned.vm("web").symptoms == ()
    assert scanned.report.complete


async def test_nameless_jobs_of_two_vms_of_one_name_are_of_neither() -> None:
    fleet = BackupFleet()
    for group in ("rg-one", "rg-two"):
        vm = fleet.prod.group(group).vm("web")
        fleet.vault.protect(vm, fleet.policy, status="Failed")
        fleet.vault.job(vm, "Failed", error=AGENT_SILENT, patch=NAMELESS)
    report = (await fleet.scan()).report
    assert [judged.symptoms[0].code for judged in report.vms] == [None, None]
    assert len(report.gaps) == 2


async def test_nameless_jobs_of_two_vms_of_one_name_by_their_start() -> None:
    fleet = BackupFleet()
    for group, hours, error in (("rg-one", 4, None), ("rg-two", 3, NO_NETWORK)):
        vm, status = fleet.prod.group(group).vm("web"), "Failed" if error else "Completed"
        fleet.vault.protect(vm, fleet.policy, status=status, hours_ago=hours)
        fleet.vault.job(vm, status, error=error, hours_ago=hours, patch=NAMELESS)
    report = (await fleet.scan()).report
    codes = [[symptom.code for symptom in judged.symptoms] for judged in report.vms]
    assert sorted(codes) == [[], [NO_NETWORK.title]]
    assert report.complete


@pytest.mark.parametrize("item", ["InProgress", "Completed"])
@pytest.mark.parametrize(
    "patch",
    [
        pytest.param({"status": "Whatever"}, id="undocumented status"),
        pytest.param({"status": None}, id="no status"),
        pytest.param({"startTime": None}, id="no start"),
        pytest.param({**NAMELESS, "entityFriendlyName": None}, id="no VM"),
    ],
)
async def test_a_job_that_cannot_be_placed_leaves_the_last_backup_unknown(
    item: str, patch: Any
) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status=item)
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1, patch=patch)
    scanned = await fleet.scan()
    assert scanned.vm("web").symptoms == ()
    [gap] = scanned.report.gaps
    assert "backupJobs" in gap.scope
    assert isinstance(protection_of(scanned).known_error, Gap)


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param({"operation": None}, id="no operation"),
        pytest.param({"operation": ""}, id="empty operation"),
        pytest.param({"operation": "Whatever"}, id="undocumented operation"),
        pytest.param({"containerName": "web"}, id="a name as container"),
        pytest.param({"containerName": "VM;iaasvmcontainerv2;rg-app;web"}, id="odd container"),
    ],
)
async def test_an_odd_job_leaves_the_last_backup_unknown(patch: Any) -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm()
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    # The service filters before the entry is broken, so the filter cannot drop it.
    job = fleet.vault.jobs[0]
    odd = {**job, "properties": {**job["properties"], **patch}}
    faults.broken_entry(fleet.prod, "backup_jobs", 0, odd)
    assert isinstance(protection_of(await fleet.scan()).known_error, Gap)


async def test_a_job_without_properties_may_be_of_any_item() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm()
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, hours_ago=1)
    odd = {"id": fleet.vault.jobs[0]["id"], "properties": None}
    faults.broken_entry(fleet.prod, "backup_jobs", 0, odd)
    assert not (await fleet.scan()).report.complete


async def test_an_unread_job_of_an_item_in_progress() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="InProgress")
    for hours in (3, 9):
        fleet.vault.job(vm, "Completed", hours_ago=hours)
    odd = {"id": f"{fleet.vault.jobs[0]['id']}x", "properties": 7}
    faults.broken_entry(fleet.prod, "backup_jobs", 0, odd)
    assert isinstance(protection_of(await fleet.scan()).known_error, Gap)
