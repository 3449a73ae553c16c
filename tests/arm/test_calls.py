"""Every call is an operation of the SDK, and needs the right that its entry names."""

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

TYPES = {
    "/subscriptions": "Microsoft.Resources/subscriptions",
    "/subscriptions/{subscription}/resourcegroups": (
        "Microsoft.Resources/subscriptions/resourceGroups"
    ),
}
"""The resource types of the two paths that do not name a provider and a type."""
EVERY_CALL = pytest.mark.parametrize("call", calls.CALLS, ids=lambda call: call.name)


@EVERY_CALL
async def test_its_right_is_that_of_the_request(call: Call[Any]) -> None:
    """ARM derives the action from the method and the resource type in the path."""
    request = await request_of(call)
    path = unquote(urlsplit(request.url).path)
    *_, below = path.rpartition("/providers/")
    segments = [segment for segment in below.split("/") if not segment.startswith("{")]
    type_ = TYPES.get(path.lower(), "/".join(segments))
    # To submit a query is a read (Azure permissions for Microsoft.ResourceGraph).
    is_read = request.method == "GET" or call is calls.HOLDINGS
    verb = "read" if is_read else "action"
    assert f"{type_}/{verb}".lower() == call.action.lower()


@EVERY_CALL
async def test_it_has_one_api_version(call: Call[Any]) -> None:
    [version] = parse_qs(urlsplit((await request_of(call)).url).query)["api-version"]
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", version)


VMS_ALONE = "backupManagementType eq 'AzureIaasVM'"


@pytest.mark.parametrize(
    ("call", "name", "value"),
    [
        pytest.param(call, name, value, id=call.name)
        for call, name, value in (
            (calls.STATUSES, "statusOnly", "true"),
            (calls.INSTANCE_VIEW, "$expand", "instanceView"),
            (calls.RESTORE_POINTS, "$expand", "restorePoints"),
            (calls.PROTECTED_ITEMS, "$filter", VMS_ALONE),
            (calls.POLICIES, "$filter", VMS_ALONE),
            (calls.JOBS, "$filter", f"{VMS_ALONE} and operation eq 'Backup'"),
        )
    ],
)
async def test_its_options_reach_the_query(call: Call[Any], name: str, value: str) -> None:
    """The SDK ignores a misspelt keyword without an error."""
    sent = parse_qs(urlsplit((await request_of(call)).url).query)
    assert sent.get(name) == [value]


def test_two_calls_without_an_operation_of_the_sdk_have_versions_of_ours() -> None:
    """The retired ClassicCompute provider, and the metadata of a cloud."""
    lines = {
        (path.name, line.strip())
        for path in Path(*arm.__path__).glob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.search(r"api-version=|20\d\d-\d\d-\d\d", line)
    }
    assert {name for name, _ in lines} == {"calls.py", "discovery.py"}
    assert len(lines) == 2
