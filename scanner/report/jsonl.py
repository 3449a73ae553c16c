"""One VM a line, in the shape it has in the JSON report."""

from __future__ import annotations

from scanner.report.json_v1 import vm_lines
from scanner.report.report import Report


def to_jsonl(report: Report) -> bytes:
    """JSON lines, VMs by id."""
    return b"".join(vm_lines(report))
