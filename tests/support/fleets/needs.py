"""Which VMs of the fleet in `every_read` need which route, and for which cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.support.fleets.every_read import EDITION_2018, Fleet
from tests.support.verdict_tables import (
    DISK,
    EXTENSION,
    LINUX,
    LOCK,
    NETWORK,
    SNAPSHOT,
    WINDOWS,
    Table,
)

IN_PROD = (
    *("fine", "old", "mute", "off", "listed", "listed-too", "extended"),
    *("hidden", "hidden-small", "half-hidden"),
    *("locked", "unlocked", "twice"),
    *("net-denied", "net-nic-denied", "net-allowed", "net-stopped", "net-detoured", "net-both"),
    *("net-nat", "net-balanced", "net-public"),
)
"""The Resource Manager VMs of the subscription for faults."""
WINDOWS_VMS = ("mute", "off", "extended")
WITH_EXTENSIONS = ("listed-too", "extended")
READ_ALONE = tuple(name for name in IN_PROD if name not in ("off", "listed", "listed-too"))
"""Running VMs whose agent the status listing leaves out."""
BY_STATUS = tuple(name for name in IN_PROD if name not in WITH_EXTENSIONS)
"""VMs whose power state comes from the status listing alone."""
NETWORK_ROUTES = (
    *("network_interfaces", "network_security_groups", "virtual_networks", "route_tables"),
    *("load_balancers", "public_ip_addresses", "nat_gateways"),
)

Needs = Mapping[str, Mapping[str, Sequence[str]]]
"""The causes that need a route, by route, each with the VMs that need it. `agent` is the agent
cause of the VM's operating system."""

NEEDS: Needs = {
    "statuses": {"agent": BY_STATUS, SNAPSHOT: BY_STATUS},
    # Instance views have the agent, and the models of extensions.
    "instance_views": {"agent": READ_ALONE, EXTENSION: WITH_EXTENSIONS, SNAPSHOT: ["extended"]},
    # VMs with a size that their body leaves out. A visible disk that is too large decides alone.
    "disks": {DISK: ["hidden", "hidden-small"]},
    # Both locks and collections are needed for any verdict, even if one is empty.
    "locks": {LOCK: IN_PROD},
    "restore_point_collections": {LOCK: IN_PROD},
    # Only VMs that have a collection.
    "restore_points": {LOCK: ["locked", "unlocked", "twice"]},
    # Groups only say whose VMs another service manages.
    "resource_groups": {},
    # The current edition needs no network. An older one does, see below.
    **{route: {} for route in NETWORK_ROUTES},
}
NEEDS_2018: Needs = {
    **NEEDS,
    "network_interfaces": {NETWORK: IN_PROD},
    # A gap belongs to a reference: interfaces and subnets without a group need none.
    "network_security_groups": {NETWORK: ["net-denied", "net-nic-denied", "net-allowed"]},
    # A group on the interface that denies decides whatever the subnet allows.
    "virtual_networks": {
        NETWORK: [name for name in IN_PROD if name not in ("net-nic-denied", "net-both")]
    },
    "route_tables": {NETWORK: ["net-stopped", "net-detoured"]},
    "load_balancers": {NETWORK: ["net-balanced"]},
    "nat_gateways": {NETWORK: ["net-nat"]},
    # The reference on the interface is enough: the address itself is not needed.
    "public_ip_addresses": {},
}


def agent_of(name: str) -> str:
    """The agent cause of a VM."""
    return WINDOWS if name in WINDOWS_VMS else LINUX


def table_without(fleet: Fleet, route: str, unknown: str, needs: Needs = NEEDS) -> Table:
    """The verdicts when a route cannot be read."""
    changes: dict[str, dict[str, str]] = {}
    for cause, names in needs[route].items():
        for name in names:
            changes.setdefault(name, {})[agent_of(name) if cause == "agent" else cause] = unknown
    return fleet.table_with(**changes)


def fleet_2018() -> Fleet:
    """The fleet, with its verdicts in the edition of 2018."""
    fleet = Fleet()
    fleet.table = fleet.table_with(**EDITION_2018)
    return fleet
