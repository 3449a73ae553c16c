"""Notes: what every report shows, although it is not against a VM.

Sources: Frequently asked questions: back up Azure VMs (locks belong on customer-created groups);
Azure Backup REST API reference, DiskExclusionProperties.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scanner.inventory.facts.backup import ExcludedDisks
from scanner.inventory.vm import Vm
from scanner.report.formats.csv_rows import to_csv
from scanner.report.formats.html import to_html
from scanner.report.formats.json_v1 import to_json, vm_lines
from scanner.report.formats.junit import to_junit
from scanner.report.formats.markdown import to_markdown
from scanner.report.formats.sarif import to_sarif
from scanner.report.report import Report
from tests.support.facts import GROUP, collection, disks, lock, points, source
from tests.support.reports import machine, printed, report

ON_OWN_GROUP: dict[str, Any] = {
    "locks": (lock(GROUP, name="lock-of-billing"),),
    "restore_points": points(collection(9)),
}
LEFT_OUT: dict[str, Any] = {
    "disks": disks(30, 70_000),
    "excluded_disks": ExcludedDisks(
        frozenset({0}), is_inclusion=False, seen=source().evidence("x", "not LUN 0")
    ),
}
NOTES: dict[str, tuple[Vm, str, str]] = {
    "a lock on the VM's own group": (
        machine("billing", **ON_OWN_GROUP),
        "restore-point-cleanup-blocked-by-lock",
        "lock-of-billing (CanNotDelete, on group rg-web)",
    ),
    "a disk that backup leaves out": (
        machine("billing", **LEFT_OUT),
        "disk-size-unsupported",
        "The disk disk-1 is excluded from backup.",
    ),
}
FORMATS: dict[str, Callable[[Report], bytes]] = {
    "json": to_json,
    "jsonl": lambda of: b"".join(vm_lines(of.vms, of)),
    "csv": to_csv,
    "html": to_html,
    "junit": to_junit,
    "sarif": to_sarif,
    "markdown": lambda of: to_markdown(of).replace(b"\\", b""),
    "terminal": lambda of: printed(of, width=400).encode(),
}


@pytest.mark.parametrize("write", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize(("vm", "cause", "text"), NOTES.values(), ids=NOTES)
def test_every_format_shows_a_note(
    vm: Vm, cause: str, text: str, write: Callable[[Report], bytes]
) -> None:
    of = report([vm])
    written = write(of).decode()
    assert text in written
    assert cause in written
    [judged] = [judged for judged in of.vms[0].causes if judged.cause == cause]
    assert str(judged.verdict) == "clear"


def test_the_json_report_has_the_evidence_of_a_note() -> None:
    vm, cause, _ = NOTES["a lock on the VM's own group"]
    [row] = json.loads(to_json(report([vm])))["vms"]
    [judged] = [judged for judged in row["causes"] if judged["cause"] == cause]
    [finding] = judged["findings"]
    ids = [shown["id"] for shown in finding["evidence"]]
    assert lock(GROUP, name="lock-of-billing").id.text in ids
    assert "Rule: " in finding["message"]


def test_a_vm_without_notes_shows_no_clear_finding() -> None:
    """A cause takes about 70 bytes. The shape is frozen, so each cause keeps its `findings`."""
    of = report([machine("healthy")])
    assert not of.vms[0].notes
    [row] = json.loads(to_json(of))["vms"]
    assert not any(judged["findings"] for judged in row["causes"])
    assert "Noted" not in printed(of)
    assert len(b"".join(vm_lines(of.vms, of))) <= 3_400
