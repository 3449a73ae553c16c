"""Facts about the protection of a VM: its vault, its policy, and its last backup."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source, Value
from scanner.inventory.gap import Gap, Unseen, require

State = Literal[
    "protected", "pending", "error", "paused", "suspended", "stopped", "soft-deleted", "unprotected"
]
BACKED_UP: tuple[State, ...] = ("protected", "pending", "error")
"""The states in which Azure Backup makes backups, or tries to."""


class Policy(Struct, frozen=True, gc=False):
    """A backup policy: the settings that the checks use."""

    id: ArmId
    is_enhanced: bool
    """True for an Enhanced policy (type V2), False for a Standard one."""
    is_crash_consistent: bool
    """True if it takes only crash-consistent snapshots, which need no agent."""
    known_per_day: float | Gap
    """Backups per day by the schedule."""
    known_longest: float | Gap
    """The longest time between two backups by the schedule, in days."""
    instant_days: int | None
    """Days that restore points are kept for instant restore. None if the policy does not say."""
    group: str | None
    """Prefix of the name of the resource group for restore points. None if none was chosen."""
    group_suffix: str | None
    """Suffix of that name. None if none was chosen."""
    items: int | None
    """Number of items under the policy, as the service counts them. None if it does not say."""
    source: Source

    def keeps_points_in(self, group: str) -> bool:
        """True if a resource group has a name that the policy chose: its prefix, a number and its
        suffix (Azure Backup FAQ). False if it chose none."""
        if not self.group:
            return False
        suffix = (self.group_suffix or "").lower()
        pattern = rf"{re.escape(self.group.lower())}\d*{re.escape(suffix)}"
        return bool(re.fullmatch(pattern, group.lower()))

    @property
    def per_day(self) -> float:
        """Backups per day. Raises ``Unseen`` if the schedule was not read."""
        return require(self.known_per_day)

    @property
    def longest(self) -> float:
        """The longest time between two backups, in days. Raises ``Unseen``."""
        return require(self.known_longest)

    @property
    def evidence(self) -> Evidence:
        """The consistency type as ARM sent it."""
        consistency = "OnlyCrashConsistent" if self.is_crash_consistent else None
        return self.source.evidence("properties.snapshotConsistencyType", consistency)

    @property
    def type_evidence(self) -> Evidence:
        """The policy type as ARM sent it. Standard policies are V1 or have no type."""
        return self.source.evidence("properties.policyType", "V2" if self.is_enhanced else None)


class ServiceError(Struct, frozen=True, gc=False):
    """An error as Azure Backup reports it. Fields that the service left out are None."""

    number: int | None = None
    """The error code, such as 400002."""
    title: str | None = None
    """The symbol, such as ``UserErrorGuestAgentStatusUnavailable``."""
    text: str | None = None
    """The message."""

    @property
    def is_specific(self) -> bool:
        """True unless the error only says that the backup failed."""
        return self.number != _BACKUP_FAILED


_BACKUP_FAILED = 400002
"""BackUpOperationFailed: a backup failed, without a reason."""


class BackupError(Struct, frozen=True, gc=False, kw_only=True):
    """Why the last backup failed or completed with warnings."""

    status: str
    """The job's status, such as ``Failed`` or ``CompletedWithWarnings``."""
    errors: tuple[ServiceError, ...] = ()
    """The errors that the service reported. Empty if none were read."""
    seen_at: datetime | None = None
    """When the backup began (UTC)."""
    ended_at: datetime | None = None
    """When its job ended (UTC). None if no job says so."""
    job: ArmId | None = None
    """The job with the error. None if the protected item itself reports it."""
    task: str | None = None
    """The step of the job that failed. None unless the job's details were read and say so."""
    is_open: bool = False
    """True if the job's details were not read yet and may say more."""
    gap: Gap | None = None
    """Why the errors were not read, although the backup is known to have failed."""


class ExcludedDisks(Struct, frozen=True, gc=False):
    """The data disks that backup leaves out (selective disk backup).

    The OS disk is never left out (Azure Backup REST API reference, DiskExclusionProperties).
    """

    luns: frozenset[int] = frozenset()
    is_inclusion: bool = False
    """True if ``luns`` are the only data disks that are backed up."""
    seen: Evidence | None = None
    """The setting of the protected item. None if it has none."""

    def contains(self, lun: int | None) -> bool:
        """True if backup leaves out the disk with this LUN. None is the OS disk."""
        return lun is not None and (lun in self.luns) != self.is_inclusion

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The setting of the protected item. Empty if it has none."""
        return (self.seen,) if self.seen else ()


class RunningJob(Struct, frozen=True, gc=False):
    """A backup that is running."""

    began: datetime | None
    """When it began (UTC). None if neither the job nor the item says so."""
    evidence: Evidence
    """The status of the job, or of the item if no job was listed."""


class DeletedItem(Struct, frozen=True, gc=False):
    """A soft-deleted protected item of a VM. Its vault keeps the backups for a limited time."""

    vault: ArmId | None
    evidence: tuple[Evidence, ...]


class Protection(Struct, frozen=True, gc=False):
    """How Azure Backup protects a VM, by its protected item in a vault.

    A VM can have items in several vaults. The fields describe one of them, preferably an item
    that is backed up and failed.
    """

    state: State
    """``unprotected`` if no vault has an item of the VM."""
    item: ArmId | None = None
    """The protected item. None if the VM has none."""
    vault: ArmId | None = None
    """The vault of the item."""
    known_policy: Policy | Gap | None = None
    """The policy in force. None if there is none, as on a stopped item."""
    last_status: str | None = None
    """Status of the last backup, such as ``Completed``."""
    last_backup_at: datetime | None = None
    """Time of the last backup (UTC)."""
    known_success: datetime | Gap | None = None
    """Time of the newest recovery point (UTC). None if there is none yet."""
    health: str | None = None
    """Result of the service's health check. It can be ``Passed`` although backups fail."""
    known_error: BackupError | Gap | None = None
    """Why the last backup failed. None if it did not fail, a gap if that is not known."""
    warnings: tuple[ServiceError, ...] = ()
    """What the service's health check warns of, apart from the error of the last backup."""
    is_cancelled: bool = False
    """True if somebody cancelled the last backup."""
    known_running: RunningJob | Gap | None = None
    """The backup that is running. None if none is, a gap if jobs were not read."""
    known_excluded_disks: ExcludedDisks | Gap = ExcludedDisks()
    other_gaps: tuple[Gap, ...] = ()
    """What was not read of the VM's other items and of the vault's jobs."""
    seen: Evidence | None = None
    """The value that the state comes from, as ARM sent it. None if there is no item."""
    deleted: tuple[DeletedItem, ...] = ()
    """The soft-deleted items of the VM in all vaults."""
    unread: Gap | None = None
    """An item or a vault that was not read, so the VM may have more items."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The value that the state comes from. Empty if there is no item."""
        return (self.seen,) if self.seen else ()

    def deleted_in(self, vault: ArmId | None) -> tuple[DeletedItem, ...]:
        """The soft-deleted items in one vault, or in all vaults if ``vault`` is None.

        Raises ``Unseen`` if none was found but an item or a vault was not read.
        """
        found = tuple(item for item in self.deleted if vault is None or item.vault == vault)
        if not found and self.unread:
            raise Unseen(self.unread)
        return found

    @property
    def is_backed_up(self) -> bool:
        """True if Azure Backup makes backups of the VM, or tries to."""
        return self.state in BACKED_UP

    def of_item(self, name: str, value: Value) -> Evidence:
        """Evidence of a property of the protected item. Only of a VM that has an item."""
        assert self.seen, "the VM has no protected item"
        return Evidence(self.seen.id, f"properties.{name}", value, self.seen.seen_at)

    @property
    def error(self) -> BackupError | None:
        """Why the last backup failed. None if it did not. Raises ``Unseen`` if it is not known."""
        return require(self.known_error)

    @property
    def newest_point(self) -> datetime | None:
        """Time of the newest recovery point (UTC). None without one. Raises ``Unseen``."""
        return require(self.known_success)

    @property
    def policy(self) -> Policy | None:
        """The policy in force. Raises ``Unseen`` if it was not read."""
        return require(self.known_policy)

    @property
    def running(self) -> RunningJob | None:
        """The backup that is running. Raises ``Unseen`` if the vault's jobs were not read."""
        return require(self.known_running)

    @property
    def excluded_disks(self) -> ExcludedDisks:
        """The disks that backup leaves out. Raises ``Unseen`` if the setting makes no sense."""
        return require(self.known_excluded_disks)

    @property
    def last_success_at(self) -> datetime | None:
        """Time of the newest recovery point (UTC). None if there is none or it was not read."""
        return None if type(self.known_success) is Gap else self.known_success

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was not read: policy, last backup and its error, excluded disks, other items."""
        policy, error = self.known_policy, self.known_error
        values = (
            policy.known_per_day if isinstance(policy, Policy) else policy,
            error.gap if isinstance(error, BackupError) else error,
            self.known_success,
            self.known_excluded_disks,
        )
        gaps = (*(value for value in values if type(value) is Gap), *self.other_gaps)
        return tuple(dict.fromkeys(gaps))


class AzureAnswer(Struct, frozen=True, gc=False):
    """Azure Backup's own answers about a VM, before backup is turned on.

    A precheck with ``--ask-azure`` calls ``backupStatus`` and ``backupPreValidateProtection``.
    """

    protection: str | Gap
    """The answer of ``backupStatus``, one of ``STATUSES``."""
    validation: str | Gap | None
    """The answer of ``backupPreValidateProtection``, one of ``VALIDATIONS``. None if no vault was
    named to validate against."""
    code: str | None = None
    """Error code of a failed validation."""
    message: str | None = None
    """Error message of a failed validation."""
    vault: str | None = None
    """Name of the vault that already protects the VM."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The questions that got no answer."""
        answers = (self.protection, self.validation)
        return tuple(answer for answer in answers if type(answer) is Gap)

    @property
    def is_protected(self) -> bool | None:
        """True if a vault already protects the VM. None without an answer."""
        return None if type(self.protection) is Gap else self.protection != STATUSES[0]

    @property
    def is_refused(self) -> bool | None:
        """True if the validation failed. None without an answer, or if it failed only because a
        vault already protects the VM."""
        already_protected = (self.code or "").lower() == ALREADY_PROTECTED.lower()
        if not isinstance(self.validation, str) or already_protected:
            return None
        return self.validation != VALIDATIONS[0]

    @property
    def objection(self) -> str | None:
        """The error code of a failed validation, or the status of a VM that is protected.

        None if the service has no objection.
        """
        if isinstance(self.validation, str) and self.validation != VALIDATIONS[0]:
            return self.code or self.validation
        return str(self.protection) if self.is_protected else None


STATUSES = ("NotProtected", "Protecting", "Protected", "ProtectionFailed")
"""ProtectionStatus (REST API reference) without Invalid. Only the first allows protection."""
VALIDATIONS = ("Succeeded", "Failed")
"""ValidationStatus (REST API reference) without Invalid. The first allows protection."""
ALREADY_PROTECTED = "VirtualMachineAlreadyProtected"
"""Error code if a vault already protects the VM, from recorded answers."""
NOT_COVERED = ("agent", "extensions", "network", "locks", "restore points", "disks")
"""What the service's answers do not cover."""
