"""What a file is, by its content: a plan, or one line that says what to run."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.plan.planned import Contents, NotAPlan
from scanner.plan.read import read_plan
from tests.support.plans import BREAK, CURE, DATA, contents_of, recorded

SHOW = "terraform show -json"


@pytest.mark.parametrize(
    ("name", "changes", "planned"),
    [
        (BREAK, 9, 9),
        (CURE, 1, 1),
        ("greenfield.json", 22, 21),
        ("azapi.json", 8, 8),
        ("unknowns-and-data.json", 14, 11),
        ("targeted-incomplete.json", 1, 0),
        ("what-if-unevaluated.json", 1, 1),
        ("what-if-rest.json", 1, 0),
        ("template-lock.json", 2, 0),
        ("basic.snapshot.json", 1, 0),
    ],
)
def test_plans_by_their_content(name: str, changes: int, planned: int) -> None:
    found = read_plan((DATA / name).read_bytes())
    assert (found.changes, len(found.planned)) == (changes, planned)


@pytest.mark.parametrize(
    "encode",
    [
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16 with a mark"),
        pytest.param(lambda text: b"\xfe\xff" + text.encode("utf-16-be"), id="big endian"),
        pytest.param(lambda text: text.encode("utf-8-sig"), id="UTF-8 with a mark"),
    ],
)
def test_encodings_of_shells(encode: Callable[[str], bytes]) -> None:
    text = (DATA / CURE).read_text()
    assert read_plan(encode(text)) == read_plan(text.encode())


def file(name: str) -> bytes:
    return (DATA / name).read_bytes()


@pytest.mark.parametrize(
    ("data", "what", "remedy"),
    [
        pytest.param(file("not-a-plan.planfile"), "binary plan", SHOW, id="binary plan"),
        pytest.param(
            file("not-a-plan.terraform-plan-json.log"), "'terraform plan -json'", SHOW, id="log"
        ),
        pytest.param(
            b'{"version":4,"lineage":"a","serial":1}', "state file", SHOW, id="state file"
        ),
        pytest.param(
            b'{"format_version":"1.0","terraform_version":"1.9.0","values":{}}',
            "of a state",
            "terraform plan -out",
            id="shown state",
        ),
        pytest.param(
            b'{"Changes":[],"Status":"Succeeded"}', "PowerShell", "what-if", id="PowerShell"
        ),
        pytest.param(
            b'{"changes":[{"changeType":2}]}', "PowerShell", "what-if", id="numbers for words"
        ),
        pytest.param(
            b'{"format_version":"2.0","resource_changes":[]}', "'2.0'", "newer", id="version 2"
        ),
        pytest.param(file(CURE)[:900], "cut off", SHOW, id="truncated"),
        pytest.param(b" " * 5_000_000, "empty", SHOW, id="nothing"),
        pytest.param(b"\0" * 5_000_000, "empty", SHOW, id="zeros"),
        pytest.param("{}".encode("utf-16-le"), "zero bytes", SHOW, id="UTF-16 without a mark"),
        pytest.param(b"\xff\xfe{", "not text", SHOW, id="half of UTF-16"),
        pytest.param(b"[1]", "a list", SHOW, id="list"),
        pytest.param(b"variables", "no JSON", SHOW, id="text"),
        pytest.param(b'\nresource "a" "b" {}', "HCL", SHOW, id="HCL"),
        pytest.param(b"param x int\nresource a 'T@1' = {}", "Bicep", "bicep snap", id="Bicep"),
        pytest.param(b"Terraform used the selected providers", "prints", SHOW, id="plan of people"),
        pytest.param(
            b"Resource and property changes are indicated with these symbols:",
            "without --no-pretty-print",
            "what-if",
            id="what-if of people",
        ),
        pytest.param(b"\x1f\x8b\0", "gzip", "made of", id="compressed"),
        pytest.param(b'{"a": "\xe9"}', "not text", SHOW, id="Latin 1"),
        pytest.param(
            b'{"status":"Failed","changes":null,"error":{"code":"X"}}',
            "failed",
            "error",
            id="failed what-if",
        ),
        pytest.param(b'{"changes":[{},"x"]}', "at $.changes[1]", "what-if", id="changes of text"),
        pytest.param(b'{"predictedResources":{}}', "at $.pre", "bicep", id="no list of resources"),
        pytest.param(
            b'{"format_version":"1.2","planned_values":{"root_module":{"resources":[{}]}}}',
            "no resource_changes",
            SHOW,
            id="changes cut out",
        ),
        pytest.param(
            b'{"format_version":"1.2","resource_changes":[{"address":7}]}',
            "at $.resource_changes[0].address",
            SHOW,
            id="another form",
        ),
        pytest.param(
            b'{"format_version":"1.2","resource_changes":[{},{"address":"a.b","index":0,'
            b'"change":{"actions":[7]}}]}',
            "at $.resource_changes[1].change.actions[0], of a.b",
            SHOW,
            id="a resource of another form",
        ),
        pytest.param(
            b'{"$schema":"https://schema.management.azure.com/schemas/2019-04-01/'
            b'deploymentParameters.json#","parameters":{}}',
            "parameters",
            "what-if",
            id="parameters",
        ),
    ],
)
def test_other_files_end_in_one_line_with_what_to_run(data: bytes, what: str, remedy: str) -> None:
    with pytest.raises(NotAPlan) as raised:
        read_plan(data)
    assert what in raised.value.what
    assert remedy in raised.value.remedy
    assert "\n" not in raised.value.what + raised.value.remedy


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
MEMBERS = ("resource_changes", "configuration", "changes", "predictedResources", "properties")


@settings(max_examples=20)
@given(st.sampled_from(MEMBERS), JSON)
def test_any_json_is_a_plan_or_one_line(member: str, value: Any) -> None:
    data = json.dumps({"format_version": "1.2", member: value}).encode()
    with suppress(NotAPlan):
        assert isinstance(read_plan(data), Contents)


def test_what_if_that_is_not_analysed_is_a_gap() -> None:
    found = contents_of(recorded("what-if-unevaluated.json"))
    [gap] = found.gaps
    assert "Microsoft.Authorization/locks" in gap.fact
    assert "before the deployment runs" in gap.remedy


def test_deployments_that_what_if_did_not_follow_are_gaps() -> None:
    target = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Resources/deployments/d"
    code = "NestedDeploymentShortCircuited"
    found = contents_of({"changes": [], "diagnostics": [{"code": code, "target": target}]})
    assert [gap.scope for gap in found.gaps] == [target]


def test_templates_say_which_command_evaluates_them() -> None:
    found = contents_of(recorded("template-nested.json"))
    assert "bicep snapshot" in found.notes[0]
    assert {gap.fact for gap in found.gaps} >= {"Microsoft.Network/networkInterfaces"}


def test_several_files_are_one_change() -> None:
    break_, cure = (contents_of(recorded(name)) for name in (BREAK, CURE))
    both = break_ + cure
    assert both.planned == (*break_.planned, *cure.planned)
    assert both.changes == 10
