"""Checks and VMs to verdicts. No I/O, no order, no state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, get_args

import msgspec
from msgspec import Struct

from scanner.catalogue import Catalogue, Cause, Edition, Rule
from scanner.check import Check, Finding, Fleet, Verdict
from scanner.inventory.evidence import VALUES
from scanner.inventory.facts import Deployment, Family, OperatingSystem
from scanner.inventory.gap import Gap, Reason, Unseen
from scanner.inventory.vm import Vm

_REASONS = tuple(Reason)
_GUEST_ONLY = Reason.GUEST_ONLY
# Each look-up of an enumeration's member costs as much as the comparison.
_UNKNOWN, _CLEAR, _NOT_APPLICABLE = Verdict.UNKNOWN, Verdict.CLEAR, Verdict.NOT_APPLICABLE


class Judged(Struct, frozen=True, gc=False):
    """A finding and the check it comes from; of a cause's member, the member's id."""

    check: str
    finding: Finding
    read: str = ""
    """The facts that the check read, in words."""


class Superseded(Struct, frozen=True, gc=False):
    """What an older edition said and the selected one withdrew."""

    edition: str
    verdict: Verdict
    why: str


class CauseVerdict(Struct, frozen=True, gc=False):
    """How one cause stands on one VM: the worst of its findings."""

    cause: str
    verdict: Verdict
    reason: Reason | None
    """Of an unknown verdict; the gravest of its findings."""
    findings: tuple[Judged, ...]
    superseded: Superseded | None = None


Kind = tuple[Deployment, Family | None]
"""What is known of a VM before any check: None where its system was not read."""


@dataclass(frozen=True)
class Seat:
    """Who judges one cause on one kind of VM in one edition."""

    cause: str
    edition: Edition
    checks: tuple[tuple[str, Check], ...]
    """Each with the name its findings go by: the member's id where it judges a member."""
    settled: tuple[Judged, ...]
    """What the kind of VM says of the other checks: that they are not about it."""
    beside: tuple[Cause, ...]
    """Members that only the guest knows."""
    older: tuple[Seat, ...]
    """Who judges it in older editions, the newest first."""
    last: tuple[tuple[str, Check], ...] = ()
    """Who judges it once all VMs are judged."""
    always: CauseVerdict | None = None
    """The verdict on every VM of the kind, where the kind alone decides."""

    @property
    def is_of_vm(self) -> bool:
        """Whether a VM alone shows anything of it."""
        return bool(self.checks or self.settled)


Panel = Mapping[Kind, tuple[Seat, ...]]
"""Who judges what in one edition, causes in the document's order."""


def seat(checks: Sequence[Check], edition: Edition, catalogue: Catalogue) -> Panel:
    """Put the checks to the causes of an edition: worked out once, asked of every VM."""
    kinds = product(get_args(Deployment), (*get_args(Family), None))
    judged = {check.cause for check in checks}
    causes = [each for each in edition.causes if judged.intersection(edition.parts(each))]
    return {
        kind: tuple(_seat(cause, kind, checks, edition, catalogue) for cause in causes)
        for kind in kinds
    }


def _seat(
    cause: str, kind: Kind, checks: Sequence[Check], edition: Edition, catalogue: Catalogue
) -> Seat:
    parts = edition.parts(cause)
    named = [
        (check.id if part == cause else part, check)
        for part in parts
        for check in checks
        if check.cause == part
    ]
    members = (catalogue.causes[part] for part in parts)
    older = (
        # By the same rules a check finds the same.
        _seat(cause, kind, [c for c in checks if each.differs(edition, c.cause)], each, catalogue)
        for each in catalogue.older_than(edition)
        if cause in each.causes
    )
    asked = [(name, check) for name, check in named if not _settled(check, kind)]
    settled = [Judged(name, each) for name, check in named for each in _settled(check, kind)]
    return Seat(
        cause,
        edition,
        tuple(each for each in asked if each[1].scope == "vm"),
        tuple(settled),
        tuple(each for each in members if each.guest_only and not _other(each.family, kind)),
        tuple(each for each in older if each.checks),
        tuple(each for each in asked if each[1].scope == "fleet"),
        stand(cause, settled) if settled and not asked else None,
    )


def _settled(check: Check, kind: Kind) -> tuple[Finding, ...]:
    """Why a check is not about a kind of VM; empty if it is."""
    deployment, _ = kind
    if check.deployment != deployment:
        model = "classic" if deployment == "classic" else "Resource Manager"
        return (Finding(Verdict.NOT_APPLICABLE, f"It is a {model} VM."),)
    if _other(check.family, kind):
        named = "Windows" if check.family == "windows" else "Linux"
        return (Finding(Verdict.NOT_APPLICABLE, f"Not a {named} VM."),)
    return ()


def _other(family: Family | None, kind: Kind) -> bool:
    """Whether a system is known not to be the VM's."""
    return family is not None and kind[1] is not None and kind[1] != family


def judge(panel: Panel, vm: Vm) -> tuple[CauseVerdict, ...]:
    """How every cause that is judged stands on a VM, in the edition's order."""
    seats = panel[kind_of(vm)]
    return tuple([seat.always or _judge(seat, vm) for seat in seats if seat.is_of_vm])


def _judge(seat: Seat, vm: Vm) -> CauseVerdict:
    """How one cause stands, and where nothing is found, what an older edition would have found."""
    now = _combine(seat, vm)
    return _superseded(now, seat, vm) if seat.older and now.verdict is _CLEAR else now


def concludes(panel: Panel) -> bool:
    """Whether a check waits for all VMs to be judged."""
    return any(seat.last for seats in panel.values() for seat in seats)


def conclude(
    panel: Panel, vm: Vm, causes: Sequence[CauseVerdict], fleet: Fleet
) -> tuple[CauseVerdict, ...]:
    """The same, with what only all VMs together show."""
    stands = {each.cause: each for each in causes}
    seats = panel[kind_of(vm)]
    for seat in seats:
        found = [
            Judged(name, each, check.reading)
            for name, check in seat.last
            for each in _run(check, vm, seat.edition, fleet)
        ]
        if found:
            before = stands.get(seat.cause)
            stands[seat.cause] = stand(seat.cause, [*(before.findings if before else ()), *found])
    return tuple(stands[each.cause] for each in seats if each.cause in stands)


def kind_of(vm: Vm) -> Kind:
    """What is known of a VM before any check."""
    system = vm.seen.get("os")
    return (vm.deployment, system.family if isinstance(system, OperatingSystem) else None)


def _combine(seat: Seat, vm: Vm) -> CauseVerdict:
    """The worst of what the checks of a cause and of its members find."""
    judged = [
        Judged(name, each, check.reading)
        for name, check in seat.checks
        for each in _run(check, vm, seat.edition)
    ]
    if seat.beside and any(each.finding.verdict > _NOT_APPLICABLE for each in judged):
        judged += _beside(seat, vm)
    judged += seat.settled
    return stand(seat.cause, judged)


def stand(cause: str, judged: list[Judged]) -> CauseVerdict:
    """How a cause stands by what was found, at least one thing: the worst of it comes first."""
    if len(judged) > 1:
        judged.sort(key=_rank, reverse=True)
    worst = judged[0].finding.verdict
    reason = None
    if worst is _UNKNOWN:
        reasons = (each.finding.gap.reason for each in judged if each.finding.gap)
        reason = min(reasons, key=_REASONS.index)
    return CauseVerdict(cause, worst, reason, tuple(judged))


def _rank(judged: Judged) -> float:
    """Orders findings: what only the guest knows never outranks clear."""
    finding = judged.finding
    if finding.gap is not None and finding.gap.reason is _GUEST_ONLY:
        return _NOT_APPLICABLE + 0.5
    return finding.verdict


def _beside(seat: Seat, vm: Vm) -> Iterator[Judged]:
    """The members of a cause that only the guest knows, each with where to look."""
    for member in seat.beside:
        look = f"Only the guest shows it. {member.remedy[seat.edition.id]}"
        gap = Gap(vm.id.text, member.id, _GUEST_ONLY, None, look)
        yield Judged(member.id, Finding(_UNKNOWN, f"{member.title}: {look}", gap=gap))


def _superseded(now: CauseVerdict, seat: Seat, vm: Vm) -> CauseVerdict:
    """Where nothing is found today, what the newest older edition would have found."""
    for older in seat.older:
        then = _combine(older, vm)
        if then.verdict >= Verdict.POSSIBLE:
            said = cited(then.findings[0], older.edition)
            why = f"{said} {seat.edition.id}: nothing found."
            withdrawn = Superseded(older.edition.id, then.verdict, why)
            return msgspec.structs.replace(now, superseded=withdrawn)
    return now


def cited(judged: Judged, edition: Edition) -> str:
    """What a finding says, what was read for it if it is clear, and the rule that decided."""
    finding = judged.finding
    read = f" Read: {judged.read}." if finding.verdict is Verdict.CLEAR and judged.read else ""
    rule = f" Rule: {edition.cite(finding.rule)}." if finding.rule else ""
    return f"{finding.message}{read}{rule}"


def _run(check: Check, vm: Vm, edition: Edition, *more: object) -> list[Finding]:
    """All findings of a check; missing facts and crashes are findings too."""
    findings: list[Finding] = []
    try:
        if check.unless and _settles(findings, check.unless, check, vm):
            return findings
        vm.need(check.needs)
        if check.each is None:
            _ask(findings, check, (vm, edition, *more))
            return findings
        for item in check.items(vm):
            _ask(findings, check, (vm, edition, item))
    except Unseen as unseen:
        return [_unknown(unseen.gap)]
    return _folded(findings, check.each.rpartition(".")[2])


def _folded(findings: list[Finding], items: str) -> list[Finding]:
    """The findings of a check that is asked item by item, with one for all clear items."""
    if not findings:
        return [Finding(_CLEAR, f"The VM has no {items}.")]
    if len(findings) == 1:
        return findings
    clear = [each for each in findings if each.verdict is _CLEAR and each.rule is None]
    if len(clear) < 2:
        return findings
    all_ = "All" if len(clear) == len(findings) else "The other"
    evidence = tuple(one for each in clear for one in each.evidence)
    others = [each for each in findings if each.verdict is not _CLEAR or each.rule is not None]
    return [*others, Finding(_CLEAR, f"{all_} {len(clear)} {items} are clear.", evidence)]


def _ask(findings: list[Finding], check: Check, given: tuple[Any, ...]) -> None:
    """Add what the function finds; what it found before a gap or a crash stands."""
    before = len(findings)
    try:
        for finding in check.judge(*given):
            _vet(finding)
            if finding.rule is not None:
                _vet_rule(finding.rule, check, given[1])
            findings.append(finding)
    except Unseen as unseen:
        findings.append(_unknown(unseen.gap))
    except Exception as error:  # noqa: BLE001 - one check's crash must not end the others
        findings.append(_unknown(_crash(check, given[0], f"{type(error).__name__}: {error}")))
    if len(findings) == before:
        findings.append(_unknown(_crash(check, given[0], "it found nothing, not even clear")))


def _settles(
    findings: list[Finding], unless: Callable[[Vm], Finding | None], check: Check, vm: Vm
) -> bool:
    """Add what is found before anything is needed, or that looking for it crashed."""
    try:
        finding = unless(vm)
        if finding is not None:
            _vet(finding)
            findings.append(finding)
    except Unseen:
        raise
    except Exception as error:  # noqa: BLE001 - one check's crash must not end the others
        findings.append(_unknown(_crash(check, vm, f"{type(error).__name__}: {error}")))
    return bool(findings)


def _vet(finding: object) -> None:
    """Raises ``TypeError`` for what is no finding."""
    if not isinstance(finding, Finding):
        raise TypeError(f"it yielded {finding!r}")
    if finding.verdict is _UNKNOWN and finding.gap is None:
        raise TypeError("it yielded an unknown that does not say why")
    for each in finding.evidence:
        if each.value.__class__ not in VALUES:
            raise TypeError("evidence holds a value that is no text, number or truth")


def _vet_rule(rule: Rule, check: Check, edition: Edition) -> None:
    """Raises ``TypeError`` for a rule of another edition or cause."""
    if (rule.edition, rule.cause) != (edition.id, check.cause):
        raise TypeError(f"its rule is of {rule.edition}/{rule.cause}")
    for key in rule.documents:
        if key not in edition.documents:
            raise TypeError(f"its rule cites {key!r}, which is no page of the edition {edition.id}")


def _unknown(gap: Gap) -> Finding:
    return Finding(Verdict.UNKNOWN, f"{gap.fact} of {gap.scope}: {gap.remedy}", gap=gap)


def _crash(check: Check, vm: Vm, what: str) -> Gap:
    remedy = f"The check {check.id} failed ({what}). Report it to its authors: {check.where}."
    return Gap(vm.id.text, f"check {check.id}", Reason.FAILED, None, remedy)
