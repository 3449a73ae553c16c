"""The report for a person at a terminal: readable at 80 columns, in colour or without.

This file has the order of the sections, and those that are a few lines each.
"""

from __future__ import annotations

from collections import Counter

from rich.console import Console
from rich.table import Table
from rich.text import Text

from scanner.catalogue.text import counted, unread_text
from scanner.gate.change import Change
from scanner.gate.decision import Exit
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import WORST_FIRST
from scanner.judging.readiness import Readiness
from scanner.report.decision_text import headline, past_heading, past_text, policy_text
from scanner.report.formats.terminal_console import MOST_VMS, STYLES, heading, indented, more, plain
from scanner.report.formats.terminal_documents import print_documents
from scanner.report.formats.terminal_vms import print_first_step, print_notes, print_vms
from scanner.report.remediation import fix_root
from scanner.report.report import Report
from scanner.report.text import (
    AZURE_LIMITS,
    azure_text,
    backup_states,
    backup_text,
    blockers,
    gap_text,
    load_text,
    orphan_advice,
    orphan_text,
    orphans_heading,
    scope_text,
    states_text,
    symptom_heading,
    symptom_text,
    time_text,
    warning_heading,
)

_MOST_ROOTS = 12
_MOST_FORECASTS = 12
_MOST_ORPHANS = 15
_MOST_GAPS = 15
_MOST_PAST = 15


def print_report(report: Report, console: Console) -> None:
    """Print all sections, totals first and gaps last. A section without content prints nothing."""
    _print_scope(report, console)
    _print_totals(report, console)
    _print_roots(report, console)
    _print_readiness(report, console)
    _print_protection(report, console)
    _print_failed_backups(report, console)
    _print_warnings(report, console)
    _print_states(report, console)
    _print_full_dates(report, console)
    _print_orphans(report, console)
    print_vms(report, console)
    _print_past(report, console)
    print_notes(report, console)
    print_documents(report, console)
    _print_superseded(report, console)
    _print_unknown_verdicts(report, console)
    _print_gaps(report, console)


def _print_scope(report: Report, console: Console) -> None:
    """What was scanned, what was left out, and that something was not read."""
    scope = report.scope
    console.print(
        Text.assemble(
            ("backupscan", "bold"),
            f"  edition {report.edition.id}, {scope_text(report)},",
            f" {time_text(report.finished_at)}",
        )
    )
    style = "bold green" if report.decision.code is Exit.OK else "bold red"
    console.print(plain(headline(report.decision), style))
    console.print(plain(policy_text(report.decision), "dim"))
    if report.gaps:
        unread = f"INCOMPLETE: {unread_text(len(report.gaps))}, see the end"
        console.print(Text(unread, "bold magenta"))
    for note in report.notes:
        console.print(plain(f"note: {note}", "dim"))
    for name in scope.disabled_subscriptions:
        console.print(plain(f"left out: the subscription {name} is disabled", "dim"))
    if scope.managed_left_out:
        managed = f"{counted(scope.managed_left_out, 'VM')} that another service manages"
        console.print(Text(f"left out: {managed} (--include-managed looks at them)", "dim"))
    if scope.excluded:
        console.print(Text(f"left out: {counted(scope.excluded, 'VM')} by --exclude", "dim"))
    if scope.by_protection:
        by_protection = f"{counted(scope.by_protection, 'VM')} by their protection"
        console.print(Text(f"left out: {by_protection}", "dim"))


def _print_totals(report: Report, console: Console) -> None:
    """A table of VMs by cause and verdict."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column("cause", overflow="fold")
    for verdict in WORST_FIRST:
        title = "n/a" if verdict is Verdict.NOT_APPLICABLE else str(verdict)
        table.add_column(title, justify="right", no_wrap=True)
    for cause, counts in report.totals.items():
        cells = [
            Text(f"{counts[verdict]:,}", STYLES[verdict] if counts[verdict] else "dim")
            for verdict in WORST_FIRST
        ]
        table.add_row(cause, *cells)
    console.print()
    console.print(table)


def _print_roots(report: Report, console: Console) -> None:
    """What to change once for several VMs."""
    several = [root for root in report.roots if root.vms > 1]
    if not several:
        return
    heading("Behind several VMs, most first", console)
    for root in several[:_MOST_ROOTS]:
        effect = report.causes[root.cause].behind.format(vms=counted(root.vms, "VM"))
        indented(plain(f"{root} {effect}"), 2, console)
        if remediation := fix_root(root):
            print_first_step(remediation, console)
    more(len(several) - _MOST_ROOTS, console)


def _print_readiness(report: Report, console: Console) -> None:
    """The VMs of a precheck by readiness, and what blocks each VM."""
    if not report.is_precheck:
        return
    counts = Counter(vm.readiness for vm in report.vms)
    texts = (f"{counts[state]:,} {state}" for state in Readiness if counts[state])
    heading(f"Before backup is turned on: {', '.join(texts) or 'no VM'}", console)
    indented(plain(str(report.target), "dim"), 2, console)
    for vm in report.vms_worst_first[:MOST_VMS]:
        reasons = ", ".join(blockers(vm, report))
        line = f"{report.display_name(vm)}  {vm.readiness}{f'  {reasons}' if reasons else ''}"
        indented(plain(line), 2, console)
        if vm.azure:
            indented(plain(azure_text(vm), "yellow" if vm.disagrees else "dim"), 4, console)
    if any(vm.azure for vm in report.vms):
        console.print(Text(f"  {AZURE_LIMITS}", "dim"))
    more(len(report.vms) - MOST_VMS, console)


def _print_protection(report: Report, console: Console) -> None:
    """How many VMs are backed up, and how many are not."""
    counts = Counter(vm.protection_state for vm in report.vms if vm.protection is not None)
    if counts:
        states = ", ".join(f"{count:,} {state}" for state, count in counts.most_common())
        heading(f"Backup of the VMs: {states}{states_text(report)}", console, style="")


def _print_failed_backups(report: Report, console: Console) -> None:
    """Each VM whose last backup failed: the error, and the cause that the evidence supports."""
    failed = [vm for vm in report.vms if vm.symptoms]
    if not failed:
        return
    heading(f"{counted(len(failed), 'VM')} whose last backup failed, or has warnings", console)
    for vm in failed[:MOST_VMS]:
        for symptom in vm.symptoms:
            line = f"{report.display_name(vm)}  {symptom_heading(symptom)}"
            indented(plain(line), 2, console)
            indented(plain(symptom_text(symptom), "dim"), 4, console)
        indented(plain(f"backup: {backup_text(vm, report.finished_at)}", "dim"), 4, console)
        if load := load_text(vm):
            indented(plain(load, "dim"), 4, console)
    more(len(failed) - MOST_VMS, console)


def _print_warnings(report: Report, console: Console) -> None:
    """Each VM that the service's own pre-check warns of, before its next backup fails."""
    warned = [vm for vm in report.vms if vm.warnings]
    if not warned:
        return
    title = f"Azure Backup's own pre-check warns of {counted(len(warned), 'VM')}"
    heading(title, console)
    for vm in warned[:MOST_VMS]:
        for warning in vm.warnings:
            line = f"{report.display_name(vm)}  {warning_heading(warning)}"
            indented(plain(line), 2, console)
            indented(plain(symptom_text(warning), "dim"), 4, console)
    more(len(warned) - MOST_VMS, console)


def _print_states(report: Report, console: Console) -> None:
    """Each VM whose last backup was cancelled or is running."""
    found = [(vm, states) for vm in report.vms if (states := backup_states(vm))]
    if found:
        heading(f"{counted(len(found), 'VM')} whose last backup was cancelled or runs", console)
    for vm, states in found[:MOST_VMS]:
        indented(plain(f"{report.display_name(vm)}  {', '.join(states)}"), 2, console)
        indented(plain(f"backup: {backup_text(vm, report.finished_at)}", "dim"), 4, console)
    more(len(found) - MOST_VMS, console)


def _print_full_dates(report: Report, console: Console) -> None:
    """VMs whose restore points a lock keeps, those that are full first."""
    if not report.full_dates:
        return
    heading("Restore points under a lock, those that are full first", console)
    for full_at, vm in report.full_dates[:_MOST_FORECASTS]:
        assert vm.forecast
        points, limit = vm.forecast.points, vm.forecast.limit
        when = "full" if points >= limit else f"full on {full_at:%Y-%m-%d}"
        line = f"{report.display_name(vm)}  {points} of {limit}, {when}"
        indented(plain(line), 2, console)
    more(len(report.full_dates) - _MOST_FORECASTS, console)


def _print_orphans(report: Report, console: Console) -> None:
    """What Azure keeps of VMs that do not exist, what it costs, and what to do."""
    if not report.orphans:
        return
    heading(orphans_heading(report), console)
    for judged in report.orphans[:_MOST_ORPHANS]:
        indented(plain(orphan_text(judged)), 2, console)
    more(len(report.orphans) - _MOST_ORPHANS, console)
    for advice in orphan_advice(report):
        indented(plain(advice, "dim"), 4, console)


def _print_past(report: Report, console: Console) -> None:
    """What the baseline has and this report does not."""
    for change in Change:
        found = report.decision.of_change(change)
        if found:
            heading(past_heading(change, len(found)), console, style="")
        for one in found[:_MOST_PAST]:
            indented(plain(past_text(one, report)), 2, console)
        more(len(found) - _MOST_PAST, console)


def _print_superseded(report: Report, console: Console) -> None:
    """Causes that an older edition finds and this one does not."""
    counts = Counter(cause.cause for vm in report.vms for cause in vm.causes if cause.superseded)
    if counts:
        causes = ", ".join(f"{cause} on {counted(count, 'VM')}" for cause, count in counts.items())
        heading(f"Superseded, for information: an older edition names {causes}.", console, "dim")


def _print_unknown_verdicts(report: Report, console: Console) -> None:
    """How many verdicts are unknown for which reason."""
    counts = Counter(
        str(cause.reason)
        for vm in report.vms
        for cause in vm.causes
        if cause.verdict is Verdict.UNKNOWN and cause.reason
    )
    if counts:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in sorted(counts.items()))
        heading(f"Unknown verdicts by reason: {reasons}", console, "magenta")


def _print_gaps(report: Report, console: Console) -> None:
    """What was not read, and what to do about it."""
    if not report.gaps:
        return
    title = f"{counted(len(report.gaps), 'gap')}: what could not be read"
    heading(title, console, "bold magenta")
    for decided in report.decision.gaps[:_MOST_GAPS]:
        gap = decided.gap
        line = Text.assemble((str(gap.reason), "magenta"), plain(f"  {gap_text(gap)}"))
        indented(line, 2, console)
        indented(plain(gap.remedy, "dim"), 4, console)
        if not decided.counts:
            indented(plain(f"does not count: {decided.text}", "dim"), 4, console)
    more(len(report.gaps) - _MOST_GAPS, console)
