"""What is said of every recorded item and job. Written by hand from the recorded bodies.

A line of an item: the VM, its state, the error of its last backup and what the service's pre-check
warns of, both with the causes that the documents name, and whether it was cancelled or is running.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from scanner.catalogue.search import match_error
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import BackupError, Protection, RunningJob, ServiceError
from scanner.inventory.gap import Gap
from scanner.inventory.join.protection import Protections
from scanner.inventory.protected_item import vm_of
from scanner.inventory.records.backup import Job, ProtectedItem, Vault
from scanner.inventory.service_errors import errors_of_job
from scanner.inventory.snapshot import BackupReadings, LastJobs, Reading, VaultReadings
from tests.support.backup_recordings import HERE, SEEN_AT, records

GONE = "vm-deleted-or-moved"
OLD_AGENT = "pre-check ActionSuggested UserErrorGuestAgentVersionUnsupported: linux-agent-outdated"
NO_KEY = "error UserErrorKeyVaultPermissionsNotConfigured: keyvault-permissions-missing"
OTHER_WORKLOAD = "not of a VM"
ITEMS: dict[str, list[str]] = {
    "items_19_mixed_location_mismatch_2016-12-01": [
        "vsarg-1705-li protected",
        f"vsarg-res1606-2 protected; {OLD_AGENT}",
        "vsarg-res3-1603 protected",
        f"vsarg-res3-1606 protected; {OLD_AGENT}",
        "jakavetVM protected; error UserErrorVmVaultLocationMismatch: vault-region-or-subscription",
        f"jakavetVM protected; error UserErrorVmNotFoundV2: {GONE}",
        "riteshc1710-res protected",
        "vsarg-1705 protected",
        "vsarg-1705 protected",
        f"vsarg-1703-res protected; error UserErrorVmNotFoundV2: {GONE}",
        "vsarg-win-1703 protected",
        f"vsarg-1606-vm1 protected; error UserErrorVmNotFoundV2: {GONE}",
        "vsarg-1611 protected",
        f"vsarg-1705-rel protected; error UserErrorVmNotFoundV2: {GONE}",
        "vsarg-1705 protected",
        "vsarg-res2-1606 protected",
        "vsarg-1710 protected",
        f"vsargcanary01 protected; {NO_KEY}",
        f"vsargcanary02 protected; {NO_KEY}",
    ],
    "items_2016_failed_2016-05-01": [
        "shraccanv1 protected",
        "mabpremiumtest2 protected",
        "mabpremiumtest protected",
        "redhat7res1 protected",
        "suse132res1 protected; error unread (not-recorded)",
        "v2orac67res1 protected",
        "jakavetvm4 stopped",
        "vm12myname protected",
        "pra-vm2 protected",
    ],
    "items_agent_version_unsupported_2016-12-01": [f"vsar-rlin-1606 protected; {OLD_AGENT}"],
    "items_classic_no_network_2019-06-15": [
        (
            "riteshRSVM4 protected;"
            " error ExtensionSnapshotFailedNoNetwork: snapshot-status-or-snapshot-failed"
        )
    ],
    "items_classic_protection_error_2017-07-01": [
        "mkheraniTest01 error; error unread (not-recorded)"
    ],
    "items_crp_user_error_2019-06-15": [
        "clitest-vmyoatk protected; error UserErrorCrpReportedUserError: crp-reported-error"
    ],
    "items_failed_but_health_passed_2020-10-01": [
        "akneema-hana-ccy protected; error DiffCopyFailedToTransferData: not documented",
        "akneema-sql-ccy protected",
        (
            "akneema-vm-ccy protected; error BackUpOperationFailed: windows-agent-unresponsive,"
            " linux-agent-outdated, snapshot-status-or-snapshot-failed,"
            " restore-point-cleanup-blocked-by-lock, vmsnapshot-dll-or-bitness-mismatch"
        ),
    ],
    "items_guest_agent_unavailable_and_vm_not_found_2020-10-01": [
        "asebvtseavm2 protected",
        (
            "sdsadsad stopped; error UserErrorGuestAgentStatusUnavailable: vm-not-running,"
            " windows-agent-unresponsive, linux-agent-outdated, extension-in-failed-state"
        ),
        f"mkheranisd02 protected; error UserErrorVmNotFoundV2: {GONE}",
    ],
    # Its only error is that somebody cancelled it: it did not fail.
    "items_job_cancelled_2022-02-01": ["clitest-vm000005 protected; cancelled"],
    "items_keyvault_permissions_2016-12-01": [
        # It failed, and all that it says is that the pre-check is green.
        "nilay-test protected; error unread (not-recorded)",
        f"RestoreTestety protected; error UserErrorVmNotFoundV2: {GONE}",
        "createvmtest pending",
        f"vsargcanary03 protected; {NO_KEY}",
    ],
    "items_resource_not_found_2020-10-01": [
        f"clitest-vm000003 protected; error ResourceNotFound: {GONE}"
    ],
    "items_rp_collection_deleted_mixed_2020-10-01": [
        "geetasqlvmbanner14 protected; error UserErrorRpCollectionDeleted: no cause",
        "geetsqlvmbanner1 protected; error DiffCopyFailedToTransferData: not documented",
    ],
    # The indicator only says that the backup failed, the pre-check why.
    "items_vm_not_found_v2_2021-01-01": [
        f"gaallaVM1 protected; error UserErrorVmNotFoundV2: {GONE}"
    ],
    "protected_item_get_2020-10-01_test_backup_wl_hana_item": [OTHER_WORKLOAD],
    "protected_item_get_2020-10-01_test_backup_wl_hana_restore": [OTHER_WORKLOAD],
    "protected_item_get_2020-10-01_test_backup_wl_sql_restore": [OTHER_WORKLOAD],
    "protected_item_get_2023-02-01_test_afs_backup_item": [OTHER_WORKLOAD],
    "protected_item_get_2023-02-01_test_backup_wl_sql_protection": [OTHER_WORKLOAD],
    "protected_item_get_2024-04-01_test_backup_item": ["clitest-vm000003 pending"],
    "protected_item_get_2024-04-01_test_backup_wl_sql_item": [OTHER_WORKLOAD],
    "protected_items_list_2019-06-15_test_backup_job": [
        f"clitest-vm000003 protected; error ResourceNotFound: {GONE}"
    ],
    "protected_items_list_2022-02-01_test_backup_scenario": ["clitest-vm000003 stopped"],
    "protected_items_list_2024-04-01_test_backup_disk_exclusion": ["clitest-vm000003 pending"],
}
JOBS: dict[str, list[str]] = {
    "backup_job_get_2016-06-01_TestWaitJobScenario": ["DeleteBackupData Completed"],
    "backup_job_get_2016-06-01_TestWaitJobScenario_2": ["Backup Completed"],
    "backup_job_get_2022-06-01-preview_test_backup_csr": ["Backup InProgress"],
    "backup_job_get_2022-06-01-preview_test_backup_csr_2": ["ConfigureBackup Completed"],
    "backup_job_get_2023-02-01_test_afs_backup_scenario": ["Restore InProgress"],
    "backup_job_get_2023-02-01_test_backup_softdelete": ["Undelete Completed"],
    "backup_job_get_2023-02-01_test_backup_wl_sql_archive": ["RestoreWithRehydrate InProgress"],
    "backup_job_get_2023-02-01_test_backup_wl_sql_archive_2": ["MoveRecoveryPoint Completed"],
    "backup_job_get_2023-02-01_test_backup_wl_sql_restore": ["Backup InProgress"],
    "backup_job_get_2023-02-01_test_backup_wl_sql_restore_as_files": ["Backup (Full) InProgress"],
    "backup_job_get_2023-04-01_test_backup_wl_hana_archive": ["RestoreWithRehydrate InProgress"],
    "backup_job_get_2024-04-01_test_backup_diskaccess_restore": ["Restore InProgress"],
    "backup_job_get_2024-04-01_test_backup_diskaccess_restore_2": ["Restore InProgress"],
    "backup_job_get_2024-04-01_test_backup_softdelete": ["Undelete Completed"],
    "backup_job_get_2024-04-01_test_backup_wl_sql_rp": ["ConfigureBackup Completed"],
    "backup_job_get_2024-04-01_test_backup_wl_sql_rp_2": ["DeleteBackupData Completed"],
    "backup_jobs_list_2016-06-01_TestGetJobs": [],
    "backup_jobs_list_2016-06-01_TestWaitJobScenario": [
        "Backup Completed",
        "Backup Completed",
        "ConfigureBackup Completed",
        "DeleteBackupData Completed",
        "Backup Completed",
        "Backup Completed",
        "ConfigureBackup Completed",
        "DeleteBackupData Completed",
        "ConfigureBackup Completed",
        "DeleteBackupData Completed",
        "ConfigureBackup Completed",
    ],
    "backup_jobs_list_2017-07-01_test_job_commands": ["Restore InProgress"],
    "backup_jobs_list_2021-10-01_test_backup_job": ["Restore InProgress"],
    "backup_jobs_list_2022-02-01_test_backup_job": [
        "Restore InProgress",
        "Backup Completed",
        "ConfigureBackup Completed",
    ],
    "backup_jobs_list_2024-04-01_test_backup_job": ["Restore InProgress"],
    "job_AzureIaasVM_Backup_Cancelling_None_2016-05-01": ["Backup Cancelling"],
    "job_AzureIaasVM_Backup_CompletedWithWarnings_320001_2020-10-01": [
        f"Backup CompletedWithWarnings; error ResourceNotFound: {GONE}"
    ],
    "job_AzureStorage_Restore_Failed_1073871825_2024-04-01": [
        "Restore Failed; error 1073871825: not documented"
    ],
    "job_AzureWorkload_Restore_Invalid_Failed_520512_2023-02-01": [
        (
            "Restore (Invalid) Failed;"
            " error UserErrorIncompatibleSrcTargetSystemsForRestore: not documented"
        )
    ],
}


def error_text(error: ServiceError) -> str:
    """The error's symbol or number, and the causes that the documents name for it."""
    found = match_error(error.title, error.number, error.text, "current")
    name = error.title or error.number
    if found is None or not found.is_documented:
        return f"{name}: not documented"
    assert not found.is_guess
    return f"{name}: {', '.join(found.all_causes) or 'no cause'}"


def protection_of(item: ProtectedItem, vm: ArmId) -> Protection:
    nothing: Any = Reading("/subscriptions", SEEN_AT)
    items = Reading("/subscriptions", SEEN_AT, (item,))
    vault = VaultReadings(Vault(ArmId("/v")), items, nothing, LastJobs(SEEN_AT))
    return Protections(BackupReadings((vault,))).of(vm)


def parts_of(vm: ArmId, protection: Protection) -> Iterator[str]:
    yield f"{vm.name} {protection.state}"
    error = protection.known_error
    unread = error if isinstance(error, Gap) else error.gap if error else None
    if unread:
        yield f"error unread ({unread.reason})"
    if isinstance(error, BackupError):
        yield from (f"error {error_text(one)}" for one in error.errors)
    for warning in protection.warnings:
        yield f"pre-check {protection.health} {error_text(warning)}"
    if protection.is_cancelled:
        yield "cancelled"
    if isinstance(protection.known_running, RunningJob):
        yield "running"


def item_text(item: ProtectedItem) -> str:
    vm = vm_of(item, Source(item.id, SEEN_AT))
    return "; ".join(parts_of(vm, protection_of(item, vm))) if vm else OTHER_WORKLOAD


@pytest.mark.parametrize("file", ITEMS)
def test_items(file: str) -> None:
    found = records(HERE / "items" / f"{file}.json", ProtectedItem)
    assert [item_text(item) for item in found] == ITEMS[file]


@pytest.mark.parametrize("file", JOBS)
def test_jobs(file: str) -> None:
    found = records(HERE / "jobs" / f"{file}.json", Job)
    texts = []
    for properties in (job.properties for job in found):
        errors = (f"error {error_text(one)}" for one in errors_of_job(properties))
        texts.append("; ".join((f"{properties.operation} {properties.status}", *errors)))
    assert texts == JOBS[file]


def test_every_recorded_body_is_in_a_table() -> None:
    assert sorted(path.stem for path in (HERE / "items").glob("*.json")) == sorted(ITEMS)
    assert sorted(path.stem for path in (HERE / "jobs").glob("*.json")) == sorted(JOBS)
