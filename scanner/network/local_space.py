"""The prefixes that the system's routes of a subnet have (Virtual network traffic routing)."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.gap import Gap
from scanner.network.addresses import Addresses

_NOWHERE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
"""Private addresses, which the system drops unless a network has them."""
OF_NETWORKS = Addresses.of(*_NOWHERE, "fc00::/7")
"""Private addresses, which networks of Azure and on-premises may have."""


class LocalSpace(Struct, frozen=True, gc=False):
    """The prefixes of the system routes that a virtual network gives its subnets."""

    own: tuple[str, ...] = ()
    """The address space of the network."""
    peered: tuple[str, ...] = ()
    """The address spaces of peered networks."""
    subnet: tuple[str, ...] = ()
    """The prefixes of the subnet, which are a part of ``own``, and known if that was not read."""
    unread: Gap | None = None
    """Why there may be more."""


def system_prefixes(space: LocalSpace, *, drops: bool) -> dict[str, tuple[str, ...]]:
    """The prefixes of the routes that Azure gives a subnet, by their next hop ("System routes").

    A network that has a private prefix takes it from the route that drops it. ``drops`` is false
    for a table with a route of 0.0.0.0/0, for which Azure removes these routes ("Routing example",
    Subnet2).
    """
    nowhere = _NOWHERE if drops else ()
    return {"vnetlocal": _own(space), "vnetpeering": space.peered, "none": nowhere}


def _own(space: LocalSpace) -> tuple[str, ...]:
    """The prefixes of the network, and prefixes of the subnet that are in none of them."""
    known = Addresses.of(*space.own)
    return (*space.own, *(text for text in space.subnet if Addresses.of(text) - known))


def unread_part(target: Addresses, space: LocalSpace, routed: Addresses) -> Addresses:
    """The part of a target that may be in an address space that was not read.

    ``routed`` is what routes of the user name: they may have a longer prefix than the unread one
    that the subnet is in.
    """
    certain = Addresses.of(*space.own, *space.peered) | (Addresses.of(*space.subnet) - routed)
    return (target & OF_NETWORKS) - certain
