"""The network of a VM as packets to one target meet it."""

from __future__ import annotations

from msgspec.structs import replace

from scanner.inventory.evidence import Source
from scanner.inventory.facts.network import Association, Network, Nic, Subnet
from scanner.inventory.gap import Gap, Reason, catch_gap
from scanner.network.memo import memoized
from scanner.network.target import Target
from scanner.network.wireserver import is_wireserver, of_platform

_FACT = "network"


def as_asked(network: Network, target: Target) -> Network:
    """The network without what does not hold for the target.

    Packets to an IPv6 address leave by that of the interface. Rules of load balancers give outbound
    access over the protocol that they name.
    """
    own = network.nic
    nic = _by_ipv6(own) if target.is_ipv6 else own
    if target.protocol == "udp":
        nic = replace(nic, outbound_rules=nic.outbound_rules_udp)
    if is_wireserver(target):
        return _to_platform(network, nic)
    return network if nic is own else replace(network, known_nic=nic)


def _to_platform(network: Network, nic: Nic) -> Network:
    """The network as packets to an address of the platform meet it: no route applies to them."""
    subnet = nic.known_subnet
    if type(subnet) is not Gap:
        subnet = _subnet_to_platform(subnet, subnet.source)
    rules = _platform_rules_of(nic.association)
    return replace(network, known_nic=replace(nic, association=rules, known_subnet=subnet))


@memoized
def _subnet_to_platform(subnet: Subnet, _: Source) -> Subnet:
    return replace(
        subnet, association=_platform_rules_of(subnet.association), known_routes=None,
        prefixes=(), peered_prefixes=(), own_prefixes=(), unread_space=None, hidden_routes=(),
    )  # fmt: skip


def _platform_rules_of(place: Association) -> Association:
    group = place.known_group
    if group is None or type(group) is Gap:
        return place
    return replace(place, known_group=catch_gap(of_platform, group, place.source))


def _by_ipv6(nic: Nic) -> Nic:
    """A NIC with its IPv6 address, and the ways out that serve IPv6."""
    six, subnet = nic.known_ipv6, nic.known_subnet
    if type(subnet) is not Gap and subnet.nat_gateways:
        remedy = "A NAT gateway may serve IPv6, which its SKU decides. Look at it in Azure."
        of_sku = Gap(subnet.id.text, _FACT, Reason.NOT_RECORDED, None, remedy, "the NAT gateway")
        subnet = replace(subnet, nat_gateways=of_sku)
    if six is None:
        return replace(
            nic, public_ips=(), outbound_rules=(), outbound_rules_udp=(), known_subnet=subnet
        )
    if type(six) is Gap:
        return replace(
            nic,
            known_address=six,
            public_ips=six,
            outbound_rules=six,
            outbound_rules_udp=six,
            known_subnet=subnet,
        )
    return replace(
        nic, known_address=six.address, public_ips=six.public_ips,
        outbound_rules=six.outbound_rules, outbound_rules_udp=six.outbound_rules_udp,
        known_subnet=subnet,
    )  # fmt: skip
