"""Rows of a terminal table: every row is one line, whatever the width."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from scanner.report.escape import log_line

Cell = tuple[str, str]
"""The text of a cell and its style."""
_GAPS = (2, 1)
"""Columns between cells, if there is room for them and if not."""
_NARROW, _NARROWEST = 14, 8
"""Columns of a text that is cut first, and of any text, at the least."""


def cut(text: str, width: int) -> str:
    """Text in at most ``width`` columns. What is left out ends in an ellipsis."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…"


def line(*cells: Cell, width: int) -> Text:
    """Cells after one another, cut at a width."""
    text = Text()
    for content, style in cells:
        text.append(log_line(content), style)
    text.truncate(width, overflow="ellipsis")
    return text


def table(
    rows: Sequence[Sequence[Cell]],
    width: int,
    *,
    right: Sequence[int] = (),
    first: Sequence[int] = (),
    indent: int = 2,
) -> list[Text]:
    """Rows with aligned columns. The widest column of text is cut until a row fits.

    ``right`` are the columns of numbers, aligned at the right and never cut. ``first`` are the
    columns that are cut before the others, as long as they say something.
    """
    columns = max(map(len, rows), default=0)
    shown = [[(log_line(text), style) for text, style in row] for row in rows]
    widths = [
        max((cell_len(row[column][0]) for row in shown if column < len(row)), default=0)
        for column in range(columns)
    ]
    needed = width - indent - sum(widths)
    gap = next((gap for gap in _GAPS if gap * (columns - 1) <= needed), _GAPS[-1])
    free = width - indent - gap * (columns - 1)
    flexible = [column for column in range(columns) if column not in right]
    for columns_to_cut, narrowest in ((first, _NARROW), (flexible, _NARROWEST)):
        while sum(widths) > free and columns_to_cut:
            widest = max(columns_to_cut, key=lambda column: widths[column])
            if widths[widest] <= narrowest:
                break
            widths[widest] -= 1
    return [_row(row, widths, right, indent, gap, width) for row in shown]


def _row(
    row: Sequence[Cell],
    widths: Sequence[int],
    right: Sequence[int],
    indent: int,
    gap: int,
    width: int,
) -> Text:
    text = Text(" " * indent)
    for column, (content, style) in enumerate(row):
        fitting = cut(content, widths[column])
        padding = " " * (widths[column] - cell_len(fitting))
        text.append(" " * gap if column else "")
        text.append(f"{padding}{fitting}" if column in right else fitting, style)
        text.append("" if column in right else padding)
    text.rstrip()
    text.truncate(width, overflow="ellipsis")
    return text
