"""Operations that Azure runs in the background: what is polled, and what is not."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import Any

import pytest
from azure.core.pipeline import AsyncPipeline
from azure.core.rest import HttpRequest
from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.asked import options_for
from scanner.arm.call import LongPost, Post
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.arm.errors import ReadOnlyError
from scanner.arm.limits import LIMITS, Limits
from scanner.arm.policies import ReadOnlyPolicy
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.network import IpFlow, NextHop
from scanner.sim.http_messages import Response
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from tests.support.answers import HOST, Canned, answer
from tests.support.snapshots import NOW, SCOPE

WATCHER = ArmId(
    f"{SCOPE}/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/nw"
)
PLACE = f"{HOST}{SCOPE}/providers/Microsoft.Network/locations/westeurope"
RESULT, STATUS = f"{PLACE}/operationResults/1?a=1", f"{PLACE}/operations/1?a=1"
HOP = {"nextHopType": "Internet", "routeTableId": "System Route"}
FOUND = NextHop("Internet", None, "System Route")
RUNNING = {"status": "InProgress"}


def accepted(**links: str) -> Response:
    return answer(None, 202, {name.replace("_", "-"): link for name, link in links.items()})


async def ask(
    *answers: Response, posts: tuple[LongPost[Any], ...] = calls.WATCHER_POSTS
) -> tuple[NextHop | Gap, Canned]:
    azure = Canned(*answers)
    return await asked_of(SimulatedTransport(azure), posts=posts), azure


async def asked_of(
    transport: SimulatedTransport,
    limits: Limits = LIMITS,
    posts: tuple[LongPost[Any], ...] = calls.WATCHER_POSTS,
) -> NextHop | Gap:
    arm = Arm(CLOUDS["public"], SimulatedCredential(), transport, lambda: NOW, posts, limits)
    return await arm.ask_resource(calls.NEXT_HOP, WATCHER, {})


ENDS = {
    "at once": [answer(HOP)],
    "after a poll of its result": [accepted(location=RESULT), answer(None, 202), answer(HOP)],
    "after a poll of its status, with the result elsewhere": [
        accepted(location=RESULT, azure_asyncoperation=STATUS),
        answer(RUNNING), answer({"status": "Succeeded"}), answer(HOP),
    ],
    "with its status": [
        accepted(azure_asyncoperation=STATUS),
        answer(RUNNING), answer({"status": "Succeeded", "properties": HOP}),
    ],
}  # fmt: skip


@pytest.mark.parametrize("answers", ENDS.values(), ids=ENDS)
async def test_a_result(answers: list[Response]) -> None:
    """Track asynchronous Azure operations: ``Location`` and ``Azure-AsyncOperation``."""
    found, azure = await ask(*answers)
    assert found == FOUND
    assert [request.method for request in azure.asked] == ["POST", *["GET"] * (len(answers) - 1)]


PACES: dict[str, tuple[dict[str, str], float]] = {
    "not asked for": ({}, 2),
    "shorter": ({"retry-after": "0.001"}, 2),
    "longer": ({"retry-after": "7"}, 7),
    "no date": ({"retry-after": "Thu, 32 Foo"}, 2),
    "no number": ({"x-ms-retry-after-ms": "abc"}, 2),
    "below zero": ({"retry-after": "-5"}, 2),
}


@pytest.mark.parametrize(("headers", "pause"), PACES.values(), ids=PACES)
async def test_the_pause_between_polls(headers: dict[str, str], pause: float) -> None:
    """As long as an answer asks, and never less than the pause of the limits."""
    azure = Canned(accepted(location=RESULT), answer(None, 202, headers), answer(HOP))
    transport = SimulatedTransport(azure)
    assert await asked_of(transport) == FOUND
    assert transport.sleeps == [pause]


async def test_a_number_of_polls_ends_it() -> None:
    """Even where no time passes: the limit of time is 120 seconds."""
    azure = Canned(accepted(location=RESULT), *[answer(None, 202)] * 10, answer(HOP))
    found = await asked_of(SimulatedTransport(azure), replace(LIMITS, polls=5))
    assert isinstance(found, Gap)
    assert "did not end in 5 polls" in found.remedy
    assert len(azure.asked) == 1 + 6


async def test_no_remedy_has_the_body_of_an_answer() -> None:
    found, _ = await ask(accepted(azure_asyncoperation=STATUS), answer({"state": "secret"}))
    assert isinstance(found, Gap)
    assert "as no document says" in found.remedy
    assert "secret" not in found.remedy


FAILURES: dict[str, tuple[list[Response], str]] = {
    "its status says so": (
        [accepted(azure_asyncoperation=STATUS),
         answer({"status": "Failed", "error": {"code": "OperationNotAllowed"}})],
        "ended as failed (OperationNotAllowed)",
    ),
    "its result says so": (
        [accepted(location=RESULT), answer({"error": {"code": "Conflict"}}, 409)],
        "HTTP 409 Conflict",
    ),
    "no link": ([accepted()], "without a link to poll"),
    "no result": (
        [accepted(azure_asyncoperation=STATUS), answer({"status": "Succeeded"})],
        "not what ARM documents",
    ),
    "a result that is no object": ([answer([HOP])], "not what ARM documents"),
    "a result that is no JSON": ([answer(b"<html>")], "not what ARM documents"),
    "an odd member": ([answer({"nextHopType": 5})], "not what ARM documents"),
    "it never ends": ([accepted(location=RESULT), answer(RUNNING, 202)], "did not end in 120 sec"),
    "a long wait": (
        [accepted(location=RESULT), answer(None, 202, {"retry-after": "3600"}), answer(HOP)],
        "did not end in 120 sec",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("answers", "says"), FAILURES.values(), ids=FAILURES)
async def test_a_failure_is_a_gap(answers: list[Response], says: str) -> None:
    found, _ = await ask(*answers)
    assert isinstance(found, Gap)
    assert (found.reason, found.scope) == (Reason.FAILED, WATCHER.text)
    assert says in found.remedy


async def test_a_refusal_names_the_right_that_reader_lacks() -> None:
    refused = answer({"error": {"code": "AuthorizationFailed"}}, 403)
    found, azure = await ask(refused)
    assert isinstance(found, Gap)
    assert found.reason is Reason.DENIED
    assert f"Grant {calls.NEXT_HOP.action} on {WATCHER}, then" in found.remedy
    assert {request.method for request in azure.asked} == {"POST"}


async def test_a_refused_poll_names_its_own_rights() -> None:
    refused = answer({"error": {"code": "AuthorizationFailed"}}, 403)
    found, _ = await ask(accepted(location=RESULT), refused)
    assert isinstance(found, Gap)
    assert found.reason is Reason.DENIED
    for action in ("operations/read", "operationResults/read"):
        assert f"Microsoft.Network/locations/{action}" in found.remedy
    assert "nextHop/action" not in found.remedy


FOREIGN = {
    "another host": RESULT.replace("management.azure.com", "elsewhere.example"),
    "a longer host": RESULT.replace("azure.com", "azure.com.elsewhere.example"),
    "ARM as user": RESULT.replace("azure.com", "azure.com@elsewhere.example"),
    "another port": RESULT.replace("azure.com", "azure.com:8443"),
    "no TLS": RESULT.replace("https:", "http:"),
    "another subscription": RESULT.replace(SCOPE.text, f"{SCOPE.text[:-1]}9"),
    "another provider": RESULT.replace("Microsoft.Network", "Microsoft.Compute"),
    "another type": RESULT.replace("/locations/", "/virtualNetworks/"),
    "a path that goes up": RESULT.replace("westeurope/", "westeurope/../../../"),
    "a path that goes up in escapes": RESULT.replace("westeurope/", "x/%2e%2e/%2e%2e/"),
    "a name in braces": f"{RESULT}&to={{endpoint}}",
    "a long one": f"{RESULT}&x={'x' * 9000}",
    "a path that goes up in escapes of escapes": RESULT.replace("westeurope/", "x/%252e%252e/"),
    "a path that goes up behind a semicolon": RESULT.replace("westeurope", "..;"),
    "a backslash": RESULT.replace("westeurope", "x\\..\\.."),
    "a tab": RESULT.replace("westeurope", "west\teurope"),
    "a space": f"{RESULT}&x=a b",
    "a name that is not ASCII": RESULT.replace("westeurope", "westeuropé"),
    "no operation": RESULT.replace("operationResults", "virtualNetworks"),
    "what is below a result": RESULT.replace("/1?", "/1/more?"),
    "an operation without an id": RESULT.replace("/1?", "?"),
    "no location": RESULT.replace("/westeurope", ""),
    "no URL": "elsewhere",
}


@pytest.mark.parametrize("header", ["location", "azure_asyncoperation"])
@pytest.mark.parametrize("link", FOREIGN.values(), ids=FOREIGN)
async def test_a_poll_elsewhere_is_not_sent(header: str, link: str) -> None:
    """As with the pages of a listing, the token goes to Resource Manager's own host alone."""
    found, azure = await ask(accepted(**{header: link}), answer(HOP))
    assert isinstance(found, Gap)
    assert [request.method for request in azure.asked] == ["POST"]


async def test_a_later_answer_may_not_lead_elsewhere() -> None:
    moved = answer(None, 202, {"location": FOREIGN["another host"]})
    found, azure = await ask(accepted(location=RESULT), moved, answer(HOP))
    assert isinstance(found, Gap)
    assert {request.host for request in azure.asked} == {"management.azure.com"}
    assert len(azure.asked) == 2


async def test_it_is_not_sent_unless_the_user_opted_in() -> None:
    for posts in ((), (calls.IP_FLOW,)):
        found, azure = await ask(answer(HOP), posts=posts)
        assert isinstance(found, Gap)
        assert "only GET may leave" in found.remedy
        assert azure.asked == []


async def test_the_question_is_the_body() -> None:
    azure = Canned(answer({"access": "Deny", "ruleName": "securityRules/r"}))
    arm = Arm(CLOUDS["public"], SimulatedCredential(), SimulatedTransport(azure), lambda: NOW,
              posts=calls.WATCHER_POSTS)  # fmt: skip
    found = await arm.ask_resource(calls.IP_FLOW, WATCHER, {"direction": "Outbound"})
    assert found == IpFlow("Deny", "securityRules/r")
    assert json.loads(azure.asked[0].body) == {"direction": "Outbound"}


SENT = {
    f"{WATCHER}/nextHop": True,
    f"{WATCHER}/ipFlowVerify": True,
    f"{WATCHER}/NEXTHOP": True,
    f"{WATCHER}/topology": False,
    f"{WATCHER}/packetCaptures/nextHop": False,
    f"{SCOPE}/providers/Microsoft.Network/nextHop": False,
    f"{SCOPE}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/nextHop": False,
    f"{SCOPE}/resourceGroups/g/providers/Microsoft.Other/networkWatchers/nw/nextHop": False,
    f"{WATCHER}/nextHop/start": False,
}


@pytest.mark.parametrize(("path", "is_sent"), SENT.items(), ids=lambda value: str(value)[-40:])
async def test_a_post_is_allowed_by_its_action(path: str, is_sent: bool) -> None:
    """A path may end with the word, and be another action."""
    azure = Canned(answer({}))
    actions = [post.action for post in calls.WATCHER_POSTS]
    pipeline = AsyncPipeline(SimulatedTransport(azure), [_Asking(actions)])
    with nullcontext() if is_sent else pytest.raises(ReadOnlyError):
        await pipeline.run(HttpRequest("POST", f"{HOST}{path}"))
    assert bool(azure.asked) is is_sent


class _Asking(ReadOnlyPolicy):
    async def send(self, request: Any) -> Any:
        request.context["asked"] = options_for(calls.NEXT_HOP, WATCHER, 30)["asked"]
        return await super().send(request)


def test_the_posts_of_each_command() -> None:
    """No command may send another one's."""
    own: list[tuple[Post[Any] | LongPost[Any], ...]] = [calls.POSTS, calls.WATCHER_POSTS]
    every = [post.action for posts in own for post in posts]
    assert len(every) == len(set(every)) == 4
    assert all(action.endswith("/action") for action in every)
