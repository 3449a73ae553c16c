"""The network of a VM: its primary NIC, that NIC's subnet, and what they refer to.

What a NIC does not refer to needs no further read: it has no security group even if the security
groups could not be listed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from socket import AF_INET, inet_pton
from typing import Literal

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.network import (
    Association,
    Ipv6,
    Network,
    Nic,
    PublishedTags,
    Subnet,
)
from scanner.inventory.gap import Gap, catch_gap, present, unrecorded
from scanner.inventory.join.model import operating_system
from scanner.inventory.join.outbound import WaysOut, ids, storage_endpoint
from scanner.inventory.join.surroundings import (
    firewall_subnets,
    hidden_routes,
    next_hops,
    peers,
    prefixes_of,
    spaces_of,
)
from scanner.inventory.join.table import Table
from scanner.inventory.records.base import Reference
from scanner.inventory.records.compute import NicReference, VirtualMachine
from scanner.inventory.records.network import (
    IpConfigurationProperties,
    NetworkInterface,
    NetworkInterfaceProperties,
    RouteTable,
    VirtualNetwork,
    VirtualNetworkProperties,
)
from scanner.inventory.records.network import Subnet as SubnetRecord
from scanner.inventory.snapshot import NetworkReadings, R

_FACT = "network"


class Networks:
    """The network readings of a subscription, indexed once for all its VMs."""

    def __init__(
        self, readings: NetworkReadings, service_tags: PublishedTags | None = None
    ) -> None:
        self.service_tags = service_tags
        self.nics = Table(readings.interfaces)
        self.groups = Table(readings.security_groups)
        self.route_tables = Table(readings.route_tables)
        self.virtual_networks = Table(readings.virtual_networks)
        self.ways_out = WaysOut(readings)
        self._subnet_facts: dict[tuple[ArmId, str | None], Subnet] = {}
        """Facts that VMs of one subnet and region share."""

    def of(self, vm: VirtualMachine, source: Source) -> Network:
        """The network of a VM, each part as it was read or a gap.

        Raises ``Unseen`` if the VM's body has no properties.
        """
        properties = present(vm.properties, source, "properties", _FACT)
        profile = properties.network_profile
        # Without one the primary NIC is a gap: every VM has one.
        nics = (profile.network_interfaces if profile else None) or ()
        location = catch_gap(present, vm.location, source, "location", _FACT)
        system = catch_gap(operating_system, vm, source)
        group = properties.virtual_machine_scale_set
        return Network(
            known_location=location,
            known_nic=catch_gap(self._primary_nic, nics, source, location),
            source=source,
            family=None if type(system) is Gap else system.family,
            scale_set=source.evidence("properties.virtualMachineScaleSet.id", group.id.text)
            if group and group.id
            else None,
            service_tags=self.service_tags,
        )

    def _primary_nic(self, nics: Sequence[NicReference], vm: Source, location: str | Gap) -> Nic:
        """The NIC that the VM marks as primary, else one that says so itself, else the only one.

        Raises ``Unseen`` if that is not exactly one.
        """
        primary = [nic for nic in nics if nic.properties and nic.properties.primary]
        if not primary and len(nics) > 1:
            primary = [nic for nic in nics if self._says_primary(nic.id)]
        chosen = primary or nics
        if len(chosen) != 1:
            path = "properties.networkProfile.networkInterfaces with one that is primary"
            raise unrecorded(vm, path, _FACT)
        return self._nic_fact(chosen[0].id, location)

    def _says_primary(self, nic_id: ArmId) -> bool:
        properties = self.nics.find(nic_id, _FACT).properties
        return bool(properties and properties.primary)

    def _nic_fact(self, nic_id: ArmId, location: str | Gap) -> Nic:
        """The NIC as a fact, with the subnet of its primary IP configuration."""
        record, source = self.nics.find(nic_id, _FACT), self.nics.source(nic_id)
        properties = present(record.properties, source, "properties", _FACT)
        at = source.at("properties")
        configurations = _configurations(properties, at)
        main = _primary_configuration(configurations, at)
        return Nic(
            id=nic_id,
            known_address=catch_gap(_primary_address, configurations, main, at),
            asgs=_application_groups(configurations, at),
            association=self._association("NIC", nic_id, properties.network_security_group, at),
            public_ips=catch_gap(self.ways_out.public_ips, main, at),
            outbound_rules=catch_gap(self.ways_out.outbound_rules, main, at, "tcp"),
            outbound_rules_udp=catch_gap(self.ways_out.outbound_rules, main, at, "udp"),
            known_subnet=catch_gap(self._subnet_fact, main, at, location),
            standard_pools=catch_gap(self.ways_out.standard_pools, main, at),
            known_ipv6=catch_gap(self._ipv6, configurations, at),
        )

    def _ipv6(self, configurations: Sequence[IpConfigurationProperties], at: Source) -> Ipv6 | None:
        """The IPv6 address of a NIC. Raises ``Unseen`` if an address was not read."""
        path = "ipConfigurations.properties.privateIPAddress"
        found = {
            address: entry
            for entry in configurations
            if not _is_ipv4(address := present(entry.private_ip_address, at, path, _FACT), at, path)
        }
        if len(found) > 1:
            raise unrecorded(at, "ipConfigurations with one IPv6 address", _FACT)
        for address, entry in found.items():
            return Ipv6(
                address,
                catch_gap(self.ways_out.public_ipv6, entry, at),
                catch_gap(self.ways_out.outbound_rules, entry, at, "tcp", ipv6=True),
                catch_gap(self.ways_out.outbound_rules, entry, at, "udp", ipv6=True),
            )
        return None

    def _association(
        self, level: Literal["subnet", "NIC"], on: ArmId, reference: Reference | None, at: Source
    ) -> Association:
        """The security group that a subnet or a NIC refers to, or that it refers to none."""
        if reference is None:
            return Association(level, on, None, at)
        group, source = _referenced(self.groups, reference, at, "networkSecurityGroup")
        return Association(level, on, group, source)

    def _subnet_fact(
        self, main: IpConfigurationProperties, at: Source, location: str | Gap
    ) -> Subnet:
        reference = main.subnet.id if main.subnet else None
        subnet_id = present(reference, at, "ipConfigurations.properties.subnet.id", _FACT)
        key = subnet_id, location if isinstance(location, str) else None
        found = self._subnet_facts.get(key)
        if found is None:
            found = self._subnet_facts[key] = self._read_subnet(subnet_id, location)
        return found

    def _read_subnet(self, subnet_id: ArmId, location: str | Gap) -> Subnet:
        record, network = self._find_subnet(subnet_id)
        source = Source(subnet_id, self.virtual_networks.seen_at)
        properties = present(record.properties, source, "properties", _FACT)
        at = source.at("properties")
        # A body without anything shows nothing, not that the subnet has no security group.
        prefixes = properties.address_prefix or properties.address_prefixes
        present(prefixes or None, at, "addressPrefix", _FACT)
        routes: tuple[RouteTable | Gap | None, Source] = None, at
        if properties.route_table:
            routes = _referenced(self.route_tables, properties.route_table, at, "routeTable")
        table = routes[0] if isinstance(routes[0], RouteTable) else None
        around = Source(subnet_id.parent or subnet_id, self.virtual_networks.seen_at)
        spaces = spaces_of(network, self._network_properties, around.at("properties"))
        return Subnet(
            id=subnet_id,
            association=self._association(
                "subnet", subnet_id, properties.network_security_group, at
            ),
            known_routes=routes[0],
            routes_source=routes[1],
            # A subnet that does not say has default outbound access (REST API reference, Subnet).
            is_private=properties.default_outbound_access is False,
            known_endpoint=catch_gap(storage_endpoint, properties, at, location),
            nat_gateways=catch_gap(
                self.ways_out.nat_gateways,
                {
                    "natGateway.id": properties.nat_gateway,
                    "defaultPublicNatGateway.id": network.default_public_nat_gateway,
                },
                at,
            ),
            source=at,
            prefixes=spaces.own,
            peered_prefixes=spaces.peered,
            own_prefixes=prefixes_of(properties),
            unread_space=spaces.unread,
            hidden_routes=tuple(hidden_routes(network, table, around.at("properties"))),
            hops=tuple(self._hops(around.id, network, table)),
        )

    def _hops(
        self, network_id: ArmId, network: VirtualNetworkProperties, table: RouteTable | None
    ) -> Iterator[tuple[str, str]]:
        """The next hops of a table that are addresses of the network or of a peered one."""
        near = [network_id, *peers(network)]
        properties = [self._network_properties.get(near_id) for near_id in near]
        for address in next_hops(table):
            firewall = next((found for known in properties if known
                             for found in firewall_subnets(known, address)), None)  # fmt: skip
            nic = next((self._nics_by_address[key] for id_ in near
                        if (key := (id_, address)) in self._nics_by_address), None)  # fmt: skip
            if firewall:
                yield address, f"Azure Firewall in {firewall.parent and firewall.parent.name}"
            elif nic:
                yield address, f"the NIC {nic.name}"

    @cached_property
    def _network_properties(self) -> dict[ArmId, VirtualNetworkProperties]:
        return {
            network.id: network.properties
            for network in self.virtual_networks.entries.values()
            if isinstance(network, VirtualNetwork) and network.properties
        }

    @cached_property
    def _nics_by_address(self) -> dict[tuple[ArmId, str], ArmId]:
        """The NICs that were read, by network and private address."""
        return {
            (subnet.parent, address): nic.id
            for nic in self.nics.entries.values()
            if isinstance(nic, NetworkInterface) and nic.properties
            for entry in nic.properties.ip_configurations or ()
            if (found := entry.properties)
            and (subnet := found.subnet.id if found.subnet else None)
            and subnet.parent
            and (address := found.private_ip_address)
        }

    def _find_subnet(self, subnet_id: ArmId) -> tuple[SubnetRecord, VirtualNetworkProperties]:
        found = self._subnets.get(subnet_id)
        if found is not None:
            return found
        # A network that was listed has all its subnets. If it was not, its own gap is raised.
        table = self.virtual_networks
        network = present(subnet_id.parent, Source(subnet_id, table.seen_at), "", _FACT)
        table.find(network, _FACT)
        raise unrecorded(table.source(network), "properties.subnets", _FACT)

    @cached_property
    def _subnets(self) -> dict[ArmId, tuple[SubnetRecord, VirtualNetworkProperties]]:
        """Every subnet that was read, with its network."""
        return {
            subnet.id: (subnet, network.properties)
            for network in self.virtual_networks.entries.values()
            if isinstance(network, VirtualNetwork) and network.properties
            for subnet in network.properties.subnets or ()
        }


def _referenced(
    table: Table[R], reference: Reference, at: Source, member: str
) -> tuple[R | Gap, Source]:
    """The resource that a member refers to, or why it was not read; and the body it comes from."""
    if reference.id is None:
        return unrecorded(at, f"{member}.id", _FACT).gap, at
    return catch_gap(table.find, reference.id, _FACT), table.source(reference.id)


def _configurations(
    properties: NetworkInterfaceProperties, at: Source
) -> tuple[IpConfigurationProperties, ...]:
    """The IP configurations of a NIC. Raises ``Unseen`` if it has none, or one without members."""
    found = present(properties.ip_configurations or None, at, "ipConfigurations", _FACT)
    path = "ipConfigurations.properties"
    return tuple(present(entry.properties, at, path, _FACT) for entry in found)


def _primary_configuration(
    configurations: Sequence[IpConfigurationProperties], at: Source
) -> IpConfigurationProperties:
    """The primary IP configuration; the only one of a NIC often does not say that it is.

    Raises ``Unseen`` if that is not exactly one.
    """
    primary = [configuration for configuration in configurations if configuration.primary]
    chosen = primary or configurations
    if len(chosen) != 1:
        raise unrecorded(at, "ipConfigurations with one that is primary", _FACT)
    return chosen[0]


def _application_groups(
    configurations: Sequence[IpConfigurationProperties], at: Source
) -> frozenset[ArmId]:
    """The application security groups of a NIC; ARM leaves the member out if there are none."""
    path = "ipConfigurations.properties.applicationSecurityGroups.id"
    groups = (configuration.application_security_groups or () for configuration in configurations)
    return frozenset(asg for listed in groups for asg in ids(listed, at, path))


def _primary_address(
    configurations: Sequence[IpConfigurationProperties],
    main: IpConfigurationProperties,
    at: Source,
) -> str:
    """The private IPv4 address of the primary configuration, by which packets leave.

    If that has an IPv6 address, the only IPv4 address. Raises ``Unseen`` if there is not exactly
    one, or it cannot be read.
    """
    path = "ipConfigurations.properties.privateIPAddress"
    own = present(main.private_ip_address, at, path, _FACT)
    if _is_ipv4(own, at, path):
        return own
    others = (configuration.private_ip_address for configuration in configurations)
    found = [address for address in others if address and _is_ipv4(address, at, path)]
    if len(found) != 1:
        raise unrecorded(at, path, _FACT)
    return found[0]


@lru_cache(maxsize=10_000)
def _version(address: str) -> int:
    """4 or 6. Raises ``ValueError`` for a text that is no address.

    Cached: a NIC's address is asked for twice, and networks have the same ones.
    """
    try:
        # The module ``ipaddress`` takes twenty times as long.
        inet_pton(AF_INET, address)
    except (OSError, ValueError):
        return ipaddress.ip_address(address).version
    return 4


def _is_ipv4(text: str, at: Source, path: str) -> bool:
    """False for an IPv6 address. Raises ``Unseen`` for a text that is no address."""
    try:
        return _version(text) == 4
    except ValueError:
        raise unrecorded(at, f"{path} that is an address, only {text!r}", _FACT) from None
