"""What a plan does to backup, for a comment on a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.catalogue.text import counted
from scanner.report.decision_text import group_note, groups_by_decision, headline, policy_text
from scanner.report.escape import markdown_code, markdown_prose, markdown_text
from scanner.report.planned import EffectGroup, PlanResult
from scanner.report.report import Report
from scanner.report.text import effect_remedy, first_names, time_text

_MOST_GROUPS, _MOST_NAMES, _MOST_LOSSES, _MOST_OPEN = 30, 6, 30, 20


def plan_lines(plan: PlanResult, report: Report) -> Iterator[str]:
    """One sentence, the decision, then what the plan changes and by which planned resources."""
    yield f"**{markdown_text(plan.sentence)}**"
    yield ""
    yield markdown_text(f"backupscan: {headline(report.decision)}.")
    yield ""
    groups = groups_by_decision(plan, report)
    for group in groups[:_MOST_GROUPS]:
        yield from _group_lines(group, report)
    if len(groups) > _MOST_GROUPS:
        yield f"- and {len(groups) - _MOST_GROUPS:,} more"
    for loss in plan.losses[:_MOST_LOSSES]:
        yield f"- **protection**: {markdown_text(loss.message)}"
        yield f"  - by {markdown_code(f'{loss.origin}')}"
    if len(plan.losses) > _MOST_LOSSES:
        yield f"- and {len(plan.losses) - _MOST_LOSSES:,} more losses of protection"
    yield ""
    yield from _open_lines(plan, report)
    for note in report.notes:
        yield f"_{markdown_text(note)}_"
        yield ""
    yield f"{markdown_text(policy_text(report.decision))}."
    yield f"Edition {report.edition.id}, {time_text(report.finished_at)}."


def _group_lines(group: EffectGroup, report: Report) -> Iterator[str]:
    effect = group.first
    names = first_names([other.vm for other in group.effects], report, _MOST_NAMES)
    note = group_note(group, report)
    yield (
        f"- **{effect.kind}**{f', {markdown_text(note)}' if note else ''}: `{effect.cause}`"
        f" ({group.verdicts_text()}) on {markdown_text(names)}."
        f" {markdown_text(effect.message)}"
    )
    by = ", ".join(markdown_code(f"{origin}") for origin in effect.origins) or "the plan"
    remedy = effect_remedy(effect, report)
    yield f"  - change {by}: {markdown_prose(remedy)}" if remedy else f"  - by {by}"


def _open_lines(plan: PlanResult, report: Report) -> Iterator[str]:
    """What nobody knows until the plan is applied, by VM, folded."""
    groups = plan.open_groups
    if not groups:
        return
    vms = counted(sum(len(group.vms) for group in groups), "VM")
    yield f"<details><summary>Unknown until the plan is applied: {vms}</summary>"
    yield ""
    for group in groups[:_MOST_OPEN]:
        names = markdown_text(first_names(group.vms, report, _MOST_NAMES))
        yield f"- {names}: {', '.join(group.causes)}"
    if len(groups) > _MOST_OPEN:
        more = sum(len(group.vms) for group in groups[_MOST_OPEN:])
        yield f"- and {counted(more, 'VM')} more"
    yield ""
    yield "</details>"
    yield ""
