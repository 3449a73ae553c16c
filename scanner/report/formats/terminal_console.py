"""What the sections of the terminal report share: the console, colours, indentation."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from scanner.judging.check import Verdict
from scanner.report.escape import log_line

STYLES = {
    Verdict.APPLIES: "bold red",
    Verdict.POSSIBLE: "yellow",
    Verdict.UNKNOWN: "magenta",
    Verdict.CLEAR: "green",
    Verdict.NOT_APPLICABLE: "dim",
}
MOST_VMS = 40
"""VMs that a section shows."""


def open_console(**options: Any) -> Console:
    """A console on which text of Azure is text. It takes the options of rich.

    Its size is asked for once. Rich would ask before every line, which takes longer than the line.
    """
    console = Console(highlight=False, markup=False, emoji=False, **options)
    console.size = console.size
    return console


def plain(text: str, style: str = "") -> Text:
    """Text from Azure made harmless: no markup, no control or direction characters."""
    return Text(log_line(text), style)


def heading(text: str, console: Console, style: str = "bold") -> None:
    """Print the heading of a section below an empty line."""
    console.print()
    indented(Text(text, style), 0, console)


def indented(text: Text, columns: int, console: Console) -> None:
    """Print text some columns to the right, its further lines too."""
    lines = text.wrap(console, max(20, console.width - columns))
    for line in lines:
        line.rstrip()
        line.pad_left(columns)
    console.print(Text("\n").join(lines), no_wrap=True, overflow="ignore")


def print_wrapped(
    text: str, columns: int, console: Console, *, label: str = "", style: str = ""
) -> None:
    """Print text of Azure or of a report some columns to the right, and a label at the left."""
    wrapped = Text(log_line(text), "" if label else style)
    parts = wrapped.wrap(console, max(20, console.width - columns)) if text else [Text()]
    for number, part in enumerate(parts):
        part.rstrip()
        left = Text(label if number == 0 else "", style)
        left.pad_right(columns - left.cell_len)
        whole = Text.assemble(left, part)
        whole.rstrip()
        console.print(whole, no_wrap=True, overflow="ignore", crop=False)


def more(hidden: int, console: Console) -> None:
    """Print how many entries of a section are not shown."""
    if hidden > 0:
        console.print(Text(f"  +{hidden} more; -o report.json has them all", "dim"))
