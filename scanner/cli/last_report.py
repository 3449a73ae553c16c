"""The last report, kept in the user's state folder: ``show`` and ``fix`` read it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from scanner.cli.user_files import REPORT_BYTES, read_text
from scanner.errors import UsageError
from scanner.report.destination import open_destination
from scanner.report.formats.shape_v1 import ReportV1
from scanner.report.saved import parse_saved
from scanner.report.text import time_text

_FILE = "last-report.json"
_PART_BYTES = 2**20


def state_folder() -> Path:
    """Where programs keep what they know of a user (XDG Base Directory Specification).

    Raises ``RuntimeError`` if the user has no home.
    """
    if sys.platform == "win32" and (local := os.environ.get("LOCALAPPDATA")):
        return Path(local) / "backupscan"
    base = Path(os.environ.get("XDG_STATE_HOME") or "")
    # A relative path is to be ignored.
    return (base if base.is_absolute() else Path.home() / ".local" / "state") / "backupscan"


def keep_report(parts: Iterable[bytes]) -> str | None:
    """Keep a JSON report as the last one, for its owner alone. Returns why it cannot be kept."""
    try:
        folder = state_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        destination = open_destination(folder / _FILE)
        try:
            destination.put(parts)
        finally:
            destination.close()
    except (OSError, RuntimeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        return f"the report is not kept for show and fix ({reason}): give them --from report.json"
    return None


def parts_of(file: Path) -> Iterator[bytes]:
    """A file in parts. Raises ``OSError``."""
    with file.open("rb") as opened:
        while part := opened.read(_PART_BYTES):
            yield part


def read_saved(file: Path | None) -> tuple[ReportV1, str]:
    """The report in a file, or the last one; and a line with its path and its age.

    Raises ``UsageError`` if there is none.
    """
    try:
        path = file or state_folder() / _FILE
    except RuntimeError as error:
        raise UsageError(f"there is no last report ({error})", "Give --from report.json") from error
    if file is None and not path.exists():
        raise UsageError(f"there is no last report in {path.parent}", "Scan, or give --from FILE")
    report = parse_saved(read_text(path, REPORT_BYTES), f"{path}")
    age = _age_text((datetime.now(UTC) - report.finished_at).total_seconds())
    return report, f"report of {time_text(report.finished_at)}, {age}: {path}"


def _age_text(seconds: float) -> str:
    for length, unit in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds / length:,.0f} {unit} old"
    return "just now"
