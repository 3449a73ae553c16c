"""The network around a VM: its primary NIC, that NIC's subnet, and what hangs on both.

A reference that is not there is known without any further read: a NIC without a security group has
none, whether or not the security groups could be listed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import cached_property
from typing import Literal

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.network import Association, Network, Nic, Subnet
from scanner.inventory.gap import Gap, catch_gap, present, unrecorded
from scanner.inventory.join.outbound import WaysOut, ids, storage_endpoint
from scanner.inventory.join.table import Table
from scanner.inventory.records.base import Reference
from scanner.inventory.records.compute import NicReference, VirtualMachine
from scanner.inventory.records.network import (
    IpConfigurationProperties,
    RouteTable,
    VirtualNetwork,
    VirtualNetworkProperties,
)
from scanner.inventory.records.network import Subnet as SubnetRecord
from scanner.inventory.snapshot import NetworkReadings, R

_FACT = "network"


class Networks:
    """The network readings of a subscription, indexed once for all its VMs."""

    def __init__(self, readings: NetworkReadings) -> None:
        self.nics = Table(readings.interfaces)
        self.groups = Table(readings.security_groups)
        self.route_tables = Table(readings.route_tables)
        self.virtual_networks = Table(readings.virtual_networks)
        self.ways_out = WaysOut(readings)

    def of(self, vm: VirtualMachine, source: Source) -> Network:
        """The network of a VM, each part seen or a gap."""
        properties = present(vm.properties, source, "properties", _FACT)
        profile = properties.network_profile
        named = profile.network_interfaces if profile else None
        at = source.at("properties.networkProfile.networkInterfaces")
        location = catch_gap(present, vm.location, source, "location", _FACT)
        return Network(location, catch_gap(self._primary, named or (), at, location), source)

    def _primary(self, named: Sequence[NicReference], at: Source, location: str | Gap) -> Nic:
        """The NIC the VM marks as primary; else the one that says so itself; else the only one."""
        marked = [each for each in named if each.properties and each.properties.primary]
        if not marked and len(named) > 1:
            marked = [each for each in named if self._says_primary(each.id)]
        chosen = marked or named
        if len(chosen) != 1:
            raise unrecorded(at, "one that is primary", _FACT)
        return self._nic(chosen[0].id, location)

    def _says_primary(self, nic_id: ArmId) -> bool:
        properties = self.nics.find(nic_id, _FACT).properties
        return bool(properties and properties.primary)

    def _nic(self, nic_id: ArmId, location: str | Gap) -> Nic:
        record, source = self.nics.find(nic_id, _FACT), self.nics.source(nic_id)
        properties = present(record.properties, source, "properties", _FACT)
        at = source.at("properties")
        all_ = [each.properties for each in properties.ip_configurations or () if each.properties]
        main = present(_main(all_), at, "ipConfigurations", _FACT)
        return Nic(
            id=nic_id,
            known_addresses=catch_gap(_addresses, all_, at),
            asgs=frozenset(
                asg for one in all_ for asg in ids(one.application_security_groups or ())
            ),
            association=self._association("NIC", nic_id, properties.network_security_group, at),
            public_ips=self.ways_out.public_ips(main, at),
            outbound_rules=catch_gap(self.ways_out.outbound_rules, main),
            known_subnet=catch_gap(self._subnet, main, at, location),
        )

    def _association(
        self, level: Literal["subnet", "NIC"], on: ArmId, named: Reference | None, at: Source
    ) -> Association:
        if named is None:
            return Association(level, on, None, at)
        group, source = _referenced(self.groups, named, at, "networkSecurityGroup")
        return Association(level, on, group, source)

    def _subnet(self, main: IpConfigurationProperties, at: Source, location: str | Gap) -> Subnet:
        reference = main.subnet.id if main.subnet else None
        subnet_id = present(reference, at, "ipConfigurations.properties.subnet.id", _FACT)
        record, network = self._find_subnet(subnet_id)
        source = Source(subnet_id, self.virtual_networks.seen_at)
        properties = present(record.properties, source, "properties", _FACT)
        at = source.at("properties")
        routes: tuple[RouteTable | Gap | None, Source] = None, at
        if properties.route_table:
            routes = _referenced(self.route_tables, properties.route_table, at, "routeTable")
        return Subnet(
            id=subnet_id,
            association=self._association(
                "subnet", subnet_id, properties.network_security_group, at
            ),
            known_routes=routes[0],
            routes_source=routes[1],
            is_private=properties.default_outbound_access is False,
            storage_endpoint=storage_endpoint(properties, at, location),
            nat_gateways=catch_gap(
                self.ways_out.nat_gateways,
                properties.nat_gateway,
                network.default_public_nat_gateway,
            ),
            source=at,
        )

    def _find_subnet(self, subnet_id: ArmId) -> tuple[SubnetRecord, VirtualNetworkProperties]:
        found = self._subnets.get(subnet_id)
        if found is not None:
            return found
        # A network that was listed has told all its subnets; else its own gap is the answer.
        table = self.virtual_networks
        network = present(subnet_id.parent, Source(subnet_id, table.seen_at), "", _FACT)
        table.find(network, _FACT)
        raise unrecorded(table.source(network), "properties.subnets", _FACT)

    @cached_property
    def _subnets(self) -> dict[ArmId, tuple[SubnetRecord, VirtualNetworkProperties]]:
        """Every subnet that was seen, with its network."""
        networks = self.virtual_networks.entries.values()
        seen = [each.properties for each in networks if isinstance(each, VirtualNetwork)]
        return {
            subnet.id: (subnet, properties)
            for properties in seen
            if properties
            for subnet in properties.subnets or ()
        }


def _referenced(
    table: Table[R], named: Reference, at: Source, member: str
) -> tuple[R | Gap, Source]:
    """What a member refers to, or why it is not known; and the body that tells."""
    if named.id is None:
        return unrecorded(at, f"{member}.id", _FACT).gap, at
    return catch_gap(table.find, named.id, _FACT), table.source(named.id)


def _main(all_: Sequence[IpConfigurationProperties]) -> IpConfigurationProperties | None:
    """The primary IP configuration; a NIC with one alone often does not say so."""
    primary = [each for each in all_ if each.primary]
    return next(iter(primary or all_), None)


def _addresses(all_: Sequence[IpConfigurationProperties], at: Source) -> tuple[str, ...]:
    found = tuple(each.private_ip_address for each in all_ if _is_ipv4(each.private_ip_address))
    if not found:
        raise unrecorded(at, "ipConfigurations.properties.privateIPAddress", _FACT)
    return tuple(each for each in found if each)


def _is_ipv4(text: str | None) -> bool:
    try:
        ipaddress.IPv4Address(text or "")
    except ValueError:
        return False
    return True
