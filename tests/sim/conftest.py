"""A small world and the doors to it."""

import json
from pathlib import Path
from typing import Any

import pytest
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.compute.aio import ComputeManagementClient

from scanner.sim.arm import SimulatedArm
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.wire import Request, Response
from scanner.sim.world import Group, Subscription, World

API = "api-version=2024-11-01"
VMS = "providers/Microsoft.Compute/virtualMachines"


class Ask:
    """Asks a simulated ARM directly, by path."""

    def __init__(self, arm: SimulatedArm) -> None:
        self.arm = arm

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Response:
        url = path if "?" in path else f"{path}?{API}"
        asked = Request.get(url, **headers)
        return self.arm.answer(
            Request(method, asked.path, asked.query, asked.headers, host=asked.host)
        )

    def json(self, path: str) -> Any:
        response = self(path)
        assert response.status == 200, response
        return response.json()


class Client:
    """A typed compute client over the in-process door."""

    def __init__(self, arm: SimulatedArm, subscription: Subscription) -> None:
        self.transport = SimulatedTransport(arm)
        self.credential = SimulatedCredential()
        self.compute = ComputeManagementClient(
            self.credential, subscription.subscription_id, transport=self.transport
        )

    async def send(self, path: str) -> AsyncHttpResponse:
        response: AsyncHttpResponse = await self.compute.send_request(HttpRequest("GET", path))
        return response


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def prod(world: World) -> Subscription:
    return world.subscription("prod")


@pytest.fixture
def web(prod: Subscription) -> Group:
    return prod.group("rg-web")


@pytest.fixture
def arm(world: World) -> SimulatedArm:
    return SimulatedArm(world, page_size=2)


@pytest.fixture
def ask(arm: SimulatedArm) -> Ask:
    return Ask(arm)


def recording(name: str) -> Any:
    """The response of a recorded exchange."""
    path = Path(__file__).with_name("recorded") / f"{name}.json"
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
