"""The parts of the network around a simulated VM, as values: rules, routes and interfaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Values = str | Sequence[str]
"""A string fills the singular member of a rule (``port``), a sequence the plural (``ports``)."""


@dataclass(frozen=True)
class RuleShape:
    """A rule of a network security group.

    `source_asgs` and `destination_asgs` are ids of application security groups; where given, they
    replace `source` or `destination`.
    """

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
    """A route: a prefix or service tag, the type of the next hop, the address of an appliance."""

    prefix: str
    next_hop: str
    address: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class NicShape:
    """A network interface; `subnet` None is the default subnet.

    `subnet`, `nsg`, `public_ip`, `asgs` and `pools` are ARM ids; without `addresses` the seed
    gives it one private address.
    """

    subnet: str | None = None
    nsg: str | None = None
    public_ip: str | None = None
    asgs: Sequence[str] = ()
    pools: Sequence[str] = ()
    addresses: Sequence[str] = ()
    primary: bool = True
