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
_BUTTON = 3
"""The room that the button of a filter takes in a head, in characters."""
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


def _lines(row: Sequence[Value], widths: Mapping[int, int]) -> int:
    """How many lines the longest wrapped text of a row takes. Widths are by number of column."""
    wrapped = ((str(row[number]), width) for number, width in widths.items())
    return max(
        (sum(-(-len(line) // width) or 1 for line in text.split("\n")) for text, width in wrapped),
        default=1,
    )


class _Writer:
    """Writes sheets with the formats of one workbook."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[bool, bool, bool], _Formats] = {}
        colours = {"bold": True, "bg_color": "#1F3864", "font_color": "#FFFFFF"}
        self._head = book.add_format({**_TOP, **colours, "text_wrap": True})
        self._time = book.add_format({**_TOP, "align": "left", "num_format": "yyyy-mm-dd hh:mm"})

    def write(self, sheet: Sheet) -> None:
        """Add a sheet."""
        page = self._book.add_worksheet(sheet.name)
        for number, column in enumerate(sheet.columns):
            page.set_column(number, number, column.width)
        page.freeze_panes(1, sheet.frozen)
        for number, column in enumerate(sheet.columns):
            page.write_string(0, number, column.title, self._head)
        titles = [column.title for column in sheet.columns]
        room = {number: column.width - _BUTTON for number, column in enumerate(sheet.columns)}
        page.set_row(0, _lines(titles, room) * _LINE)
        last = 0
        formats = [self._formats(column) for column in sheet.columns]
        columns = enumerate(sheet.columns)
        widths = {number: column.width for number, column in columns if column.is_wrapped}
        for last, row in enumerate(sheet.rows, 1):
            if (lines := _lines(row, widths)) > 1:
                page.set_row(last, min(_HIGHEST, lines * _LINE))
            for number, value in enumerate(row):
                # Most cells of a sheet of VMs and causes are empty.
                if value is not None and value != "":
                    self._cell(page, (last, number), value, formats[number])
        page.autofilter(0, 0, max(last, 1), len(sheet.columns) - 1)
        page.set_landscape()
        page.set_paper(9)
        # A wider sheet would be too small to read on one page.
        if sum(column.width for column in sheet.columns) < _WIDEST_PAGE:
            page.fit_to_pages(1, 0)
        page.repeat_rows(0)

    def _cell(
        self, page: Worksheet, place: tuple[int, int], value: Value, formats: _Formats
    ) -> None:
        if isinstance(value, str):
            text = cell_text(value, has_lines=formats.has_lines)
            page.write_string(*place, text, formats.of(value))
        elif isinstance(value, datetime):
            page.write_datetime(*place, value.replace(tzinfo=None), self._time)
        else:
            page.write_number(*place, value, formats.plain)

    def _formats(self, column: Column) -> _Formats:
        """The formats of a column. Columns that look alike share them."""
        look = (column.is_word, column.is_wrapped, column.is_bold)
        if look not in self._made:
            self._made[look] = _Formats(self._book, column)
        return self._made[look]


class _Formats:
    """The formats of the cells of a column."""

    def __init__(self, book: Workbook, column: Column) -> None:
        shape = _TOP | ({"text_wrap": True, "align": "left"} if column.is_wrapped else {})
        shape |= {"bold": True} if column.is_bold else {}
        self.has_lines = column.is_wrapped
        self.plain: Format = book.add_format(shape)
        """The format of a cell whose text has no colour."""
        words = _COLOURS if column.is_word else {}
        self._words = {
            word: book.add_format({**shape, **colours}) for word, colours in words.items()
        }

    def of(self, text: str) -> Format:
        """The format of a text. A verdict may have its reason after it: ``unknown (denied)``."""
        return self._words.get(text.partition(" (")[0], self.plain) if self._words else self.plain


def cell_text(text: str, *, has_lines: bool) -> str:
    """Text as a cell can have it, in lines or in one line. What is cut is counted."""
    shown = "\n".join(map(printable, text.split("\n"))) if has_lines else printable(text)
    if len(shown) <= MOST_CHARACTERS:
        return shown
    note = f" … ({len(shown):,} characters)"
    return shown[: MOST_CHARACTERS - len(note)] + note
