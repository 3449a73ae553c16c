"""The JSON report: the same snapshot gives the same bytes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.errors import UsageError
from scanner.report.formats.json_v1 import to_json
from scanner.report.write import parse_outputs
from scanner.sim.demo import grow
from tests.support.fleets.small import fleet
from tests.support.hostile import HOSTILE
from tests.support.reports import machine, report
from tests.support.scans import scan_world


async def test_the_same_world_gives_the_same_bytes() -> None:
    first, second = [to_json((await scan_world(grow(3, 40))).report) for _ in range(2)]
    assert json.loads(first)["vms"]
    assert first == second


async def test_vms_come_by_id_whatever_the_page_size() -> None:
    reports = [(await scan_world(fleet(), page_size=size)).report for size in (1, 2, 100)]
    by_one, by_two, at_once = [json.loads(to_json(report))["vms"] for report in reports]
    assert by_one == by_two == at_once
    ids = [vm["id"].lower() for vm in at_once]
    assert ids == sorted(ids)


def test_an_indented_report_says_the_same() -> None:
    of = report([machine("web")])
    compact, indented = to_json(of), to_json(replace(of, indent=True))
    assert json.loads(indented) == json.loads(compact)
    assert b'\n  "vms": [\n    {\n      "id": ' in indented
    assert compact.count(b"\n") < 200 < indented.count(b"\n")


def test_a_vm_has_its_subscription_and_the_report_what_only_guests_show() -> None:
    document = json.loads(to_json(report([machine("web")])))
    assert document["vms"][0]["subscription"] == "prod"
    snapshot = document["guest_only"]["snapshot-status-or-snapshot-failed"]
    assert [one["member"] for one in snapshot] == [
        "guest-dhcp-no-host-address",
        "high-cpu-or-memory",
    ]
    assert all(member["title"] and member["look"] for member in snapshot)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:40])
def test_hostile_text_is_kept(text: str) -> None:
    name = text.replace("/", "")
    raw = to_json(report([machine(name, text)]))
    assert json.loads(raw)["vms"][0]["name"] == name
    assert json.loads(raw)["vms"][0]["location"] == text
    assert b"\x1b" not in raw


@pytest.mark.parametrize(
    ("files", "formats", "expected"),
    [
        pytest.param([], [], [], id="none"),
        pytest.param(["a.json"], [], [("json", "a.json", False)], id="a file"),
        pytest.param(
            ["A.JSON"],
            ["json=-"],
            [("json", "A.JSON", False), ("json", "-", True)],
            id="a file in upper case and stdout",
        ),
        pytest.param([], ["JSON=x"], [("json", "x", False)], id="format in upper case"),
        pytest.param([], ["json=a=b"], [("json", "a=b", False)], id="= in the file's name"),
    ],
)
def test_outputs(
    files: list[str], formats: list[str], expected: list[tuple[str, str, bool]]
) -> None:
    outputs = parse_outputs(files, formats)
    assert [(out.format, str(out.path), out.to_stdout) for out in outputs] == expected


def test_two_reports_to_stdout() -> None:
    with pytest.raises(UsageError):
        parse_outputs([], ["json=-", "json=-"])


def test_two_reports_to_one_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot share"):
        parse_outputs([f"{tmp_path}/r.json"], [f"csv={tmp_path}/r.json"])
    nowhere = parse_outputs([], ["json=/dev/null", "csv=/dev/null"])
    assert len(nowhere) == 2
