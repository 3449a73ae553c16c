"""Resource Graph of the simulated Azure: queries that are answered, and those that are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import SIMULATED_TOKEN, Request, Response
from scanner.sim.world import World
from tests.support.simulated_arm import recording

PATH = "/providers/Microsoft.ResourceGraph/resources"


def world() -> World:
    grown = World()
    for name, vms in (("prod", 2), ("test", 1)):
        group = grown.subscription(name).group("RG-Web")
        for number in range(vms):
            group.vm(f"{name}-{number}")
    grown.subscriptions[0].lock("keep", on=grown.subscriptions[0].id)
    return grown


def query(asked: World, text: str, **others: Any) -> Response:
    body = json.dumps({"query": text, **others}).encode()
    headers = {"authorization": f"Bearer {SIMULATED_TOKEN}"}
    version = {"api-version": "2021-03-01"}
    return SimulatedArm(asked).answer(Request("POST", PATH, version, headers, body))


def rows(asked: World, text: str, **others: Any) -> Any:
    response = query(asked, text, **others)
    assert response.status == 200
    body: Any = response.json()
    assert body["count"] == len(body["data"])
    return body["data"]


VMS = "Resources | where type =~ 'Microsoft.Compute/virtualMachines'"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(f"{VMS} | project name", ["prod-0", "prod-1", "test-0"], id="where"),
        pytest.param(f"{VMS} | project name | take 1", ["prod-0"], id="take"),
        pytest.param(f"{VMS} | where name == 'test-0' | project name", ["test-0"], id="a name"),
        pytest.param(
            f"{VMS} | project name | where name !~ 'PROD-0'", ["prod-1", "test-0"], id="not"
        ),
        pytest.param(f"{VMS} | where resourceGroup in~ ('rg-web') | count", [3], id="count"),
        pytest.param(
            "resourcecontainers | where name =~ 'prod' | project name", ["prod"], id="own"
        ),
        pytest.param("authorizationresources | project name", ["keep"], id="locks"),
    ],
)
def test_queries(text: str, found: list[object]) -> None:
    assert [value for row in rows(world(), text) for value in row.values()] == found


def test_numbers_by_subscription() -> None:
    text = (
        "resources | union (authorizationresources) | summarize vms = countif(type =~"
        " 'microsoft.compute/virtualmachines'), all = count() by subscriptionId"
    )
    asked = world()
    by_id = {row["subscriptionId"]: row["vms"] for row in rows(asked, text)}
    assert by_id == {entry.subscription_id: len(entry.vms) for entry in asked.subscriptions}
    ids = [asked.subscriptions[1].subscription_id]
    assert len(rows(asked, text, subscriptions=ids)) == 1


def test_an_answer_that_is_cut_says_so() -> None:
    body: Any = query(world(), VMS, options={"$top": 2}).json()
    numbers = (body["totalRecords"], body["count"], body["resultTruncated"])
    assert numbers == (3, 2, "true")


@pytest.mark.parametrize("text", ["project id | where where", "nothing | count", "resources | mv"])
def test_a_query_that_cannot_be_read(text: str) -> None:
    """As it was recorded."""
    response, recorded = query(world(), text), recording("graph_invalid_query")
    body: Any = response.json()
    assert response.status == recorded["status"]
    assert body["error"]["code"] == recorded["body"]["error"]["code"]
    assert body["error"]["details"][0] == recorded["body"]["error"]["details"][0]
