"""The difference of two reports in every format, read back by independent readers."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from scanner.gate.baseline import Baseline, OldVm
from scanner.gate.policy import Policy
from scanner.inventory.armid import ArmId
from scanner.judging.check import Verdict
from scanner.report.diff.difference import Difference, compare
from scanner.report.diff.formats import WRITERS
from scanner.report.formats.markdown import LIMIT
from tests.support.hostile import BARE, HIDDEN, NAMES
from tests.support.reports import frame_of
from tests.support.requirements import Need
from tests.support.schemas import is_junit, is_sarif

CAUSE = "disk-size-unsupported"
OTHER = "windows-agent-unresponsive"
AT = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
MACHINES = "/subscriptions/{}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/{}"


def vm(name: str, subscription: str = "s") -> ArmId:
    return ArmId(MACHINES.format(subscription, name.replace("/", "_")))


def baseline(verdicts: dict[tuple[ArmId, str], Verdict]) -> Baseline:
    vms = {vm: OldVm(is_backed_up=True, is_failing=None) for vm, _ in verdicts}
    return Baseline(AT, verdicts, {}, vms=vms)


def difference(name: str = "web", policy: Policy | None = None) -> Difference:
    """One change of every kind, in two subscriptions."""
    old = {
        (vm(name), CAUSE): Verdict.CLEAR,
        (vm("was"), CAUSE): Verdict.APPLIES,
        (vm("is"), CAUSE): Verdict.APPLIES,
        (vm("grew", "t"), OTHER): Verdict.POSSIBLE,
        (vm("hid", "t"), OTHER): Verdict.APPLIES,
    }
    new = {
        (vm(name), CAUSE): Verdict.APPLIES,
        (vm("was"), CAUSE): Verdict.CLEAR,
        (vm("is"), CAUSE): Verdict.APPLIES,
        (vm("grew", "t"), OTHER): Verdict.APPLIES,
        (vm("hid", "t"), OTHER): Verdict.UNKNOWN,
    }
    return compare(baseline(old), baseline(new), policy)


@pytest.mark.parametrize("name", NAMES, ids=ascii)
@pytest.mark.parametrize("writer", WRITERS)
def test_hostile_names_come_out_inert(writer: str, name: str) -> None:
    text = WRITERS[writer](difference(name)).decode()
    assert not [sign for sign in BARE if sign in text and writer not in HIDDEN]
    assert "\x1b" not in text
    assert "\0" not in text
    if writer == "html":
        assert "<script" not in text
        assert not re.search(r"<img", text)
    if writer == "markdown":
        shown = MarkdownIt("commonmark").enable("table").render(text)
        assert "<script" not in shown
        assert "<img" not in shown
        assert "<a " not in shown


def test_sarif_has_the_baseline_state_of_a_result() -> None:
    runs = json.loads(WRITERS["sarif"](difference()))["runs"]
    states = {
        result["locations"][0]["logicalLocations"][0]["name"]: result["baselineState"]
        for run in runs
        for result in run["results"]
    }
    assert states == {
        "web": "new", "was": "absent", "is": "unchanged", "grew": "updated", "hid": "updated",
    }  # fmt: skip
    assert len(runs) == 2


def test_every_format_shows_what_counts() -> None:
    compared = difference(policy=Policy())
    counting = {(change.id, change.cause) for change in compared.counting}
    assert len(counting) == 2
    runs = json.loads(WRITERS["sarif"](compared))["runs"]
    errors = [one for run in runs for one in run["results"] if one["level"] == "error"]
    places = [one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for one in errors]
    assert {(id_, one["ruleId"]) for id_, one in zip(places, errors, strict=True)} == counting
    frame = frame_of(WRITERS["csv"](compared))
    rows = frame[frame["counts"] == "yes"]
    assert set(zip(rows["id"], rows["cause"], strict=True)) == counting
    document = json.loads(WRITERS["json"](compared))
    assert {(one["id"], one["cause"]) for one in document["changes"] if one["counts"]} == counting
    why = "2 findings new or worse at or above 'applies'"
    assert (document["exit"], document["why"]) == (1, why)
    lines = WRITERS["markdown"](compared).decode().splitlines()
    assert lines[0].startswith("## backupscan diff: FAILED, 2 findings count; 1 new")
    assert sum(", counts**" in line for line in lines) == 2
    assert WRITERS["html"](compared).decode().count("<td>yes</td>") == 2


@pytest.mark.parametrize(
    ("policy", "failures"),
    [(None, 0), (Policy("never"), 0), (Policy(), 2), (Policy("never", {OTHER: "applies"}), 1)],
    ids=["nothing is asked", "never", "applies", "one cause"],
)
def test_junit_fails_on_what_counts(policy: Policy | None, failures: int) -> None:
    """As in the JUnit file of a scan. What still is there, or was not read again, is skipped."""
    compared = difference(policy=policy)
    root = JUnitXml.fromstring(WRITERS["junit"](compared).decode())
    assert (root.failures, root.errors, root.tests) == (failures, 0, 5)
    assert root.skipped == 4 - failures
    assert compared.exit == bool(failures)
    suites = ET.fromstring(WRITERS["junit"](compared))
    assert [suite.get("name") for suite in suites] == ["s", "t"]


def test_published_schemas(need: Need) -> None:
    is_sarif(need, WRITERS["sarif"](difference()))
    is_junit(need, WRITERS["junit"](difference()))


def test_csv_by_pandas() -> None:
    frame = frame_of(WRITERS["csv"](difference("=1+1")))
    assert sorted(frame["what"]) == ["changed", "changed", "fixed", "new", "still"]
    assert not any(id_.startswith("=") for id_ in frame["id"])


def test_markdown_fits_into_a_comment() -> None:
    new: dict[tuple[ArmId, str], Any] = {
        (vm(f"vm-{number:05d}"), CAUSE): Verdict.APPLIES for number in range(3_000)
    }
    text = WRITERS["markdown"](compare(baseline({}), baseline(new))).decode()
    assert len(text) <= LIMIT
    assert "more changes" in text


def test_many_roots_leave_room_for_changes() -> None:
    roots = {(vm(f"lock-{number}" * 9), CAUSE): number for number in range(1, 2_000)}
    new = msgspec.structs.replace(baseline({(vm("web"), CAUSE): Verdict.APPLIES}), roots=roots)
    text = WRITERS["markdown"](compare(baseline({}), new)).decode()
    assert "**new**" in text
    assert "+1,979 more resources" in text


def test_sarif_has_at_most_the_runs_github_accepts() -> None:
    new: dict[tuple[ArmId, str], Any] = {
        (vm("web", str(number)), CAUSE): Verdict.APPLIES for number in range(25)
    }
    runs = json.loads(WRITERS["sarif"](compare(baseline({}), baseline(new))))["runs"]
    assert len(runs) == 20
    assert [one["ruleId"] for run in runs for one in run["results"]].count(CAUSE) == 25


def test_two_empty_reports() -> None:
    nothing = compare(baseline({}), baseline({}))
    assert json.loads(WRITERS["json"](nothing))["changes"] == []
    assert WRITERS["jsonl"](nothing) == b""
    [run] = json.loads(WRITERS["sarif"](nothing))["runs"]
    assert run["results"] == []
    assert JUnitXml.fromstring(WRITERS["junit"](nothing).decode()).tests == 0
    assert "Nothing was found in either report." in WRITERS["html"](nothing).decode()


def test_the_page_loads_nothing_else() -> None:
    page = WRITERS["html"](difference()).decode()
    assert not re.search(r"""(src|href)=["']?https?:""", page)
    assert "default-src 'none'" in page
    assert page.index('id="h-new"') < page.index('id="h-fixed"') < page.index('id="h-still"')
