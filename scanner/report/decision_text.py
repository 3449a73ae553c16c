"""The decision in words that several formats show."""

from __future__ import annotations

from collections import Counter

from scanner.catalogue.text import counted
from scanner.gate.change import Change
from scanner.gate.decision import Decision, Exit, FindingDecision, Past, WhyNot
from scanner.judging.verdict import CauseVerdict
from scanner.report.planned import EffectGroup, PlanResult
from scanner.report.report import Report


def result(decision: Decision) -> str:
    """``PASSED`` for exit code 0, else ``FAILED``."""
    return "PASSED" if decision.code is Exit.OK else "FAILED"


def headline(decision: Decision) -> str:
    """The result with its counts: ``FAILED, 1 finding counts (1 new); 40 do not: 40 old``."""
    total = len(decision.counting)
    verb = "counts" if total == 1 else "count"
    parts = [f"{result(decision)}, {counted(total, 'finding')} {verb}{_changes_text(decision)}"]
    if decision.not_counting:
        reasons = ", ".join(f"{count:,} {why}" for why, count in decision.not_counting.items())
        parts.append(f"{sum(decision.not_counting.values()):,} do not: {reasons}")
    if decision.gaps:
        accepted = len(decision.gaps) - len(decision.unread)
        note = f", {accepted:,} more accepted" if accepted else ""
        parts.append(f"{len(decision.unread):,} not read{note}")
    if decision.code is Exit.INTERRUPTED:
        parts.append("interrupted")
    return "; ".join(parts)


def _changes_text(decision: Decision) -> str:
    """How many of the findings that count are new, worse, better or old. Empty without them."""
    changes = Counter(one.change for one in decision.counting if one.change)
    text = ", ".join(f"{changes[change]:,} {change}" for change in Change if changes[change])
    return f" ({text})" if text else ""


def since_text(decision: Decision) -> str:
    """How findings changed since the baseline, whether they count or not. Empty without one."""
    changes = Counter(one.change for one in decision.findings.values())
    changes.update(one.change for one in decision.past)
    return ", ".join(f"{changes[change]:,} {change}" for change in Change if changes[change])


def policy_text(decision: Decision) -> str:
    """What counts, in words: the thresholds, the VMs, the baseline."""
    policy = decision.policy
    what = f"at or above {policy.thresholds}" if policy.thresholds else "no finding"
    vms = "VMs that are backed up, or are to be" if policy.count == "protected" else "all VMs"
    baseline = ""
    if policy.baseline:
        only = ", and only what is new or worse" if policy.new_only else ""
        baseline = f"; compared with {policy.baseline.text}{only}"
    return f"What counts: {what} on {vms}{baseline}"


def finding_note(one: FindingDecision | None) -> str:
    """Whether a finding counts, and how it changed: ``new; counts``. Empty without a finding."""
    if one is None or not (one.is_found or one.counts):
        return ""
    # "old; does not count: old" would say it twice.
    mark = "" if one.why_not is WhyNot.OLD and one.change is Change.OLD else one.mark
    return "; ".join(filter(None, (mark, one.text)))


def group_note(group: EffectGroup, report: Report) -> str:
    """Whether the findings of a plan's effects count. Empty if nothing is found."""
    decided = (report.decision.of(effect.vm, effect.cause) for effect in group.effects)
    texts = Counter(one.text for one in decided if one and (one.is_found or one.counts))
    if len(texts) < 2:
        return next(iter(texts), "")
    return "; ".join(f"{counted(number, 'VM')}: {text}" for text, number in texts.items())


def groups_by_decision(plan: PlanResult, report: Report) -> list[EffectGroup]:
    """What a plan does, what counts first. Without what is open until it is applied."""
    groups = [group for group in plan.groups if group.first.kind != "until apply"]
    return sorted(groups, key=lambda group: not _counts(group, report))


def _counts(group: EffectGroup, report: Report) -> bool:
    decided = (report.decision.of(effect.vm, effect.cause) for effect in group.effects)
    return any(one is not None and one.counts for one in decided)


def message_of(one: FindingDecision, report: Report) -> str:
    """What was found."""
    return _verdict_of(one, report).findings[0].finding.message


def remedy_text(one: FindingDecision, report: Report) -> str:
    """What to do about a finding. Empty if there is nothing to do."""
    vm = report.vm_of[one.vm].vm
    return report.cause_remedy(_verdict_of(one, report), vm) or ""


def _verdict_of(one: FindingDecision, report: Report) -> CauseVerdict:
    vm = report.vm_of[one.vm]
    return next(cause for cause in vm.all_verdicts if cause.cause == one.cause)


def past_text(one: Past, report: Report) -> str:
    """A finding of the baseline that is gone: ``web-01: disk-size-unsupported, was applies``."""
    return f"{report.name_of(one.vm)}: {one.cause}, was {one.before}"


def past_heading(change: Change, number: int) -> str:
    """``Fixed since the baseline: 3``, or what can no longer be seen."""
    what = "Fixed" if change is Change.FIXED else "No longer seen, and not fixed"
    return f"{what} since the baseline: {number:,}"
