"""Readers of a simulated ARM, and recorded answers to compare its answers with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.compute.aio import ComputeManagementClient

from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import Request, Response
from scanner.sim.resource_types import versions_of
from scanner.sim.targets import target_of
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import Subscription

API = "api-version=2024-11-01"
VMS = "providers/Microsoft.Compute/virtualMachines"


class Ask:
    """Sends requests to a simulated ARM without any client."""

    def __init__(self, arm: SimulatedArm) -> None:
        self.arm = arm

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Response:
        """The answer for a path or URL; an api-version is added if it has none."""
        request = Request.get(versioned(path), **headers)
        return self.arm.answer(
            Request(method, request.path, request.query, request.headers, host=request.host)
        )

    def json(self, path: str) -> Any:
        """The body of a successful answer."""
        response = self(path)
        assert response.status == 200, response
        return response.json()


def versioned(path: str) -> str:
    """The path with an api-version that its resource type has, unless it has one."""
    if "api-version=" in path.lower():
        return path
    plain, _, query = path.partition("?")
    versions = versions_of(target_of(urlsplit(plain).path).type) or ("2024-11-01",)
    return f"{plain}?{query}{'&' if query else ''}api-version={versions[0]}"


class Client:
    """A typed compute client over the in-process transport."""

    def __init__(self, arm: SimulatedArm, subscription: Subscription) -> None:
        self.transport = SimulatedTransport(arm)
        self.credential = SimulatedCredential()
        self.compute = ComputeManagementClient(
            self.credential, subscription.subscription_id, transport=self.transport
        )

    async def send(self, path: str) -> AsyncHttpResponse:
        request = HttpRequest("GET", versioned(path))
        response: AsyncHttpResponse = await self.compute.send_request(request)
        return response


def recording(name: str) -> Any:
    """The response of a recorded exchange."""
    path = Path(__file__).parents[1] / "sim" / "recorded" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))["response"]


def pages(ask: Ask, path: str) -> list[dict[str, Any]]:
    """All pages of a listing."""
    found = [ask.json(path)]
    while found[-1].get("nextLink"):
        found.append(ask.json(found[-1]["nextLink"]))
    return found


def error(ask: Ask, path: str, status: int) -> tuple[str, str]:
    """Code and message of an error answer."""
    response = ask(path)
    assert response.status == status
    body: Any = response.json()
    return body["error"]["code"], body["error"]["message"]


def missing(recorded: Any, answer: Any, optional: set[str]) -> set[str]:
    """The recorded members that the answer lacks, except those below an optional one."""
    lacking = _members(recorded) - _members(answer)
    return {path for path in lacking if not path.startswith(tuple(optional))}


def _members(value: Any, prefix: str = "") -> set[str]:
    """All member paths of a body; a list counts as its first element."""
    if isinstance(value, list):
        return _members(value[0], prefix) if value else set()
    if not isinstance(value, dict):
        return {prefix}
    found = {prefix} if prefix else set()
    for key, member in value.items():
        found |= _members(member, f"{prefix}.{key}" if prefix else key)
    return found
