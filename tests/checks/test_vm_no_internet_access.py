"""vm-no-internet-access: facts and verdicts; how the network decides is tested in tests/network."""

import pytest
from msgspec.structs import replace

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.network import Network
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.network import (
    Route,
    RouteProperties,
    RouteTable,
    RouteTableProperties,
    SecurityRuleProperties,
)
from tests.support.facts import (
    EDITIONS,
    GROUP,
    NIC,
    SUBNET,
    classic_vm,
    gap,
    network,
    nsg,
    outbound,
    vm,
)
from tests.support.verdicts import cites, evidence, is_found, judge, verdict_of, worst

CAUSE = "vm-no-internet-access"
TABLE = ArmId(f"{GROUP}/providers/Microsoft.Network/routeTables/rt-hub")
DENY = nsg(outbound("Deny", 4096, "Internet"))
HALF = nsg(outbound("Deny", 100, "0.0.0.0/1"), outbound("Allow", 4096, "*"))
HALF_DENIED = (outbound("Deny", 110, "0.0.0.0/1"), outbound("Allow", 4096, "*"))
OPEN = nsg(outbound("Allow", 100, "Storage"), outbound("Deny", 4096, "*"))
UNREAD = gap("network")
UNKNOWN = "unknown (denied)"


def routes(kind: str, address: str | None = None) -> RouteTable:
    to = RouteProperties("0.0.0.0/0", kind, address)
    return RouteTable(
        id=TABLE,
        properties=RouteTableProperties((Route(f"{TABLE}/routes/all", "all", to),)),
    )


APPLIANCE = routes("VirtualAppliance", "10.20.9.4")


CASES: dict[str, tuple[Network | Gap, str, list[str] | None]] = {
    "no security group": (network(), "clear", None),
    "storage allowed on both levels": (network(OPEN, OPEN), "clear", None),
    "NIC denies": (network(DENY), "applies", ["rule-1"]),
    "subnet denies": (network(on_subnet=DENY), "applies", ["rule-1"]),
    "NIC allows, subnet denies": (network(OPEN, DENY), "applies", ["rule-1"]),
    "NIC denies, subnet allows": (network(DENY, OPEN), "applies", ["rule-1"]),
    "NIC denies half of the internet": (network(HALF), "possible", ["rule-1"]),
    # Without even the default rules a group ends with a denial.
    "group without a rule": (network(nsg()), "applies", ["nsg-web"]),
    "route to nowhere": (network(routes=routes("None")), "applies", ["all"]),
    "route to an appliance": (network(routes=APPLIANCE), "possible", ["all"]),
    "route to a gateway": (network(routes=routes("VirtualNetworkGateway")), "possible", ["all"]),
    "NIC denies, route to an appliance":
        (network(on_nic=DENY, routes=APPLIANCE), "applies", ["rule-1"]),
    "private subnet": (network(private=True), "possible", ["default"]),
    "NIC's group unread": (network(on_nic=UNREAD), UNKNOWN, None),
    "subnet's group unread": (network(on_subnet=UNREAD), UNKNOWN, None),
    "routes unread": (network(routes=UNREAD), UNKNOWN, None),
    "subnet unread": (network(subnet=UNREAD), UNKNOWN, None),
    "NIC unread": (network(nic=UNREAD), UNKNOWN, None),
    "region unread": (network(location=UNREAD), UNKNOWN, None),
    "NIC denies, subnet's group unread":
        (network(on_nic=DENY, on_subnet=UNREAD), "applies", ["rule-1"]),
    "NIC denies, routes unread": (network(on_nic=DENY, routes=UNREAD), "applies", ["rule-1"]),
    "NIC denies, subnet unread": (network(on_nic=DENY, subnet=UNREAD), "applies", ["rule-1"]),
    "NIC's group unread, subnet denies":
        (network(on_nic=UNREAD, on_subnet=DENY), "applies", ["rule-1"]),
    "NIC's group unread, route to an appliance":
        (network(on_nic=UNREAD, routes=APPLIANCE), "possible", ["all"]),
    "network failed": (gap("network", Reason.FAILED), "unknown (failed)", None),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "then", "decided"), CASES.values(), ids=CASES)
def test_2018_and_withdrawn_since(
    facts: Network | Gap, then: str, decided: list[str] | None
) -> None:
    """The article of 2018 asks for internet access; the support matrix no longer does."""
    judged = judge(CAUSE, "2018-01", vm(network=facts))
    assert verdict_of(judged) == then
    now = judge(CAUSE, "current", vm(network=facts))
    if is_found(judged):
        assert cites(judged, "2018-01")
        assert [root.name for root in worst(judged).roots] == decided
        assert now.superseded is not None
        assert (now.superseded.edition, str(now.superseded.verdict)) == ("2018-01", then)
    elif now.verdict.name == "CLEAR":
        assert now.superseded is None


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(network(), id="no security group"),
        pytest.param(network(DENY), id="NIC denies"),
        pytest.param(network(on_nic=UNREAD), id="NIC's group unread"),
    ],
)
def test_not_required_today(facts: Network) -> None:
    judged = judge(CAUSE, "current", vm(network=facts))
    assert verdict_of(judged) == "clear"
    assert cites(judged, "current")


TARGET = "of Azure Storage in westeurope (service tags Public 360)"
OVER = f"over TCP 443 from the NIC {NIC.name}"
ON_NIC, ON_SUBNET = f"the NIC {NIC.name}", f"the subnet {SUBNET.name}"
ACCESS, HOP = "properties.access", "properties.nextHopType"


@pytest.mark.parametrize(
    ("facts", "message", "first"),
    [
        pytest.param(
            network(DENY),
            f"100 % {TARGET} cannot be reached {OVER}, by rule rule-1 (priority 4096) of nsg-web"
            f" on {ON_NIC}.",
            ("rule-1", ACCESS, f"Deny, priority 4096, on {ON_NIC}"),
            id="NIC denies",
        ),
        pytest.param(
            network(on_subnet=DENY),
            f"100 % {TARGET} cannot be reached {OVER}, by rule rule-1 (priority 4096) of nsg-web"
            f" on {ON_SUBNET}.",
            ("rule-1", ACCESS, f"Deny, priority 4096, on {ON_SUBNET}"),
            id="subnet denies",
        ),
        pytest.param(
            network(HALF),
            f"96 % {TARGET} cannot be reached {OVER}, by rule rule-1 (priority 100) of nsg-web"
            f" on {ON_NIC}.",
            ("rule-1", ACCESS, f"Deny, priority 100, on {ON_NIC}"),
            id="NIC denies a part",
        ),
        pytest.param(
            network(routes=routes("None")),
            f"100 % {TARGET} cannot be reached {OVER}, by route all (to None) of {SUBNET.name}"
            f" on {ON_SUBNET}.",
            ("all", HOP, "None"),
            id="route to nowhere",
        ),
        pytest.param(
            network(routes=APPLIANCE),
            f"100 % {TARGET} is routed elsewhere {OVER}, by route all (to VirtualAppliance"
            f" 10.20.9.4) of {SUBNET.name} on {ON_SUBNET}.",
            ("all", HOP, "VirtualAppliance 10.20.9.4"),
            id="route to an appliance",
        ),
        pytest.param(
            network(private=True),
            f"The subnet {SUBNET.name} is private, and no public IP address, NAT gateway or rule"
            f" of a load balancer leads out; 100 % {TARGET} may still be reached {OVER}.",
            (SUBNET.name, "properties.defaultOutboundAccess", False),
            id="private subnet",
        ),
    ],
)
def test_the_proof(facts: Network, message: str, first: tuple[str, str, object]) -> None:
    """Interface, target, part, and what decides, in message and evidence, in both editions."""
    finding = worst(judge(CAUSE, "2018-01", vm(network=facts)))
    assert finding.message == message
    shown = evidence(finding)
    assert shown[0] == first
    assert shown[-1] == ("web-01", "properties.networkProfile.networkInterfaces", NIC.text)
    assert [root.name for root in finding.roots] == [first[0]]
    withdrawn = judge(CAUSE, "current", vm(network=facts)).superseded
    assert withdrawn is not None
    assert message in withdrawn.why


def allowed(to: str, ports: str = "3128", **changes: str) -> SecurityRuleProperties:
    rule = replace(outbound("Allow", 100, to), destination_port_range=ports, protocol="Tcp")
    return replace(rule, **changes)


DENY_ALL = outbound("Deny", 4096, "*")
PROXIES: dict[str, tuple[Network, str | None]] = {
    "an address": (network(nsg(allowed("10.9.0.4"), DENY_ALL)), "10.9.0.4 over TCP 3128"),
    "a small network": (network(nsg(allowed("10.9.0.0/28"), DENY_ALL)), "10.9.0.0/28 over"),
    "every port": (network(nsg(allowed("10.9.0.4", "*"), DENY_ALL)), "10.9.0.4 over any port"),
    "a range": (network(nsg(allowed("10.9.0.4", "80-81"), DENY_ALL)), "10.9.0.4 over TCP 80-81"),
    "on the subnet": (network(on_subnet=nsg(allowed("10.9.0.4"), DENY_ALL)), "10.9.0.4 over"),
    "the other group denies it": (
        network(nsg(allowed("10.9.0.4"), DENY_ALL), nsg(outbound("Deny", 200, "10.0.0.0/8"))), ""
    ),
    "denied before": (network(nsg(outbound("Deny", 90, "*"), allowed("10.9.0.4", "443"))), ""),
    "a whole network": (network(nsg(allowed("10.0.0.0/8"), DENY_ALL)), ""),
    "a public address": (network(nsg(allowed("20.60.1.1", "80"), DENY_ALL)), ""),
    "UDP": (network(nsg(allowed("10.9.0.4", protocol="Udp"), DENY_ALL)), ""),
    "inbound": (network(nsg(allowed("10.9.0.4", direction="Inbound"), DENY_ALL)), ""),
    "no rule for one": (network(nsg(DENY_ALL)), ""),
    "a part is denied": (network(nsg(allowed("10.9.0.4"), *HALF_DENIED)), "10.9.0.4 over"),
    "nothing is denied": (network(nsg(allowed("10.9.0.4"), outbound("Allow", 110, "*"))), None),
    "a route drops it": (network(routes=routes("None")), None),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "candidate"), PROXIES.values(), ids=PROXIES)
def test_a_denied_vm_may_have_a_proxy(facts: Network, candidate: str | None) -> None:
    """Article of 2018-01, method B: an HTTP proxy. It is a setting of the guest: a note, which
    changes no verdict. The address is one that a rule allows by name."""
    judged = judge(CAUSE, "2018-01", vm(network=facts))
    notes = [note.finding.message for note in judged.notes]
    assert len(notes) == (candidate is not None)
    if candidate is not None:
        assert notes[0].startswith("Only the guest shows if it uses an HTTP proxy.")
        assert candidate in notes[0]
        assert bool(candidate) is ("It may be" in notes[0])
        assert verdict_of(judged) in ("applies", "possible")
    assert not judge(CAUSE, "current", vm(network=facts)).notes


@pytest.mark.parametrize("edition", EDITIONS)
def test_not_about_classic_vms(edition: str) -> None:
    assert verdict_of(judge(CAUSE, edition, classic_vm())) == "not-applicable"
