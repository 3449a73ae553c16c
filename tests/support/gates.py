"""Reports on VMs that differ in all that the gate decides by: verdict, protection, waiver, age."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

from junitparser import Error, Failure, JUnitXml

from scanner.catalogue import load
from scanner.gate.baseline import Baseline
from scanner.gate.policy import Policy
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.vm import Vm
from scanner.judging.check import Finding, Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import AttributedFinding, CauseVerdict
from scanner.report.formats.pipelines import azure_devops_lines, github_annotations
from scanner.report.report import Report, make_report
from scanner.report.write import WRITERS
from tests.support.facts import GROUP, SEEN_AT, SUBSCRIPTION, gap, protection
from tests.support.reports import cells

CAUSE = "linux-agent-outdated"
CATALOGUE = load()
GAP = gap("locks")
LAST_DAY = date(2099, 1, 1)
Pairs = set[tuple[str, str]]
"""VMs by name, with a cause."""


@dataclass(frozen=True)
class Case:
    """One VM: the verdict of one cause now and before, its protection, and whether it is waived."""

    verdict: str
    """``applies``, ``unknown (denied)``, …"""
    protection: str = "protected"
    """``protected``, ``unprotected`` or ``unread``."""
    waived: bool = False
    before: str | None = None
    """Its verdict in the baseline."""
    label: str = ""
    """Tells VMs apart that differ in nothing else."""

    @property
    def name(self) -> str:
        words = (self.verdict, self.protection, "waived" if self.waived else "open", self.before)
        text = "-".join((self.label, *map(str, words))).strip("-")
        return re.sub(r"[^a-z0-9]+", "-", text.lower())

    @property
    def id(self) -> ArmId:
        return ArmId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{self.name}")

    @property
    def worst(self) -> Verdict:
        return verdict(self.verdict)[0]

    @property
    def was(self) -> Verdict | None:
        return verdict(self.before)[0] if self.before else None

    @property
    def judged(self) -> JudgedVm:
        worst, reason = verdict(self.verdict)
        unseen = gap("agent", reason) if reason else None
        found = AttributedFinding("some", Finding(worst, f"{self.name} is so.", gap=unseen))
        backup = {
            "protected": protection(),
            "unprotected": protection("unprotected"),
            "unread": gap("protection"),
        }[self.protection]
        vm = Vm(self.id, "westeurope", None, {"protection": backup})
        return JudgedVm(vm, (CauseVerdict(CAUSE, worst, reason, (found,)),))

    @property
    def waiver(self) -> Waiver:
        return Waiver(
            cause=CAUSE, reason="known", owner="ops", expires=LAST_DAY, scope=self.id.text
        )


def verdict(text: str) -> tuple[Verdict, Reason | None]:
    """The verdict and the reason of ``applies``, ``unknown (denied)``, …"""
    name, _, reason = text.rstrip(")").partition(" (")
    return Verdict[name.upper().replace("-", "_")], Reason(reason) if reason else None


def report_on(cases: list[Case], policy: Policy, *gaps: Gap, interrupted: bool = False) -> Report:
    """A report on these VMs."""
    return make_report(
        CATALOGUE,
        CATALOGUE.edition("current"),
        ScopeSummary({str(SUBSCRIPTION.subscription): "prod"}, (), 0, 0),
        [case.judged for case in cases],
        gaps,
        (SEEN_AT, SEEN_AT),
        interrupted=interrupted,
        policy=policy,
    )


def baseline_of(cases: list[Case]) -> Baseline:
    """An older report with what the VMs had before."""
    return Baseline(
        "2026-01-01T00:00:00Z",
        {(case.id, CAUSE): case.was for case in cases if case.was is not None},
        {},
    )


def _json(report: Report) -> Pairs:
    return _of_gate(json.loads(WRITERS["json"](report))["gate"])


def _jsonl(report: Report) -> Pairs:
    return _of_gate(json.loads(WRITERS["jsonl"](report).splitlines()[-1])["gate"])


def _of_gate(gate: Any) -> Pairs:
    return {(_name(one["vm"]), one["cause"]) for one in gate["findings"] if one["counts"]}


def _name(id_: str) -> str:
    return id_.rpartition("/")[2]


def _csv(report: Report) -> Pairs:
    rows = csv.DictReader(io.StringIO(WRITERS["csv"](report).decode()))
    return {(row["vm"], row["cause"]) for row in rows if row["counts"] == "yes" and row["cause"]}


def _vms(report: Report) -> Pairs:
    return _of_rows(csv.DictReader(io.StringIO(WRITERS["vms"](report).decode())))


def _xlsx(report: Report) -> Pairs:
    head, *rows = cells(WRITERS["xlsx"](report))["VMs"]
    return _of_rows(dict(zip(head, row, strict=True)) for row in rows)


def _of_rows(rows: Iterable[Mapping[str, str]]) -> Pairs:
    """The causes that count, which are listed in one cell of a row."""
    return {(row["vm"], cause) for row in rows for cause in row["counts"].split(", ") if cause}


def _cases_with(report: Report, kind: type) -> Pairs:
    suites = JUnitXml.fromstring(WRITERS["junit"](report).decode())
    return {
        (str(case.classname), str(case.name))
        for suite in suites
        for case in suite
        if any(isinstance(result, kind) for result in case.result)
    }


def _junit(report: Report) -> Pairs:
    return {(_name(id_), cause) for id_, cause in _cases_with(report, Failure)}


def _sarif(report: Report) -> Pairs:
    runs = json.loads(WRITERS["sarif"](report))["runs"]
    results = [result for run in runs for result in run["results"]]
    counting = [one for one in results if one.get("properties", {}).get("counts")]
    assert [one["level"] for one in results].count("error") == len(counting)
    return {(one["locations"][0]["logicalLocations"][0]["name"], one["ruleId"]) for one in counting}


def _github(report: Report) -> Pairs:
    return set(
        re.findall(r"^::error title=(\S+)%3A (\S+)::", github_annotations(report), re.MULTILINE)
    )


def _azure(report: Report) -> Pairs:
    lines = azure_devops_lines(report, 1)
    return set(re.findall(r"^##vso\[task.logissue type=error\](\S+): (\S+): ", lines, re.MULTILINE))


def _markdown(report: Report) -> Pairs:
    text = WRITERS["markdown"](report).decode().replace("\\", "")
    table = text.partition("### What counts")[2].partition("\n### ")[0]
    rows = [line.split(" | ") for line in table.splitlines() if line.startswith("| ")]
    vm = int("since the baseline" in table)
    return {(row[vm].removeprefix("| "), row[vm + 1]) for row in rows[2:]}


def _html(report: Report) -> Pairs:
    page = unescape(WRITERS["html"](report).decode())
    section = page.partition('id="h-counting"')[2].partition("</section>")[0]
    return set(re.findall(r'<th scope="row" title="[^"]*">([^<]*)</th><td>([^<]*)</td>', section))


COUNTING_IN: Mapping[str, Callable[[Report], Pairs]] = {
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "vms": _vms,
    "xlsx": _xlsx,
    "junit": _junit,
    "sarif": _sarif,
    "github": _github,
    "azure": _azure,
    "markdown": _markdown,
    "html": _html,
}
"""What counts, as each format shows it."""


def errors_in_junit(report: Report) -> Pairs:
    """What was not read and counts, as JUnit shows it: the scope and the fact."""
    return {(scope, fact.removeprefix("read ")) for scope, fact in _cases_with(report, Error)}
