"""Checks and VMs to verdicts. No I/O, no order, no state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from scanner.catalogue import Catalogue, Edition
from scanner.check import Check, Finding, Verdict
from scanner.inventory.evidence import Value
from scanner.inventory.facts import OperatingSystem
from scanner.inventory.gap import Gap, Reason, Unseen
from scanner.inventory.vm import Vm

_REASONS = tuple(Reason)


class Judged(Struct, frozen=True):
    """A finding and the check it comes from; of a cause's member, the member's id."""

    check: str
    finding: Finding


class Superseded(Struct, frozen=True):
    """What an older edition said and the selected one withdrew."""

    edition: str
    verdict: Verdict
    why: str


class CauseVerdict(Struct, frozen=True):
    """How one cause stands on one VM: the worst of its findings."""

    cause: str
    verdict: Verdict
    reason: Reason | None
    """Of an unknown verdict; the gravest of its findings."""
    findings: tuple[Judged, ...]
    superseded: Superseded | None = None


def judge(
    checks: Sequence[Check], vm: Vm, edition: Edition, catalogue: Catalogue
) -> tuple[CauseVerdict, ...]:
    """The verdict of every cause that the checks judge, in the edition's order."""
    found = []
    for cause in edition.causes:
        now = _combine(cause, checks, vm, edition, catalogue)
        if now is not None:
            found.append(_superseded(now, checks, vm, edition, catalogue))
    return tuple(found)


def _combine(
    cause: str, checks: Sequence[Check], vm: Vm, edition: Edition, catalogue: Catalogue
) -> CauseVerdict | None:
    """The worst of what the checks of a cause and of its members find; None without a check."""
    judged = [
        Judged(check.id if part == cause else part, each)
        for part in edition.parts(cause)
        for check in checks
        if check.cause == part
        for each in _run(check, vm, edition)
    ]
    if not judged:
        return None
    if any(each.finding.verdict > Verdict.NOT_APPLICABLE for each in judged):
        judged += _beside(cause, vm, edition, catalogue)
    judged.sort(key=lambda each: each.finding.rank, reverse=True)
    worst = judged[0].finding.verdict
    reasons = [each.finding.reason for each in judged if each.finding.reason]
    reason = min(reasons, key=_REASONS.index) if worst is Verdict.UNKNOWN else None
    return CauseVerdict(cause, worst, reason, tuple(judged))


def _beside(cause: str, vm: Vm, edition: Edition, catalogue: Catalogue) -> Iterator[Judged]:
    """The members of a cause that only the guest knows, each with where to look."""
    family = vm.seen.get("os")
    for part in edition.parts(cause):
        member = catalogue.causes[part]
        other = isinstance(family, OperatingSystem) and family.family != member.family
        if member.guest_only and not (member.family and other):
            look = f"Only the guest shows it. {member.remedy[edition.id]}"
            gap = Gap(vm.id.text, part, Reason.GUEST_ONLY, None, look)
            yield Judged(part, Finding(Verdict.UNKNOWN, f"{member.title}: {look}", gap=gap))


def _superseded(
    now: CauseVerdict,
    checks: Sequence[Check],
    vm: Vm,
    edition: Edition,
    catalogue: Catalogue,
) -> CauseVerdict:
    """Where nothing is found today, what the newest older edition would have found."""
    if now.verdict is not Verdict.CLEAR:
        return now
    for older in catalogue.older_than(edition):
        then = _combine(now.cause, checks, vm, older, catalogue)
        if then and then.verdict >= Verdict.POSSIBLE:
            why = f"{cited(then.findings[0].finding, older)} {edition.id}: nothing found."
            withdrawn = Superseded(older.id, then.verdict, why)
            return CauseVerdict(now.cause, now.verdict, now.reason, now.findings, withdrawn)
    return now


def cited(finding: Finding, edition: Edition) -> str:
    """What a finding says, with the rule and the pages that decided."""
    if finding.rule is None:
        return finding.message
    return f"{finding.message} Rule: {edition.cite(finding.rule)}."


def _run(check: Check, vm: Vm, edition: Edition) -> list[Finding]:
    """All findings of a check; missing facts and crashes are findings too."""
    if check.deployment != vm.deployment:
        model = "classic" if vm.deployment == "classic" else "Resource Manager"
        return [Finding(Verdict.NOT_APPLICABLE, f"It is a {model} VM.")]
    try:
        if check.family and vm.os.family != check.family:
            other = "Windows" if check.family == "windows" else "Linux"
            return [Finding(Verdict.NOT_APPLICABLE, f"Not a {other} VM.")]
        for fact in check.reads:
            getattr(vm, fact)
        items = [(item,) for item in getattr(vm, check.each)] if check.each else [()]
    except Unseen as unseen:
        return [_unknown(unseen.gap)]
    except TypeError:
        return [_unknown(_crash(check, vm, f"{check.each} is no collection"))]
    findings = [each for item in items for each in _ask(check, vm, edition, *item)]
    return findings or [_unknown(_crash(check, vm, f"there are no {check.each} to judge"))]


def _ask(check: Check, vm: Vm, edition: Edition, *item: object) -> list[Finding]:
    """What the function finds; what it found before a gap or a crash stands."""
    findings: list[Finding] = []
    try:
        for finding in check.judge(vm, edition, *item):
            findings.append(_vetted(finding, check))  # noqa: PERF401 - a gap may end it
    except Unseen as unseen:
        findings.append(_unknown(unseen.gap))
    except Exception as error:  # noqa: BLE001 - one check's crash must not end the others
        findings.append(_unknown(_crash(check, vm, f"{type(error).__name__}: {error}")))
    return findings or [_unknown(_crash(check, vm, "it found nothing, not even clear"))]


def _vetted(finding: object, check: Check) -> Finding:
    """A clear finding says what was read for it. Raises ``TypeError`` for what is no finding."""
    if not isinstance(finding, Finding):
        raise TypeError(f"it yielded {finding!r}")
    if finding.verdict is Verdict.UNKNOWN and finding.gap is None:
        raise TypeError("it yielded an unknown that does not say why")
    if not all(isinstance(each.value, Value) for each in finding.evidence):
        raise TypeError("evidence holds a value that is no text, number or truth")
    if finding.verdict is not Verdict.CLEAR:
        return finding
    read = f"{finding.message} Read: {', '.join(check.reads)}."
    return msgspec.structs.replace(finding, message=read)


def _unknown(gap: Gap) -> Finding:
    return Finding(Verdict.UNKNOWN, f"{gap.fact} of {gap.scope}: {gap.remedy}", gap=gap)


def _crash(check: Check, vm: Vm, what: str) -> Gap:
    remedy = f"The check {check.id} failed ({what}). Report it to its authors: {check.where}."
    return Gap(vm.id.text, f"check {check.id}", Reason.FAILED, None, remedy)
