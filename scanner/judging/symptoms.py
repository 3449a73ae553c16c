"""Explains the error of a failed backup: which of its documented causes the evidence supports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from scanner.catalogue import read
from scanner.catalogue.search import Match, match_error
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError, Protection, ServiceError
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
    """The documented causes, in the document's order."""
    gap: Gap | None = None
    """Why the error is not known. The backup failed, but its error was not read."""

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
    # Panels go last to first, so the verdicts of the first panel win in _symptom_of_error.
    verdicts = [verdict for panel in reversed(failing) for verdict in _judge_all_causes(panel, vm)]
    return explain_error(error, verdicts, edition)


def explain_error(
    error: BackupError, verdicts: Sequence[CauseVerdict], edition: str
) -> tuple[ShownSymptom, ...]:
    """The errors of one backup, and what these verdicts say about their documented causes."""
    # A backup can fail without an error that was read.
    errors = error.errors or (ServiceError(),)
    return tuple(_symptom_of_error(error, reported, verdicts, edition) for reported in errors)


def _judge_all_causes(panel: Panel, vm: Vm) -> tuple[CauseVerdict, ...]:
    """The verdicts of all causes. An explanation adds no VMs to the vault, so its counts are 0."""
    return judge_in_fleet(panel, vm, judge_vm(panel, vm), Fleet())


def _symptom_of_error(
    error: BackupError, reported: ServiceError, verdicts: Sequence[CauseVerdict], edition: str
) -> ShownSymptom:
    """One of the errors that a backup reported, looked up in the documents."""
    match = _match_cached(reported.title, reported.number, reported.text, edition)
    number = None if reported.number is None else str(reported.number)
    causes = match.causes if match else ()
    by_cause = {verdict.cause: verdict for verdict in verdicts}
    # A documented cause may be judged as a member of another one.
    by_member = {
        attributed.check: verdict
        for verdict in verdicts
        for attributed in verdict.findings
        if attributed.check in causes
    }
    return ShownSymptom(
        code=reported.title or (match.code if match else None) or number,
        number=reported.number,
        title=_error_title(match) or reported.text or reported.title or number or _NO_TITLE,
        text=reported.text,
        status=error.status,
        seen_at=error.seen_at,
        job=error.job,
        task=error.task,
        is_documented=match is not None,
        edition=match.edition if match else None,
        causes=tuple(
            _standing(cause, by_cause.get(cause) or by_member.get(cause)) for cause in causes
        ),
        gap=error.gap,
    )


_NO_TITLE = "an error that was not read"


def _error_title(match: Match | None) -> str | None:
    """The documents' words for an error: of the symptom, of the code, or of its first cause."""
    if match is None:
        return None
    if match.symptom:
        return match.symptom.message
    if match.code and not match.causes:
        return read().codes[match.code].bare
    return read().editions[match.edition].causes[match.causes[0]].title


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
    return match_error(title, number, text, edition, read())
