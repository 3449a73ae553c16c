"""A row for each VM, as values: what the sheet of VMs and the CSV of VMs show."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache

from scanner.gate.decision import FindingDecision
from scanner.inventory.facts.backup import Policy, Protection
from scanner.inventory.gap import Gap, Reason
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import CauseVerdict
from scanner.report.decision_text import finding_note
from scanner.report.report import Report
from scanner.report.text import azure_text, backup_notes, blockers

Value = str | float | datetime | None
UNREAD = "unread"
"""A value that is not known, in the place of the value."""
_OWNER = "owner"
_PLAIN = (
    "word", "vm", "subscription", "resource_group", "owner", "tags", "location", "os",
    "power_state", "protection", "readiness", "vault", "policy", "last_status", "last_success",
    "days_since_success", "last_error", "counts", "does_not_count", "baseline", "why", "notes",
)  # fmt: skip


def columns(report: Report) -> tuple[str, ...]:
    """The names of the columns. Each cause that was judged has one; the id is the last."""
    plain = (name for name in _PLAIN if name != "readiness" or report.is_precheck)
    return (*plain, *report.totals, "id")


def vm_values(vm: JudgedVm, report: Report) -> dict[str, Value]:
    """The values of a VM by column, without causes. What was not read is a word, never empty."""
    id_ = vm.vm.id
    tags = vm.vm.tags or {}
    decided = decisions(vm, report)
    return {
        "word": report.standings[id_],
        "vm": vm.vm.name,
        "subscription": report.subscription_name(id_),
        "resource_group": id_.resource_group,
        "owner": next((tags[name] for name in tags if name.lower() == _OWNER), None),
        "tags": "; ".join(f"{name}={value or ''}" for name, value in sorted(tags.items())),
        "location": vm.vm.location,
        "os": vm.os or UNREAD,
        "power_state": vm.power_state or UNREAD,
        "protection": vm.protection_state,
        "readiness": _readiness(vm, report) if report.is_precheck else None,
        **backup_values(vm, report),
        "counts": ", ".join(one.cause for one in decided if one.counts),
        "does_not_count": "; ".join(
            f"{one.cause}: {finding_note(one)}" for one in decided if one.is_found and one.why_not
        ),
        "baseline": "; ".join(f"{one.cause}: {one.mark}" for one in decided if one.mark),
        "why": "; ".join(_why(vm)),
        "notes": "; ".join((*backup_notes(vm), *_notes(vm))),
        "id": id_.text,
    }


def decisions(vm: JudgedVm, report: Report) -> list[FindingDecision]:
    """What was decided on the findings of a VM, causes in their order."""
    # Nothing is decided on what is clear, which most causes are.
    found = (cause for cause in vm.shown if cause.verdict > Verdict.CLEAR)
    return [one for cause in found if (one := report.decision.of(vm.vm.id, cause.cause))]


def _readiness(vm: JudgedVm, report: Report) -> str:
    reasons = ", ".join(blockers(vm, report))
    ready = ": ".join(filter(None, (str(vm.readiness), reasons)))
    return ". ".join(filter(None, (ready, azure_text(vm))))


def _why(vm: JudgedVm) -> Iterator[str]:
    """What was found, and what could not be seen, the worst verdict first."""
    for cause in vm.worst_first:
        if cause.verdict >= Verdict.POSSIBLE:
            yield f"{cause.cause}: {cause.findings[0].finding.message}"


def _notes(vm: JudgedVm) -> Iterator[str]:
    for cause, note in vm.notes:
        yield f"{cause}: {note.message}"


def verdict_values(causes: Iterable[CauseVerdict]) -> dict[str, Value]:
    """The verdicts of causes by column."""
    return {cause.cause: _verdict_text(cause.verdict, cause.reason) for cause in causes}


def verdict_text(cause: CauseVerdict) -> str:
    """The verdict of a cause: ``applies``, ``unknown (denied)``."""
    return _verdict_text(cause.verdict, cause.reason)


@cache
def _verdict_text(verdict: Verdict, reason: Reason | None) -> str:
    """Cached: a fleet has a million verdicts, and few different ones."""
    return f"{verdict} ({reason})" if reason else str(verdict)


def backup_values(vm: JudgedVm, report: Report) -> Mapping[str, Value]:
    """Vault, policy and last backup by column. What was not read is ``unread``."""
    protection = vm.protection
    if type(protection) is Gap:
        names = ("vault", "policy", "last_status", "last_success", "last_error")
        return dict.fromkeys(names, UNREAD)
    if protection is None:
        return {}
    policy = protection.known_policy
    return {
        "vault": protection.vault.name if protection.vault else None,
        "policy": policy.id.name if isinstance(policy, Policy) else UNREAD if policy else None,
        "last_status": last_status(vm, protection),
        "last_success": protection.last_success_at
        or (UNREAD if protection.known_success else None),
        "days_since_success": vm.days_since_success(report.finished_at),
        "last_error": last_errors(vm, protection),
    }


def last_status(vm: JudgedVm, protection: Protection) -> str | None:
    """The status of the last backup. None if there is none yet."""
    return next((one.status for one in vm.symptoms), protection.last_status)


def last_errors(vm: JudgedVm, protection: Protection) -> str | None:
    """The errors of the last backup by code or, without a code, in words."""
    errors = "; ".join(one.code or one.title for one in vm.symptoms)
    return errors or (UNREAD if type(protection.known_error) is Gap else None)
