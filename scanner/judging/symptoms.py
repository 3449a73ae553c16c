"""Explains the error of a failed backup: which of its documented causes the evidence supports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Literal

from msgspec import Struct, structs

from scanner.catalogue import read
from scanner.catalogue.explanation import InnerError, inner_error, message_of
from scanner.catalogue.guests import in_guest
from scanner.catalogue.search import match_error
from scanner.catalogue.vocabulary import Match
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError, Protection, ServiceError
from scanner.inventory.facts.plan import Plan
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.vm import Vm
from scanner.judging.check import Fleet, Verdict
from scanner.judging.engine import judge_in_fleet, judge_vm
from scanner.judging.panel import Panel
from scanner.judging.verdict import CauseVerdict

Standing = Literal["supported", "contradicted", "not-observable"]
"""What the evidence on a VM says about one documented cause of its error."""
_STANDINGS: Mapping[Verdict, Standing] = {
    Verdict.APPLIES: "supported",
    Verdict.POSSIBLE: "supported",
    Verdict.UNKNOWN: "not-observable",
    Verdict.CLEAR: "contradicted",
    Verdict.NOT_APPLICABLE: "contradicted",
}


class CauseStanding(Struct, frozen=True):
    """A documented cause of an error, and what the evidence on the VM says about it."""

    cause: str
    verdict: Verdict | None
    """None if no loaded check judges the cause."""
    standing: Standing
    message: str | None
    """What was found. None unless the evidence supports the cause."""
    reason: Reason | None = None
    """Why the verdict is unknown. None for other verdicts."""


class ShownSymptom(Struct, frozen=True):
    """An error that the last backup of a VM reported, with its documented causes."""

    code: str | None
    """The error's symbol, such as ``UserErrorGuestAgentStatusUnavailable``, else its number."""
    number: int | None
    title: str
    """The documents' words for the error. The error's own words if it is undocumented."""
    text: str | None
    """The error's own words."""
    status: str
    seen_at: datetime | None
    """When the backup began (UTC)."""
    job: ArmId | None
    task: str | None
    """The step of the job that failed."""
    is_documented: bool
    """True if the documents name the error, even without causes."""
    edition: str | None
    """The edition that documents the error: the selected one, else another."""
    causes: tuple[CauseStanding, ...]
    """The documented causes: first of the inner error, then in the document's order."""
    gap: Gap | None = None
    """Why the error is not known. The backup failed, but its error was not read."""
    is_guess: bool = False
    """True if the error only resembles the documented one."""
    inner: InnerError | None = None
    """Another error that the words of the error name."""
    others: tuple[CauseStanding, ...] = ()
    """What applies or is possible on the VM, although no document names it for this error."""
    advice: str | None = None
    """What the documents say to do first about a cause that the words of the error name, or that
    the evidence does not contradict. None if it supports one."""
    unjudged: int = 0
    """How many causes of the VM could not be judged: one of them may be the reason."""

    @property
    def first_supported(self) -> CauseStanding | None:
        """The first documented cause that the evidence supports."""
        return next((cause for cause in self.causes if cause.standing == "supported"), None)


def find_symptoms(vm: Vm, failing: Sequence[Panel], edition: str) -> tuple[ShownSymptom, ...]:
    """The errors of the last backup of a VM. Empty if it did not fail or that is not known.

    ``failing`` are the panels of all installed checks: the checks that a scan selects do not
    limit the explanation. The first panel is of the selected edition. Later panels judge the
    causes that it does not have.
    """
    protection = vm.if_seen("protection")
    error = protection.known_error if isinstance(protection, Protection) else None
    if not isinstance(error, BackupError):
        return ()
    return explain_error(error, Judged.of(vm, failing), edition)


LAST_BACKUP_FAILED = "last-backup-failed"
"""The cause that says that the last backup failed. Every other cause can be a reason for it."""


def with_explanation(
    causes: Sequence[CauseVerdict], symptoms: Sequence[ShownSymptom]
) -> tuple[CauseVerdict, ...]:
    """The verdicts. A failed backup also says which causes the evidence supports."""
    reasons = " ".join(dict.fromkeys(filter(None, map(_reasons_text, symptoms))))
    if not reasons:
        return tuple(causes)
    return tuple(
        _with_reasons(cause, reasons)
        if cause.cause == LAST_BACKUP_FAILED and cause.verdict >= Verdict.POSSIBLE
        else cause
        for cause in causes
    )


def _reasons_text(symptom: ShownSymptom) -> str:
    """The first documented cause that the evidence supports, and what else applies."""
    first = symptom.first_supported
    others = [other.cause for other in symptom.others if other.verdict is Verdict.APPLIES]
    documented = (
        f"The first documented cause that the evidence supports: {first.cause}." if first else ""
    )
    also = f"Also applies on the VM: {', '.join(others)}." if others else ""
    return " ".join(filter(None, (documented, also)))


def _with_reasons(cause: CauseVerdict, reasons: str) -> CauseVerdict:
    """The verdict, with the reasons in the message of its worst finding."""
    worst, *rest = cause.findings
    finding = structs.replace(worst.finding, message=f"{worst.finding.message} {reasons}")
    return structs.replace(cause, findings=(structs.replace(worst, finding=finding), *rest))


def explain_error(error: BackupError, judged: Judged, edition: str) -> tuple[ShownSymptom, ...]:
    """The errors of one backup, and what the verdicts say about their documented causes."""
    # A backup can fail without an error that was read.
    return tuple(
        _symptom_of_error(error, reported, judged, edition)
        for reported in error.errors or (ServiceError(),)
    )


def find_warnings(vm: Vm, failing: Sequence[Panel], edition: str) -> tuple[ShownSymptom, ...]:
    """What the service's own pre-check of a VM warns of, in the form of errors.

    The pre-check runs between backups: it warns before the next one fails.
    """
    protection = vm.if_seen("protection")
    if not isinstance(protection, Protection) or not protection.warnings:
        return ()
    status = BackupError(status=protection.health or "", errors=protection.warnings)
    return explain_error(status, Judged.of(vm, failing), edition)


class Judged(Struct, frozen=True):
    """The verdicts that explain the errors of a VM."""

    verdicts: tuple[CauseVerdict, ...]
    """Verdicts by all editions. The last ones are by the selected edition."""
    selected: tuple[CauseVerdict, ...] = ()
    """Verdicts by the selected edition."""

    @classmethod
    def of(cls, vm: Vm, panels: Sequence[Panel]) -> Judged:
        """The verdicts by these panels, the first one of the selected edition."""
        vm = _under_plan_in_force(vm)
        # Panels go last to first, so the verdicts of the first panel win in _symptom_of_error.
        judged = [_judge_all_causes(panel, vm) for panel in reversed(panels)]
        # That the backup failed is no reason for its error.
        judged = [tuple(one for one in by if one.cause != LAST_BACKUP_FAILED) for by in judged]
        verdicts = tuple(verdict for verdicts in judged for verdict in verdicts)
        return cls(verdicts, judged[-1] if judged else ())


def _under_plan_in_force(vm: Vm) -> Vm:
    """The VM with the vault and policy of its last backup, not those that a precheck names."""
    plan = vm.if_seen("plan")
    in_force = plan.in_force if isinstance(plan, Plan) else None
    return replace(vm, seen={**vm.seen, "plan": in_force}) if in_force else vm


def _judge_all_causes(panel: Panel, vm: Vm) -> tuple[CauseVerdict, ...]:
    """The verdicts of all causes. An explanation adds no VMs to the vault, so its counts are 0."""
    return judge_in_fleet(panel, vm, judge_vm(panel, vm), Fleet())


def _symptom_of_error(
    error: BackupError, reported: ServiceError, judged: Judged, edition: str
) -> ShownSymptom:
    """One of the errors that the service reported, looked up in the documents."""
    match = _match_cached(reported.title, reported.number, reported.text, edition)
    number = None if reported.number is None else str(reported.number)
    causes = match.all_causes if match else ()
    by_cause = {verdict.cause: verdict for verdict in judged.verdicts}
    # A documented cause may be judged as a member of another one.
    by_member = {
        attributed.check: verdict
        for verdict in judged.verdicts
        for attributed in verdict.findings
        if attributed.check in causes
    }
    inner = match.inner if match else None
    recorded = message_of(match, read()) if match else None
    # A pre-check has no start. It can have a status without a reason.
    empty = _NO_TITLE if error.gap or error.seen_at or error.job else _NO_REASON
    # Words can name a code that the service did not send.
    is_by_words = number is not None and match is not None and match.by == "text"
    documented_code = None if match is None or is_by_words else match.code
    standings = tuple(
        _standing(cause, by_cause.get(cause) or by_member.get(cause)) for cause in causes
    )
    open_causes = [
        *(inner.causes if inner else ()),
        *(one.cause for one in standings if one.standing == "not-observable"),
    ]
    is_documented = match is not None and match.is_documented and not match.is_guess
    return ShownSymptom(
        code=reported.title or documented_code or number,
        number=reported.number,
        title=_error_title(match) or reported.text or recorded or reported.title or number or empty,
        text=reported.text,
        status=error.status,
        seen_at=error.seen_at,
        job=error.job,
        task=error.task,
        is_documented=is_documented,
        edition=match.edition if match and is_documented else None,
        causes=standings,
        gap=error.gap,
        is_guess=match is not None and match.is_guess,
        inner=inner_error(inner, read()) if inner else None,
        others=tuple(
            _standing(verdict.cause, verdict)
            for verdict in judged.selected
            if verdict.verdict >= Verdict.POSSIBLE and not _is_named(verdict, causes)
        ),
        advice=_first_step(open_causes, match.edition) if match else None,
        unjudged=sum(verdict.verdict is Verdict.UNKNOWN for verdict in judged.selected),
    )


def _first_step(causes: Sequence[str], edition: str) -> str | None:
    """The first step of the first cause that has one."""
    described = (
        pages.causes[cause]
        for cause in causes
        for pages in (read().editions[edition], *(one for _, one in read().others(edition)))
        if cause in pages.causes
    )
    return next((in_guest(one.steps[0], None) for one in described if one.steps), None)


def _is_named(verdict: CauseVerdict, causes: Sequence[str]) -> bool:
    """True if the documents name a cause, or its members that were found, for an error."""
    found = {one.check for one in verdict.findings if one.finding.verdict >= Verdict.POSSIBLE}
    return verdict.cause in causes or (bool(found) and found <= set(causes))


_NO_TITLE = "an error that was not read"
_NO_REASON = "it names no reason"
"""The title of a warning without a detail."""


def _error_title(match: Match | None) -> str | None:
    """The documents' words for an error. None if they do not know it."""
    return message_of(match, read()) if match and match.is_documented else None


def _standing(cause: str, verdict: CauseVerdict | None) -> CauseStanding:
    """What the evidence says about a cause. ``verdict`` is of the cause or of its group."""
    if verdict is None:
        return CauseStanding(cause, None, "not-observable", None)
    findings = [attributed.finding for attributed in verdict.findings if attributed.check == cause]
    # A member of a group is judged by its own findings, not by the group's verdict.
    is_member = bool(findings) and verdict.cause != cause
    worst = max(finding.verdict for finding in findings) if is_member else verdict.verdict
    first = findings[0] if is_member else verdict.findings[0].finding
    message = first.message if worst >= Verdict.POSSIBLE else None
    reason = first.reason if worst is Verdict.UNKNOWN else None
    return CauseStanding(cause, worst, _STANDINGS[worst], message, reason)


@lru_cache(maxsize=1024)
def _match_cached(
    title: str | None, number: int | None, text: str | None, edition: str
) -> Match | None:
    """``match_error``, cached: a fleet has few different errors."""
    return match_error(title, number, text, edition)
