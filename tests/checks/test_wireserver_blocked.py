"""wireserver-blocked: facts and verdicts.

Network security groups overview (2025-07-15), "Azure platform considerations": groups do not apply
to 168.63.129.16 unless a rule names the tag of a platform service. The agent uses TCP 80 and 32526,
to which by "What is IP address 168.63.129.16?" (2023-03-30) they never apply.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.network import Network
from scanner.inventory.gap import Gap
from scanner.inventory.records.network import (
    NetworkSecurityGroup,
    Route,
    RouteProperties,
    RouteTable,
    RouteTableProperties,
    SecurityGroupProperties,
    SecurityRule,
)
from tests.support.facts import GROUP, NIC, NSG, gap, network, nsg, outbound, vm
from tests.support.security_rules import ANY, rule
from tests.support.verdicts import cites, evidence, judge, verdict_of, worst

CAUSE = "wireserver-blocked"
UNREAD = gap("network")


def denied(to: str, **members: Any) -> Network:
    """A NIC whose group has one rule."""
    properties = rule(destination_address_prefix=to, **members).properties
    assert properties
    return network(nsg(properties))


NOWHERE = RouteTable(
    id=ArmId(f"{GROUP}/providers/Microsoft.Network/routeTables/rt"),
    properties=RouteTableProperties(
        (Route(None, "all", RouteProperties("0.0.0.0/0", "None", None)),)
    ),
)
CASES: dict[str, tuple[Network | Gap, str]] = {
    "no security group": (network(), "clear"),
    "all is denied": (network(nsg(outbound("Deny", 100, "*"))), "clear"),
    "the address is denied": (denied("168.63.129.16"), "clear"),
    "the tag of DNS is denied": (denied("AzurePlatformDNS"), "possible"),
    "in another casing": (denied("azureplatformdns"), "possible"),
    "the tag of the metadata service is denied": (denied("AzurePlatformIMDS"), "possible"),
    "the tag of licensing is denied": (denied("AzurePlatformLKM"), "possible"),
    "the tag of Storage is denied": (denied("Storage"), "clear"),
    "a tag of no documented service": (denied("AzurePlatformNew"), "unknown (not-recorded)"),
    "a malformed prefix": (denied("10.0.0.0/33"), "unknown (not-recorded)"),
    "no destination": (denied(""), "unknown (not-recorded)"),
    "a rule without members":
        (network(NetworkSecurityGroup(id=NSG, properties=SecurityGroupProperties(
            (SecurityRule(None, "rule-1", None),), ()))), "unknown (not-recorded)"),
    "some source ports": (denied("AzurePlatformDNS", source_port_range="50000-51000"), "possible"),
    "a route to nowhere": (network(routes=NOWHERE), "clear"),
    "a private subnet": (network(private=True), "clear"),
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
    "NIC denies, subnet unread":
        (network(denied("AzurePlatformDNS").nic.association.group, subnet=UNREAD), "possible"),
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


@pytest.mark.parametrize(
    ("level", "on"), [("NIC", "web-01VMNic"), ("subnet", "default")], ids=["NIC", "subnet"]
)
def test_the_proof(level: str, on: str) -> None:
    """Target, rule, group, level and interface, in message and evidence. The rule is the root."""
    group = denied("AzurePlatformDNS", destination_port_range="32526").nic.association.group
    facts = network(group) if level == "NIC" else network(on_subnet=group)
    finding = worst(judge(CAUSE, "current", vm(network=facts)))
    assert finding.message == (
        "168.63.129.16 cannot be reached over TCP 32526 from the NIC web-01VMNic, by rule rule-1"
        f" (priority 100) of nsg-web on the {level} {on}. The documents disagree on it."
    )
    shown = evidence(finding)
    assert shown[0] == ("rule-1", "properties.access", f"Deny, priority 100, on the {level} {on}")
    assert shown[-1] == ("web-01", "properties.networkProfile.networkInterfaces", NIC.text)
    assert finding.roots == (ArmId(f"{NSG}/securityRules/rule-1"),)


def test_an_earlier_rule_allows_it() -> None:
    allow = rule(**ANY | {"access": "Allow", "destination_address_prefix": "AzurePlatformDNS"})
    deny = rule(priority=200, destination_address_prefix="AzurePlatformDNS")
    assert allow.properties
    assert deny.properties
    facts = network(nsg(allow.properties, deny.properties))
    assert verdict_of(judge(CAUSE, "current", vm(network=facts))) == "clear"
