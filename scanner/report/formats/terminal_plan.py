"""What a plan does to backup, for a person at a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from scanner.catalogue.text import counted, unread_text
from scanner.report.decision_text import group_note, groups_by_decision
from scanner.report.formats.terminal_console import STYLES, heading, indented, plain
from scanner.report.planned import EffectGroup, PlanResult
from scanner.report.report import Report
from scanner.report.text import effect_remedy, first_names, gap_text, time_text

_MOST_GROUPS, _MOST_NAMES, _MOST_OPEN, _MOST_GAPS = 40, 8, 12, 15


def print_plan(report: Report, plan: PlanResult, console: Console) -> None:
    """Print the sentence, what changes and by what, losses, notes and gaps."""
    console.print(
        Text.assemble(
            ("backupscan plan", "bold"),
            f"  edition {report.edition.id}, {time_text(report.finished_at)}",
        )
    )
    console.print(plain(plan.sentence, "bold"))
    if report.gaps:
        unread = f"INCOMPLETE: {unread_text(len(report.gaps))}, see the end"
        console.print(Text(unread, "bold magenta"))
    for note in report.notes:
        console.print(plain(f"note: {note}", "dim"))
    groups = groups_by_decision(plan, report)
    for group in groups[:_MOST_GROUPS]:
        _print_group(group, report, console)
    if len(groups) > _MOST_GROUPS:
        console.print(f"  +{len(groups) - _MOST_GROUPS} more; -o report.json has them all")
    _print_losses(plan, console)
    _print_open(plan, report, console)
    _print_gaps(report, console)


def _print_group(group: EffectGroup, report: Report, console: Console) -> None:
    effect = group.first
    style = STYLES[effect.now] if effect.now is not None else ""
    note = group_note(group, report)
    title = f"{effect.kind}  {effect.cause}: {group.verdicts_text()}{f'; {note}' if note else ''}"
    heading(title, console, style)
    names = first_names([other.vm for other in group.effects], report, _MOST_NAMES)
    indented(plain(names), 2, console)
    indented(plain(effect.message), 4, console)
    remedy = effect_remedy(effect, report)
    by = group.by_text()
    indented(plain(f"change {by}: {remedy}" if remedy else f"by {by}"), 4, console)


def _print_losses(plan: PlanResult, console: Console) -> None:
    if plan.losses:
        heading(f"Protection that ends or changes: {len(plan.losses)}", console)
    for loss in plan.losses:
        indented(plain(f"{loss.message} By {loss.origin}."), 2, console)


def _print_open(plan: PlanResult, report: Report, console: Console) -> None:
    """What nobody knows until the plan is applied, by VM."""
    groups = plan.open_groups
    if groups:
        heading("Unknown until the plan is applied", console)
    for group in groups[:_MOST_OPEN]:
        names = first_names(group.vms, report, _MOST_NAMES)
        indented(plain(f"{names}: {', '.join(group.causes)}", "dim"), 2, console)
    if len(groups) > _MOST_OPEN:
        more = sum(len(group.vms) for group in groups[_MOST_OPEN:])
        console.print(f"  +{counted(more, 'VM')} more")


def _print_gaps(report: Report, console: Console) -> None:
    if report.gaps:
        heading(f"{counted(len(report.gaps), 'gap')}: what could not be read", console)
    for decided in report.decision.gaps[:_MOST_GAPS]:
        gap, note = decided.gap, "" if decided.counts else f" ({decided.text})"
        indented(plain(f"{gap.reason}  {gap_text(gap)}{note}"), 2, console)
        indented(plain(gap.remedy, "dim"), 4, console)
    if len(report.gaps) > _MOST_GAPS:
        console.print(f"  +{len(report.gaps) - _MOST_GAPS} more; -o report.json has them all")
