"""vm-no-internet-access: facts and verdicts; how the network decides is tested in tests/network."""

from typing import Any

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Reason
from scanner.inventory.records.network import (
    Route,
    RouteProperties,
    RouteTable,
    RouteTableProperties,
)
from tests.support.facts import (
    EDITIONS,
    GROUP,
    NIC,
    NSG,
    SUBNET,
    classic_vm,
    gap,
    network,
    nsg,
    outbound,
    vm,
)
from tests.support.verdicts import cites, evidence, is_found, told, verdict, worst

CAUSE = "vm-no-internet-access"
TABLE = ArmId(f"{GROUP}/providers/Microsoft.Network/routeTables/rt-hub")
DENY = nsg(outbound("Deny", 4096, "Internet"))
HALF = nsg(outbound("Deny", 100, "0.0.0.0/1"), outbound("Allow", 4096, "*"))
OPEN = nsg(outbound("Allow", 100, "Storage"), outbound("Deny", 4096, "*"))
UNREAD = gap("network")
UNKNOWN = "unknown (denied)"


def routes(kind: str, address: str | None = None) -> RouteTable:
    to = RouteProperties("0.0.0.0/0", kind, address)
    return RouteTable(
        id=TABLE,
        properties=RouteTableProperties((Route(ArmId(f"{TABLE}/routes/all"), "all", to),)),
    )


APPLIANCE = routes("VirtualAppliance", "10.20.9.4")


@pytest.mark.parametrize(
    ("facts", "then", "decided"),
    [
        (network(), "clear", None),
        (network(OPEN, OPEN), "clear", None),
        (network(DENY), "applies", ["rule-1"]),
        (network(on_subnet=DENY), "applies", ["rule-1"]),
        (network(OPEN, DENY), "applies", ["rule-1"]),
        (network(DENY, OPEN), "applies", ["rule-1"]),
        (network(HALF), "possible", ["rule-1"]),
        (network(nsg()), "applies", ["nsg-web"]),  # not even the defaults: it ends with a denial
        (network(routes=routes("None")), "applies", ["all"]),
        (network(routes=APPLIANCE), "possible", ["all"]),
        (network(routes=routes("VirtualNetworkGateway")), "possible", ["all"]),
        (network(on_nic=DENY, routes=APPLIANCE), "applies", ["rule-1"]),
        (network(private=True), "possible", ["default"]),
        (network(on_nic=UNREAD), UNKNOWN, None),
        (network(on_subnet=UNREAD), UNKNOWN, None),
        (network(routes=UNREAD), UNKNOWN, None),
        (network(subnet=UNREAD), UNKNOWN, None),
        (network(nic=UNREAD), UNKNOWN, None),
        (network(location=UNREAD), UNKNOWN, None),
        (network(on_nic=DENY, on_subnet=UNREAD), "applies", ["rule-1"]),
        (network(on_nic=DENY, routes=UNREAD), "applies", ["rule-1"]),
        (network(on_nic=DENY, subnet=UNREAD), "applies", ["rule-1"]),
        (network(on_nic=UNREAD, on_subnet=DENY), "applies", ["rule-1"]),
        (network(on_nic=UNREAD, routes=APPLIANCE), "possible", ["all"]),
        (gap("network", Reason.FAILED), "unknown (failed)", None),
    ],
)
def test_2018_and_withdrawn_since(facts: Any, then: str, decided: list[str] | None) -> None:
    """The article of 2018 asks for internet access; the support matrix does not any more."""
    stands = verdict(CAUSE, "2018-01", vm(network=facts))
    assert told(stands) == then
    now = verdict(CAUSE, "current", vm(network=facts))
    if is_found(stands):
        assert cites(stands, "2018-01")
        assert [root.name for root in worst(stands).roots] == decided
        assert now.superseded is not None
        assert (now.superseded.edition, str(now.superseded.verdict)) == ("2018-01", then)
    elif now.verdict.name == "CLEAR":
        assert now.superseded is None


@pytest.mark.parametrize("facts", [network(), network(DENY), network(on_nic=UNREAD)])
def test_not_required_today(facts: Any) -> None:
    stands = verdict(CAUSE, "current", vm(network=facts))
    assert told(stands) == "clear"
    assert cites(stands, "current")


@pytest.mark.parametrize(
    ("facts", "level", "on"),
    [(network(DENY), "NIC", NIC), (network(on_subnet=DENY), "subnet", SUBNET)],
)
def test_evidence_names_rule_group_priority_and_level(facts: Any, level: str, on: ArmId) -> None:
    finding = worst(verdict(CAUSE, "2018-01", vm(network=facts)))
    decided = ("rule-1", "properties.access", f"Deny, priority 4096, on the {level} {on.name}")
    assert evidence(finding)[0] == decided
    assert finding.evidence[0].id == ArmId(f"{NSG}/securityRules/rule-1")
    for word in ("rule-1", "priority 4096", "nsg-web", f"the {level} {on.name}", "TCP 443"):
        assert word in finding.message


@pytest.mark.parametrize("edition", EDITIONS)
def test_not_about_classic_vms(edition: str) -> None:
    assert told(verdict(CAUSE, edition, classic_vm())) == "not-applicable"
