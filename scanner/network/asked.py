"""The network of a VM as packets to one target meet it."""

from __future__ import annotations

from msgspec.structs import replace

from scanner.inventory.facts.network import Association, Network, Nic
from scanner.inventory.gap import Gap, Reason, catch_gap
from scanner.network.addresses import EVERY_IPV4
from scanner.network.target import Target
from scanner.network.wireserver import is_wireserver, of_platform

_FACT = "network"


def as_asked(network: Network, target: Target) -> Network:
    """The network without what does not hold for the target.

    The address of the interface that is read is of IPv4.
    """
    nic = network.nic
    gap = unread_ipv6(nic, target)
    if gap:
        nic = replace(nic, known_address=gap)
    if is_wireserver(target):
        return _to_platform(network, nic)
    return replace(network, known_nic=nic)


def _to_platform(network: Network, nic: Nic) -> Network:
    """The network as packets to the platform's address meet it: no route applies to them."""
    subnet = nic.known_subnet
    if not isinstance(subnet, Gap):
        subnet = replace(
            subnet, association=_platform_rules_of(subnet.association), known_routes=None,
            is_private=False, prefixes=(), peered_prefixes=(), hidden_routes=(),
        )  # fmt: skip
    to_platform = replace(
        nic, association=_platform_rules_of(nic.association), known_subnet=subnet, standard_pools=()
    )
    return replace(network, known_nic=to_platform, scale_set=None)


def _platform_rules_of(place: Association) -> Association:
    group = place.known_group
    if group is None or isinstance(group, Gap):
        return place
    return replace(place, known_group=catch_gap(of_platform, group, place.source))


def unread_ipv6(nic: Nic, target: Target) -> Gap | None:
    """Why the way of IPv6 is not known. None for a target of IPv4."""
    if not target.addresses - EVERY_IPV4:
        return None
    remedy = (
        "The IPv6 address of the interface and its way out for IPv6 are not read."
        " Look at the interface in Azure."
    )
    return Gap(nic.id.text, _FACT, Reason.NOT_RECORDED, None, remedy, "the IPv6 address")
