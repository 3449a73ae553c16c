"""Every format read back by an independent reader; hostile names come out inert."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from junitparser import JUnitXml
from markdown_it import MarkdownIt

from scanner.inventory.armid import ArmId
from scanner.inventory.vm import Vm
from scanner.judging.check import Verdict
from scanner.report.escape import markdown_prose
from scanner.report.formats.csv_rows import COLUMNS
from scanner.report.formats.markdown import LIMIT, cut
from scanner.report.formats.pipelines import (
    MOST,
    SUMMARY_BYTES,
    azure_devops_lines,
    github_annotations,
    github_summary,
)
from scanner.report.report import Report
from scanner.report.text import backup_notes
from scanner.report.write import PARTS, WRITERS
from scanner.sim import faults
from scanner.sim.demo import grow
from tests.support.facts import GROUP, agent
from tests.support.facts import vm as healthy
from tests.support.fleets.small import fleet
from tests.support.hostile import BARE, HIDDEN, NAMES, hostile
from tests.support.pairs import one_of
from tests.support.reports import MACHINES, alike, frame_of, machine, report, waived, written
from tests.support.requirements import Need
from tests.support.scans import scan_now
from tests.support.schemas import is_junit, is_sarif

CAUSE = "linux-agent-outdated"
SILENT = agent(status="Not Ready")


@pytest.fixture(scope="module")
def demo() -> Report:
    return scan_now(grow(5, 80)).report


@pytest.mark.parametrize("name", one_of(NAMES, one_in=3))
@pytest.mark.parametrize("writer", WRITERS)
def test_no_control_character_is_written(writer: str, name: str) -> None:
    text = written(writer, hostile(name))
    assert not [sign for sign in BARE if sign in text and writer not in HIDDEN]
    assert "\x1b" not in text
    assert "\0" not in text


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_csv_has_no_formula(name: str) -> None:
    frame = read_csv(hostile(name))
    for column in ("vm", "location"):
        cell = str(frame[column][0])
        assert not cell.startswith(("=", "+", "-", "@"))
        assert "\n" not in cell


def read_csv(of: Report) -> Any:
    return frame_of(WRITERS["csv"](of))


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_markdown_shows_a_name_as_plain_text(name: str) -> None:
    text = WRITERS["markdown"](hostile(name)).decode()
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    tokens = [child for token in parser.parse(text) for child in (token.children or [])]
    kinds = {token.type for token in (*parser.parse(text), *tokens)}
    assert not kinds & {"html_block", "html_inline", "image"}
    links = [f"{token.attrs['href']}" for token in tokens if token.type == "link_open"]
    assert all(link.startswith("https://learn.microsoft.com/") for link in links)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Run `az vm start --ids a_b`.", "Run `az vm start --ids a_b`."),
        ("See https://learn.microsoft.com/a/b-c#d.", "See <https://learn.microsoft.com/a/b-c#d>."),
        ("See https://example.com/a", r"See https\://example.com/a"),
        ("`a|b` and `c", "`a\N{REPLACEMENT CHARACTER}b` and \\`c"),
        ("a ` `\n` b", "a ` `\N{REPLACEMENT CHARACTER}\\` b"),
    ],
    ids=["command", "document", "other address", "odd backtick", "line break"],
)
def test_commands_and_documents_in_markdown(text: str, shown: str) -> None:
    assert markdown_prose(text) == shown


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_adds_no_log_command(name: str) -> None:
    of = hostile(name)
    for line in github_annotations(of).splitlines():
        assert line.startswith(("::error title=", "::warning title="))
        assert line.count("::") == 2
        assert "\x1b" not in line
    for line in azure_devops_lines(of, 1).splitlines():
        assert line.startswith("##vso[task.logissue type=")
        assert line.count("##vso[") == 1


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_sarif_and_junit_are_well_formed(name: str) -> None:
    of = hostile(name)
    assert json.loads(WRITERS["sarif"](of))["version"] == "2.1.0"
    assert ET.fromstring(WRITERS["junit"](of)).tag == "testsuites"


def test_csv_by_pandas(demo: Report) -> None:
    frame = read_csv(demo)
    assert tuple(frame.columns) == COLUMNS
    counted = frame.groupby(["cause", "verdict"]).size()
    for cause, verdicts in demo.totals.items():
        for verdict, count in verdicts.items():
            is_shown = verdict > Verdict.CLEAR
            notes = sum(
                bool(one.notes)
                for vm in demo.vms
                for one in vm.causes
                if (one.cause, one.verdict) == (cause, verdict)
            )
            assert counted.get((cause, str(verdict)), 0) == (count if is_shown else notes)
    assert demo.orphans
    others = {gap.scope for gap in demo.gaps} | {one.orphan.id.text for one in demo.orphans}
    # A VM without any finding has one row, too.
    assert set(frame["id"]) == {vm.vm.id.text for vm in demo.vms} | others


def test_csv_with_all_evidence_has_every_cause() -> None:
    demo = scan_now(grow(5, 80), all_evidence=True).report
    others = len(demo.gaps) + len(demo.orphans)
    assert len(read_csv(demo)) == sum(len(vm.causes) for vm in demo.vms) + others


def test_jsonl_is_what_the_json_report_lists(demo: Report) -> None:
    lines = [json.loads(line) for line in WRITERS["jsonl"](demo).decode().splitlines()]
    whole = json.loads(WRITERS["json"](demo))
    assert lines == [
        *whole["vms"],
        *({"orphan": orphan} for orphan in whole["orphans"]),
        *({"gap": gap} for gap in whole["gaps"]),
        {"gate": whole["gate"]},
    ]


@pytest.mark.parametrize("indent", [False, True])
@pytest.mark.parametrize("name", ["json", "csv", "vms"])
def test_a_large_file_is_made_a_vm_at_a_time(name: str, indent: bool) -> None:
    of = replace(report([machine("first"), machine("second")]), indent=indent)
    parts = [*PARTS[name](of)]
    assert b"".join(parts) == WRITERS[name](of)
    assert [sum(vm in part for part in parts) for vm in (b"/first", b"/second")] == [1, 1]
    assert not [part for part in parts if b"/first" in part and b"/second" in part]


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_has_a_gap_of_a_fleet_without_findings(name: str) -> None:
    world = fleet()
    for subscription in world.subscriptions:
        faults.refuse(subscription, "virtual_machines")
    text = written(name, scan_now(world).report)
    says = {"openmetrics": "backupscan_gaps 2"}.get(name, "virtualMachines/read")
    assert says in text.replace("\\", "")


def test_junit_by_junitparser(demo: Report) -> None:
    root = JUnitXml.fromstring(WRITERS["junit"](demo).decode())
    suites = list(root)
    verdicts = [cause.verdict for vm in demo.vms for cause in vm.causes]
    noted = sum(bool(backup_notes(vm)) for vm in demo.vms)
    assert noted
    others = noted + len(demo.gaps) + len(demo.orphans)
    assert sum(suite.tests for suite in suites) == len(verdicts) + others
    assert sum(suite.failures for suite in suites) == len(demo.decision.counting)
    assert sum(suite.errors for suite in suites) == len(demo.gaps)
    judged = [v for v in verdicts if v is not Verdict.CLEAR]
    skipped = len(judged) - len(demo.decision.counting) + len(demo.orphans)
    assert sum(suite.skipped for suite in suites) == skipped
    assert {suite.name for suite in suites} <= set(demo.scope.subscriptions.values())


def test_sarif_has_what_code_scanning_requires(demo: Report) -> None:
    document = json.loads(WRITERS["sarif"](demo))
    assert document["$schema"].endswith("sarif-2.1.0.json")
    guids = {vm.vm.id.subscription for vm in demo.vms}
    assert len(document["runs"]) == len(guids)
    fingerprints = set()
    for run in document["runs"]:
        rules = run["tool"]["driver"]["rules"]
        for rule in rules:
            for key in ("id", "shortDescription", "fullDescription", "help"):
                assert rule[key]
            assert rule["help"]["text"]
            assert rule["id"] == "last-backup" or rule["helpUri"] == demo.edition.page(rule["id"])
        for result in run["results"]:
            assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["level"] in ("error", "warning", "note")
            assert result["message"]["text"]
            [place] = result["locations"]
            assert place["physicalLocation"]["artifactLocation"]["uri"]
            fingerprints.add(result["partialFingerprints"]["vmAndCause/v1"])
    assert len(fingerprints) == sum(len(run["results"]) for run in document["runs"])
    levels = [result["level"] for result in document["runs"][0]["results"]]
    assert levels == sorted(levels, key=("error", "warning", "note").index)


def schema_cases(demo: Report) -> tuple[Report, ...]:
    return demo, waived(report([machine("old", agent=SILENT)])), report([])


def test_junit_by_the_schema_of_jenkins(demo: Report, need: Need) -> None:
    is_junit(need, *(WRITERS["junit"](of) for of in schema_cases(demo)))


def test_sarif_by_the_schema_of_oasis(demo: Report, need: Need) -> None:
    is_sarif(need, *(WRITERS["sarif"](of) for of in schema_cases(demo)))


def many(count: int) -> Report:
    names = (f"vm-{number:05d}" for number in range(count))
    return alike(machine("vm", agent=SILENT), names)


def test_sarif_keeps_five_thousand_results() -> None:
    [run] = json.loads(WRITERS["sarif"](many(5_100)))["runs"]
    assert len(run["results"]) == 5_000
    assert run["properties"]["resultsLeftOut"] == 100


def test_sarif_has_at_most_the_runs_github_accepts() -> None:
    """The gravest of 25 subscriptions get their own runs, the others share one."""
    vms = [
        Vm(ArmId(f"/subscriptions/{number}/resourceGroups/g/{MACHINES}/vm"), "westeurope", None,
           healthy(agent=SILENT if number > 3 else agent()).seen)
        for number in range(1, 26)
    ]  # fmt: skip
    runs = json.loads(WRITERS["sarif"](report(vms)))["runs"]
    assert len(runs) == 20
    assert sum(len(run["results"]) for run in runs) == 22
    assert runs[-1]["automationDetails"]["id"] == "backupscan/6 others/"
    assert len({run["automationDetails"]["id"] for run in runs}) == 20


def test_markdown_is_cut_with_a_note() -> None:
    of = many(900)
    text = WRITERS["markdown"](of).decode()
    assert len(text) <= LIMIT
    assert "more VMs are in the full report" in text
    for limit in (300, 1_000, 5_000):
        assert len(cut(of, limit)) <= limit


def test_annotations_are_at_most_ten_of_a_kind() -> None:
    lines = github_annotations(many(50)).splitlines()
    assert len(lines) == MOST
    assert lines[-1].endswith("+41 more, see the report")
    assert len(github_annotations(many(10)).splitlines()) == 10
    assert len(github_summary(many(4_000)).encode()) <= SUMMARY_BYTES


@pytest.mark.parametrize(("code", "has_issues"), [(0, False), (1, False), (3, True)])
def test_azure_devops_reports_an_incomplete_scan(code: int, has_issues: bool) -> None:
    assert ("SucceededWithIssues" in azure_devops_lines(report([]), code)) is has_issues


SHOWS_WAIVER: dict[str, Callable[[str], bool]] = {
    "json": lambda text: json.loads(text)["scope"]["waived"][0]["owner"] == "ops",
    "csv": lambda text: "2099-01-01" in text,
    "markdown": lambda text: "waived until 2099-01-01" in text,
    "sarif": lambda text: "suppressions" in text,
    "junit": lambda text: "<skipped>does not count: waived until 2099-01-01" in text,
}


@pytest.mark.parametrize("writer", SHOWS_WAIVER)
def test_waived_findings_are_shown_and_do_not_gate(writer: str) -> None:
    of = report([machine("old", agent=SILENT)])
    assert of.decision.code == 1
    accepted = waived(of)
    assert accepted.decision.code == 0
    assert SHOWS_WAIVER[writer](WRITERS[writer](accepted).decode())
    assert not github_annotations(accepted)


@pytest.mark.parametrize(
    ("changes", "expired", "idle"),
    [
        pytest.param({"expires": date(2020, 1, 1)}, 1, 0, id="expired"),
        pytest.param({"scope": f"{GROUP}-other"}, 0, 1, id="another group"),
        pytest.param({"tag": "owner=nobody"}, 0, 1, id="another tag"),
        pytest.param({"cause": "disk-size-unsupported"}, 0, 1, id="another cause"),
    ],
)
def test_a_waiver_that_covers_nothing(changes: Any, expired: int, idle: int) -> None:
    of = waived(report([machine("old", agent=SILENT)]), **changes)
    assert of.decision.code == 1
    assert (len(of.decision.expired), len(of.decision.idle)) == (expired, idle)
