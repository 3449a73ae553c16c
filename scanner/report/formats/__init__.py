"""The formats of a report: the one table of them, and a module for each.

``--help`` reads the table. So importing it imports no format: some bring libraries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TypeVar

D = TypeVar("D")


@dataclass(frozen=True)
class Format:
    """A format of ``--output`` and ``--format``.

    A writer is named ``module:function``, the module below ``scanner.report``. The function takes
    a report or a difference and returns the bytes of the file, or an iterator over parts of them.
    """

    name: str
    ending: str | None
    """The ending of its files. None: ``--format`` alone selects it."""
    purpose: str
    """A few words for the help."""
    writer: str
    """Writes a ``Report``."""
    diff_writer: str | None = None
    """Writes a ``Difference``. None: ``backupscan diff`` does not have the format."""
    is_of_plan: bool = True
    """False if ``backupscan plan`` does not have the format: it is of VMs that live."""
    is_binary: bool = False
    """True if it is no text, so that it needs a file."""


_TABLE = (
    Format("json", "json", "for programs", "formats.json_v1:json_parts", "diff.formats:to_json"),
    Format("jsonl", "jsonl", "a VM a line", "formats.jsonl:to_jsonl", "diff.formats:to_jsonl"),
    Format("csv", "csv", "for spreadsheets", "formats.csv_rows:csv_parts", "diff.formats:to_csv"),
    Format("vms", None, "CSV with a VM a row", "formats.csv_rows:vms_csv_parts"),
    Format("xlsx", "xlsx", "a workbook", "formats.xlsx:to_xlsx", is_binary=True),
    Format(
        "markdown",
        "md",
        "for a pull request",
        "formats.markdown:to_markdown",
        "diff.formats:to_markdown",
    ),
    Format("html", "html", "for people", "formats.html:to_html", "diff.formats:to_html"),
    Format("sarif", "sarif", "for code scanning", "formats.sarif:to_sarif", "diff.sarif:to_sarif"),
    Format(
        "junit", "xml", "for test reports", "formats.junit:junit_parts", "diff.formats:junit_parts"
    ),
    Format("openmetrics", "prom", "for monitoring", "formats.openmetrics:to_openmetrics"),
    Format("fixes", None, "how to fix, as JSON", "formats.scripts:to_json"),
    Format("sh", "sh", "how to fix, with az CLI", "formats.scripts:to_shell"),
    Format("ps1", "ps1", "how to fix, with PowerShell", "formats.scripts:to_powershell"),
    Format(
        "ready", None, "ids of VMs ready for backup", "formats.enabling:to_ids", is_of_plan=False
    ),
    Format(
        "enable", None, "to turn on their backup", "formats.enabling:to_enabling", is_of_plan=False
    ),
)
FORMATS: Mapping[str, Format] = {entry.name: entry for entry in _TABLE}
"""The formats of a report, by name."""
DIFF_FORMATS: Mapping[str, Format] = {
    name: entry for name, entry in FORMATS.items() if entry.diff_writer
}
"""The formats of a difference, by name."""
PLAN_FORMATS: Mapping[str, Format] = {
    name: entry for name, entry in FORMATS.items() if entry.is_of_plan
}
"""The formats of a report on a plan, by name."""


def lazy_parts(path: str) -> Callable[[D], Iterable[bytes]]:
    """The writer at ``module:function``. Its module is imported when it is called."""
    module, _, function = path.partition(":")

    def write(document: D) -> Iterable[bytes]:
        made = getattr(import_module(f"scanner.report.{module}"), function)(document)
        return (made,) if isinstance(made, bytes) else made

    return write


def lazy_writer(path: str) -> Callable[[D], bytes]:
    """The same writer, of the whole file."""
    parts = lazy_parts(path)
    return lambda document: b"".join(parts(document))


def endings(formats: Mapping[str, Format]) -> str:
    """The endings that select a format, for a help text: ``.json .csv``."""
    return " ".join(f".{entry.ending}" for entry in formats.values() if entry.ending)


def names(formats: Mapping[str, Format]) -> str:
    """The names of the formats, for a help text: ``json, csv or html``."""
    *first, last = formats
    return f"{', '.join(first)} or {last}"


def purposes(formats: Mapping[str, Format]) -> str:
    """The formats with their purposes, for a help text: ``json (for programs), csv (…)``."""
    return ", ".join(f"{name} ({entry.purpose})" for name, entry in formats.items())
