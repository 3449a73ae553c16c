"""A pull request with one new finding among 40 old ones: everything names that one first."""

from __future__ import annotations

import json
import re

from junitparser import JUnitXml

from scanner.gate.policy import Policy
from scanner.report.formats.pipelines import (
    azure_devops_lines,
    github_annotations,
    github_output,
    github_summary,
)
from scanner.report.report import Report
from scanner.report.write import WRITERS
from tests.support.gates import Case, baseline_of, report_on

OLD = [Case("applies", before="applies", label=f"old-{number}") for number in range(40)]
NEW = Case("possible", label="new")
"""The least grave of all: only that it is new puts it first."""


def pull_request() -> Report:
    cases = [*OLD, NEW]
    policy = Policy("possible", new_only=True, baseline=baseline_of(cases))
    return report_on(cases, policy)


def test_the_comment() -> None:
    lines = WRITERS["markdown"](pull_request()).decode().replace("\\", "").splitlines()
    assert lines[0] == "## backupscan: FAILED, 1 finding counts (1 new); 40 do not: 40 old"
    first = next(line for line in lines if NEW.name in line)
    assert first.startswith(f"| new | {NEW.name} | linux-agent-outdated | possible |")
    # Old findings are folded away.
    fold = next(at for at, line in enumerate(lines) if "with old findings" in line)
    for case in OLD:
        assert next(at for at, line in enumerate(lines) if case.name in line) > fold
    assert lines[-1] == "</details>"


def test_the_summary_is_the_comment() -> None:
    assert github_summary(pull_request()) == WRITERS["markdown"](pull_request()).decode()


def test_annotations() -> None:
    github = github_annotations(pull_request()).splitlines()
    errors = [line for line in github if line.startswith("::error")]
    assert len(errors) == 1
    assert github[0] == errors[0]
    assert f"title={NEW.name}%3A linux-agent-outdated::new" in errors[0]
    azure = azure_devops_lines(pull_request(), 1).splitlines()
    assert azure[0].startswith(f"##vso[task.logissue type=error]{NEW.name}: ")
    assert github_output(pull_request(), 1) == "exit=1\ncounts=1\nnew=1\n"


def test_junit() -> None:
    suites = JUnitXml.fromstring(WRITERS["junit"](pull_request()).decode())
    failed = [case for suite in suites for case in suite if not case.is_passed and case.result]
    assert [case for case in failed if NEW.name in str(case.classname)]
    assert sum(suite.failures for suite in suites) == 1


def test_sarif() -> None:
    [run] = json.loads(WRITERS["sarif"](pull_request()))["runs"]
    first, *rest = run["results"]
    assert first["locations"][0]["logicalLocations"][0]["name"] == NEW.name
    assert (first["level"], first["baselineState"]) == ("error", "new")
    assert {one["level"] for one in rest} == {"warning"}
    assert {one["baselineState"] for one in rest} == {"unchanged"}


def test_the_page() -> None:
    page = WRITERS["html"](pull_request()).decode()
    assert "FAILED, 1 finding counts" in page
    rows = re.findall(r"<tr>.*?</tr>", page.partition('id="h-counting"')[2], re.DOTALL)
    assert NEW.name in rows[1]
