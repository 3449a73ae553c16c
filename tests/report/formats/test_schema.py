"""``backupscan schema`` prints a JSON schema that real reports satisfy."""

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from scanner.report.formats.json_v1 import to_json
from scanner.sim.demo import grow
from tests.support.command import run_here
from tests.support.scans import scan_now, scan_world


@pytest.fixture(scope="module")
def schema() -> Any:
    ran = run_here("schema")
    assert (ran.code, ran.err) == (0, "")
    found = ran.json
    Draft202012Validator.check_schema(found)
    return found


def validate(report: Any, schema: Any) -> None:
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(schema, format_checker=checker).validate(report)


@pytest.mark.parametrize("edition", ["2018-01", "current"])
async def test_real_reports_are_valid(schema: Any, edition: str) -> None:
    report = json.loads(to_json((await scan_world(grow(2, 24), edition=edition)).report))
    assert report["vms"]
    assert report["gaps"]
    validate(report, schema)


@pytest.fixture(scope="module")
def text(schema: Any) -> bytes:
    """A valid report with all evidence."""
    valid = to_json(replace(scan_now(grow(2, 20)).report, all_evidence=True))
    validate(json.loads(valid), schema)
    return valid


def _put(report: Any, path: str, value: object) -> None:
    """Set the value at a dotted path. None deletes it."""
    *parents, last = path.split(".")
    for step in parents:
        report = report[int(step) if step.isdigit() else step]
    if value is None:
        del report[last]
    else:
        report[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("schema", "backupscan/report/2"),
        ("complete", "yes"),
        ("started_at", "yesterday"),
        ("vms.0.id", "web-01"),
        ("vms.0.os", "beos"),
        ("vms.0.causes.0.verdict", "fine"),
        ("vms.0.causes.0.reason", "tired"),
        pytest.param("vms.0.causes.0.findings.0.evidence", None, id="finding without evidence"),
        ("gaps.0.reason", "whatever"),
        pytest.param("summary", None, id="no summary"),
    ],
)
def test_a_wrong_value_is_refused(schema: Any, text: bytes, path: str, value: object) -> None:
    report = json.loads(text)
    _put(report, path, value)
    with pytest.raises(ValidationError):
        validate(report, schema)
