"""The report for a person at a terminal: readable at 80 columns, in colour or without."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scanner.check import Verdict
from scanner.engine import CauseVerdict
from scanner.inventory.evidence import Evidence
from scanner.report.report import WORST_FIRST, Report, VmReport

_STYLES = {
    Verdict.APPLIES: "bold red",
    Verdict.POSSIBLE: "yellow",
    Verdict.UNKNOWN: "magenta",
    Verdict.CLEAR: "green",
    Verdict.NOT_APPLICABLE: "dim",
}
_HARMLESS = "\N{REPLACEMENT CHARACTER}"
_SHOWN_VMS = 40
_SHOWN_GAPS = 15
_SHOWN_EVIDENCE = 4


def print_report(report: Report, console: Console) -> None:
    """Print totals, the VMs with something to report, what to do, and the gaps."""
    _head(report, console)
    _totals(report, console)
    _vms(report, console)
    _remedies(report, console)
    _unknown(report, console)
    _gaps(report, console)


def plain(text: str, style: str = "") -> Text:
    """Text from Azure made harmless: no markup, no control or direction characters."""
    return Text(
        "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text), style
    )


def _head(report: Report, console: Console) -> None:
    asked = report.asked
    console.print(
        Text.assemble(
            ("backupscan", "bold"),
            f"  edition {report.edition.id}, {_count(len(report.vms), 'VM')} in",
            f" {_count(len(asked.subscriptions), 'subscription')},",
            f" read {report.started_at:%Y-%m-%d %H:%M} UTC",
        )
    )
    for name in asked.disabled_subscriptions:
        console.print(plain(f"left out: the subscription {name} is disabled", "dim"))
    if asked.managed_left_out:
        left = f"{_count(asked.managed_left_out, 'VM')} that another service manages"
        console.print(Text(f"left out: {left} (--include-managed looks at them)", "dim"))
    if asked.excluded:
        console.print(Text(f"left out: {_count(asked.excluded, 'VM')} by --exclude", "dim"))


def _totals(report: Report, console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column("cause", overflow="fold")
    for verdict in WORST_FIRST:
        heading = "n/a" if verdict is Verdict.NOT_APPLICABLE else str(verdict)
        table.add_column(heading, justify="right", no_wrap=True)
    for cause, counted in report.totals.items():
        numbers = [
            Text(f"{counted[verdict]:,}", _STYLES[verdict] if counted[verdict] else "dim")
            for verdict in WORST_FIRST
        ]
        table.add_row(cause, *numbers)
    console.print()
    console.print(table)


def _vms(report: Report, console: Console) -> None:
    shown = [vm for vm in report.worst_first if _found(vm) or _superseded(vm)]
    found = [vm for vm in shown if _found(vm)]
    console.print()
    console.print(Text(f"{_count(len(found), 'VM')} with a documented cause", "bold"))
    for vm in found[:_SHOWN_VMS]:
        _vm(vm, console)
    if len(found) > _SHOWN_VMS:
        console.print(Text(f"+{len(found) - _SHOWN_VMS} more; -o report.json has them all", "dim"))
    withdrawn = [vm for vm in shown if _superseded(vm)]
    if withdrawn:
        causes = Counter(each.cause for vm in withdrawn for each in _superseded(vm))
        told = ", ".join(f"{cause} on {_count(count, 'VM')}" for cause, count in causes.items())
        line = f"Superseded, for information: older documents would have named {told}."
        console.print()
        console.print(Text(line, "dim"))


def _vm(vm: VmReport, console: Console) -> None:
    facts = (vm.os, vm.power_state, vm.vm.location)
    about = ", ".join(fact for fact in facts if fact)
    console.print()
    console.print(
        Text.assemble(
            plain(vm.vm.name, "bold"),
            plain(f"  {vm.vm.id.resource_group}, {vm.vm.id.subscription}", "dim"),
            plain(f"  {about}", "dim"),
        )
    )
    for each in vm.worst_first:
        if each.verdict >= Verdict.POSSIBLE:
            _cause(each, console)


def _cause(each: CauseVerdict, console: Console) -> None:
    console.print(
        Padding(
            Text.assemble((f"{each.verdict!s}", _STYLES[each.verdict]), f"  {each.cause}"),
            (0, 0, 0, 2),
        )
    )
    for judged in each.findings:
        if judged.finding.verdict < Verdict.POSSIBLE:
            continue
        console.print(Padding(plain(judged.finding.message), (0, 0, 0, 4)))
        evidence = judged.finding.evidence
        for one in evidence[:_SHOWN_EVIDENCE]:
            console.print(Padding(_evidence(one), (0, 0, 0, 4)))
        if len(evidence) > _SHOWN_EVIDENCE:
            rest = f"+{len(evidence) - _SHOWN_EVIDENCE} more seen"
            console.print(Padding(Text(rest, "dim"), (0, 0, 0, 4)))


def _evidence(one: Evidence) -> Text:
    value = "absent" if one.value is None else one.value
    return plain(f"seen: {one.id.name} {one.path} = {value}", "dim")


def _remedies(report: Report, console: Console) -> None:
    hit = {each.cause for vm in report.vms for each in _found(vm)}
    if not hit:
        return
    console.print()
    console.print(Text("What the documents say to do", "bold"))
    for cause in report.edition.causes:
        if cause in hit:
            remedy = report.causes[cause].remedy[report.edition.id]
            console.print(Padding(Text.assemble((cause, "bold"), f": {remedy}"), (0, 0, 0, 2)))


def _unknown(report: Report, console: Console) -> None:
    reasons = Counter(
        str(each.reason)
        for vm in report.vms
        for each in vm.causes
        if each.verdict is Verdict.UNKNOWN and each.reason
    )
    if reasons:
        told = ", ".join(f"{count:,} {reason}" for reason, count in sorted(reasons.items()))
        console.print()
        console.print(Text(f"Unknown verdicts by reason: {told}", "magenta"))


def _gaps(report: Report, console: Console) -> None:
    if not report.gaps:
        return
    console.print()
    console.print(
        Text(f"{_count(len(report.gaps), 'gap')}: what could not be read", "bold magenta")
    )
    for gap in report.gaps[:_SHOWN_GAPS]:
        line = Text.assemble((str(gap.reason), "magenta"), plain(f"  {gap.fact} of {gap.scope}"))
        console.print(Padding(line, (0, 0, 0, 2)))
        console.print(Padding(plain(gap.remedy, "dim"), (0, 0, 0, 4)))
    if len(report.gaps) > _SHOWN_GAPS:
        more = f"+{len(report.gaps) - _SHOWN_GAPS} more; -o report.json has them all"
        console.print(Text(f"  {more}", "dim"))


def _found(vm: VmReport) -> list[CauseVerdict]:
    return [each for each in vm.causes if each.verdict >= Verdict.POSSIBLE]


def _superseded(vm: VmReport) -> list[CauseVerdict]:
    return [each for each in vm.causes if each.superseded]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
