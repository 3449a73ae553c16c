"""A workbook (XLSX): sheets with filters, frozen heads and colours. Text is never a formula."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from scanner.judging.check import Verdict
from scanner.report.escape import printable
from scanner.report.formats.xlsx_sheets import Column, Sheet, sheets
from scanner.report.report import Report
from scanner.report.standing import Standing
from scanner.report.vm_rows import UNREAD, Value

MOST_CHARACTERS = 32_767
"""The longest text of a cell (Microsoft: Excel specifications and limits)."""
_LINE, _HIGHEST = 15, 400
"""Height of a line, and of the highest row, in points."""
_WIDEST_PAGE = 280
"""Characters across a printed page."""
_RED = {"font_color": "#9C0006", "bg_color": "#FFC7CE"}
_YELLOW = {"font_color": "#7F4F00", "bg_color": "#FFEB9C"}
_PURPLE = {"font_color": "#4B2A7B", "bg_color": "#E4DAF3"}
_GREEN = {"font_color": "#00570A", "bg_color": "#C6EFCE"}
_GREY = {"font_color": "#767676"}
_COLOURS: Mapping[str, dict[str, Any]] = {
    str(Standing.FAILING): {**_RED, "bold": True},
    str(Standing.WILL_FAIL): _RED,
    str(Standing.AT_RISK): _YELLOW,
    str(Standing.NOT_JUDGED): _PURPLE,
    str(Standing.FINE): _GREEN,
    str(Verdict.APPLIES): _RED,
    str(Verdict.POSSIBLE): _YELLOW,
    str(Verdict.UNKNOWN): _PURPLE,
    str(Verdict.CLEAR): _GREY,
    str(Verdict.NOT_APPLICABLE): _GREY,
    UNREAD: _PURPLE,
}
_TOP = {"valign": "top"}


def to_xlsx(report: Report) -> bytes:
    """The workbook. Times are in UTC."""
    out = io.BytesIO()
    # Without temporary files, which would need space in another place than the report.
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    # The same report gives the same bytes.
    book.set_properties({"title": "backupscan report", "created": report.finished_at})
    writer = _Writer(book)
    for sheet in sheets(report):
        writer.write(sheet)
    book.close()
    return out.getvalue()


def _lines(row: Sequence[Value], sheet: Sheet) -> int:
    """How many lines the longest wrapped text of a row takes."""
    texts = zip(row, sheet.columns, strict=True)
    wrapped = ((str(value), column.width) for value, column in texts if column.is_wrapped)
    return max(
        (sum(-(-len(line) // width) or 1 for line in text.split("\n")) for text, width in wrapped),
        default=1,
    )


class _Writer:
    """Writes sheets with the formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, bool, bool], Format] = {}
        self._head = book.add_format({"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"})
        self._time = book.add_format({**_TOP, "align": "left", "num_format": "yyyy-mm-dd hh:mm"})

    def write(self, sheet: Sheet) -> None:
        """Add a sheet."""
        page = self._book.add_worksheet(sheet.name)
        for number, column in enumerate(sheet.columns):
            page.set_column(number, number, column.width)
        page.freeze_panes(1, sheet.frozen)
        for number, column in enumerate(sheet.columns):
            page.write_string(0, number, column.title, self._head)
        last = 0
        for last, row in enumerate(sheet.rows, 1):
            if (lines := _lines(row, sheet)) > 1:
                page.set_row(last, min(_HIGHEST, lines * _LINE))
            for number, (value, column) in enumerate(zip(row, sheet.columns, strict=True)):
                self._cell(page, (last, number), value, column)
        page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)
        page.set_landscape()
        page.set_paper(9)
        # A wider sheet would be too small to read on one page.
        if sum(column.width for column in sheet.columns) < _WIDEST_PAGE:
            page.fit_to_pages(1, 0)
        page.repeat_rows(0)

    def _cell(self, page: Worksheet, place: tuple[int, int], value: Value, column: Column) -> None:
        if value is None or value == "":
            return
        if isinstance(value, datetime):
            page.write_datetime(*place, value.replace(tzinfo=None), self._time)
        elif isinstance(value, str):
            format_ = self._format(value if column.is_word else "", column)
            text = cell_text(value, has_lines=column.is_wrapped)
            page.write_string(*place, text, format_)
        else:
            page.write_number(*place, value, self._format("", column))

    def _format(self, word: str, column: Column) -> Format:
        """The format of a cell. A verdict may have its reason after it: ``unknown (denied)``."""
        key = (word.partition(" (")[0], column.is_wrapped, column.is_bold)
        if key not in self._made:
            colours = _COLOURS.get(key[0], {})
            self._made[key] = self._book.add_format(
                {**_TOP, **colours}
                | ({"text_wrap": True, "align": "left"} if column.is_wrapped else {})
                | ({"bold": True} if column.is_bold else {})
            )
        return self._made[key]


def cell_text(text: str, *, has_lines: bool) -> str:
    """Text as a cell can have it, in lines or in one line. What is cut is counted."""
    lines = text.split("\n") if has_lines else [text]
    shown = "\n".join(map(printable, lines))
    if len(shown) <= MOST_CHARACTERS:
        return shown
    note = f" … ({len(shown):,} characters)"
    return shown[: MOST_CHARACTERS - len(note)] + note
