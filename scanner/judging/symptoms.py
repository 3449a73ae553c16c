"""From the error of the last backup to the evidence: which of its documented causes are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from scanner.catalogue import read
from scanner.catalogue.search import Match, match_error
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError, Protection, Said
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.vm import Vm
from scanner.judging.check import Fleet, Verdict
from scanner.judging.engine import judge_in_fleet, judge_vm
from scanner.judging.panel import Panel
from scanner.judging.verdict import CauseVerdict

Standing = Literal["supported", "contradicted", "not-observable"]
_STANDINGS: Mapping[Verdict, Standing] = {
    Verdict.APPLIES: "supported",
    Verdict.POSSIBLE: "supported",
    Verdict.UNKNOWN: "not-observable",
    Verdict.CLEAR: "contradicted",
    Verdict.NOT_APPLICABLE: "contradicted",
}


class CauseStanding(Struct, frozen=True):
    """How the evidence on a VM stands to one documented cause of its symptom."""

    cause: str
    verdict: Verdict | None
    """None where no loaded check judges it."""
    standing: Standing
    message: str | None
    """What was found, of a cause that the evidence supports."""
    reason: Reason | None = None
    """Of an unknown verdict."""


class ShownSymptom(Struct, frozen=True):
    """The error that the last backup of a VM gave, and what the documents make of it."""

    code: str | None
    """The symbol where the error or the documents have one, else its number."""
    number: int | None
    title: str
    """The documents' words for it; of an undocumented error its own, verbatim."""
    text: str | None
    """The error's own words."""
    status: str
    seen_at: datetime | None
    job: ArmId | None
    task: str | None
    is_documented: bool
    """Whether the documents name it, with causes or without."""
    edition: str | None
    """The edition that documents it: the selected one, else another."""
    causes: tuple[CauseStanding, ...]
    """In the document's order."""
    gap: Gap | None = None
    """Why the error is not known, where the backup failed and its reason was not read."""

    @property
    def first_supported(self) -> CauseStanding | None:
        """The first documented cause that the evidence supports."""
        return next((each for each in self.causes if each.standing == "supported"), None)


def find_symptoms(vm: Vm, failing: Sequence[Panel], edition: str) -> tuple[ShownSymptom, ...]:
    """The symptom of the last backup of a VM; none where it did not fail, or that is not known.

    Every check judges what may be behind it, whichever the scan asks: by the edition asked for,
    then, of causes that this one does not have, by the next of the panels.
    """
    protection = vm.if_seen("protection")
    error = protection.known_error if isinstance(protection, Protection) else None
    if not isinstance(error, BackupError):
        return ()
    # A backup that failed registers no VMs: no other takes a place in its vault.
    causes = [one for panel in failing[::-1] for one in _judge_whole(panel, vm)]
    return tuple(_symptom(error, each, causes, edition) for each in error.said or (Said(),))


def _judge_whole(panel: Panel, vm: Vm) -> tuple[CauseVerdict, ...]:
    return judge_in_fleet(panel, vm, judge_vm(panel, vm), Fleet())


def _symptom(
    error: BackupError, said: Said, causes: Sequence[CauseVerdict], edition: str
) -> ShownSymptom:
    match = _matching(said.title, said.number, said.text, edition)
    number = None if said.number is None else str(said.number)
    title = said.text or said.title or number or "an error that was not read"
    code = said.title or (match.code if match else None) or number
    named = match.causes if match else ()
    if match and match.symptom:
        title = match.symptom.message or title
    elif match and match.code and not named:
        title = read().codes[match.code].bare or title
    elif match:
        title = read().editions[match.edition].causes[named[0]].title or title
    stands = {each.cause: each for each in causes}
    parts = {
        judged.check: each for each in causes for judged in each.findings if judged.check in named
    }
    return ShownSymptom(
        code=code,
        number=said.number,
        title=title,
        text=said.text,
        status=error.status,
        seen_at=error.seen_at,
        job=error.job,
        task=error.task,
        is_documented=match is not None,
        edition=match.edition if match else None,
        causes=tuple(_standing(each, stands.get(each) or parts.get(each)) for each in named),
        gap=error.gap,
    )


def _standing(cause: str, stands: CauseVerdict | None) -> CauseStanding:
    if stands is None:
        return CauseStanding(cause, None, "not-observable", None)
    findings = [each.finding for each in stands.findings if each.check == cause]
    # Of a member of a group its own findings count, not the group's.
    member = bool(findings) and stands.cause != cause
    verdict = max(each.verdict for each in findings) if member else stands.verdict
    first = findings[0] if member else stands.findings[0].finding
    message = first.message if verdict >= Verdict.POSSIBLE else None
    reason = first.reason if verdict is Verdict.UNKNOWN else None
    return CauseStanding(cause, verdict, _STANDINGS[verdict], message, reason)


@lru_cache(maxsize=1024)
def _matching(
    title: str | None, number: int | None, text: str | None, edition: str
) -> Match | None:
    return match_error(title, number, text, edition, read())
