"""What cannot be read of a rule or a route is named, and never makes a way clear or raises.

Enumerations, priorities and prefixes are those of the REST API reference (Network Security Groups
and Route Tables, 2024-03-01); tags those of "Virtual network service tags".
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.facts.network import Ipv6
from scanner.inventory.gap import Reason
from scanner.network.asked import as_asked
from scanner.network.egress import Egress, egress, way_to
from scanner.network.service_tags import ServiceTags
from scanner.network.target import target_of
from tests.support.ways import DENY, UNREAD, WAY, network, on_nic, on_subnet, table

ALLOW = DENY | {"access": "Allow", "priority": 100}
MEMBERS: dict[str, tuple[dict[str, Any], str]] = {
    "a prefix that is too long": ({"destination_address_prefix": "20.0.0.0/33"}, "20.0.0.0/33"),
    "a prefix without an end": ({"destination_address_prefix": "20.0.0/"}, "20.0.0/"),
    "a number that is too large": ({"destination_address_prefix": "20.256.0.0/16"}, "20.256.0.0"),
    "a prefix of IPv6": ({"destination_address_prefix": "2603:1000::/129"}, "2603:1000::/129"),
    "a range of addresses": ({"destination_address_prefix": "20.0.0.1-20.0.0.9"}, "20.0.0.1-"),
    "one of several prefixes": ({"destination_address_prefix": "",
                                 "destination_address_prefixes": ("10.0.0.0/8", "x/8")}, "x/8"),
    "no destination": ({"destination_address_prefix": None}, "destinationAddressPrefix"),
    "an unknown tag": ({"destination_address_prefix": "Storange"}, "Storange"),
    "an unknown tag with a region":
        ({"destination_address_prefix": "Storange.WestEurope"}, "Storange.WestEurope"),
    "a source prefix": ({"source_address_prefix": "10.1.0.0/40"}, "10.1.0.0/40"),
    "an unknown source tag": ({"source_address_prefix": "Onpremises"}, "Onpremises"),
    "a priority of zero": ({"priority": 0}, "only 0"),
    "a negative priority": ({"priority": -1}, "only -1"),
    "a priority past the last": ({"priority": 65501}, "only 65501"),
    "no priority": ({"priority": None}, "priority"),
    "an unknown access": ({"access": "Audit"}, "Audit"),
    "an unknown protocol": ({"protocol": "Sctp"}, "Sctp"),
    "an unknown direction": ({"direction": "Sideways"}, "Sideways"),
    "a port": ({"destination_port_range": "https"}, "https"),
    "a source port": ({"source_port_range": "high"}, "high"),
    "a reversed range of ports": ({"destination_port_range": "443-80"}, "443-80"),
    "a reversed range of source ports": ({"source_port_range": "65535-0"}, "65535-0"),
    "a port past the last": ({"destination_port_range": "70000"}, "70000"),
    "a range past the last port": ({"destination_port_range": "0-70000"}, "0-70000"),
    "a range without an end": ({"destination_port_range": "443-"}, "443-"),
    "a range without a start": ({"destination_port_range": "-443"}, "-443"),
    "a range of three ports": ({"destination_port_range": "80-443-9"}, "80-443-9"),
    "a star with a port": ({"destination_port_range": "*-80"}, "*-80"),
    "a port with underscores": ({"destination_port_range": "4_4_3"}, "4_4_3"),
    "a port in digits that are not of ASCII":
        ({"destination_port_range": "\uff14\uff14\uff13"}, "\uff14\uff14\uff13"),
    "one of several ranges of ports": ({"destination_port_range": "",
                                        "destination_port_ranges": ("80", "90-80")}, "90-80"),
}  # fmt: skip


@pytest.mark.parametrize(("members", "entry"), MEMBERS.values(), ids=MEMBERS)
def test_a_rule_that_cannot_be_read(members: dict[str, Any], entry: str) -> None:
    """If it denies, what is allowed is unknown. If it allows, what is denied is."""
    for way in (
        egress(network(nic=on_nic(DENY | {"priority": 200} | members))),
        egress(network(subnet=on_subnet(ALLOW | members, DENY))),
    ):
        assert_unknown(way, entry)


ROUTES = {
    "a prefix that is too long": ("20.0.0.0/33", "None", "20.0.0.0/33"),
    "an address without its end": ("20.60", "None", "20.60"),
    "an unknown tag": ("Storange", "None", "Storange"),
    "no prefix": ("", "None", "addressPrefix"),
    "an unknown next hop": ("0.0.0.0/0", "Wormhole", "Wormhole"),
}


@pytest.mark.parametrize(("prefix", "hop", "entry"), ROUTES.values(), ids=ROUTES)
def test_a_route_that_cannot_be_read(prefix: str, hop: str, entry: str) -> None:
    assert_unknown(egress(network(routes=table((prefix, hop, None)))), entry)


def test_a_published_tag_with_a_malformed_prefix() -> None:
    """What rules and routes to it match is unknown, also if the target is another service."""
    texts = {"azurebackup": "20.60.0.0/16", "azurecloud.northeurope": "20.61.0.0/16 20.62.0.0/33"}
    target = target_of("AzureBackup", "westeurope", ServiceTags("Public 1", texts))
    tag = "AzureCloud.northeurope"
    denied = on_nic(DENY | {"destination_address_prefix": tag})
    for asked in (network(nic=denied), network(routes=table((tag, "None", None)))):
        assert_unknown(way_to(asked, target), tag)


def test_a_network_prefix_of_ipv4_is_no_source_of_ipv6() -> None:
    """Security groups compare a source with the address that packets have."""
    target = target_of("2603:1020:206::/48", "westeurope")
    for source in ("0.0.0.0/0", "10.0.0.0/8"):
        rule = DENY | {"source_address_prefix": source}
        for ipv6, passes in ((Ipv6("fd00::4", WAY, ()), True), (UNREAD, False), (None, False)):
            denied = network(nic=on_nic(rule), ipv6=ipv6)
            way = way_to(as_asked(denied, target), target)
            assert bool(way.passes) is passes
            assert way.unseen is (UNREAD if ipv6 is UNREAD else None)


def assert_unknown(way: Egress, entry: str) -> None:
    """Nothing is certainly reached or stopped, and the gap names what could not be read."""
    assert not way.obstacles
    assert way.unseen is not None
    assert way.unseen.reason is Reason.NOT_RECORDED
    assert entry in way.unseen.remedy
    assert not way.passes
