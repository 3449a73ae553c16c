"""Runs the checks on a VM and makes verdicts of their findings. No I/O, no state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from scanner.catalogue import Edition, Rule
from scanner.inventory.evidence import VALUES
from scanner.inventory.gap import Gap, Reason, Unseen
from scanner.inventory.vm import Vm
from scanner.judging.check import Check, Finding, Fleet, Verdict
from scanner.judging.panel import Panel, PanelEntry, vm_kind
from scanner.judging.verdict import (
    AttributedFinding,
    CauseVerdict,
    Superseded,
    cite,
    combine,
)

# Each look-up of an enumeration's member costs as much as the comparison.
_UNKNOWN, _CLEAR, _NOT_APPLICABLE = Verdict.UNKNOWN, Verdict.CLEAR, Verdict.NOT_APPLICABLE


def judge_vm(panel: Panel, vm: Vm) -> tuple[CauseVerdict, ...]:
    """The verdicts of all causes that need no counts over the fleet, in the edition's order."""
    entries = panel[vm_kind(vm)]
    return tuple(
        [entry.decided or _judge_cause(entry, vm) for entry in entries if entry.judges_one_vm]
    )


def judge_in_fleet(
    panel: Panel, vm: Vm, verdicts: Sequence[CauseVerdict], fleet: Fleet
) -> tuple[CauseVerdict, ...]:
    """The verdicts of ``judge_vm``, and those of the causes that need counts over the fleet."""
    by_cause = {verdict.cause: verdict for verdict in verdicts}
    entries = panel[vm_kind(vm)]
    for entry in entries:
        findings = [
            AttributedFinding(name, finding, check.reads_text)
            for name, check in entry.fleet_checks
            for finding in _run_check(check, vm, entry.edition, fleet)
        ]
        if findings:
            before = by_cause.get(entry.cause)
            findings = [*(before.findings if before else ()), *findings]
            by_cause[entry.cause] = combine(entry.cause, findings)
    return tuple(by_cause[entry.cause] for entry in entries if entry.cause in by_cause)


def _judge_cause(entry: PanelEntry, vm: Vm) -> CauseVerdict:
    """The verdict of a cause. If it is clear, with the verdict of an older edition."""
    verdict = _combined(entry, vm)
    if entry.older and verdict.verdict is _CLEAR:
        return _with_superseded(verdict, entry, vm)
    return verdict


def _combined(entry: PanelEntry, vm: Vm) -> CauseVerdict:
    """The worst finding of the checks for a cause and its members."""
    findings = [
        AttributedFinding(name, finding, check.reads_text)
        for name, check in entry.checks
        for finding in _run_check(check, vm, entry.edition)
    ]
    if entry.guest_only and any(
        attributed.finding.verdict > _NOT_APPLICABLE for attributed in findings
    ):
        findings += _guest_only_findings(entry, vm)
    findings += entry.not_applicable
    return combine(entry.cause, findings)


def _guest_only_findings(entry: PanelEntry, vm: Vm) -> Iterator[AttributedFinding]:
    """A finding for each member of a cause that only the guest can answer."""
    for member in entry.guest_only:
        look = f"Only the guest shows it. {member.remedy[entry.edition.id]}"
        gap = Gap(vm.id.text, member.id, Reason.GUEST_ONLY, None, look)
        finding = Finding(_UNKNOWN, f"{member.title}: {look}", gap=gap)
        yield AttributedFinding(member.id, finding)


def _with_superseded(now: CauseVerdict, entry: PanelEntry, vm: Vm) -> CauseVerdict:
    """The clear verdict, with the newest older edition that finds something, if any does."""
    for older in entry.older:
        then = _combined(older, vm)
        if then.verdict >= Verdict.POSSIBLE:
            why = f"{cite(then.findings[0], older.edition)} {entry.edition.id}: nothing found."
            superseded = Superseded(older.edition.id, then.verdict, why)
            return msgspec.structs.replace(now, superseded=superseded)
    return now


def _run_check(check: Check, vm: Vm, edition: Edition, *more: object) -> list[Finding]:
    """All findings of a check. A missing fact and a crash are findings too."""
    findings: list[Finding] = []
    try:
        if check.unless and _answers_early(findings, check.unless, check, vm):
            return findings
        vm.need(check.needs)
        if check.each is None:
            _collect_findings(findings, check, (vm, edition, *more))
            return findings
        for item in check.items(vm):
            of_item: list[Finding] = []
            _collect_findings(of_item, check, (vm, edition, item))
            findings += _rule_out(of_item, check, vm, item)
    except Unseen as unseen:
        return [_unknown_finding(unseen.gap)]
    return _fold_clear_items(findings, check.each.rpartition(".")[2])


def _fold_clear_items(findings: list[Finding], items: str) -> list[Finding]:
    """The findings of a check that judges items one by one, with one finding for all clear items.

    ``items`` is what the items are called, such as ``disks``.
    """
    if not findings:
        return [Finding(_CLEAR, f"The VM has no {items}.")]
    if len(findings) == 1:
        return findings
    clear = [finding for finding in findings if _is_plainly_clear(finding)]
    if len(clear) < 2:
        return findings
    subject = "All" if len(clear) == len(findings) else "The other"
    evidence = tuple(seen for finding in clear for seen in finding.evidence)
    rest = [finding for finding in findings if not _is_plainly_clear(finding)]
    return [*rest, Finding(_CLEAR, f"{subject} {len(clear)} {items} are clear.", evidence)]


def _is_plainly_clear(finding: Finding) -> bool:
    """True if a finding is clear and no rule decided it. Such findings are folded into one."""
    return finding.verdict is _CLEAR and finding.rule is None


def _collect_findings(findings: list[Finding], check: Check, arguments: tuple[Any, ...]) -> None:
    """Call the function and add its findings. Findings before a gap or a crash are kept."""
    before = len(findings)
    vm, edition = arguments[:2]
    try:
        for finding in check.judge(*arguments):
            _vet_finding(finding)
            if finding.rule is not None:
                _vet_rule(finding.rule, check, edition)
            findings.append(finding)
    except Unseen as unseen:
        findings.append(_unknown_finding(unseen.gap))
    except Exception as error:  # noqa: BLE001 - one check's crash must not end the others
        findings.append(_unknown_finding(_crash_gap(check, vm, f"{type(error).__name__}: {error}")))
    if len(findings) == before:
        findings.append(_unknown_finding(_crash_gap(check, vm, "it found nothing, not even clear")))


def _rule_out(findings: list[Finding], check: Check, vm: Vm, item: object) -> list[Finding]:
    """The findings for an item, or the answer of ``skips`` instead of findings against it."""
    if check.skips is None or all(finding.verdict <= _CLEAR for finding in findings):
        return findings
    try:
        finding = check.skips(vm, item)
        if finding is None:
            return findings
        _vet_finding(finding)
    except Unseen as unseen:
        note = f" Not read: {unseen.gap.fact}, which may rule this out."
        return [_with_note(finding, note) for finding in findings]
    except Exception as error:  # noqa: BLE001 - one check's crash must not end the others
        what = f"{type(error).__name__}: {error}"
        return [*findings, _unknown_finding(_crash_gap(check, vm, what))]
    return [finding]


def _with_note(finding: Finding, note: str) -> Finding:
    """The finding with a sentence more, if it is one against the VM."""
    if finding.verdict < Verdict.POSSIBLE:
        return finding
    return msgspec.structs.replace(finding, message=f"{finding.message}{note}")


def _answers_early(
    findings: list[Finding], unless: Callable[[Vm], Finding | None], check: Check, vm: Vm
) -> bool:
    """Call ``unless`` and add its finding or its crash. True if it answered."""
    try:
        finding = unless(vm)
        if finding is not None:
            _vet_finding(finding)
            findings.append(finding)
    except Unseen:
        raise
    except Exception as error:  # noqa: BLE001 - one check's crash must not end the others
        findings.append(_unknown_finding(_crash_gap(check, vm, f"{type(error).__name__}: {error}")))
    return bool(findings)


def _vet_finding(finding: object) -> None:
    """Raises ``TypeError`` unless it is a complete finding."""
    if not isinstance(finding, Finding):
        raise TypeError(f"it yielded {finding!r}")
    if finding.verdict is _UNKNOWN and finding.gap is None:
        raise TypeError("it yielded an unknown finding without a gap")
    for evidence in finding.evidence:
        if evidence.value.__class__ not in VALUES:
            raise TypeError("its evidence has a value that is no string, number, boolean or None")


def _vet_rule(rule: Rule, check: Check, edition: Edition) -> None:
    """Raises ``TypeError`` unless the rule is of this edition and cause, and cites its pages."""
    if (rule.edition, rule.cause) != (edition.id, check.cause):
        raise TypeError(f"its rule belongs to {rule.edition}/{rule.cause}")
    for key in rule.documents:
        if key not in edition.documents:
            raise TypeError(
                f"its rule cites {key!r}, but the edition {edition.id} has no such page"
            )


def _unknown_finding(gap: Gap) -> Finding:
    """A gap as a finding."""
    return Finding(_UNKNOWN, f"{gap.fact} of {gap.scope}: {gap.remedy}", gap=gap)


def _crash_gap(check: Check, vm: Vm, what: str) -> Gap:
    """A gap that blames the check and its authors."""
    remedy = f"The check {check.id} failed ({what}). Report it to its authors: {check.where}."
    return Gap(vm.id.text, f"check {check.id}", Reason.FAILED, None, remedy)
