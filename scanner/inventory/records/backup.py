"""Records of Azure Backup (Microsoft.RecoveryServices 2026-10-01): vaults, items, policies, jobs.

The shapes follow recorded answers from 2016 to 2024. Times are text, which may be empty or a
placeholder. Members with varying types, such as ``actionsInfo``, are not read.
"""

from __future__ import annotations

from typing import Any

from msgspec import field

from scanner.inventory.records.base import Record, Resource


class Vault(Resource, frozen=True):
    """A Recovery Services vault."""

    location: str | None = None


class HealthDetail(Record, frozen=True):
    """A health problem of an item: an error number, its symbol and its message."""

    code: int | None = None
    title: str | None = None
    message: str | None = None


class Kpi(Record, frozen=True):
    """A health indicator of an item: the problems of one kind of operation."""

    resource_health_details: tuple[HealthDetail, ...] | None = None


class Kpis(Record, frozen=True):
    """The health indicators of an item. Recorded answers only have the last backup."""

    backup: Kpi | None = field(name="BackupOperationStatusKPI", default=None)


class ItemProperties(Record, frozen=True):
    """The properties of a protected item.

    For other workloads than VMs only ``backup_management_type`` is used.
    """

    backup_management_type: str | None = None
    friendly_name: str | None = None
    container_name: str | None = None
    source_resource_id: str | None = None
    virtual_machine_id: str | None = None
    protection_state: str | None = None
    is_scheduled_for_deferred_delete: bool | None = None
    health_status: str | None = None
    health_details: tuple[HealthDetail, ...] | None = None
    kpis_healths: Kpis | None = None
    last_backup_status: str | None = None
    last_backup_time: str | None = None
    last_recovery_point: str | None = None
    policy_id: str | None = None
    extended_properties: Any = None
    """Read where it is needed: an odd setting must not hide the whole item."""


class ProtectedItem(Resource, frozen=True):
    """A protected item of a vault, such as a VM or a file share."""

    properties: ItemProperties | None = None


class HourlySchedule(Record, frozen=True):
    """An hourly schedule: a backup every ``interval`` hours, for ``schedule_window_duration`` hours
    a day."""

    interval: int | None = None
    schedule_window_duration: int | None = None


class Times(Record, frozen=True):
    """The times of day and, for a weekly schedule, the days of the week."""

    schedule_run_times: tuple[str, ...] | None = None
    schedule_run_days: tuple[str, ...] | None = None


class Schedule(Record, frozen=True):
    """A schedule. V1 policies have days and times here, V2 policies in a part by frequency."""

    schedule_policy_type: str | None = None
    schedule_run_frequency: str | None = None
    schedule_run_times: tuple[str, ...] | None = None
    schedule_run_days: tuple[str, ...] | None = None
    hourly_schedule: HourlySchedule | None = None
    daily_schedule: Times | None = None
    weekly_schedule: Times | None = None


class InstantDetails(Record, frozen=True):
    """The chosen name of the resource group for restore point collections."""

    prefix: str | None = field(name="azureBackupRGNamePrefix", default=None)
    suffix: str | None = field(name="azureBackupRGNameSuffix", default=None)


class PolicyProperties(Record, frozen=True):
    """The properties of a backup policy. Older policies have no ``policy_type`` and are V1."""

    policy_type: str | None = None
    snapshot_consistency_type: str | None = None
    schedule_policy: Schedule | None = None
    instant_days: int | None = field(name="instantRpRetentionRangeInDays", default=None)
    instant_details: InstantDetails | None = field(name="instantRPDetails", default=None)
    protected_items_count: int | None = None


class Policy(Resource, frozen=True):
    """A backup policy."""

    name: str | None = None
    properties: PolicyProperties | None = None


class JobErrorDetail(Record, frozen=True):
    """Why a job failed: an error number, its symbol and its message."""

    error_code: int | None = None
    error_title: str | None = None
    error_string: str | None = None


class JobTask(Record, frozen=True):
    """A step of a job."""

    task_id: str | None = None
    status: str | None = None


class JobInfo(Record, frozen=True):
    """The part of a job that only its single read has, not the listing."""

    tasks_list: tuple[JobTask, ...] | None = None


class JobProperties(Record, frozen=True):
    """The properties of a job. They name the VM, but do not have its id."""

    operation: str | None = None
    status: str | None = None
    start_time: str | None = None
    end_time: str | None = None
    container_name: str | None = None
    entity_friendly_name: str | None = None
    error_details: tuple[JobErrorDetail, ...] | None = None
    extended_info: JobInfo | None = None


class Job(Resource, frozen=True, tag_field="_is", tag="job"):
    """A backup job."""

    properties: JobProperties | None = None


class StatusAnswer(Record, frozen=True):
    """The service's answer to ``backupStatus``: whether some vault protects the VM."""

    protection_status: str | None = None
    vault_id: str | None = None


class Validation(Record, frozen=True):
    """The service's answer to ``backupPreValidateProtection``."""

    status: str | None = None
    error_code: str | None = None
    error_message: str | None = None
