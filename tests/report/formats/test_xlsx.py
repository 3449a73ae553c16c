"""The workbook, read back by openpyxl: its sheets, and names that stay text."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace

import pytest
from openpyxl import load_workbook

from scanner.inventory.gap import Gap, Reason
from scanner.inventory.scope import ScopeSummary
from scanner.judging.check import Verdict
from scanner.report.formats.xlsx import MOST_CHARACTERS, cell_text, to_xlsx
from scanner.report.overview import Overview
from scanner.report.report import Report
from scanner.report.vm_rows import verdict_text
from scanner.sim.demo import grow
from tests.support.facts import SUBSCRIPTION, agent
from tests.support.hostile import HOSTILE, NAMES
from tests.support.reports import cells, machine, report
from tests.support.scans import scan_now

SHEETS = ["Summary", "Fix first", "Failing", "VMs", "Causes", "Not read", "Left out"]


@pytest.fixture(scope="module")
def demo() -> Report:
    return scan_now(grow(1, 20)).report


@pytest.fixture(scope="module")
def sheets(demo: Report) -> dict[str, list[dict[str, object]]]:
    """The rows of each sheet by the head of their columns."""
    found = cells(to_xlsx(demo))
    return {
        name: [dict(zip(head, row, strict=True)) for row in rows]
        for name, (head, *rows) in found.items()
    }


Sheets = dict[str, list[dict[str, object]]]


def test_every_vm_has_a_row_the_most_urgent_first(demo: Report, sheets: Sheets) -> None:
    rows = sheets["VMs"]
    assert [row["id"] for row in rows] == [vm.vm.id.text for vm in demo.vms_worst_first]
    for row, vm in zip(rows, demo.vms_worst_first, strict=True):
        assert row["word"] == demo.standings[vm.vm.id]
        assert {cause.cause: row[cause.cause] for cause in vm.causes} == {
            cause.cause: verdict_text(cause) if cause.verdict > Verdict.CLEAR else ""
            for cause in vm.causes
        }
        assert row["days_since_success"] == (
            "" if (days := vm.days_since_success(demo.finished_at)) is None else days
        )


def test_the_other_sheets_have_all_there_is(demo: Report, sheets: Sheets) -> None:
    overview = Overview(demo)
    assert [*sheets] == SHEETS
    failing = [vm.vm.id.text for group in overview.failing for vm in group.vms]
    assert [row["id"] for row in sheets["Failing"]] == failing
    assert [(row["fix"], row["id"]) for row in sheets["Fix first"]] == [
        (entry.number, entry.root.id.text) for entry in overview.open_roots
    ]
    assert any("az lock delete --ids /" in str(row) for row in sheets["Fix first"])
    assert [(row["scope"], row["fact"]) for row in sheets["Not read"]] == [
        (gap.scope, gap.fact) for gap in demo.gaps
    ]
    assert {row["cause"] for row in sheets["Causes"]} == set(demo.totals)
    assert {str(row["document"])[:28] for row in sheets["Causes"]} == {
        "https://learn.microsoft.com/"
    }
    left_out = {row["name"] for row in sheets["Left out"]}
    assert set(demo.scope.disabled_subscriptions) <= left_out
    summary = {row["what"]: row["value"] for row in sheets["Summary"]}
    assert summary["VMs"] == len(demo.vms)
    assert summary["exit code"] == demo.decision.code
    for standing, count in demo.standing_counts.items():
        assert summary[standing] == count


def test_each_sheet_has_filters_and_a_frozen_head(demo: Report) -> None:
    for sheet in load_workbook(io.BytesIO(to_xlsx(demo))):
        assert sheet.auto_filter.ref, sheet.title
        assert sheet.freeze_panes == ("C2" if sheet.title == "VMs" else "A2")


def test_an_interrupted_report_says_so() -> None:
    of = replace(report([machine("web")]), interrupted=True)
    summary = cells(to_xlsx(of))["Summary"]
    assert ["interrupted", "the rest of the scope was not read", ""] in summary


def test_names_are_text() -> None:
    """No formula, no link; and a file that a strict reader opens."""
    names = [*dict.fromkeys((*NAMES, *HOSTILE))]
    vms = [
        replace(machine(name.replace("/", "_"), name, agent=agent("2.2.1")), tags={name: name})
        for name in names
    ]
    asked = ScopeSummary({str(SUBSCRIPTION.subscription): names[1]}, tuple(names), 0, 0)
    gaps = [Gap(vms[0].id.text, f"disks {name}", Reason.DENIED, None, name) for name in names]
    data = to_xlsx(report(vms, *gaps, asked=asked))
    rows = cells(data)
    assert not any("\n" in str(cell) for row in rows["VMs"] for cell in row)
    assert len(rows["VMs"]) == len(rows["Not read"]) == len(names) + 1
    for sheet in load_workbook(io.BytesIO(data)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n", "d", "inlineStr"), cell.coordinate
                assert cell.hyperlink is None
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert not any(b"<f>" in parts.read(part) for part in parts.namelist())
        assert not any("hyperlink" in part or "external" in part for part in parts.namelist())


def test_a_text_that_a_cell_cannot_hold_is_cut_with_its_length() -> None:
    cut = cell_text("x" * 40_000, has_lines=True)
    assert len(cut) == MOST_CHARACTERS
    assert cut.endswith("… (40,000 characters)")


def test_the_same_report_gives_the_same_bytes(demo: Report) -> None:
    assert to_xlsx(demo) == to_xlsx(demo)
