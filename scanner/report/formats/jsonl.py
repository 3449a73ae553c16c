"""JSON lines: one VM a line, in the shape of the JSON report, written while a scan goes on.

What Azure keeps of VMs that do not exist is at the end, a line ``{"orphan": {…}}`` for each item
and collection. What could not be read follows, a line ``{"gap": {…}}`` for each gap. The last line
is ``{"gate": {…}}``, the decision on the report.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from scanner.judging.judged_vm import JudgedVm
from scanner.report.formats.json_v1 import gap_lines, gate_line, orphan_lines, vm_lines
from scanner.report.report import Report


def to_jsonl(report: Report) -> bytes:
    """JSON lines, VMs by id, then orphans, gaps and the decision."""
    return b"".join((*vm_lines(report.vms, report), *_last_lines(report)))


class Lines:
    """Writes the VMs of a subscription when they are judged.

    ``empty_report`` is a report without VMs, with the edition and the catalogue of the scan.
    """

    def __init__(self, empty_report: Report, write: Callable[[bytes], None]) -> None:
        self._empty_report, self._write = empty_report, write

    def take(
        self,
        vms: Sequence[JudgedVm],
        now: datetime,
        names: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Write the VMs of one subscription, by id. ``now`` (UTC) is when they were judged.

        ``names`` are of subscriptions, by GUID.
        """
        ordered = sorted(vms, key=lambda vm: vm.vm.id.key)
        scope = replace(self._empty_report.scope, subscriptions=names)
        report = replace(self._empty_report, scope=scope, finished_at=now)
        self._write(b"".join(vm_lines(ordered, report)))

    def finish(self, report: Report) -> None:
        """Write orphans, gaps and the decision."""
        self._write(b"".join(_last_lines(report)))


def _last_lines(report: Report) -> Iterator[bytes]:
    yield from orphan_lines(report)
    yield from gap_lines(report)
    yield gate_line(report)
