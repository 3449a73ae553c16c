"""The report for a person at a terminal: readable at 80 columns, in colour or without."""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scanner.catalogue import Rule
from scanner.catalogue.text import counted
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.gap import Reason
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import WORST_FIRST, JudgedVm
from scanner.judging.readiness import Readiness
from scanner.judging.verdict import CauseVerdict
from scanner.report.escape import line
from scanner.report.remediation import Remediation, of_finding, of_root
from scanner.report.report import Report
from scanner.report.text import (
    AZURE_COVERS,
    azure_says,
    backup_text,
    blockers,
    extent,
    headline,
    story,
)
from scanner.report.write import drop_stdout

_STYLES = {
    Verdict.APPLIES: "bold red",
    Verdict.POSSIBLE: "yellow",
    Verdict.UNKNOWN: "magenta",
    Verdict.CLEAR: "green",
    Verdict.NOT_APPLICABLE: "dim",
}
_SHOWN_VMS = 40
_SHOWN_ROOTS = 12
_SHOWN_GAPS = 15
_SHOWN_EVIDENCE = 4


class Terminal(Console):
    """Standard output; a reader that leaves early (``| head``) ends the output, not the run."""

    def on_broken_pipe(self) -> None:
        """Send the rest nowhere."""
        drop_stdout()


def print_report(report: Report, console: Console) -> None:
    """Print totals, the VMs with a documented cause, what the documents say, and the gaps."""
    _head(report, console)
    _totals(report, console)
    _roots(report, console)
    _ready(report, console)
    _protected(report, console)
    _failing(report, console)
    _filling(report, console)
    _vms(report, console)
    _documents(report, console)
    _withdrawn(report, console)
    _unknown(report, console)
    _gaps(report, console)


def plain(text: str, style: str = "") -> Text:
    """Text from Azure made harmless: no markup, no control or direction characters."""
    return Text(line(text), style)


def _head(report: Report, console: Console) -> None:
    asked = report.asked
    console.print(
        Text.assemble(
            ("backupscan", "bold"),
            f"  edition {report.edition.id}, {extent(report)},",
            f" {report.started_at:%Y-%m-%d %H:%M}Z",
        )
    )
    if report.gaps:
        unread = f"INCOMPLETE: {counted(len(report.gaps), 'thing')} could not be read, see the end"
        console.print(Text(unread, "bold magenta"))
    for name in asked.disabled_subscriptions:
        console.print(plain(f"left out: the subscription {name} is disabled", "dim"))
    if asked.managed_left_out:
        left = f"{counted(asked.managed_left_out, 'VM')} that another service manages"
        console.print(Text(f"left out: {left} (--include-managed looks at them)", "dim"))
    if asked.excluded:
        console.print(Text(f"left out: {counted(asked.excluded, 'VM')} by --exclude", "dim"))
    if asked.by_protection:
        left = f"{counted(asked.by_protection, 'VM')} by their protection"
        console.print(Text(f"left out: {left}", "dim"))


def _totals(report: Report, console: Console) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column("cause", overflow="fold")
    for verdict in WORST_FIRST:
        heading = "n/a" if verdict is Verdict.NOT_APPLICABLE else str(verdict)
        table.add_column(heading, justify="right", no_wrap=True)
    for cause, numbered in report.totals.items():
        numbers = [
            Text(f"{numbered[verdict]:,}", _STYLES[verdict] if numbered[verdict] else "dim")
            for verdict in WORST_FIRST
        ]
        table.add_row(cause, *numbers)
    console.print()
    console.print(table)


def _more(hidden: int, console: Console) -> None:
    if hidden > 0:
        console.print(Text(f"  +{hidden} more; -o report.json has them all", "dim"))


def _roots(report: Report, console: Console) -> None:
    """What one change would mend on several VMs."""
    several = [root for root in report.roots if root.vms > 1]
    if not several:
        return
    console.print()
    console.print(Text("Behind several VMs, most first", "bold"))
    for root in several[:_SHOWN_ROOTS]:
        does = report.causes[root.cause].behind.format(vms=counted(root.vms, "VM"))
        _indented(plain(f"{root} {does}"), 2, console)
        if mending := of_root(root):
            _mending(mending, console)
    _more(len(several) - _SHOWN_ROOTS, console)


def _ready(report: Report, console: Console) -> None:
    """Of a precheck: how many VMs are ready, and each of them with what stands against it."""
    if not report.is_precheck:
        return
    counted = Counter(vm.readiness for vm in report.vms)
    told = ", ".join(f"{counted[each]:,} {each}" for each in Readiness if counted[each])
    console.print()
    console.print(Text(f"Before backup is turned on: {told or 'no VM'}", "bold"))
    _indented(plain(str(report.target), "dim"), 2, console)
    for vm in report.worst_first[:_SHOWN_VMS]:
        why = f"  {', '.join(blockers(vm, report))}" if blockers(vm, report) else ""
        _indented(plain(f"{report.named(vm)}  {vm.readiness}{why}"), 2, console)
        if vm.azure:
            _indented(plain(azure_says(vm), "yellow" if vm.disagrees else "dim"), 4, console)
    if any(vm.azure for vm in report.vms):
        console.print(Text(f"  {AZURE_COVERS}", "dim"))
    _more(len(report.vms) - _SHOWN_VMS, console)


def _protected(report: Report, console: Console) -> None:
    """How many VMs are backed up, and how many are not."""
    states = Counter(vm.protection_state for vm in report.vms if vm.protection is not None)
    if states:
        told = ", ".join(f"{count:,} {state}" for state, count in states.most_common())
        console.print()
        console.print(Text(f"Backup of the VMs: {told}"))


def _failing(report: Report, console: Console) -> None:
    """A short story of each VM whose last backup failed: the error, and what supports it."""
    failing = [vm for vm in report.vms if vm.symptoms]
    if not failing:
        return
    console.print()
    console.print(
        Text(f"{counted(len(failing), 'VM')} whose last backup failed, or has warnings", "bold")
    )
    for vm in failing[:_SHOWN_VMS]:
        for symptom in vm.symptoms:
            _indented(plain(f"{report.named(vm)}  {headline(symptom)}"), 2, console)
            _indented(plain(story(symptom), "dim"), 4, console)
        _indented(plain(f"backup: {backup_text(vm, report.finished_at)}", "dim"), 4, console)
    _more(len(failing) - _SHOWN_VMS, console)


def _filling(report: Report, console: Console) -> None:
    """The restore points that locks keep, those that are full first."""
    if not report.filling:
        return
    console.print()
    console.print(Text("Restore points under a lock, those that are full first", "bold"))
    for full_at, vm in report.filling[:_SHOWN_ROOTS]:
        assert vm.forecast
        points, limit = vm.forecast.points, vm.forecast.limit
        when = "full" if points >= limit else f"full on {full_at:%Y-%m-%d}"
        _indented(plain(f"{report.named(vm)}  {points} of {limit}, {when}"), 2, console)
    _more(len(report.filling) - _SHOWN_ROOTS, console)


def _vms(report: Report, console: Console) -> None:
    shown = [vm for vm in report.worst_first if _found(vm)]
    console.print()
    console.print(Text(f"{counted(len(shown), 'VM')} with a documented cause, worst first", "bold"))
    for vm in shown[:_SHOWN_VMS]:
        _vm(vm, report, console)
    if len(shown) > _SHOWN_VMS:
        more = f"{_SHOWN_VMS} shown, +{len(shown) - _SHOWN_VMS} more; -o report.json has them all"
        console.print(Text(more, "dim"))


def _vm(vm: JudgedVm, report: Report, console: Console) -> None:
    guid = vm.vm.id.subscription or ""
    place = (report.asked.subscriptions.get(guid, guid), vm.vm.id.resource_group)
    facts = (vm.os, vm.power_state, vm.vm.location)
    about = ", ".join(fact for fact in (*place, *facts) if fact)
    console.print()
    console.print(Text.assemble(plain(vm.vm.name, "bold"), "  ", plain(about, "dim")))
    if vm.protection is not None:
        _indented(plain(f"backup: {backup_text(vm, report.finished_at)}", "dim"), 2, console)
    for each in vm.worst_first:
        if each.verdict >= Verdict.POSSIBLE:
            _cause(each, vm.vm.id, report.waived.of(vm.vm, each.cause), console)


def _cause(each: CauseVerdict, vm: ArmId, waiver: Waiver | None, console: Console) -> None:
    line = Text.assemble((str(each.verdict), _STYLES[each.verdict]), f"  {each.cause}")
    _indented(line, 2, console)
    if waiver:
        told = f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
        _indented(plain(told, "dim"), 4, console)
    for judged in each.findings:
        if judged.finding.verdict < Verdict.POSSIBLE:
            continue
        _indented(plain(judged.finding.message), 4, console)
        evidence = judged.finding.evidence
        for one in evidence[:_SHOWN_EVIDENCE]:
            _indented(_evidence(one), 6, console)
        if len(evidence) > _SHOWN_EVIDENCE:
            _indented(Text(f"+{len(evidence) - _SHOWN_EVIDENCE} more seen", "dim"), 6, console)
        if not waiver and (mending := of_finding(judged, vm)):
            _mending(mending, console)


def _mending(mending: Remediation, console: Console) -> None:
    """The first command that mends it; scripts and the JSON report have every step."""
    steps = mending.fix.steps
    step = next((each for each in steps if each.az and not each.only_where), steps[0])
    before = mending.before(step)
    if step.az and before:
        _indented(plain(f"only where {before}:", "dim"), 6, console)
    _indented(plain(f"fix: {step.az[0] if step.az else step.says}", "cyan"), 6, console)
    _indented(plain(f"risk: {mending.fix.risk}", "dim"), 6, console)


def _evidence(one: Evidence) -> Text:
    """The last word of the path tells a person enough; the JSON report has all of it."""
    value = one.value
    match value:
        case None:
            value = "absent"
        case bool():
            value = str(value).lower()
    return plain(f"{one.id.name}: {one.path.rpartition('.')[2]} = {value}", "dim")


def _indented(text: Text, columns: int, console: Console) -> None:
    console.print(Padding(text, (0, 0, 0, columns), expand=False))


def _documents(report: Report, console: Console) -> None:
    """Once a cause, not once a VM: the rules that decided, and what to do."""
    found = [judged.finding for vm in report.vms for each in _found(vm) for judged in each.findings]
    rules: dict[str, dict[Rule, None]] = {}
    for finding in found:
        if finding.rule and finding.verdict >= Verdict.POSSIBLE:
            rules.setdefault(finding.rule.cause, {})[finding.rule] = None
    beside = {each.gap.fact for each in found if each.gap and each.reason is Reason.GUEST_ONLY}
    counted = report.totals.items()
    bare = [
        cause
        for cause, verdicts in counted
        if cause not in rules and any(verdicts[v] for v in (Verdict.POSSIBLE, Verdict.APPLIES))
    ]
    if rules or bare:
        console.print()
        console.print(Text("What the documents say", "bold"))
    for cause in report.totals:
        for part in report.edition.parts(cause):
            name = part if part == cause else f"{cause}: {part}"
            if part in rules:
                _indented(Text(name, "bold"), 2, console)
                for rule in rules[part]:
                    says = f"{rule.verdict}: {report.edition.cite(rule)}"
                    _indented(plain(says, "dim"), 4, console)
                _indented(plain(f"Do: {report.remedy(part)}"), 4, console)
            elif part in bare and not rules.keys() & set(report.edition.parts(cause)):
                _indented(Text(name, "bold"), 2, console)
                _indented(plain(f"Do: {report.remedy(part)}"), 4, console)
            elif part in beside:
                _indented(Text(name, "bold"), 2, console)
                _indented(plain(f"guest-only: {report.causes[part].title}", "dim"), 4, console)


def _withdrawn(report: Report, console: Console) -> None:
    causes = Counter(each.cause for vm in report.vms for each in vm.causes if each.superseded)
    if causes:
        told = ", ".join(f"{cause} on {counted(count, 'VM')}" for cause, count in causes.items())
        console.print()
        line = f"Superseded, for information: an older edition names {told}."
        console.print(Text(line, "dim"))


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
        Text(f"{counted(len(report.gaps), 'gap')}: what could not be read", "bold magenta")
    )
    for gap in report.gaps[:_SHOWN_GAPS]:
        line = Text.assemble((str(gap.reason), "magenta"), plain(f"  {gap.fact} of {gap.scope}"))
        _indented(line, 2, console)
        _indented(plain(gap.remedy, "dim"), 4, console)
    _more(len(report.gaps) - _SHOWN_GAPS, console)


def _found(vm: JudgedVm) -> list[CauseVerdict]:
    return [each for each in vm.causes if each.verdict >= Verdict.POSSIBLE]
