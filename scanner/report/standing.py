"""One word for a VM, the same in every format: failing, will fail, at risk, and so on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from scanner.inventory.facts.backup import BackupError, Protection
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.symptoms import LAST_BACKUP_FAILED


class Standing(StrEnum):
    """How it is with the backup of a VM, in the order in which every format shows it."""

    FAILING = "failing"
    """The last backup failed, or no recovery point is recent enough."""
    WILL_FAIL = "will fail"
    """A documented cause applies."""
    AT_RISK = "at risk"
    """A documented cause is possible."""
    NOT_JUDGED = "not judged"
    """Something needed was not read."""
    NOT_BACKED_UP = "not backed up"
    FINE = "fine"


_ORDER = tuple(Standing)


def standing_of(vm: JudgedVm) -> Standing:
    """The word for a VM.

    A VM whose protection was not read is judged as if it were backed up. It is never ``fine``.
    """
    if vm.is_without_backup:
        return Standing.NOT_BACKED_UP
    if _is_failing(vm):
        return Standing.FAILING
    worst = max([cause.verdict for cause in vm.shown], default=Verdict.NOT_APPLICABLE)
    if worst is Verdict.APPLIES:
        return Standing.WILL_FAIL
    if worst is Verdict.POSSIBLE:
        return Standing.AT_RISK
    is_read = isinstance(vm.protection, Protection) and not vm.gaps
    return Standing.FINE if is_read else Standing.NOT_JUDGED


def _is_failing(vm: JudgedVm) -> bool:
    """True if the cause ``last-backup-failed`` applies.

    A scan that does not judge it has only the status of the last backup.
    """
    for cause in vm.causes:
        if cause.cause == LAST_BACKUP_FAILED:
            return cause.verdict is Verdict.APPLIES
    protection = vm.protection
    error = protection.known_error if isinstance(protection, Protection) else None
    return isinstance(error, BackupError) and error.status.lower() == "failed"


def urgency(now: datetime) -> Callable[[JudgedVm], tuple[object, ...]]:
    """A sort key: by word, then the longest time without a success, findings, and the id.

    A VM that is backed up and has no success yet comes before the others of its word. What was
    not read makes no VM more urgent.
    """

    def key(vm: JudgedVm) -> tuple[object, ...]:
        days = vm.days_since_success(now)
        verdicts = [cause.verdict for cause in vm.shown]
        return (
            _ORDER.index(standing_of(vm)),
            float("-inf") if days is None else -days,
            -verdicts.count(Verdict.APPLIES),
            -verdicts.count(Verdict.POSSIBLE),
            vm.vm.id.key,
        )

    return key
