"""Runs the checks on a VM and makes verdicts of their findings. No I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from scanner.catalogue import Cause, Edition
from scanner.inventory.gap import Gap, Reason, Unseen
from scanner.inventory.vm import Vm
from scanner.judging.check import Check, Finding, Fleet, Verdict, noted
from scanner.judging.containment import OutOfTime, how_it_failed, interruptible
from scanner.judging.limits import CHECK_LIMITS
from scanner.judging.panel import Panel, PanelEntry, vm_kind
from scanner.judging.verdict import (
    AttributedFinding,
    CauseVerdict,
    Superseded,
    cite,
    combine,
)
from scanner.judging.vetting import vet_gap, vetted

_TOO_SLOW = "it took too long too often, and is not called any more in this scan"
# Each look-up of an enumeration's member costs as much as the comparison.
_UNKNOWN, _CLEAR, _NOT_APPLICABLE = Verdict.UNKNOWN, Verdict.CLEAR, Verdict.NOT_APPLICABLE


def judge_vm(panel: Panel, vm: Vm, *, briefly: bool = False) -> tuple[CauseVerdict, ...]:
    """The verdicts of all causes that need no counts over the fleet, in the edition's order.

    ``briefly`` leaves out most findings that are clear, unless they are notes: no report shows
    them without ``--evidence all``. Most causes of most VMs are clear.
    """
    entries = panel[vm_kind(vm)]
    return tuple(
        [
            entry.decided or _judge_cause(entry, vm, briefly=briefly)
            for entry in entries
            if entry.judges_one_vm
        ]
    )


def judge_in_fleet(
    panel: Panel, vm: Vm, verdicts: Sequence[CauseVerdict], fleet: Fleet
) -> tuple[CauseVerdict, ...]:
    """The verdicts of ``judge_vm``, and of the causes that need counts over the fleet."""
    by_cause = {verdict.cause: verdict for verdict in verdicts}
    entries = panel[vm_kind(vm)]
    for entry in entries:
        findings = [
            AttributedFinding(name, finding, check.reads_text)
            for name, check in entry.fleet_checks
            for finding in _run_check(check, vm, entry.edition, fleet)
        ]
        if findings:
            by_cause[entry.cause] = _with_findings(by_cause.get(entry.cause), entry.cause, findings)
    return tuple(by_cause[entry.cause] for entry in entries if entry.cause in by_cause)


def _with_findings(
    before: CauseVerdict | None, cause: str, findings: list[AttributedFinding]
) -> CauseVerdict:
    """The verdict with findings added. One that is clear may be kept without its own."""
    if before is None:
        return combine(cause, findings)
    now = combine(cause, [*before.findings, *findings])
    return msgspec.structs.replace(now, verdict=max(before.verdict, now.verdict))


def _judge_cause(entry: PanelEntry, vm: Vm, *, briefly: bool) -> CauseVerdict:
    """The verdict of a cause. If it is clear, with the verdict of an older edition."""
    verdict = _combined(entry, vm, briefly=briefly)
    if entry.older and verdict.verdict is _CLEAR:
        return _with_superseded(verdict, entry, vm)
    return verdict


def _combined(entry: PanelEntry, vm: Vm, *, briefly: bool) -> CauseVerdict:
    """The worst finding of the checks for a cause and its members."""
    findings: list[AttributedFinding] = []
    unshown: dict[str, Finding] = {}
    for name, check in entry.checks:
        for finding in _run_check(check, vm, entry.edition, briefly=briefly):
            if briefly and finding.verdict is _CLEAR and not finding.is_note:
                unshown[name] = finding
            else:
                findings.append(AttributedFinding(name, finding, check.reads_text))
    if unshown:
        # What only the guest shows, and checks for other VMs, do not outrank it.
        if not findings:
            return entry.clear_briefly
        findings += [AttributedFinding(name, finding) for name, finding in unshown.items()]
    if entry.guest_only and any(
        attributed.finding.verdict > _NOT_APPLICABLE for attributed in findings
    ):
        findings = _with_guest_only(entry, vm, findings)
    findings += entry.not_applicable
    return combine(entry.cause, findings)


def _with_guest_only(
    entry: PanelEntry, vm: Vm, findings: list[AttributedFinding]
) -> list[AttributedFinding]:
    """The findings, with one for each member of a cause that only the guest can answer.

    A check answers for such a member where its facts were read.
    """
    answered = {
        attributed.check
        for attributed in findings
        if attributed.finding.reason is not Reason.GUEST_ONLY
    }
    silent = [member for member in entry.guest_only if member.id not in answered]
    names = {member.id for member in silent}
    kept = [attributed for attributed in findings if attributed.check not in names]
    return [*kept, *(_guest_only_finding(member, entry.edition, vm) for member in silent)]


def _guest_only_finding(member: Cause, edition: Edition, vm: Vm) -> AttributedFinding:
    look = f"Only the guest shows it. {member.remedy[edition.id]}"
    gap = Gap(vm.id.text, member.id, Reason.GUEST_ONLY, None, look)
    return AttributedFinding(member.id, Finding(_UNKNOWN, f"{member.title}: {look}", gap=gap))


def _with_superseded(now: CauseVerdict, entry: PanelEntry, vm: Vm) -> CauseVerdict:
    """The clear verdict, with the newest older edition that finds something, if any does."""
    for older in entry.older:
        then = _combined(older, vm, briefly=True)
        if then.verdict >= Verdict.POSSIBLE:
            why = f"{cite(then.findings[0], older.edition)} {entry.edition.id}: nothing found."
            superseded = Superseded(older.edition.id, then.verdict, why)
            return msgspec.structs.replace(now, superseded=superseded)
    return now


def _run_check(
    check: Check, vm: Vm, edition: Edition, *more: object, briefly: bool = False
) -> list[Finding]:
    """All findings of a check. A missing fact and a crash are findings too.

    ``briefly`` leaves the findings on items that are clear as they are.
    """
    if check.unless is not None:
        early = _early_answer(check, vm, edition)
        if early is not None:
            return [early]
    if not vm.unread.isdisjoint(check.needs):
        return [unknown_finding(vm.first_missing(check.needs))]
    if check.each is None:
        return _findings_of(check, (vm, edition, *more))
    try:
        items = _items(check, vm)
    except BaseException as error:  # noqa: BLE001 - one check's crash must not end the others
        return [_failed_finding(check, vm, error)]
    findings: list[Finding] = []
    for item in items:
        of_item = _findings_of(check, (vm, edition, item))
        # Most items are clear, and have one finding.
        is_clear = len(of_item) == 1 and of_item[0].verdict is _CLEAR
        findings += of_item if is_clear else _rule_out(of_item, check, vm, edition, item)
    if briefly and findings:
        return findings
    return _fold_clear_items(findings, check.each.rpartition(".")[2])


@interruptible
def _items(check: Check, vm: Vm) -> tuple[object, ...]:
    """The items of a VM that a check is asked about, one by one."""
    return tuple(check.items(vm))


def _fold_clear_items(findings: list[Finding], items: str) -> list[Finding]:
    """The findings of a check that judges items one by one, with one finding for all clear items.

    ``items`` is what the items are called, such as ``disks``.
    """
    if not findings:
        return [Finding(_CLEAR, f"The VM has no {items}.")]
    if len(findings) == 1:
        return findings
    clear: list[Finding] = []
    rest: list[Finding] = []
    for finding in findings:
        (clear if _is_plainly_clear(finding) else rest).append(finding)
    if len(clear) < 2:
        return findings
    subject = "The other" if rest else "All"
    evidence = tuple([seen for finding in clear for seen in finding.evidence])
    return [*rest, Finding(_CLEAR, f"{subject} {len(clear)} {items} are clear.", evidence)]


def _is_plainly_clear(finding: Finding) -> bool:
    """True if a finding is clear, no rule decided it, and it is no note: it can be folded."""
    return finding.verdict is _CLEAR and finding.rule is None and not finding.is_note


def _findings_of(check: Check, arguments: tuple[Any, ...]) -> list[Finding]:
    """What the function finds, at least one finding. Findings before a gap or a crash are kept."""
    findings: list[Finding] = []
    try:
        _take_findings(check, arguments, findings)
    except BaseException as error:  # noqa: BLE001 - one check's crash must not end the others
        findings.append(_failed_finding(check, arguments[0], error))
    return findings or [_crash_finding(check, arguments[0], "it found nothing, not even clear")]


@interruptible
def _take_findings(check: Check, arguments: tuple[Any, ...], findings: list[Finding]) -> None:
    """Add what the function yields, one by one."""
    if check.slow_calls.left <= 0:
        raise TimeoutError(_TOO_SLOW)
    edition = arguments[1]
    for finding in check.judge(*arguments):
        findings.append(vetted(finding, check, edition))
        if len(findings) > CHECK_LIMITS.findings:
            raise ValueError(f"it yields more than {CHECK_LIMITS.findings:,} findings")


def _rule_out(
    findings: list[Finding], check: Check, vm: Vm, edition: Edition, item: object
) -> list[Finding]:
    """The findings for an item, or the answer of ``skips`` instead of findings against it.

    The answer is a note: without it, the report would show the item.
    """
    if check.skips is None or not any(found.verdict > _CLEAR for found in findings):
        return findings
    try:
        answer = _take_answer(check, check.skips, edition, vm, item)
    except BaseException as error:  # noqa: BLE001 - one check's crash must not end the others
        failed = _failed_finding(check, vm, error)
        if type(error) is not Unseen:
            return [*findings, failed]
        missing = failed.gap.fact if failed.gap else ""
        note = f" Not read: {missing}, which may rule this out."
        return [_with_note(finding, note) for finding in findings]
    return findings if answer is None else [noted(answer)]


@interruptible
def _take_answer(
    check: Check, function: Callable[..., Finding | None], edition: Edition, *arguments: object
) -> Finding | None:
    """The answer of ``unless`` or ``skips``, which may have none."""
    if check.slow_calls.left <= 0:
        raise TimeoutError(_TOO_SLOW)
    finding = function(*arguments)
    return None if finding is None else vetted(finding, check, edition)


def _with_note(finding: Finding, note: str) -> Finding:
    """The finding with a sentence more, if it is one against the VM."""
    if finding.verdict < Verdict.POSSIBLE:
        return finding
    return msgspec.structs.replace(finding, message=f"{finding.message}{note}")


def _early_answer(check: Check, vm: Vm, edition: Edition) -> Finding | None:
    """The finding of ``unless``, its gap or its crash. None if it has no answer."""
    assert check.unless is not None
    try:
        return _take_answer(check, check.unless, edition, vm)
    except BaseException as error:  # noqa: BLE001 - one check's crash must not end the others
        return _failed_finding(check, vm, error)


def unknown_finding(gap: Gap) -> Finding:
    """A gap as a finding."""
    return Finding(_UNKNOWN, f"{gap.fact} of {gap.scope}: {gap.remedy}", gap=gap)


def _failed_finding(check: Check, vm: Vm, error: BaseException) -> Finding:
    """What a check raised, as a finding: the gap that it met, or its crash."""
    # Of a subclass, the gap may be code of the check.
    if type(error) is Unseen:
        try:
            return unknown_finding(_vetted_gap(check, error))
        except BaseException as problem:  # noqa: BLE001 - to show a gap can be code of the check
            error = problem
    if issubclass(type(error), OutOfTime):
        check.slow_calls.left -= 1
    return _crash_finding(check, vm, how_it_failed(check, error))


@interruptible
def _vetted_gap(_check: Check, unseen: Unseen) -> Gap:
    """The gap that a check met. Raises ``TypeError`` or ``ValueError`` if it cannot be reported."""
    vet_gap(unseen.gap)
    return unseen.gap


def _crash_finding(check: Check, vm: Vm, how: str) -> Finding:
    """An unknown finding that blames a check and its authors."""
    subject = str(check)
    failed = f"{subject[0].upper()}{subject[1:]} failed ({how})"
    at = f": {check.where}" if check.where else ""
    remedy = f"{failed}. Report it to its authors{at}."
    return unknown_finding(Gap(vm.id.text, f"check {check.id}", Reason.FAILED, None, remedy))
