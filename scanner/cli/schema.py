"""``backupscan schema``."""

from __future__ import annotations

import sys


def schema() -> None:
    """Print the JSON Schema of the JSON report."""
    from scanner.report.formats.json_v1 import json_schema

    sys.stdout.buffer.write(json_schema())
