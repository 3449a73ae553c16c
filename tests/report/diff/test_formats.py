"""The difference of two reports in every format, read back by independent readers."""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from typing import Any

import msgspec
import pandas
import pytest
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from scanner.gate.baseline import Baseline
from scanner.inventory.armid import ArmId
from scanner.judging.check import Verdict
from scanner.report.diff.difference import Difference, compare
from scanner.report.diff.formats import WRITERS
from scanner.report.formats.markdown import LIMIT
from tests.support.hostile import BARE, HIDDEN, NAMES
from tests.support.requirements import Need
from tests.support.schemas import is_junit, is_sarif

CAUSE = "disk-size-unsupported"
OTHER = "windows-agent-unresponsive"
AT = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
MACHINES = "/subscriptions/{}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/{}"


def vm(name: str, subscription: str = "s") -> ArmId:
    return ArmId(MACHINES.format(subscription, name.replace("/", "_")))


def baseline(verdicts: dict[tuple[ArmId, str], Verdict]) -> Baseline:
    return Baseline(AT, verdicts, {})


def difference(name: str = "web") -> Difference:
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
    return compare(baseline(old), baseline(new))


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


def test_junit_fails_only_on_new_and_changed() -> None:
    root = JUnitXml.fromstring(WRITERS["junit"](difference()).decode())
    assert (root.failures, root.errors, root.skipped, root.tests) == (2, 1, 1, 5)
    suites = ET.fromstring(WRITERS["junit"](difference()))
    assert [suite.get("name") for suite in suites] == ["s", "t"]


def test_published_schemas(need: Need) -> None:
    is_sarif(need, WRITERS["sarif"](difference()))
    is_junit(need, WRITERS["junit"](difference()))


def test_csv_by_pandas() -> None:
    frame = pandas.read_csv(io.BytesIO(WRITERS["csv"](difference("=1+1"))), keep_default_na=False)
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
    assert sum(len(run["results"]) for run in runs) == 25


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
