"""What the sheets of the workbook have: their columns and rows, as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scanner import __version__
from scanner.gate.decision import GapDecision
from scanner.inventory.facts.orphan import ORPHAN_NOUNS
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.report.decision_text import finding_note, headline, policy_text, since_text
from scanner.report.escape import printable
from scanner.report.overview import CauseRow, NumberedRoot, Overview
from scanner.report.remediation import Remediation, fix_root
from scanner.report.report import Report
from scanner.report.standing import Standing
from scanner.report.text import gap_subscription, orphan_text, symptom_text
from scanner.report.vm_rows import (
    Value,
    backup_values,
    columns,
    decisions,
    verdict_values,
    vm_values,
)

Row = Sequence[Value]


@dataclass(frozen=True)
class Column:
    """A column of a sheet."""

    title: str
    width: int = 14
    """In characters."""
    is_word: bool = False
    """True if its words have colours, as the words of VMs and verdicts have."""
    is_wrapped: bool = False
    is_bold: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet of the workbook."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Row]
    frozen: int = 0
    """How many columns stay in view."""


def sheets(report: Report) -> Iterator[Sheet]:
    """The sheets in their order, each also if it has no row."""
    overview = Overview(report)
    yield Sheet("Summary", _SUMMARY, _summary_rows(overview))
    yield Sheet("Fix first", _FIX_FIRST, _fix_rows(overview))
    yield Sheet("Failing", _FAILING, _failing_rows(overview))
    yield Sheet("VMs", _vm_columns(report), _vm_rows(report), frozen=2)
    yield Sheet("Causes", _CAUSES, _cause_rows(overview))
    yield Sheet("Not read", _NOT_READ, _gap_rows(report))
    yield Sheet("Left out", _LEFT_OUT, _left_out_rows(report))


_SUMMARY = (
    Column("what", 34, is_word=True, is_bold=True),
    Column("value", 60, is_wrapped=True),
    Column("since the baseline", 22),
)


def _summary_rows(overview: Overview) -> Iterator[Row]:
    report, decision = overview.report, overview.report.decision
    yield "backupscan", __version__, None
    yield "documents", report.edition.id, None
    yield "began (UTC)", report.started_at, None
    yield "ended (UTC)", report.finished_at, None
    yield "result", headline(decision), since_text(decision) or None
    yield "exit code", float(decision.code.value), None
    yield "why", decision.why, None
    yield "what counts", policy_text(decision).partition(": ")[2], None
    yield "causes of VMs", "without a word a cause is clear, or not applicable", None
    if report.interrupted:
        yield "interrupted", "the rest of the scope was not read", None
    if report.target:
        yield "vault and policy", str(report.target), None
    if report.plan:
        yield "plan", report.plan.sentence, None
    for note in report.notes:
        yield "note", note, None
    yield None, None, None
    yield "VMs", float(len(report.vms)), None
    for word, count in overview.protections.items():
        yield f"VMs {word}", float(count), None
    for standing in Standing:
        change = overview.change(standing)
        since = f"+{change[0]:,} -{change[1]:,}" if change else None
        yield str(standing), float(overview.standings[standing]), since
    yield None, None, None
    for place in overview.places:
        words = (f"{count:,} {word}" for word, count in sorted(place.standings.items(), key=_order))
        yield place.name, f"{place.vms:,} VMs: {', '.join(words)}", None


def _order(item: tuple[Standing, int]) -> int:
    return [*Standing].index(item[0])


_FIX_FIRST = (
    Column("fix", 6), Column("VMs", 8), Column("kind", 22),
    Column("resource", 44, is_wrapped=True, is_bold=True),
    Column("subscription", 20), Column("cause", 36), Column("verdict", 10, is_word=True),
    Column("what to do", 60, is_wrapped=True), Column("risk", 40, is_wrapped=True),
    Column("az, to be read before it is run", 60, is_wrapped=True),
    Column("PowerShell", 60, is_wrapped=True), Column("id", 60),
)  # fmt: skip


def _fix_rows(overview: Overview) -> Iterator[Row]:
    """The resources behind findings that no waiver covers, those behind most VMs first."""
    return (_fix_row(entry, overview.report) for entry in overview.open_roots)


def _fix_row(entry: NumberedRoot, report: Report) -> Row:
    root, fix = entry.root, fix_root(entry.root)
    return (
        float(entry.number), float(root.vms), root.kind, str(root),
        report.subscription_name(root.id), root.cause, str(root.verdict),
        report.remedy(root.cause), fix.fix.risk if fix else None,
        _commands(fix, "az"), _commands(fix, "powershell"), root.id.text,
    )  # fmt: skip


def _commands(fix: Remediation | None, shell: str) -> str | None:
    """The commands of a fix, one a line. None if it has none."""
    if fix is None:
        return None
    lines = (printable(line) for step in fix.fix.steps for line in getattr(step, shell))
    return "\n".join(lines) or None


_FAILING = (
    Column("error", 44, is_bold=True), Column("VMs with it", 12), Column("cause that is shown", 36),
    Column("vm", 22), Column("subscription", 20), Column("resource_group", 22), Column("owner", 16),
    Column("vault", 20), Column("policy", 20), Column("last_status", 14),
    Column("last_success", 17), Column("days_since_success", 20), Column("gate", 30),
    Column("what the error is", 80), Column("id", 60),
)  # fmt: skip


def _failing_rows(overview: Overview) -> Iterator[Row]:
    """The failing VMs by error, the largest group first, and in it the most urgent first."""
    report = overview.report
    for group in overview.failing:
        for vm in group.vms:
            values = {**vm_values(vm, report), **backup_values(vm, report)}
            names = (column.title for column in _FAILING[3:12])
            yield (
                group.error or "no recent recovery point", float(len(group.vms)), group.cause,
                *(values.get(name) for name in names), _gate_text(vm, report),
                "; ".join(map(symptom_text, vm.symptoms)), vm.vm.id.text,
            )  # fmt: skip


def _gate_text(vm: JudgedVm, report: Report) -> str:
    """Whether its findings count: ``2 count``, else why the first does not."""
    decided = decisions(vm, report)
    counting = sum(one.counts for one in decided)
    return f"{counting} count" if counting else next(filter(None, map(finding_note, decided)), "")


_WIDTHS = {
    "vm": 24, "subscription": 20, "resource_group": 24, "tags": 24, "vault": 20, "policy": 20,
    "last_success": 17, "days_since_success": 20, "last_error": 36, "counts": 36,
    "does_not_count": 30, "why": 60, "notes": 40, "id": 60,
}  # fmt: skip


def _vm_columns(report: Report) -> Sequence[Column]:
    return [
        Column(
            name,
            _WIDTHS.get(name, 14),
            is_word=name not in ("vm", "owner", "tags", "resource_group", "subscription"),
            is_bold=name == "vm",
        )
        for name in columns(report)
    ]


def _vm_rows(report: Report) -> Iterator[Row]:
    """A row for each VM, the most urgent first. Only what is not clear has a word."""
    names = columns(report)
    for vm in report.vms_worst_first:
        found = [cause for cause in vm.shown if cause.verdict > Verdict.CLEAR]
        values = vm_values(vm, report) | verdict_values(found)
        yield [values.get(name) for name in names]


_CAUSES = (
    Column("cause", 40, is_bold=True), Column("title", 60), Column("backed up: applies", 18),
    Column("backed up: possible", 18), Column("not backed up: applies", 20),
    Column("not backed up: possible", 20), Column("off", 8), Column("unread", 8),
    Column("counts", 8), Column("document", 80),
)  # fmt: skip


def _cause_rows(overview: Overview) -> Iterator[Row]:
    return (_cause_row(row, overview.report) for row in overview.causes)


def _cause_row(row: CauseRow, report: Report) -> Row:
    known = report.causes.get(row.cause)
    numbers = (
        row.applies, row.possible, row.idle_applies, row.idle_possible, row.off, row.unread,
        sum(one.cause == row.cause for one in report.decision.counting),
    )  # fmt: skip
    return (
        row.cause,
        known.title if known else None,
        *map(float, numbers),
        report.edition.page(row.cause),
    )


_NOT_READ = (
    Column("subscription", 22), Column("fact", 26, is_bold=True), Column("reason", 14),
    Column("right that is missing", 50), Column("what to do", 80, is_wrapped=True),
    Column("gate", 24), Column("scope", 80),
)  # fmt: skip


def _gap_rows(report: Report) -> Iterator[Row]:
    return (_gap_row(decided, report) for decided in report.decision.gaps)


def _gap_row(decided: GapDecision, report: Report) -> Row:
    gap, guid = decided.gap, gap_subscription(decided.gap)
    name = report.scope.subscriptions.get(guid, guid)
    return name, gap.fact, str(gap.reason), gap.action, gap.remedy, decided.text, gap.scope


_LEFT_OUT = (
    Column("what", 34, is_bold=True), Column("number", 10), Column("name", 40),
    Column("why", 60, is_wrapped=True), Column("what to do", 60, is_wrapped=True),
)  # fmt: skip


def _left_out_rows(report: Report) -> Iterator[Row]:
    """What the scope does not have, and what Azure keeps of VMs that do not exist."""
    scope = report.scope
    for name in scope.disabled_subscriptions:
        yield "subscription", 1.0, name, "it is disabled or deleted", None
    for count, why, option in (
        (scope.managed_left_out, "another service manages them", "--include-managed"),
        (scope.excluded, "options exclude them", "the options --exclude-…"),
        (scope.by_protection, "their protection", "--protected-only or --unprotected-only"),
    ):
        if count:
            yield "VMs", float(count), None, why, option
    for judged in report.orphans:
        yield (
            f"kept: {ORPHAN_NOUNS[judged.orphan.kind]}", 1.0, judged.orphan.vm.name,
            f"{orphan_text(judged)} Cost: {judged.cost}.", judged.remedy,
        )  # fmt: skip
