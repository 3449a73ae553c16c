"""The JSON report: the same snapshot gives the same bytes."""

import json
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
    one, other = json.loads(first), json.loads(second)
    assert json.dumps(one["vms"]) == json.dumps(other["vms"])
    assert one["vms"]
    assert first == second


async def test_vms_come_by_id_whatever_the_page_size() -> None:
    reports = [(await scan_world(fleet(), page_size=size)).report for size in (1, 2, 100)]
    told = [json.loads(to_json(each))["vms"] for each in reports]
    assert told[0] == told[1] == told[2]
    ids = [each["id"].lower() for each in told[0]]
    assert ids == sorted(ids)


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_hostile_text_comes_through_as_it_is(text: str) -> None:
    name = text.replace("/", "")
    raw = to_json(report([machine(name, text)]))
    assert json.loads(raw)["vms"][0]["name"] == name
    assert json.loads(raw)["vms"][0]["location"] == text
    assert b"\x1b" not in raw


@pytest.mark.parametrize(
    ("files", "formats", "expected"),
    [
        ([], [], []),
        (["a.json"], [], [("json", "a.json", False)]),
        (["A.JSON"], ["json=-"], [("json", "A.JSON", False), ("json", "-", True)]),
        ([], ["JSON=x"], [("json", "x", False)]),
        ([], ["json=a=b"], [("json", "a=b", False)]),
    ],
)
def test_outputs(
    files: list[str], formats: list[str], expected: list[tuple[str, str, bool]]
) -> None:
    found = parse_outputs(files, formats)
    assert [(each.format, str(each.path), each.to_stdout) for each in found] == expected


def test_stdout_takes_one_report() -> None:
    with pytest.raises(UsageError):
        parse_outputs([], ["json=-", "json=-"])


def test_a_file_takes_one_report(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot share"):
        parse_outputs([f"{tmp_path}/r.json"], [f"csv={tmp_path}/r.json"])
    nowhere = parse_outputs([], ["json=/dev/null", "csv=/dev/null"])
    assert len(nowhere) == 2
