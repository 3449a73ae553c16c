"""A kind of request that the simulated ARM answers, and functions that make the usual ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from scanner.sim.http_messages import Request

Buckets = tuple[tuple[str, int], ...]
"""Rate limits: their names, and the number of requests that a limit allows."""

SUBSCRIPTION = r"/subscriptions/(?P<subscription>[^/]+)"
GROUP = r"/resourcegroups/(?P<group>[^/]+)"
VM = "Microsoft.Compute/virtualMachines"
VAULT = "Microsoft.RecoveryServices/vaults"
LOW_COST: Buckets = (
    ("Microsoft.Compute/LowCostGetSubscriptionMaximum", 24_000),
    ("Microsoft.Compute/LowCostGetResource", 12_000),
)


@dataclass(frozen=True)
class Route:
    """One kind of request.

    `type` is the ARM resource type it is about; without one the path names it. `action` is the RBAC
    action it needs; without one the path says it, see `targets`. `needs` is the name of a query
    option the request must carry and a text its value must contain.
    """

    name: str
    pattern: re.Pattern[str]
    action: str = ""
    type: str = ""
    needs: tuple[str, str] | None = None
    buckets: Buckets = ()
    listing: bool = False
    is_open: bool = False
    """True if it is asked without a token."""

    def fits(self, request: Request) -> bool:
        """True if the request carries the option this route needs."""
        if self.needs is None:
            return True
        name, wanted = self.needs
        return wanted in (request.option(name) or "").lower()


class RouteMatch(NamedTuple):
    """A route that a request matches, and the named parts of the path."""

    route: Route
    params: Mapping[str, str]


def compile_path(pattern: str) -> re.Pattern[str]:
    """A pattern of paths, which are compared without case."""
    return re.compile(pattern, re.IGNORECASE)


def listing_route(
    name: str, type_: str, buckets: Buckets = (), needs: tuple[str, str] | None = None
) -> Route:
    """A listing of a resource type, in a subscription or in a resource group."""
    pattern = f"{SUBSCRIPTION}(?:{GROUP})?/providers/{re.escape(type_)}"
    return Route(name, compile_path(pattern), f"{type_}/read", type_, needs, buckets, listing=True)


def resource_route(
    name: str, type_: str, buckets: Buckets = (), needs: tuple[str, str] | None = None
) -> Route:
    """A single resource of a type."""
    pattern = f"{SUBSCRIPTION}{GROUP}/providers/{re.escape(type_)}/(?P<name>[^/]+)"
    return Route(name, compile_path(pattern), f"{type_}/read", type_, needs, buckets)


def vm_part_route(name: str, member: str, *, listing: bool = False) -> Route:
    """A part of a VM, such as its extensions: a listing, or one body."""
    pattern = f"{SUBSCRIPTION}{GROUP}/providers/{re.escape(VM)}/(?P<vm>[^/]+)/{member}"
    action = f"{VM}/{member}/read"
    return Route(name, compile_path(pattern), action, VM, buckets=LOW_COST, listing=listing)


def vault_part_route(name: str, member: str, *, listing: bool = True) -> Route:
    """A listing inside a vault, or one entry of it."""
    pattern = f"{SUBSCRIPTION}{GROUP}/providers/{re.escape(VAULT)}/(?P<vault>[^/]+)/{member}"
    if not listing:
        pattern += "/(?P<name>[^/]+)"
    type_ = f"{VAULT}/{member}"
    return Route(name, compile_path(pattern), f"{type_}/read", type_, listing=listing)


def backup_post_route(name: str, member: str) -> Route:
    """A POST to Azure Backup in a region; the name in its path is the region."""
    type_ = "Microsoft.RecoveryServices/locations"
    pattern = f"{SUBSCRIPTION}/providers/{type_}/(?P<name>[^/]+)/{member}"
    return Route(name, compile_path(pattern), f"{type_}/{member}/action", type_)


def watcher_post_route(name: str, member: str) -> Route:
    """A POST to a Network Watcher, which begins an operation."""
    type_ = "Microsoft.Network/networkWatchers"
    pattern = f"{SUBSCRIPTION}{GROUP}/providers/{type_}/(?P<watcher>[^/]+)/{member}"
    return Route(name, compile_path(pattern), f"{type_}/{member}/action", type_)


def network_location_route(name: str, member: str) -> Route:
    """What Microsoft.Network has in a region; `member` is the rest of the path, a pattern."""
    type_ = f"Microsoft.Network/locations/{member.partition('/')[0]}"
    pattern = f"{SUBSCRIPTION}/providers/Microsoft.Network/locations/(?P<region>[^/]+)/{member}"
    return Route(name, compile_path(pattern), f"{type_}/read", type_)


def network_routes(name: str, member: str) -> tuple[Route, Route]:
    """The listing of a type of Microsoft.Network, and one resource of it."""
    type_ = f"Microsoft.Network/{member}"
    plural = f"{name}es" if name.endswith("s") else f"{name}s"
    return listing_route(plural, type_), resource_route(name, type_)


def scoped_routes(names: tuple[str, str], type_: str) -> tuple[Route, Route]:
    """What can lie on a subscription, a group or any resource: the listing at a scope, and one."""
    below = "(?P<below>/providers/.+)"
    pattern = f"{SUBSCRIPTION}(?:{GROUP}{below}?)?/providers/{re.escape(type_)}"
    one = f"{pattern}/(?P<name>[^/]+)"
    return (
        Route(names[0], compile_path(pattern), f"{type_}/read", type_, listing=True),
        Route(names[1], compile_path(one), f"{type_}/read", type_),
    )


def plain_route(name: str, pattern: str, *, listing: bool = False) -> Route:
    """A route whose path says its type and its action."""
    return Route(name, compile_path(pattern), listing=listing)
