"""Answers that ARM does not document: no exception is raised, and every loss is a gap."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.arm import calls
from scanner.arm.call import Listing
from scanner.arm.decode import Malformed, decode_page, decode_record
from scanner.arm.discovery import discover
from scanner.errors import EndpointError, UsageError
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.compute import Disk, VirtualMachine
from scanner.sim.http_messages import Response
from tests.support.answers import HOST, Door, answer
from tests.support.snapshots import SCOPE, ids, joined

GROUP = f"{SCOPE}/resourceGroups/rg"
DISK = f"{GROUP}/providers/Microsoft.Compute/disks"
GOOD = {"id": f"{DISK}/good", "properties": {"diskSizeGB": 30}}
ALSO = {"id": f"{DISK}/also", "properties": {"diskSizeGB": 40}}
NEXT = f"{HOST}{SCOPE}/providers/Microsoft.Compute/disks?$skiptoken="
HERE = SCOPE.text

# Bodies that are no listing. The whole listing is one gap.
NO_PAGE: dict[str, object] = {
    "nothing": b"",
    "no JSON": b"<html><body>Sign in to the proxy</body></html>",
    "truncated": json.dumps({"value": [GOOD, ALSO]}).encode()[:-25],
    "two documents": b'{"value": []}{"value": []}',
    "no UTF-8": b'{"value": [], "nextLink": "\xff"}',
    "list": [GOOD],
    "null": None,
    "number": 3,
    "text": "value",
    "no value": {"nextLink": f"{NEXT}2"},
    "one resource": GOOD,
    "value null": {"value": None},
    "value an object": {"value": {"0": GOOD}},
    "error with 200": {"error": {"code": "InternalServerError", "message": "Sorry"}},
    "an error next to entries": {"error": {"code": "InternalServerError"}, "value": []},
    "a link in other letters": {"value": [], "NextLink": f"{NEXT}2"},
    "a link of OData": {"value": [], "@odata.nextLink": f"{NEXT}2"},
    "two lists": b'{"value": [], "value": []}',
    "two lists, one in other letters": b'{"value": [], "v\\u0061lue": []}',
    "two links": b'{"value": [], "nextLink": "https://management.azure.com/", "nextLink": null}',
}


PAGES_ALONE = {
    "one resource",
    "an error next to entries",
    "a link in other letters",
    "a link of OData",
    "two lists",
    "two lists, one in other letters",
    "two links",
}
"""What is odd in a page, but not in an answer with one resource."""


@pytest.mark.parametrize("kind", NO_PAGE)
async def test_no_page(kind: str) -> None:
    door = Door(answer(NO_PAGE[kind]))
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    [gap] = listing.gaps
    # A service gives such an answer by mistake, so it is asked once more.
    assert (listing.records, listing.rest, door.requests) == ((), gap, 2)
    assert (gap.scope, gap.fact, gap.reason) == (HERE, "disks", Reason.FAILED)
    assert gap.action == "Microsoft.Compute/disks/read"
    assert gap.remedy.startswith("The answer is not what ARM documents: ")


@pytest.mark.parametrize("kind", [kind for kind in NO_PAGE if kind not in PAGES_ALONE])
async def test_no_resource(kind: str) -> None:
    vm = ArmId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/a")
    gap = await Door(answer(NO_PAGE[kind])).arm.read(calls.INSTANCE_VIEW, vm)
    assert isinstance(gap, Gap)
    assert (gap.scope, gap.fact, gap.reason) == (vm.text, "agent", Reason.FAILED)


async def test_an_entry_that_repeats_is_one() -> None:
    listing = await Door(answer({"value": [GOOD, ALSO, GOOD]})).arm.list_all(calls.DISKS, SCOPE)
    assert (len(listing.records), listing.gaps) == (2, ())


async def test_an_entry_that_contradicts_itself_is_a_gap() -> None:
    other = {**GOOD, "properties": {"diskSizeGB": 31}}
    page = {"value": [GOOD, ALSO, other, GOOD]}
    listing = await Door(answer(page)).arm.list_all(calls.DISKS, SCOPE)
    [gap] = listing.gaps
    assert [record.id.name for record in listing.records] == ["also"]
    assert (gap.scope, gap.reason) == (GOOD["id"], Reason.FAILED)


@pytest.mark.parametrize(
    "path",
    [
        "/resourceGroups/rg/providers/Microsoft.Other/disks/x",
        "/resourceGroups/rg/providers/Microsoft.Compute/disks/a/disks/x",
        "/disks/x",
    ],
)
async def test_an_id_of_another_type_is_a_gap(path: str) -> None:
    entry = {**GOOD, "id": f"{SCOPE}{path}"}
    listing = await Door(answer({"value": [entry, ALSO]})).arm.list_all(calls.DISKS, SCOPE)
    assert [record.id.name for record in listing.records] == ["also"]
    assert len(listing.gaps) == 1


# An odd entry between two good ones, and the scope of its gap. None: the entry is a good record.
BAD = f"{DISK}/bad"
ODD_ENTRIES: dict[str, tuple[object, str | None]] = {
    "null": (None, HERE),
    "number": (7, HERE),
    "list": ([GOOD], HERE),
    "empty": ({}, HERE),
    "no id": ({"name": "bad", "properties": {"diskSizeGB": 1}}, HERE),
    "id null": ({"id": None}, HERE),
    "id empty": ({"id": ""}, HERE),
    "id a number": ({"id": 7}, HERE),
    "id no path": ({"id": "bad"}, HERE),
    "id a slash": ({"id": "/"}, HERE),
    "size a string": ({"id": BAD, "properties": {"diskSizeGB": "30"}}, BAD),
    "size broken": ({"id": BAD, "properties": {"diskSizeGB": 30.5}}, BAD),
    "properties a list": ({"id": BAD, "properties": []}, BAD),
    "properties a text": ({"properties": "none", "id": BAD}, BAD),
    "properties null": ({"id": BAD, "properties": None}, None),
    "no properties": ({"id": BAD}, None),
    "properties empty": ({"id": BAD, "properties": {}}, None),
    "size null": ({"id": BAD, "properties": {"diskSizeGB": None}}, None),
    "unknown members": ({"id": BAD, "zones": 7, "properties": {"diskState": []}}, None),
}


@pytest.mark.parametrize("kind", ODD_ENTRIES)
async def test_odd_entry(kind: str) -> None:
    entry, scope = ODD_ENTRIES[kind]
    pages = {"value": [GOOD, entry], "nextLink": f"{NEXT}2"}, {"value": [ALSO]}
    door = Door(*(answer(page) for page in pages))
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    wanted = [GOOD["id"], *([] if scope else [BAD]), ALSO["id"]]
    assert ids(listing.records) == wanted
    assert [gap.scope for gap in listing.gaps] == ([scope] if scope else [])
    # An entry without an id may be any resource. An entry with an id is the only one missing.
    assert (listing.rest is not None) == (scope == HERE)
    assert (ArmId(BAD) in listing.index()) == (scope != HERE)
    for gap in listing.gaps:
        assert (gap.fact, gap.reason) == ("disks", Reason.FAILED)
        assert gap.remedy.startswith("An entry of the disks listing is not what ARM documents: ")


async def test_every_broken_entry_has_its_gap() -> None:
    entries = [None, {"id": BAD, "properties": 1}, GOOD, {"id": f"{BAD}2", "properties": 1}, {}]
    listing = await Door(answer({"value": entries})).arm.list_all(calls.DISKS, SCOPE)
    assert ids(listing.records) == [GOOD["id"]]
    assert [gap.scope for gap in listing.gaps] == [HERE, BAD, f"{BAD}2", HERE]


def test_decoding_names_the_member() -> None:
    with pytest.raises(Malformed, match=r"diskSizeGB"):
        decode_record(b'{"id": "/a/b", "properties": {"diskSizeGB": "30"}}', Disk)
    _, [broken], _ = decode_page(b'{"value": [{"id": "/a/b", "properties": 1}]}', Disk)
    assert broken.id == ArmId("/A/B")
    assert "properties" in broken.problem


@pytest.mark.parametrize(
    "last",
    [{}, {"nextLink": None}, {"nextLink": ""}],
    ids=["no nextLink", "nextLink null", "nextLink empty"],
)
async def test_last_page(last: dict[str, str | None]) -> None:
    door = Door(answer({"value": [GOOD], **last}))
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    assert (ids(listing.records), listing.gaps, door.requests) == ([GOOD["id"]], (), 1)


async def test_empty_pages_are_followed() -> None:
    pages: list[dict[str, Any]] = [
        {"value": [], "nextLink": f"{NEXT}{number}"} for number in range(4)
    ]
    door = Door(*(answer(page) for page in [*pages, {"value": [GOOD]}]))
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    assert (ids(listing.records), listing.gaps, door.requests) == ([GOOD["id"]], (), 5)
    assert [request.option("$skiptoken") for request in door.azure.asked[1:]] == [*"0123"]


# Links that must not be followed: the request would carry the token there.
SAME_HOST = f"{HOST}{SCOPE}/providers/Microsoft.Compute"
FOREIGN: dict[str, object] = {
    "another host": "https://elsewhere.example/subscriptions",
    "host as a subdomain": "https://management.azure.com.elsewhere.example/x",
    "host as a user": "https://management.azure.com@elsewhere.example/x",
    "another port": "https://management.azure.com:8443/x",
    "port that is no number": "https://management.azure.com:x/",
    "port out of range": "https://management.azure.com:99999/",
    "http": "http://management.azure.com/x",
    "no scheme": "//elsewhere.example/x",
    "no host": "/subscriptions?$skiptoken=2",
    "broken host": "https://[",
    "user and password": "https://user:secret@management.azure.com/x",
    "another path": "https://management.azure.com/x",
    "another listing": f"{SAME_HOST}/virtualMachines?$skiptoken=2",
    "another listing by ..": f"{SAME_HOST}/disks/../virtualMachines?$skiptoken=2",
    "another listing by %2E%2E": f"{SAME_HOST}/disks/%2E%2E/virtualMachines?$skiptoken=2",
    "another subscription":
        f"{HOST}{str(SCOPE)[:-1]}2/providers/Microsoft.Compute/disks?$skiptoken=2",
    "a letter": "a",
    "a number": 5,
    "true": True,
    "a list": [1],
}  # fmt: skip


@pytest.mark.parametrize("link", FOREIGN.values(), ids=FOREIGN)
async def test_foreign_link_is_not_followed(link: object) -> None:
    door = Door(answer({"value": [GOOD], "nextLink": link}), answer({"value": [ALSO]}))
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    [gap] = listing.gaps
    assert (ids(listing.records), door.requests) == ([GOOD["id"]], 1)
    assert (gap.scope, gap.reason) == (HERE, Reason.FAILED)
    assert gap.remedy.startswith(f"The next page was said to be at {str(link)[:100]!r}, ")


@pytest.mark.parametrize(
    "path",
    [
        "/Subscriptions/{}/Providers/microsoft.compute/DISKS",
        "/subscriptions/{}/providers/Microsoft.Compute/disks/",
        "/subscriptions/{}/providers/Microsoft%2ECompute/disks",
    ],
    ids=["another casing", "slash at the end", "quoted dot"],
)
async def test_own_address_in_another_spelling_is_followed(path: str) -> None:
    link = f"HTTPS://Management.Azure.com:443{path.format(SCOPE.name)}?$skiptoken=2"
    door = Door(answer({"value": [GOOD], "nextLink": link}), answer({"value": [ALSO]}))
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    assert (len(listing.records), listing.gaps, door.requests) == (2, (), 2)


async def test_braces_in_a_link_are_sent_as_they_are() -> None:
    """The SDK would replace names in braces, or drop the segment."""
    door = Door(
        answer({"value": [GOOD], "nextLink": f"{NEXT}{{endpoint}}{{x}}"}), answer({"value": [ALSO]})
    )
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    assert (len(listing.records), listing.gaps) == (2, ())
    assert door.azure.asked[1].option("$skiptoken") == "{endpoint}{x}"


@pytest.mark.parametrize("length", [1, 3], ids=["1 page", "3 pages"])
async def test_circle_of_pages(length: int) -> None:
    entries = [{"id": f"{DISK}/{number}"} for number in range(length)]
    pages = [{"value": [entry], "nextLink": f"{NEXT}{at}"} for at, entry in enumerate(entries)]
    door = Door(*(answer(page) for page in [*pages, {"value": [ALSO], "nextLink": f"{NEXT}0"}]))
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    [gap] = listing.gaps
    assert door.requests == length + 1
    assert len(listing.records) == length + 1
    assert (gap.scope, gap.reason) == (HERE, Reason.FAILED)
    assert gap.remedy.startswith("The pages of the listing go in a circle. ")


REFUSED = {"error": {"code": "AuthorizationFailed", "message": "No."}}
SECOND_PAGES: dict[str, tuple[Response, Reason, str, int]] = {
    "403": (answer(REFUSED, 403), Reason.DENIED, "HTTP 403 AuthorizationFailed. ", 3),
    "404": (answer({"error": {"code": "NotFound"}}, 404), Reason.FAILED, "HTTP 404 NotFound. ", 2),
    "503": (answer(b"", 503), Reason.FAILED, "HTTP 503. ", 8),
    "no JSON": (answer(b"<html>"), Reason.FAILED, "The answer is not what ARM documents: ", 3),
    "dropped": (Response(0, dropped=True), Reason.FAILED, f"{HOST} cannot be reached ", 5),
}


@pytest.mark.parametrize("kind", SECOND_PAGES)
async def test_second_page_is_missing(kind: str) -> None:
    second, reason, shown, requests = SECOND_PAGES[kind]
    door = Door(answer({"value": [GOOD], "nextLink": f"{NEXT}2"}), second)
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    [gap] = listing.gaps
    assert (ids(listing.records), listing.rest) == ([GOOD["id"]], gap)
    assert (gap.scope, gap.reason, door.requests) == (HERE, reason, requests)
    assert gap.remedy.lower().startswith(shown.lower())


# Error bodies, and what is shown of them.
ERROR_BODIES: dict[str, tuple[object, str]] = {
    "code": ({"error": {"code": "A.b_c-1"}}, "HTTP 403 A.b_c-1"),
    "names in upper case": ({"Error": {"Code": "X"}}, "HTTP 403 X"),
    "code without error": ({"code": "X"}, "HTTP 403 X"),
    "ErrorCode": ({"ErrorCode": "X"}, "HTTP 403 X"),
    "error a text": ({"error": "X"}, "HTTP 403"),
    "error null, code next to it": ({"error": None, "code": "X"}, "HTTP 403 X"),
    "code null": ({"error": {"code": None}}, "HTTP 403"),
    "code a number": ({"error": {"code": 7}}, "HTTP 403"),
    "code a list": ({"error": {"code": ["X"]}}, "HTTP 403"),
    "control characters": ({"error": {"code": "A\u001b[31m\nB"}}, "HTTP 403 A31mB"),
    "long code": ({"error": {"code": "X" * 500}}, f"HTTP 403 {'X' * 80}"),
    "null": (None, "HTTP 403"),
    "list": ([], "HTTP 403"),
    "text": ("X", "HTTP 403"),
    "empty": (b"", "HTTP 403"),
    "HTML": (b"<html>", "HTTP 403"),
    "truncated": (b'{"error": {"code"', "HTTP 403"),
}


@pytest.mark.parametrize(("content", "shown"), ERROR_BODIES.values(), ids=ERROR_BODIES)
async def test_error_body(content: object, shown: str) -> None:
    listing = await Door(answer(content, 403)).arm.list_all(calls.DISKS, SCOPE)
    [gap] = listing.gaps
    assert gap.remedy.startswith(f"{shown}. Grant Microsoft.Compute/disks/read on {HERE},")
    assert gap.reason is Reason.DENIED


@pytest.mark.parametrize(
    ("call", "status", "code", "gaps"),
    [
        (calls.VIRTUAL_MACHINES, 409, "MissingSubscriptionRegistration", 0),
        (calls.VIRTUAL_MACHINES, 409, "NoRegisteredProviderFound", 1),
        (calls.VIRTUAL_MACHINES, 404, "InvalidResourceNamespace", 1),
        (calls.CLASSIC_VMS, 409, "MissingSubscriptionRegistration", 0),
        (calls.CLASSIC_VMS, 404, "InvalidResourceNamespace", 0),
        (calls.CLASSIC_VMS, 404, "InvalidResourceType", 0),
        (calls.CLASSIC_VMS, 404, "SubscriptionNotFound", 1),
        (calls.CLASSIC_VMS, 404, "NotFound", 1),
        (calls.CLASSIC_VMS, 403, "AuthorizationFailed", 1),
        (calls.CLASSIC_VMS, 400, "NoRegisteredProviderFound", 1),
        (calls.CLASSIC_VMS, 400, "MissingSubscriptionRegistration", 1),
        (calls.DISKS, 409, "MissingSubscriptionRegistration", 1),
        (calls.LOCKS, 409, "MissingSubscriptionRegistration", 1),
        (calls.INTERFACES, 409, "MissingSubscriptionRegistration", 1),
        (calls.INTERFACES, 404, "InvalidResourceType", 1),
    ],
    ids=lambda value: value.name if isinstance(value, Listing) else None,
)
async def test_an_unregistered_provider_has_no_vms(
    call: Listing[Any], status: int, code: str, gaps: int
) -> None:
    """Only for VMs: what a listed VM refers to must exist, so its provider must be registered."""
    door = Door(answer({"error": {"code": code, "message": "It says why."}}, status))
    listing = await door.arm.list_all(call, SCOPE)
    assert (listing.records, len(listing.gaps)) == ((), gaps)
    assert {request.method for request in door.azure.asked} == {"GET"}


async def test_a_refused_later_page_is_always_a_gap() -> None:
    """The provider is registered if it listed a VM."""
    link = f"{HOST}{SCOPE}/providers/Microsoft.Compute/virtualMachines?$skiptoken=2"
    vm = {"id": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/a"}
    refused = answer({"error": {"code": "MissingSubscriptionRegistration"}}, 409)
    door = Door(answer({"value": [vm], "nextLink": link}), refused)
    listing = await door.arm.list_all(calls.VIRTUAL_MACHINES, SCOPE)
    assert (len(listing.records), [gap.reason for gap in listing.gaps]) == (1, [Reason.FAILED])


async def test_a_byte_order_mark_is_ignored() -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"value": [GOOD]}).encode()
    listing = await Door(answer(body)).arm.list_all(calls.DISKS, SCOPE)
    assert (len(listing.records), listing.gaps) == (1, ())


NO_VMS = {
    "subscription": "/subscriptions/s",
    "no group": "/subscriptions/s/providers/Microsoft.Compute/virtualMachines/a",
    "disk": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/disks/a",
    "VM of a scale set":
        f"{GROUP}/providers/Microsoft.Compute/virtualMachineScaleSets/a/virtualMachines/0",
}  # fmt: skip


@pytest.mark.parametrize("text", NO_VMS.values(), ids=NO_VMS)
async def test_only_the_id_of_a_vm_is_requested(text: str) -> None:
    """The operation takes a group and a name. From another type's id it would read a wrong VM."""
    door = Door(answer({}))
    gap = await door.arm.read(calls.INSTANCE_VIEW, ArmId(text))
    assert isinstance(gap, Gap)
    assert (gap.scope, gap.reason, door.requests) == (text, Reason.FAILED, 0)
    assert "is not the id of a Microsoft.Compute/virtualMachines" in gap.remedy


async def test_nothing_is_listed_outside_a_subscription() -> None:
    door = Door(answer({"value": []}))
    [gap] = (await door.arm.list_all(calls.DISKS, ArmId("/x"))).gaps
    assert (door.requests, "in no subscription" in gap.remedy) == (0, True)


async def test_other_statuses_are_gaps() -> None:
    for status in (201, 202, 204, 301, 302, 307):
        # A redirect is not followed.
        door = Door(answer(b"", status, {"location": "https://elsewhere.example/"}))
        [gap] = (await door.arm.list_all(calls.DISKS, SCOPE)).gaps
        assert gap.remedy.startswith(f"HTTP {status}. ")
        assert {request.host for request in door.azure.asked} == {"management.azure.com"}


async def test_many_reads_keep_what_was_read() -> None:
    wanted = [ArmId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/{n}") for n in "abc"]
    answers = answer({"id": wanted[0].text}), answer({}, 404), answer({"id": wanted[2].text})
    read = await Door(*answers).arm.read_all(calls.INSTANCE_VIEW, SCOPE, wanted)
    assert ids(read.records) == [wanted[0].text, wanted[2].text]
    [gap] = read.gaps
    assert (gap.scope, read.rest) == (wanted[1].text, None)


# Parts of a VM with an instance view, and the facts that are gaps.
RUNNING = {"statuses": [{"code": "PowerState/running"}]}
READY = {"statuses": [{"displayStatus": "Ready"}]}
BODY = {"os", "disks", "image", "hardware", "extension_operations"}
AT_RUN_TIME = {"power_state", "agent", "guest"}
VM_PARTS: dict[str, tuple[dict[str, object], set[str]]] = {
    "no properties": ({}, {*BODY, *AT_RUN_TIME}),
    "view null": ({"instanceView": None}, {*BODY, *AT_RUN_TIME}),
    "statuses null": ({"instanceView": {"statuses": None}}, {*BODY, *AT_RUN_TIME}),
    "status without a code": ({"instanceView": {"statuses": [{}]}}, {*BODY, *AT_RUN_TIME}),
    "running": ({"instanceView": RUNNING}, BODY),
    "agent null": ({"instanceView": {**RUNNING, "vmAgent": None}}, BODY),
    "agent empty": ({"instanceView": {**RUNNING, "vmAgent": {}}}, {*BODY, "agent"}),
    "agent without a status":
        ({"instanceView": {**RUNNING, "vmAgent": {"statuses": []}}}, {*BODY, "agent"}),
    "agent ready": ({"instanceView": {**RUNNING, "vmAgent": READY}}, BODY),
    "deallocated in upper case":
        ({"instanceView": {"statuses": [{"code": "powerstate/DEALLOCATED"}]}},
         {*BODY, "agent", "guest"}),
    "unknown power state":
        ({"instanceView": {"statuses": [{"code": "powerstate/OFF"}]}}, {*BODY, *AT_RUN_TIME}),
    "storage null": ({"storageProfile": None, "instanceView": RUNNING}, BODY),
    "OS disk null":
        ({"storageProfile": {"osDisk": None}, "instanceView": RUNNING}, {"os", "disks"}),
    "OS type in upper case":
        ({"storageProfile": {"osDisk": {"osType": "WINDOWS"}}, "instanceView": RUNNING}, set()),
    "OS profile null":
        ({"storageProfile": {"osDisk": {"osType": "Linux"}, "dataDisks": []}, "osProfile": None,
          "instanceView": RUNNING},
         set()),
    "OS type only by the OS profile":
        ({"storageProfile": {"osDisk": {}, "dataDisks": [{}]}, "instanceView": RUNNING,
          "osProfile": {"windowsConfiguration": {}, "linuxConfiguration": None}},
         set()),
}  # fmt: skip


@pytest.mark.parametrize(("properties", "gaps"), VM_PARTS.values(), ids=VM_PARTS)
def test_vm_with_missing_parts(properties: dict[str, object], gaps: set[str]) -> None:
    content = {"id": f"{GROUP}/providers/m/v/a", "tags": None, "properties": properties}
    record = decode_record(json.dumps(content).encode(), VirtualMachine)
    [vm] = joined([record], views=[record])
    missing = {fact for fact, value in vm.seen.items() if isinstance(value, Gap)}
    # Azure Monitor was not asked.
    assert missing == {*gaps, "provisioning", "guest_load"}


ARM = "https://arm.example"
SIGN_IN = {"loginEndpoint": "https://login.example/", "audiences": ["https://audience.example"]}
OURS = {"name": "Ours", "resourceManager": f"{ARM}/", "authentication": SIGN_IN}
THEIRS = {**OURS, "name": "Theirs", "resourceManager": "https://other.example/"}
CLOUDS: dict[str, tuple[object, str]] = {
    "object": (OURS, "Ours"),
    "object without name": ({"authentication": SIGN_IN}, "custom"),
    "object with nulls": ({**OURS, "name": None, "resourceManager": None}, "custom"),
    "list of one": ([{**OURS, "resourceManager": None}], "Ours"),
    "list of several": ([THEIRS, OURS], "Ours"),
    "several audiences": (
        {**OURS, "authentication": {**SIGN_IN, "audiences": ["https://audience.example", "b"]}},
        "Ours",
    ),
}


@pytest.mark.parametrize("kind", CLOUDS)
async def test_discovery(kind: str) -> None:
    content, name = CLOUDS[kind]
    door = Door(answer(content))
    cloud = await discover(f"{ARM}/", door.transport)
    assert (cloud.name, cloud.endpoint, cloud.authority) == (name, ARM, "https://login.example")
    assert cloud.token_scope == "https://audience.example/.default"
    assert not cloud.instance_discovery
    [asked] = door.azure.asked
    assert (asked.path, asked.host) == ("/metadata/endpoints", "arm.example")
    assert "authorization" not in asked.headers


NO_CLOUDS: dict[str, tuple[object, int, str]] = {
    "no JSON": (b"<html>", 200, "does not describe an Azure cloud"),
    "nothing": (b"", 200, "does not describe an Azure cloud"),
    "no UTF-8": (b'{"name": "\xff"}', 200, "does not describe an Azure cloud"),
    "null": (None, 200, "does not describe an Azure cloud"),
    "empty list": ([], 200, "does not describe an Azure cloud"),
    "no authentication": ({"name": "X"}, 200, "does not describe an Azure cloud"),
    "authentication null": ({"authentication": None}, 200, "does not describe an Azure cloud"),
    "no audiences": (
        {"authentication": {"loginEndpoint": "https://l"}}, 200, "does not describe an Azure cloud",
    ),
    "audiences empty": (
        {"authentication": {**SIGN_IN, "audiences": []}}, 200, "does not describe an Azure cloud",
    ),
    "audiences null": (
        {"authentication": {**SIGN_IN, "audiences": None}}, 200, "does not describe an Azure cloud",
    ),
    "several, none ours": ([THEIRS, THEIRS], 200, "several clouds, and none names this endpoint"),
    "404": (OURS, 404, "answered HTTP 404"),
    "503": (OURS, 503, "answered HTTP 503"),
    "302": (OURS, 302, "answered HTTP 302"),
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_CLOUDS)
async def test_discovery_of_no_cloud(kind: str) -> None:
    content, status, says = NO_CLOUDS[kind]
    door = Door(answer(content, status))
    with pytest.raises(EndpointError) as error:
        await discover(ARM, door.transport)
    assert str(error.value).startswith(f"{ARM}/metadata/endpoints?api-version=")
    assert says in str(error.value)
    assert str(error.value).endswith("it must be Azure Resource Manager's own address.")
    assert door.requests == (3 if status == 503 else 1)


async def test_discovery_without_an_answer() -> None:
    with pytest.raises(EndpointError, match=r"^https://arm\.example cannot be reached"):
        await discover(ARM, Door(Response(0, dropped=True)).transport)


@pytest.mark.parametrize(
    "address",
    [
        "http://arm.example",
        "arm.example",
        "https://",
        pytest.param("", id="empty"),
        "ftp://arm.example",
        "https://a/?b=c",
    ],
)
async def test_discovery_only_by_https(address: str) -> None:
    door = Door(answer(OURS))
    with pytest.raises(UsageError, match="is no https address"):
        await discover(address, door.transport)
    assert door.requests == 0


DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    "body", [b'{"error":{"code":"\xff"}}', DEEP], ids=["no UTF-8", "nested too deep"]
)
async def test_an_unreadable_error_shows_its_status(body: bytes) -> None:
    listing = await Door(answer(body, 403)).arm.list_all(calls.DISKS, SCOPE)
    [gap] = listing.gaps
    assert (gap.reason, gap.remedy[:9]) == (Reason.DENIED, "HTTP 403.")


async def test_a_body_nested_too_deep_is_malformed() -> None:
    body = b'{"value":[],"x":' + DEEP
    [gap] = (await Door(answer(body)).arm.list_all(calls.DISKS, SCOPE)).gaps
    assert gap.reason is Reason.FAILED


@pytest.mark.parametrize("wait", ["soon", "nan", "inf", "-1", "1e9"])
async def test_an_invalid_wait_is_ignored(wait: str) -> None:
    door = Door(answer({}, 429, {"retry-after": wait}), answer({"value": [GOOD]}))
    listing = await door.arm.list_all(calls.DISKS, SCOPE)
    assert (ids(listing.records), listing.gaps) == ([GOOD["id"]], ())
