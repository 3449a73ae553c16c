"""Azure's answers about one address of a target, compared with configuration."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.records.network import IpFlow, NextHop
from scanner.network.azure_view import AzureAnswer, answer, questions
from scanner.network.target import storage_of
from tests.support.facts import VM_ID
from tests.support.ways import ALL, DENY, ENDPOINT, FAR, network, on_nic, table

HOP, FLOW = NextHop("Internet", None, "System Route"), IpFlow("Allow", "securityRules/r")


def asked(facts: Any, hop: NextHop = HOP, flow: IpFlow = FLOW) -> AzureAnswer:
    target = storage_of("westeurope")
    found = questions(VM_ID, facts, target)
    assert not isinstance(found, str)
    return answer(facts, target, found[0], hop, flow)


def test_the_tags_of_the_target_hold_for_one_address_of_it() -> None:
    """A target that is a service has no part in another service's tag, nor has its address."""
    of_sql = DENY | {"priority": 100, "destination_address_prefix": "Sql"}
    found = asked(network(on_nic(of_sql, {"access": "Allow", "priority": 200})))
    assert (found.our_access, found.our_next_hop) == ("Allow", "Internet")
    assert found.differs == ()


def test_an_endpoint_of_the_region_leads_to_one_address_of_it() -> None:
    facts = network(routes=table((ALL, FAR, "10.1.0.9")), endpoint=ENDPOINT)
    found = asked(facts, NextHop("VirtualNetworkServiceEndpoint"))
    assert found.our_next_hop == "VirtualNetworkServiceEndpoint"
    assert found.differs == ()


@pytest.mark.parametrize(
    ("hop", "flow", "missing"),
    [
        (HOP, FLOW, []),
        (NextHop(), FLOW, ["nextHopType"]),
        (HOP, IpFlow(), ["access"]),
        (NextHop(), IpFlow(), ["nextHopType", "access"]),
    ],
    ids=["both", "no next hop", "no access", "neither"],
)
def test_a_result_without_its_answer_is_unanswered(
    hop: NextHop, flow: IpFlow, missing: list[str]
) -> None:
    found = asked(network(), hop, flow)
    assert [text.split(" has no ")[1] for text in found.unanswered] == [
        f"{member}. Ask again." for member in missing
    ]
