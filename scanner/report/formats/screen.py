"""The first screen of a report: at most 50 lines, for a fleet of any size.

Each list shows its first entries and says how many more there are. It has no evidence, no words of
documents and no command but ``backupscan`` itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.text import Text

from scanner.catalogue.text import counted
from scanner.report.formats.screen_parts import (
    DIM,
    STANDING_STYLES,
    WIDEST,
    fitting,
    head_lines,
    more_line,
    new_lines,
    not_seen_lines,
    print_lines,
    same_place,
    title_line,
)
from scanner.report.formats.terminal_table import Cell, line, table
from scanner.report.overview import CauseRow, FailingGroup, NumberedRoot, Overview
from scanner.report.remediation import fix_root
from scanner.report.report import Report
from scanner.report.standing import Standing
from scanner.report.text import successes_text

_MEANINGS = {
    Standing.FAILING: "the last backup failed, or is too old",
    Standing.WILL_FAIL: "a documented cause applies",
    Standing.AT_RISK: "signs of a cause, or a limit is near",
    Standing.NOT_JUDGED: "something needed was not read",
    Standing.FINE: "",
}


@dataclass(frozen=True)
class _Most:
    """How many entries of each list are shown."""

    new: int = 3
    groups: int = 3
    names: int = 3
    """Failing VMs of a group, which are named if they are no more."""
    roots: int = 3
    causes: int = 6
    places: int = 4


_LENGTHS = (_Most(), _Most(new=2, groups=2, names=0, roots=2, causes=4, places=3))
"""The second one is for a report in which every list is long."""


def print_screen(overview: Overview, console: Console) -> None:
    """Print the first screen. The line with the exit code follows on stderr."""
    print_lines(screen(overview, min(console.width, WIDEST)), console)


def screen(overview: Overview, width: int) -> list[Text]:
    """The lines of the screen, each at most ``width`` columns."""
    return fitting(lambda most: _sections(overview, width, most), _LENGTHS)


def _sections(overview: Overview, width: int, most: _Most) -> Iterator[Text]:
    sections: tuple[Callable[[Overview, int], Iterable[Text]], ...] = (
        head_lines,
        _numbers,
        partial(new_lines, most=most.new),
        partial(_failing, most=most),
        partial(_fix_first, most=most.roots),
        partial(_causes, most=most.causes),
        partial(_places, most=most.places),
        not_seen_lines,
        _next,
    )
    is_first = True
    for section in sections:
        lines = [*section(overview, width)]
        if lines and not is_first:
            yield Text()
        yield from lines
        is_first = False


def _number(count: int) -> str:
    return f"{count:,}" if count else "-"


def _numbers(overview: Overview, width: int) -> Iterator[Text]:
    """How many VMs there are, and how many have each word."""
    protections = overview.protections
    vms = len(overview.report.vms)
    share = f" ({round(100 * protections['backed up'] / vms)} %)" if vms else ""
    unread = protections["unread"]
    parts = [
        counted(vms, "VM"),
        f"{protections['backed up']:,} backed up{share}",
        f"{protections['not backed up']:,} not backed up",
        *([f"{unread:,} not known"] if unread else []),
    ]
    numbers = f"  {'    '.join(parts)}"
    since = "" if overview.before is None else "  since the baseline"
    # No number gives way to words.
    fits = len(numbers) + len(since) <= width
    yield line((numbers, "bold"), (since if fits else "", DIM), width=width)
    rows: list[list[Cell]] = []
    for standing, meaning in _MEANINGS.items():
        count = overview.standings[standing]
        style = STANDING_STYLES[standing] if count else DIM
        change = overview.change(standing)
        changed = "" if change is None else _change_text(*change)
        rows.append([(f"{count:,}", style), (standing, style), (meaning, DIM), (changed, "")])
    yield from table(rows, width, right=(0,))


def _change_text(more: int, fewer: int) -> str:
    texts = [f"+{more:,}" if more else "", f"-{fewer:,}" if fewer else ""]
    return " ".join(filter(None, texts)) or "same"


def _failing(overview: Overview, width: int, most: _Most) -> Iterator[Text]:
    """The failing VMs by error, and the cause that the evidence supports."""
    if not overview.failing:
        return
    shown = overview.failing[: most.groups]
    head: list[Cell] = [
        ("FAILING", "bold"), ("cause that is shown", DIM), ("VMs", DIM),
        ("last success", DIM),
    ]  # fmt: skip
    rows = [head, *(_group_row(group, overview) for group in shown)]
    first, *lines = table(rows, width, right=(2,), indent=0)
    yield first
    for group, row in zip(shown, lines, strict=True):
        yield row
        if len(group.vms) <= most.names:
            yield line((f"    {_names_text(group, overview.report)}", DIM), width=width)
    yield from more_line(len(overview.failing) - most.groups, "error", width)


def _group_row(group: FailingGroup, overview: Overview) -> list[Cell]:
    new = overview.newly_failing(group)
    new_text = "" if not new else "NEW" if new == len(group.vms) else f"{new:,} NEW"
    return [
        (f"  {group.error or _TOO_OLD}", ""),
        (group.cause or "-", "" if group.cause else DIM),
        (f"{len(group.vms):,}", STANDING_STYLES[Standing.FAILING]),
        (successes_text(group.successes), ""),
        (new_text, "bold"),
    ]


_TOO_OLD = "no recent recovery point"


def _names_text(group: FailingGroup, report: Report) -> str:
    """The names of a few VMs, with the place that they share."""
    place = same_place(group.vms, report)
    if place is None:
        return ", ".join(report.display_name(vm) for vm in group.vms)
    return f"{place}: {' '.join(vm.vm.name for vm in group.vms)}"


def _fix_first(overview: Overview, width: int, most: int) -> Iterator[Text]:
    """The resources behind findings on several VMs."""
    if not overview.roots:
        return
    yield title_line("FIX FIRST", "commands: backupscan fix 1 (nothing is run)", width)
    rows = [_root_row(entry, overview.report) for entry in overview.roots[:most]]
    yield from table(rows, width, right=(0, 1))
    yield from more_line(len(overview.roots) - most, "resource", width)


def _root_row(entry: NumberedRoot, report: Report) -> list[Cell]:
    root = entry.root
    guid = root.id.subscription or ""
    subscription = report.scope.subscriptions.get(guid, guid)
    remediation = fix_root(root)
    risk = remediation.fix.risk.partition(".")[0].lower() if remediation else ""
    return [
        (f"{entry.number}", "bold"),
        (counted(root.vms, "VM"), ""),
        (f"{root}, {subscription}" if subscription else f"{root}", ""),
        (f"risk: {risk}" if risk else "", DIM),
    ]


def _causes(overview: Overview, width: int, most: int) -> Iterator[Text]:
    """How many VMs have each cause, by whether they are backed up."""
    found = [row for row in overview.causes if row.is_found]
    others = [row for row in overview.causes if not row.is_found]
    rows: list[list[Cell]] = [
        [
            ("CAUSES", "bold"), ("applies", DIM), ("possible", DIM),
            ("applies", DIM), ("possible", DIM), ("off", DIM), ("unread", DIM),
        ],
        *map(_cause_row, found[:most]),
    ]  # fmt: skip
    lines = table(rows, width, right=(1, 2, 3, 4, 5, 6), indent=0)
    yield _groups_above(lines[0], width)
    yield from lines
    unread = sum(1 for row in others if row.unread)
    parts = [
        f"+{len(found) - most} more in --details" if len(found) > most else "",
        f"waived: {overview.waived:,}" if overview.waived else "",
        f"{counted(unread, 'cause')} not judged everywhere" if unread else "",
        f"{counted(len(others) - unread, 'cause')} found on no VM",
    ]
    yield line((f"  {'   '.join(filter(None, parts))}", DIM), width=width)


def _groups_above(head: Text, width: int) -> Text:
    """The line above the head of the causes: which columns are of VMs that are backed up."""
    columns = head.plain
    first = columns.index("applies")
    second = columns.index("applies", first + 1)
    text = Text(" " * first)
    text.append("backed up".ljust(second - first), "bold")
    text.append("not backed up", "bold")
    text.truncate(width)
    return text


def _cause_row(row: CauseRow) -> list[Cell]:
    return [
        (f"  {row.cause}", ""),
        (_number(row.applies), STANDING_STYLES[Standing.WILL_FAIL] if row.applies else DIM),
        (_number(row.possible), STANDING_STYLES[Standing.AT_RISK] if row.possible else DIM),
        (_number(row.idle_applies), "" if row.idle_applies else DIM),
        (_number(row.idle_possible), "" if row.idle_possible else DIM),
        (_number(row.off), DIM),
        (_number(row.unread), STANDING_STYLES[Standing.NOT_JUDGED] if row.unread else DIM),
    ]


_PLACE_COLUMNS = (Standing.FAILING, Standing.WILL_FAIL, Standing.AT_RISK, Standing.NOT_JUDGED)


def _places(overview: Overview, width: int, most: int) -> Iterator[Text]:
    """Where the VMs are: subscriptions, or groups if there is one subscription."""
    places = overview.places
    if not places:
        return
    heads = ("VMs", "backed up", *map(str, _PLACE_COLUMNS))
    rows: list[list[Cell]] = [[("WHERE", "bold"), *((head, DIM) for head in heads)]]
    for place in places[:most]:
        counts = ((place.standings[word], STANDING_STYLES[word]) for word in _PLACE_COLUMNS)
        cells = ((_number(count), style if count else DIM) for count, style in counts)
        total = ((f"{place.vms:,}", ""), (_number(place.backed_up), ""))
        rows.append([(f"  {place.name}", ""), *total, *cells])
    yield from table(rows, width, right=range(1, 7), indent=0)
    is_grouped = len({vm.vm.id.subscription for vm in overview.report.vms}) == 1
    yield from more_line(len(places) - most, "group" if is_grouped else "subscription", width)


def _next(overview: Overview, width: int) -> Iterator[Text]:
    """What to type next."""
    report = overview.report
    shows = [f"show {vm.vm.name}" for vm in report.vms_worst_first[:1]]
    if overview.failing:
        shows.append("show --failing")
    elif overview.standings[Standing.WILL_FAIL]:
        shows.append("show --will-fail")
    if report.gaps:
        shows.append("show --unread")
    commands = f"backupscan {', '.join((*shows, 'explain CAUSE'))}"
    yield line((f"{'next':<10}", "bold"), (commands, ""), width=width)
    options = "add --details or -o report.html"
    yield line((f"{'':<10}{options}", ""), width=width)
