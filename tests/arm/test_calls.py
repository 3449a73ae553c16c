"""Every call is an operation of the SDK, and takes the right that the table claims."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from scanner import arm
from scanner.arm import calls
from scanner.arm.call import Call
from tests.support.requests import request_of

# The two paths that do not name a provider and a type.
TYPES = {
    "/subscriptions": "Microsoft.Resources/subscriptions",
    "/subscriptions/{subscription}/resourcegroups": (
        "Microsoft.Resources/subscriptions/resourceGroups"
    ),
}


@pytest.mark.parametrize("call", calls.CALLS, ids=lambda call: call.name)
async def test_its_right_is_that_of_the_request(call: Call[Any]) -> None:
    """ARM derives the action from the method and the type in the path."""
    request = await request_of(call)
    path = unquote(urlsplit(request.url).path)
    *_, below = path.rpartition("/providers/")
    segments = [segment for segment in below.split("/") if not segment.startswith("{")]
    type_ = TYPES.get(path.lower(), "/".join(segments))
    verb = {"GET": "read", "POST": "action"}[request.method]
    assert f"{type_}/{verb}".lower() == call.action.lower()


@pytest.mark.parametrize("call", calls.CALLS, ids=lambda call: call.name)
async def test_it_names_one_version(call: Call[Any]) -> None:
    [version] = parse_qs(urlsplit((await request_of(call)).url).query)["api-version"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", version)


@pytest.mark.parametrize(
    ("call", "query"),
    [
        (calls.STATUSES, {"statusOnly": ["true"]}),
        (calls.INSTANCE_VIEW, {"$expand": ["instanceView"]}),
        (calls.RESTORE_POINTS, {"$expand": ["restorePoints"]}),
        (calls.PROTECTED_ITEMS, {"$filter": ["backupManagementType eq 'AzureIaasVM'"]}),
        (calls.POLICIES, {"$filter": ["backupManagementType eq 'AzureIaasVM'"]}),
        (
            calls.JOBS,
            {"$filter": ["backupManagementType eq 'AzureIaasVM' and operation eq 'Backup'"]},
        ),
    ],
    ids=lambda value: value.name if isinstance(value, Call) else "",
)
async def test_what_it_asks_for(call: Call[Any], query: dict[str, list[str]]) -> None:
    """The SDK swallows a misspelt keyword without a word."""
    sent = parse_qs(urlsplit((await request_of(call)).url).query)
    assert {name: sent.get(name) for name in query} == query


def test_only_what_no_operation_sends_has_a_version_of_ours() -> None:
    """The retired ClassicCompute provider, and where a cloud describes itself."""
    found = {
        (path.name, line.strip())
        for path in Path(*arm.__path__).glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"api-version|20\d\d-\d\d-\d\d", line)
    }
    assert {name for name, _ in found} == {"calls.py", "cloud.py"}
    assert len(found) == 2
