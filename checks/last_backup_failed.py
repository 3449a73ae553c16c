"""The last backup of a VM failed or has warnings, or its newest recovery point is too old.

No document names it as a cause: it is what the documented causes lead to.
"""

from datetime import datetime, timedelta

from scanner.api import (
    BackupError,
    Edition,
    Evidence,
    Finding,
    Iterator,
    Protection,
    Rule,
    Vm,
    check,
    clear,
    found,
    not_applicable,
)

_CAUSE = "last-backup-failed"
_FAILED = "failed"


def _no_backups(vm: Vm) -> Finding | None:
    """The answer for a VM of which no backups are made."""
    protection = vm.protection
    if protection.is_backed_up:
        return None
    return not_applicable(f"No backups are made of it: {protection.state}.", *protection.evidence)


@check("last-backup", cause=_CAUSE, reads=("protection",), deployment=None, unless=_no_backups)
def last_backup(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The last backup failed, or completed with warnings."""
    protection = vm.protection
    error = protection.error
    if error is None:
        yield clear("Its last backup did not fail.", *protection.evidence)
        return
    is_failed = error.status.lower() == _FAILED
    rule = edition.one(_CAUSE, "failed" if is_failed else "warnings")
    yield found(rule, _error_text(error, is_failed=is_failed), *_evidence(error, protection))


def _error_text(error: BackupError, *, is_failed: bool) -> str:
    """When the backup failed, and the error by its symbol and its words."""
    verb = "failed" if is_failed else "completed with warnings"
    began = f", which began {error.seen_at:%Y-%m-%d %H:%MZ}," if error.seen_at else ""
    texts = (
        ": ".join(part for part in (one.title or str(one.number or ""), one.text) if part)
        for one in error.errors
    )
    errors = "; ".join(text.rstrip(".") for text in texts if text)
    return f"Its last backup{began} {verb}: {errors or 'its error was not read'}."


def _evidence(error: BackupError, protection: Protection) -> tuple[Evidence, ...]:
    """The status of the item or of the job, and the state of the protection."""
    status = protection.of_item("lastBackupStatus", error.status)
    if error.job:
        status = Evidence(error.job, "properties.status", error.status, status.seen_at)
    return (status, *protection.evidence)


@check(
    "recovery-point-age", cause=_CAUSE, reads=("protection",), deployment=None, unless=_no_backups
)
def recovery_point_age(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM has no recovery point that is recent enough."""
    protection = vm.protection
    newest = protection.newest_point
    shown = protection.of_item("lastRecoveryPoint", _time_text(newest))
    if newest is None:
        condition = "first-backup-to-come" if protection.state == "pending" else "no-point"
        yield found(edition.one(_CAUSE, condition), "It has no recovery point.", shown)
        return
    age = shown.seen_at - newest
    message = f"Its newest recovery point was made {_duration_text(age)} ago."
    for rule, longest in _limits(protection, edition):
        if age > longest:
            yield found(rule, f"{message} It may be at most {_duration_text(longest)} old.", shown)
            return
    yield clear(message, shown)


def _limits(protection: Protection, edition: Edition) -> Iterator[tuple[Rule, timedelta]]:
    """How old the newest point may be: as --max-age says, else by the policy's schedule."""
    asked = edition.of(_CAUSE, "point-older-than")
    if asked:
        yield from ((rule, timedelta(minutes=rule.number)) for rule in asked)
        return
    rule, policy = edition.one(_CAUSE, "late-by-hours"), protection.policy
    if policy:
        yield rule, timedelta(days=2 * policy.longest, hours=rule.number)


def _time_text(time: datetime | None) -> str | None:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z") if time else None


def _duration_text(duration: timedelta) -> str:
    """``26 hours``, or ``6.0 days`` from two days on."""
    hours = duration.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.1f} days"
