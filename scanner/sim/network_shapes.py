"""What the network around a simulated VM is made of: rules, routes and interfaces, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Values = str | Sequence[str]
"""One value fills the singular member of a rule, several the plural one."""


@dataclass(frozen=True)
class RuleShape:
    """A rule of a network security group; the groups of `_asgs` stand in for its prefixes."""

    name: str
    priority: int
    access: str = "Deny"
    direction: str = "Outbound"
    protocol: str = "*"
    port: Values = "*"
    source: Values = "*"
    destination: Values = "*"
    source_port: Values = "*"
    source_asgs: Sequence[str] = ()
    destination_asgs: Sequence[str] = ()


@dataclass(frozen=True)
class RouteShape:
    """A route: a prefix or service tag, the kind of its next hop, and an appliance's address."""

    prefix: str
    next_hop: str
    address: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class NicShape:
    """A network interface by the ids of what stands around it; no subnet is the usual one."""

    subnet: str | None = None
    nsg: str | None = None
    public_ip: str | None = None
    asgs: Sequence[str] = ()
    pools: Sequence[str] = ()
    addresses: Sequence[str] = ()
    primary: bool = True
