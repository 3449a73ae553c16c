"""The first screen of a precheck: what bars VMs, grouped, and which VMs are ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from scanner.catalogue.text import counted
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.readiness import Readiness
from scanner.report.formats.screen_parts import (
    WIDEST,
    fitting,
    head_lines,
    new_lines,
    not_seen_lines,
    print_lines,
    same_place,
)
from scanner.report.formats.terminal_table import Cell, cut, line, table
from scanner.report.overview import Overview
from scanner.report.readiness_groups import Group, Readinesses
from scanner.report.report import Report
from scanner.report.text import AZURE_LIMITS

_MOST_NAMES = 3
_BETWEEN = 6
"""Columns before and between the cells of a row."""


@dataclass(frozen=True)
class _Most:
    """How many entries of each list are shown."""

    new: int = 3
    bars: int = 10
    warnings: int = 6
    unknown: int = 3


_LENGTHS = (_Most(), _Most(new=2, bars=5, warnings=4, unknown=2))
"""The second one is for a report in which every list is long."""
_STYLES = {
    Readiness.READY: "green",
    Readiness.WARNINGS: "yellow",
    Readiness.CANNOT_TELL: "magenta",
    Readiness.NOT_READY: "bold red",
}
"""The readinesses in the order of the screen."""


def print_precheck(report: Report, console: Console) -> None:
    """Print the first screen of a precheck. The line with the exit code follows on stderr."""
    print_lines(precheck_screen(report, min(console.width, WIDEST)), console)


def precheck_screen(report: Report, width: int) -> list[Text]:
    """The lines of the screen, each at most ``width`` columns."""
    return fitting(lambda most: _sections(report, width, most), _LENGTHS)


def _sections(report: Report, width: int, most: _Most) -> Iterator[Text]:
    found, overview = Readinesses(report), Overview(report)
    yield from head_lines(overview, width)
    yield Text()
    yield line(
        (f"  {counted(len(report.vms), 'VM')}", "bold"), (f"   {report.target}", ""), width=width
    )
    counts = {readiness: len(found.by_readiness[readiness]) for readiness in _STYLES}
    rows: list[list[Cell]] = [
        [(f"{count:,}", _style(readiness, count)), (readiness, _style(readiness, count))]
        for readiness, count in counts.items()
    ]
    yield from table(rows, width, right=(0,))
    if new := [*new_lines(overview, width, most.new)]:
        yield Text()
        yield from new
    sections = (
        ("NOT READY", "by what bars them", found.barred, most.bars, Readiness.NOT_READY),
        ("WARNINGS", "by what is the same", found.warned, most.warnings, Readiness.WARNINGS),
        ("CANNOT TELL", "by what was not read", found.unknown, most.unknown,
         Readiness.CANNOT_TELL),
    )  # fmt: skip
    for title, note, groups, shown, readiness in sections:
        if groups:
            yield Text()
            yield line((title, "bold"), (f"   {note}", "dim"), width=width)
            yield from _group_lines(groups, shown, _STYLES[readiness], report, width)
    ready = found.by_readiness[Readiness.READY]
    if ready:
        yield Text()
        names = _names_text(ready, report, width - len("READY   "))
        yield line(("READY", "bold"), (f"   {names}", ""), width=width)
    yield Text()
    yield line((f"{counted(found.clear_causes, 'cause')} found on no VM", "dim"), width=width)
    if any(vm.azure for vm in report.vms):
        yield line((AZURE_LIMITS, "dim"), width=width)
    yield from not_seen_lines(overview, width)
    yield Text()
    shows = [f"show {vm.vm.name}" for vm in report.vms_worst_first[:1]]
    commands = f"backupscan {', '.join((*shows, 'explain CAUSE'))}"
    yield line((f"{'next':<10}", "bold"), (commands, ""), width=width)
    options = "add --details, -f ready=ids.txt or -f enable=enable.sh"
    yield line((f"{'':<10}{options}", ""), width=width)


def _style(readiness: Readiness, count: int) -> str:
    return _STYLES[readiness] if count else "dim"


def _group_lines(
    groups: Sequence[Group], most: int, style: str, report: Report, width: int
) -> Iterator[Text]:
    shown = groups[:most]
    numbers = max(len(f"{len(group.vms):,}") for group in shown)
    whys = min(max(len(group.why) for group in shown), width // 2)
    room = width - _BETWEEN - numbers - whys
    rows: list[list[Cell]] = [
        [
            (f"{len(group.vms):,}", style),
            (cut(group.why, whys), ""),
            (_names_text(group.vms, report, room), "dim"),
        ]
        for group in shown
    ]
    yield from table(rows, width, right=(0,))
    if len(groups) > most:
        yield line((f"  +{len(groups) - most} more in --details", "dim"), width=width)


def _names_text(vms: Sequence[JudgedVm], report: Report, room: int) -> str:
    """At most three names with the place that all VMs share, then a count.

    With less room there are fewer names, and no place.
    """
    place = same_place(vms, report)
    places = (f"{place}: ", "") if place else ("",)
    text = ""
    for count in range(min(_MOST_NAMES, len(vms)), 0, -1):
        names = " ".join(vm.vm.name for vm in vms[:count])
        more = f" +{len(vms) - count:,}" if len(vms) > count else ""
        for before in places:
            text = f"{before}{names}{more}"
            if cell_len(text) <= room:
                return text
    return text
