"""What the screens of a scan and of a precheck share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from scanner import __version__
from scanner.catalogue.text import counted
from scanner.judging.judged_vm import JudgedVm
from scanner.report.decision_text import since_text
from scanner.report.formats.terminal_table import Cell, line, table
from scanner.report.overview import Overview, Unread
from scanner.report.report import Report
from scanner.report.standing import Standing
from scanner.report.text import time_text

MOST_LINES = 50
WIDEST = 110
"""Columns that are easy to read across."""
M = TypeVar("M")
STANDING_STYLES = {
    Standing.FAILING: "bold red",
    Standing.WILL_FAIL: "red",
    Standing.AT_RISK: "yellow",
    Standing.NOT_JUDGED: "magenta",
    Standing.NOT_BACKED_UP: "",
    Standing.FINE: "green",
}
DIM = "dim"
LABEL = 10
"""Columns of the labels at the left."""
_MOST_UNREAD = 2


def print_lines(lines: Iterable[Text], console: Console) -> None:
    """Print lines that fit. None is wrapped: that would make two."""
    for text in lines:
        console.print(text, no_wrap=True, overflow="ellipsis", crop=True)


def fitting(lines_of: Callable[[M], Iterable[Text]], lengths: Sequence[M]) -> list[Text]:
    """The lines of the first length that leaves room for the exit line, else of the last one."""
    found: list[Text] = []
    for length in lengths:
        found = [*lines_of(length)]
        if len(found) < MOST_LINES:
            break
    return found


def title_line(text: str, note: str, width: int) -> Text:
    """The head of a section, and a note on it."""
    return line((text, "bold"), (f"   {note}" if note else "", DIM), width=width)


def more_line(hidden: int, noun: str, width: int) -> Iterator[Text]:
    """How many entries of a list are not shown."""
    if hidden > 0:
        yield line((f"  +{hidden:,} more {noun}{'' if hidden == 1 else 's'}", DIM), width=width)


def head_lines(overview: Overview, width: int) -> Iterator[Text]:
    """What was scanned, by which documents, and when; an interruption or a note."""
    report = overview.report
    subscriptions = counted(len(report.scope.subscriptions), "subscription")
    found = len({vm.vm.id.subscription for vm in report.vms})
    if 0 < found < len(report.scope.subscriptions):
        subscriptions = f"VMs in {found:,} of {subscriptions}"
    seconds = (report.finished_at - report.started_at).total_seconds()
    facts = (
        f"documents {report.edition.id}",
        time_text(report.finished_at),
        subscriptions,
        f"{seconds:,.0f} s",
    )
    yield line(("backupscan", "bold"), (f" {__version__}, {', '.join(facts)}", ""), width=width)
    if report.interrupted:
        text = "INTERRUPTED: the rest of the scope was not read"
        yield line((text, "bold magenta"), width=width)
    elif report.notes:
        rest = f" (+{len(report.notes) - 1} more)" if len(report.notes) > 1 else ""
        yield line((f"note: {report.notes[0]}{rest}", DIM), width=width)


def new_lines(overview: Overview, width: int, most: int) -> Iterator[Text]:
    """What changed since the baseline: the findings that are new or worse, what counts first."""
    report = overview.report
    new = sorted(report.decision.new, key=lambda one: (not one.counts, -one.verdict))
    since = since_text(report.decision)
    if not since:
        return
    yield title_line(
        "NEW" if new else "NOTHING NEW", f"findings since the baseline: {since}", width
    )
    rows: list[list[Cell]] = [
        [
            (f"  {one.mark}", "bold" if one.counts else ""), (report.name_of(one.vm), ""),
            (one.cause, ""), (str(one.verdict), ""), ("counts" if one.counts else "", "bold"),
        ]
        for one in new[:most]
    ]  # fmt: skip
    yield from table(rows, width, indent=0)
    yield from more_line(len(new) - most, "finding", width)


def same_place(vms: Sequence[JudgedVm], report: Report) -> str | None:
    """``contoso-prod/RG-SQL`` if all VMs are there, else None."""
    places = {(report.subscription_name(vm.vm.id), vm.vm.id.resource_group) for vm in vms}
    return "/".join(filter(None, *places)) if len(places) == 1 else None


def not_seen_lines(overview: Overview, width: int) -> Iterator[Text]:
    """What was not read, what was left out, and what Azure keeps of VMs that do not exist."""
    report = overview.report
    shown = [*map(_unread_text, overview.unread[:_MOST_UNREAD])]
    hidden = len(overview.unread) - _MOST_UNREAD
    if hidden > 0:
        shown[-1] = f"+{hidden + 1:,} more: backupscan show --unread"
    labels = [("NOT READ", text, "magenta") for text in shown]
    labels += [("LEFT OUT", text, "") for text in _packed(_left_out(report), width - LABEL)]
    if report.orphans:
        of = "a VM that does" if len(report.orphans) == 1 else "VMs that do"
        kept = f"{counted(len(report.orphans), 'item')} of {of} not exist, which Azure bills"
        labels.append(("KEPT", kept, ""))
    seen: set[str] = set()
    for label, text, style in labels:
        title = "" if label in seen else label
        seen.add(label)
        yield line((f"{title:<{LABEL}}", "bold"), (text, style), width=width)


def _packed(parts: Iterable[str], room: int) -> list[str]:
    """Parts in as few lines as they need."""
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(longer := f"{lines[-1]}; {part}") <= room:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _unread_text(unread: Unread) -> str:
    """What was not read, and the right that is missing, or what happened if none is."""
    happened = unread.remedy.partition(". ")[0].rstrip(".")
    if not unread.actions:
        return happened
    facts = ", ".join(unread.facts[:3]) + (", …" if len(unread.facts) > 3 else "")
    what = f"{facts} of {unread.scope}: {unread.reason}"
    if not unread.rights:
        return f"{what}. {happened}"
    more = f" +{len(unread.rights) - 1}" if len(unread.rights) > 1 else ""
    right = "Reader" if unread.needs_reader else f"{unread.rights[0]}{more}"
    return f"{what}, grant {right} on it"


def _left_out(report: Report) -> Iterator[str]:
    scope = report.scope
    disabled: Sequence[str] = scope.disabled_subscriptions
    if disabled:
        more = f" +{len(disabled) - 2}" if len(disabled) > 2 else ""
        count = counted(len(disabled), "disabled subscription")
        yield f"{count}: {', '.join(disabled[:2])}{more}"
    if scope.managed_left_out:
        yield f"{counted(scope.managed_left_out, 'managed VM')} (--include-managed)"
    if scope.excluded:
        yield f"{counted(scope.excluded, 'VM')} by --exclude"
    if scope.by_protection:
        yield f"{counted(scope.by_protection, 'VM')} by their protection"
