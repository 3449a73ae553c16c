"""One word for a VM, the same in every format: failing, will fail, at risk, and so on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from scanner.inventory.facts.backup import BackupError, Policy, Protection
from scanner.inventory.gap import Gap
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm

_LONGEST_BACKUP = timedelta(days=1)
"""How long a backup may take before its recovery point is late.

Every backup but the first takes less than 24 hours (An overview of Azure VM backup,
https://learn.microsoft.com/azure/backup/backup-azure-vms-introduction).
"""


class Standing(StrEnum):
    """How it is with the backup of a VM, in the order in which every format shows it."""

    FAILING = "failing"
    """The last backup failed, or the newest recovery point is too old by the policy."""
    WILL_FAIL = "will fail"
    """A documented cause applies."""
    AT_RISK = "at risk"
    """A documented cause is possible."""
    NOT_JUDGED = "not judged"
    """Something needed was not read."""
    NOT_BACKED_UP = "not backed up"
    FINE = "fine"


_ORDER = tuple(Standing)


def standing_of(vm: JudgedVm, now: datetime) -> Standing:
    """The word for a VM at a time (UTC).

    A VM whose protection was not read is judged as if it were backed up. It is never ``fine``.
    """
    protection = vm.protection
    if isinstance(protection, Protection):
        if not protection.is_backed_up:
            return Standing.NOT_BACKED_UP
        if _last_backup_failed(protection) or is_overdue(protection, now):
            return Standing.FAILING
    worst = max((cause.verdict for cause in vm.causes), default=Verdict.NOT_APPLICABLE)
    if worst is Verdict.APPLIES:
        return Standing.WILL_FAIL
    if worst is Verdict.POSSIBLE:
        return Standing.AT_RISK
    is_read = isinstance(protection, Protection) and not vm.gaps
    return Standing.FINE if is_read else Standing.NOT_JUDGED


def _last_backup_failed(protection: Protection) -> bool:
    """True if the last backup failed. One that completed with warnings did not."""
    error = protection.known_error
    return isinstance(error, BackupError) and error.status.lower() == "failed"


def is_overdue(protection: Protection, now: datetime) -> bool:
    """True if the newest recovery point is older than the policy allows.

    False if there is no point yet, or if the point or the schedule was not read.
    """
    policy, point = protection.known_policy, protection.last_success_at
    if not isinstance(policy, Policy) or isinstance(policy.known_longest, Gap) or point is None:
        return False
    return now - point > timedelta(days=policy.known_longest) + _LONGEST_BACKUP


def urgency(now: datetime) -> Callable[[JudgedVm], tuple[object, ...]]:
    """A sort key: by word, then the longest time without a success, findings, and the id.

    A VM that is backed up and has no success yet comes before the others of its word. What was
    not read makes no VM more urgent.
    """

    def key(vm: JudgedVm) -> tuple[object, ...]:
        days = vm.days_since_success(now)
        found = tuple(
            -sum(cause.verdict is verdict for cause in vm.causes)
            for verdict in (Verdict.APPLIES, Verdict.POSSIBLE)
        )
        return (
            _ORDER.index(standing_of(vm, now)),
            float("-inf") if days is None else -days,
            *found,
            vm.vm.id,
        )

    return key
