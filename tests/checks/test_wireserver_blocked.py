"""wireserver-blocked: facts and verdicts.

Network security groups overview (2025-07-15), "Azure platform considerations": groups do not apply
to 168.63.129.16 unless a rule names the tag of a platform service. The agent uses TCP 80 and 32526.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.facts.network import Network
from scanner.inventory.gap import Gap
from tests.support.facts import gap, network, nsg, outbound, vm
from tests.support.security_rules import ANY, rule
from tests.support.verdicts import cites, judge, verdict_of, worst

CAUSE = "wireserver-blocked"
UNREAD = gap("network")


def denied(to: str, **members: Any) -> Network:
    """A NIC whose group has one rule."""
    properties = rule(destination_address_prefix=to, **members).properties
    assert properties
    return network(nsg(properties))


CASES: dict[str, tuple[Network | Gap, str]] = {
    "no security group": (network(), "clear"),
    "all is denied": (network(nsg(outbound("Deny", 100, "*"))), "clear"),
    "the address is denied": (denied("168.63.129.16"), "clear"),
    "the tag of DNS is denied": (denied("AzurePlatformDNS"), "possible"),
    "in another casing": (denied("azureplatformdns"), "possible"),
    "the tag of the metadata service is denied": (denied("AzurePlatformIMDS"), "possible"),
    "one port of two": (denied("AzurePlatformDNS", destination_port_range="32526"), "possible"),
    "the port of DNS": (denied("AzurePlatformDNS", destination_port_range="53"), "clear"),
    "UDP": (denied("AzurePlatformDNS", protocol="Udp"), "clear"),
    "inbound": (denied("AzurePlatformDNS", direction="Inbound"), "clear"),
    "the tag is allowed": (denied("AzurePlatformDNS", access="Allow"), "clear"),
    "another source": (denied("AzurePlatformDNS", source_address_prefix="10.9.0.0/16"), "clear"),
    "on the subnet": (network(on_subnet=denied("AzurePlatformDNS").nic.association.group),
                      "possible"),
    "an unknown access": (denied("AzurePlatformDNS", access="Audit"), "unknown (not-recorded)"),
    "NIC's group unread": (network(on_nic=UNREAD), "unknown (denied)"),
    "subnet unread": (network(subnet=UNREAD), "unknown (denied)"),
    "NIC unread": (network(nic=UNREAD), "unknown (denied)"),
    "network unread": (UNREAD, "unknown (denied)"),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "then"), CASES.values(), ids=CASES)
def test_verdict(facts: Network | Gap, then: str) -> None:
    judged = judge(CAUSE, "current", vm(network=facts))
    assert verdict_of(judged) == then
    if then == "possible":
        assert cites(judged, "current")
        assert [root.name for root in worst(judged).roots] == ["rule-1"]


def test_an_earlier_rule_allows_it() -> None:
    allow = rule(**ANY | {"access": "Allow", "destination_address_prefix": "AzurePlatformDNS"})
    deny = rule(priority=200, destination_address_prefix="AzurePlatformDNS")
    assert allow.properties
    assert deny.properties
    facts = network(nsg(allow.properties, deny.properties))
    assert verdict_of(judge(CAUSE, "current", vm(network=facts))) == "clear"
