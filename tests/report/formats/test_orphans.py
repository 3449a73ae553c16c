"""What Azure keeps of VMs that do not exist, in every format."""

from __future__ import annotations

import csv
import io
import json
from functools import cache

from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from scanner.gate.baseline import parse_baseline
from scanner.report.diff.difference import compare
from scanner.report.formats.json_v1 import json_schema
from scanner.report.formats.pipelines import github_annotations
from scanner.report.report import Report
from scanner.report.write import WRITERS
from scanner.sim.backup_errors import VM_GONE
from tests.support.fleets.orphans import OrphanFleet
from tests.support.reports import printed
from tests.support.requirements import Need
from tests.support.scans import scan_now
from tests.support.schemas import is_junit, is_sarif

CAUSE = "vm-deleted-or-moved"


@cache
def report(*, has_orphans: bool = True) -> Report:
    """A report with a failing item, a soft-deleted item and a collection of a VM that is gone."""
    fleet = OrphanFleet(status="Failed", error=VM_GONE)
    old = fleet.group.vault("old")
    old.protect(fleet.gone, state="ProtectionStopped", patch={"isScheduledForDeferredDelete": True})
    fleet.group.collection(fleet.gone.id, 3, name="points")
    if not has_orphans:
        fleet.vault.items.clear()
        old.items.clear()
        fleet.prod.remove(
            f"{fleet.group.id}/providers/microsoft.compute/restorepointcollections/points"
        )
    return scan_now(fleet.world).report


def written(name: str, **options: bool) -> str:
    return WRITERS[name](report(**options)).decode()


def test_json_has_its_own_list_and_count() -> None:
    document = json.loads(written("json"))
    Draft202012Validator(json.loads(json_schema())).validate(document)
    assert document["summary"]["orphans"] == {"protected-item": 2, "restore-point-collection": 1}
    assert document["summary"]["vms"] == 1
    by_kind = {(found["kind"], found["state"]): found for found in document["orphans"]}
    failing = by_kind["protected-item", "protected"]
    assert failing["vault"].endswith("/vaults/vault")
    assert (failing["cause"], failing["verdict"]) == (CAUSE, "applies")
    assert (failing["last_status"], failing["points"]) == ("Failed", None)
    assert failing["symptoms"][0]["code"] == "ResourceNotFound"
    assert by_kind["protected-item", "soft-deleted"]["verdict"] == "clear"
    collection = by_kind["restore-point-collection", None]
    assert (collection["points"], collection["vault"]) == (3, None)
    assert all(found["vm"].endswith("/gone") for found in document["orphans"])
    assert all(found["cost"] and found["remedy"] for found in document["orphans"])


def test_a_report_without_orphans_has_empty_lists() -> None:
    document = json.loads(written("json", has_orphans=False))
    assert (document["orphans"], document["summary"]["orphans"]) == ([], {})
    nowhere = [printed(report(has_orphans=False))]
    nowhere += [written(name, has_orphans=False) for name in ("markdown", "html", "csv", "jsonl")]
    assert not any("do not exist" in text or "of gone" in text for text in nowhere)


def test_people_see_the_number_the_cost_and_the_error() -> None:
    for text in (printed(report(), width=400), written("markdown"), written("html")):
        plain = text.replace("\\", "")
        assert "2 protected items, 1 restore point collection" in plain
        assert "keeps 3 restore points of gone" in plain
        assert "bills them until they are deleted" in plain
        assert "ResourceNotFound; VM deleted or moved while still protected" in plain


def test_csv_has_a_row_without_a_vm_for_each() -> None:
    rows = list(csv.DictReader(io.StringIO(written("csv"))))
    found = [row for row in rows if row["cause"] == CAUSE]
    assert sorted((row["protection"], row["verdict"]) for row in found) == [
        ("", "applies"),
        ("protected", "applies"),
        ("soft-deleted", "clear"),
    ]
    assert {row["vm"] for row in found} == {""}
    assert all("gone (group rg-app)" in row["message"] for row in found)


def test_jsonl_has_a_line_for_each_after_the_vms() -> None:
    lines = [json.loads(line) for line in written("jsonl").splitlines()]
    assert [next(iter(line)) for line in lines] == ["id", "orphan", "orphan", "orphan", "gate"]


def test_junit_and_sarif_have_what_is_kept(need: Need) -> None:
    cases = [case for suite in JUnitXml.fromstring(written("junit")) for case in suite]
    found = [case for case in cases if case.name == CAUSE]
    assert sorted(len(case.result) for case in found) == [0, 1, 1]
    [run] = json.loads(written("sarif"))["runs"]
    results = [result for result in run["results"] if result["ruleId"] == CAUSE]
    assert [result["level"] for result in results] == ["warning", "warning"]
    assert {run["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] for r in results} == {CAUSE}
    assert len({result["partialFingerprints"]["vmAndCause/v1"] for result in results}) == 2
    is_junit(need, WRITERS["junit"](report()))
    is_sarif(need, WRITERS["sarif"](report()))


def test_monitoring_and_pipelines_have_the_number() -> None:
    assert 'backupscan_orphans{kind="protected-item"} 2.0' in written("openmetrics")
    assert 'backupscan_orphans{kind="protected-item"} 0.0' in written(
        "openmetrics", has_orphans=False
    )
    assert "2 protected items" in github_annotations(report())


def test_a_comparison_has_new_and_fixed_orphans() -> None:
    without, with_orphans = (
        parse_baseline(written("json", has_orphans=has), "report") for has in (False, True)
    )
    for old, new, kind in ((without, with_orphans, "new"), (with_orphans, without, "fixed")):
        changes = [change for change in compare(old, new).changes if change.cause == CAUSE]
        assert [change.kind for change in changes] == [kind, kind]
