"""One VM a line, in the shape it has in the JSON report: written while a scan goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from scanner.judging.judged_vm import JudgedVm
from scanner.report.formats.json_v1 import vm_lines
from scanner.report.report import Report


def to_jsonl(report: Report) -> bytes:
    """JSON lines, VMs by id."""
    return b"".join(vm_lines(report.vms, report))


class Lines:
    """Writes the VMs of each subscription as soon as it was judged.

    ``around`` is a report without VMs, of the same edition and catalogue.
    """

    def __init__(self, around: Report, write: Callable[[bytes], None]) -> None:
        self._around, self._write = around, write

    def take(self, vms: Sequence[JudgedVm]) -> None:
        """The VMs of one subscription, in the order of their ids."""
        ordered = sorted(vms, key=lambda each: each.vm.id)
        self._write(b"".join(vm_lines(ordered, self._around)))
