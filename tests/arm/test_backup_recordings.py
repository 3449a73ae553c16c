"""Recorded vaults, items, policies and jobs. The expected values were read out by hand."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.arm.decode import decode_record
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import BackupError, Policy, Protection
from scanner.inventory.gap import Gap
from scanner.inventory.join.policies import policy_fact
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.backup import Job, ProtectedItem, StatusAnswer, Vault
from scanner.inventory.records.backup import Policy as PolicyRecord
from scanner.inventory.snapshot import BackupReadings, LastJobs, Reading, VaultReadings
from tests.support.backup_recordings import HERE, SEEN_AT, body, records

ORIGIN = Path(__file__).parents[3] / "shared" / "reference" / "recorded"
RECORDS: dict[str, type[Any]] = {
    "vaults": Vault,
    "items": ProtectedItem,
    "policies": PolicyRecord,
    "jobs": Job,
}
FILES = sorted(path for folder in RECORDS for path in (HERE / folder).glob("*.json"))
ORIGIN_KINDS = {"rs_vaults": Vault, "backup_items": ProtectedItem, "backup_jobs": Job}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_body_decodes(path: Path) -> None:
    raw = json.loads(body(path))
    entries = raw.get("value", [raw])
    found = records(path, RECORDS[path.parent.name])
    assert [record.id.text for record in found] == [entry["id"] for entry in entries]


@pytest.mark.parametrize("folder", ORIGIN_KINDS)
def test_every_body_of_the_origin_decodes(folder: str) -> None:
    if not ORIGIN.is_dir():
        pytest.skip(f"NOT COMPARED with the origin of the data: no {ORIGIN}")
    for path in (ORIGIN / folder).glob("*.json"):
        found = records(path, ORIGIN_KINDS[folder])
        assert all(isinstance(record.id, ArmId) for record in found), path


def protections(file: str) -> list[tuple[ArmId, Protection]]:
    """How each VM of a recorded listing is protected, without any job."""
    items = records(HERE / "items" / f"{file}.json", ProtectedItem)
    nothing: Any = Reading("/subscriptions", SEEN_AT)
    found = []
    for item in items:
        # One item at a time: a listing can have two items of a VM.
        reading = Reading("/subscriptions", SEEN_AT, (item,))
        assert item.id.top_level
        vault = VaultReadings(Vault(item.id.top_level), reading, nothing, LastJobs(SEEN_AT))
        vm_id = ArmId(item.properties.source_resource_id or item.properties.virtual_machine_id)
        found.append((vm_id, Protections(BackupReadings((vault,))).of(vm_id)))
    return found


ITEMS = {
    "items_19_mixed_location_mismatch_2016-12-01": [
        ("vsarg-1705-li", "protected", "Passed", None, "2018-03-20"),
        ("vsarg-res1606-2", "protected", "ActionSuggested", None, "2017-10-04"),
        ("vsarg-res3-1603", "protected", "Passed", None, "2018-03-20"),
        ("vsarg-res3-1606", "protected", "ActionSuggested", None, "2017-10-04"),
        ("jakavetVM", "protected", "ActionRequired", 400175, "2017-10-17"),
        ("jakavetVM", "protected", "ActionRequired", 400136, "2017-10-17"),
        ("riteshc1710-res", "protected", "Passed", None, "2017-10-26"),
        ("vsarg-1705", "protected", "Passed", None, "2018-03-20"),
        ("vsarg-1705", "protected", "Passed", None, "2018-03-20"),
        ("vsarg-1703-res", "protected", "ActionRequired", 400136, "2017-10-04"),
        ("vsarg-win-1703", "protected", "Passed", None, "2017-10-27"),
        ("vsarg-1606-vm1", "protected", "ActionRequired", 400136, "2017-02-15"),
        ("vsarg-1611", "protected", "Passed", None, "2018-03-20"),
        ("vsarg-1705-rel", "protected", "ActionRequired", 400136, "2017-10-05"),
        ("vsarg-1705", "protected", "Passed", None, "2018-03-20"),
        ("vsarg-res2-1606", "protected", "Passed", None, "2017-10-05"),
        ("vsarg-1710", "protected", "Passed", None, "2017-10-26"),
        ("vsargcanary01", "protected", "ActionRequired", 400198, "2018-02-22"),
        ("vsargcanary02", "protected", "ActionRequired", 400198, "2018-02-21"),
    ],
    "items_2016_failed_2016-05-01": [
        ("shraccanv1", "protected", None, None, "2016-06-15"),
        ("mabpremiumtest2", "protected", None, None, "2016-06-14"),
        ("mabpremiumtest", "protected", None, None, "2016-06-14"),
        ("redhat7res1", "protected", None, None, "2016-06-14"),
        ("suse132res1", "protected", None, "not-recorded", "2016-06-13"),
        ("v2orac67res1", "protected", None, None, "2016-06-14"),
        ("jakavetvm4", "stopped", None, None, "2016-06-14"),
        ("vm12myname", "protected", None, None, "2016-06-14"),
        ("pra-vm2", "protected", None, None, "2016-06-14"),
    ],
    "items_classic_no_network_2019-06-15": [
        ("riteshRSVM4", "protected", "ActionRequired", 400206, "2017-09-18"),
    ],
    "items_classic_protection_error_2017-07-01": [
        ("mkheraniTest01", "error", "Passed", "not-recorded", "2016-01-24"),
    ],
    "items_crp_user_error_2019-06-15": [
        ("clitest-vmyoatk", "protected", "ActionSuggested", 400349, "2019-10-20"),
    ],
    "items_failed_but_health_passed_2020-10-01": [
        ("akneema-hana-ccy", "protected", "Passed", 400052, "2021-01-16"),
        ("akneema-sql-ccy", "protected", "Passed", None, "2021-01-16"),
        ("akneema-vm-ccy", "protected", "Passed", 400002, "2021-01-14"),
    ],
    "items_guest_agent_unavailable_and_vm_not_found_2020-10-01": [
        ("asebvtseavm2", "protected", "Passed", None, "2021-01-15"),
        ("sdsadsad", "stopped", "ActionSuggested", 400196, "2020-07-27"),
        ("mkheranisd02", "protected", "ActionRequired", 400136, "2020-09-13"),
    ],
    "items_keyvault_permissions_2016-12-01": [
        ("nilay-test", "protected", "Passed", "not-recorded", "2018-03-20"),
        ("RestoreTestety", "protected", "ActionRequired", 400136, "2018-01-28"),
        ("createvmtest", "pending", "Passed", None, None),
        ("vsargcanary03", "protected", "ActionRequired", 400198, "2018-02-21"),
    ],
    "items_rp_collection_deleted_mixed_2020-10-01": [
        ("geetasqlvmbanner14", "protected", "ActionSuggested", 400288, "2021-01-14"),
        ("geetsqlvmbanner1", "protected", "Passed", 400052, "2021-01-15"),
    ],
    "items_vm_not_found_v2_2021-01-01": [
        ("gaallaVM1", "protected", "ActionRequired", 400136, "2021-01-25"),
    ],
    "protected_items_list_2024-04-01_test_backup_disk_exclusion": [
        ("clitest-vm000003", "pending", "Passed", None, None),
    ],
}


def shown(error: BackupError | Gap | None) -> object:
    if isinstance(error, Gap):
        return str(error.reason)
    if error is None:
        return None
    return str(error.gap.reason) if error.gap else error.errors[0].number


@pytest.mark.parametrize("file", ITEMS)
def test_items(file: str) -> None:
    found = []
    for vm_id, protection in protections(file):
        success = protection.last_success_at
        last = success.date().isoformat() if success else None
        error = shown(protection.known_error)
        found.append((vm_id.name, protection.state, protection.health, error, last))
        assert protection.vault
        assert (protection.vault.type or "").endswith("/vaults")
    assert found == ITEMS[file]


POLICIES: dict[str, tuple[bool, float, int | None]] = {
    "policies_2020-10-01_test_backup_wl_hana_policy/DefaultPolicy": (False, 1.0, None),
    "policies_2023-04-01_test_backup_wl_hana_policy/DefaultPolicy": (False, 1.0, 2),
    "policies_2023-04-01_test_backup_wl_hana_policy/EnhancedPolicy": (True, 4.0, 2),
    "policy_get_2022-06-01-preview_test_backup_policy/EnhancedPolicy": (True, 4.0, 2),
}


@pytest.mark.parametrize("key", POLICIES)
def test_policies(key: str) -> None:
    file, _, name = key.partition("/")
    policies = records(HERE / "policies" / f"{file}.json", PolicyRecord)
    record = next(policy for policy in policies if policy.name == name)
    found = policy_fact(record, Source(record.id, SEEN_AT))
    assert isinstance(found, Policy)
    assert (found.is_enhanced, found.per_day, found.instant_days) == POLICIES[key]
    assert not found.is_crash_consistent


def test_a_job_with_a_warning() -> None:
    file = "job_AzureIaasVM_Backup_CompletedWithWarnings_320001_2020-10-01.json"
    [job] = records(HERE / "jobs" / file, Job)
    properties = job.properties
    assert (properties.operation, properties.status) == ("Backup", "CompletedWithWarnings")
    assert properties.container_name == "iaasvmcontainerv2;clitest.rg000001;clitest-vm000003"
    [error] = properties.error_details
    assert (error.error_code, error.error_title) == (320001, "ResourceNotFound")
    steps = [(task.task_id, task.status) for task in properties.extended_info.tasks_list]
    assert steps == [("Take Snapshot", "Completed"), ("Transfer data to vault", "Failed")]


def test_jobs_of_2016_have_no_container() -> None:
    jobs = records(HERE / "jobs" / "backup_jobs_list_2016-06-01_TestWaitJobScenario.json", Job)
    assert len(jobs) == 11
    assert {job.properties.container_name for job in jobs} == {None}
    began = datetime.fromisoformat(jobs[0].properties.start_time)
    assert began.date() == date(2016, 10, 28)


@pytest.mark.parametrize(
    ("file", "status", "vault"),
    [
        pytest.param(
            "backup_status_2023-02-01_test_backup_protection",
            "Protected",
            "clitest-vault000002",
            id="protected",
        ),
        pytest.param(
            "backup_status_2023-04-01_VMTest_test_vm_backup_status_protect_2",
            "NotProtected",
            None,
            id="not protected",
        ),
    ],
)
def test_answers_of_the_backup_service(file: str, status: str, vault: str | None) -> None:
    found = decode_record(body(HERE / "status" / f"{file}.json"), StatusAnswer)
    assert found.protection_status == status
    assert (ArmId(found.vault_id).name if found.vault_id else None) == vault


def test_every_status_decodes() -> None:
    files = (HERE / "status").glob("*.json")
    answers = [decode_record(body(path), StatusAnswer) for path in files]
    assert len(answers) == 4
    assert all(answer.protection_status for answer in answers)


def test_vaults() -> None:
    vaults = records(HERE / "vaults" / "vault_list_2024-04-01_test_backup_vault.json", Vault)
    assert [vault.id.name for vault in vaults] == [f"clitest-vault00000{n}" for n in (2, 5, 4, 3)]
    assert {vault.location for vault in vaults} == {"eastus2euap"}
    many = records(HERE / "vaults" / "vault_list_2016-06-01_test_backup_protection.json", Vault)
    assert len(many) == 86
