"""Facts about the protection of a VM: vault, policy, and how the last backup went."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, Unseen, require

State = Literal[
    "protected", "pending", "error", "paused", "suspended", "stopped", "soft-deleted", "unprotected"
]
BACKED_UP: tuple[State, ...] = ("protected", "pending", "error")
"""The states in which backups are made, or tried."""


class Policy(Struct, frozen=True, gc=False):
    """A backup policy, as far as it decides what is needed of a VM."""

    id: ArmId
    is_enhanced: bool
    """Whether it is of type V2."""
    is_crash_consistent: bool
    """Whether it takes crash-consistent snapshots only, for which no agent is needed."""
    known_per_day: float | Gap
    known_longest: float | Gap
    """The longest time between two backups by its schedule, in days."""
    instant_days: int | None
    """How long restore points are kept for instant restore; None where the policy does not say."""
    group: str | None
    """What the name of the restore points' group begins with, where one was chosen."""
    group_suffix: str | None
    items: int | None
    """How many items it protects."""
    source: Source

    @property
    def per_day(self) -> float:
        """Backups a day; raises ``Unseen`` where the schedule was not told."""
        return require(self.known_per_day)

    @property
    def evidence(self) -> Evidence:
        """The consistency as seen."""
        shown = "OnlyCrashConsistent" if self.is_crash_consistent else None
        return self.source.evidence("properties.snapshotConsistencyType", shown)

    @property
    def type_evidence(self) -> Evidence:
        """The type as seen: V2 is called Enhanced, and older ones, without it, Standard."""
        return self.source.evidence("properties.policyType", "V2" if self.is_enhanced else None)


class ServiceError(Struct, frozen=True, gc=False):
    """An error in the service's words; what it leaves out is None."""

    number: int | None = None
    title: str | None = None
    """The symbol, such as ``UserErrorGuestAgentStatusUnavailable``."""
    text: str | None = None

    @property
    def is_specific(self) -> bool:
        """True if it says more than that the backup failed."""
        return self.number != _FAILED


_FAILED = 400002
"""BackUpOperationFailed: that a backup failed, and nothing more."""


class BackupError(Struct, frozen=True, gc=False, kw_only=True):
    """Why the last backup failed, or was completed with warnings."""

    status: str
    errors: tuple[ServiceError, ...] = ()
    """What failed; empty if that was not read."""
    seen_at: datetime | None = None
    """UTC; when the backup was begun."""
    job: ArmId | None = None
    """None where the item itself tells of the error."""
    task: str | None = None
    """The step that failed, where the details of the job say so."""
    is_open: bool = False
    """Whether the details of the job may tell more, and were not asked for."""
    gap: Gap | None = None
    """That it failed is known, and why was not read."""


class DeletedItem(Struct, frozen=True, gc=False):
    """A soft-deleted item of a VM: its vault keeps the backups for a while."""

    vault: ArmId | None
    evidence: tuple[Evidence, ...]


class Protection(Struct, frozen=True, gc=False):
    """Whether and how Azure Backup protects a VM."""

    state: State
    item: ArmId | None = None
    vault: ArmId | None = None
    known_policy: Policy | Gap | None = None
    """None where no policy is in force, as on a stopped item."""
    last_status: str | None = None
    last_backup_at: datetime | None = None
    known_success: datetime | Gap | None = None
    """UTC; of the newest recovery point; None where there is none yet."""
    health: str | None = None
    """What the service's own check says; it can be ``Passed`` on an item whose backups fail."""
    known_error: BackupError | Gap | None = None
    """Of the last backup; None where it did not fail, a gap where that is not known."""
    beside: tuple[Gap, ...] = ()
    """What was not seen of other items of the VM, and of the vault's jobs."""
    seen: Evidence | None = None
    """The state as the item has it; None where there is no item."""
    deleted: tuple[DeletedItem, ...] = ()
    """The soft-deleted items of the VM, in whatever vault."""
    unread: Gap | None = None
    """What may hide further items of the VM: an item, or a vault, that was not read."""

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The state as the item has it, where there is one."""
        return (self.seen,) if self.seen else ()

    def deleted_in(self, vault: ArmId | None) -> tuple[DeletedItem, ...]:
        """The soft-deleted items in a vault, or in any.

        Raises ``Unseen`` where there is none and an item that was not read may be one.
        """
        found = tuple(each for each in self.deleted if vault is None or each.vault == vault)
        if not found and self.unread:
            raise Unseen(self.unread)
        return found

    @property
    def is_backed_up(self) -> bool:
        """Whether backups are made, or tried."""
        return self.state in BACKED_UP

    @property
    def policy(self) -> Policy | None:
        """The policy in force; raises ``Unseen`` where it was not read."""
        return require(self.known_policy)

    @property
    def last_success_at(self) -> datetime | None:
        """UTC; of the newest recovery point; None where there is none or it was not read."""
        return None if isinstance(self.known_success, Gap) else self.known_success

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What was not seen of it: policy, last success, whether the last backup failed, why."""
        policy, error = self.known_policy, self.known_error
        found = (
            policy.known_per_day if isinstance(policy, Policy) else policy,
            error.gap if isinstance(error, BackupError) else error,
            self.known_success,
        )
        missing = (*(each for each in found if isinstance(each, Gap)), *self.beside)
        return tuple(dict.fromkeys(missing))


class AzureAnswer(Struct, frozen=True, gc=False):
    """What the service itself says of a VM, asked before backup is turned on."""

    protection: str | Gap
    """``NotProtected``, ``Protected``, …."""
    validation: str | Gap | None
    """``Succeeded`` or ``Failed``; None where no vault was named to ask about."""
    code: str | None = None
    message: str | None = None
    """Why the validation failed."""
    vault: str | None = None
    """The name of the vault that protects it already."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What it did not answer."""
        return tuple(each for each in (self.protection, self.validation) if isinstance(each, Gap))

    @property
    def is_protected(self) -> bool | None:
        """Whether the service says that some vault protects it; None where it did not say."""
        return None if isinstance(self.protection, Gap) else self.protection != STATUSES[0]

    @property
    def is_refused(self) -> bool | None:
        """Whether the validation failed for something else; None where that was not said."""
        already = (self.code or "").lower() == ALREADY_PROTECTED.lower()
        if not isinstance(self.validation, str) or already:
            return None
        return self.validation != VALIDATIONS[0]

    @property
    def objection(self) -> str | None:
        """What the service says against it: why the validation failed, or that it is protected."""
        if isinstance(self.validation, str) and self.validation != VALIDATIONS[0]:
            return self.code or self.validation
        return str(self.protection) if self.is_protected else None


STATUSES = ("NotProtected", "Protecting", "Protected", "ProtectionFailed")
"""ProtectionStatus (REST API reference) but for Invalid, which says nothing; the first agrees."""
VALIDATIONS = ("Succeeded", "Failed")
"""ValidationStatus but for Invalid; the first agrees."""
ALREADY_PROTECTED = "VirtualMachineAlreadyProtected"
"""Why a validation fails of what some vault protects, as recorded."""
NOT_COVERED = ("agent", "extensions", "network", "locks", "restore points", "disks")
"""What the service's answers say nothing about."""
