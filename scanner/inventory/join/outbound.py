"""The ways out of a subnet: public addresses, NAT gateways, load balancers, endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from scanner.inventory.arm_text import lower
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.network import StorageEndpoint
from scanner.inventory.gap import Gap, Unseen, catch_gap, present
from scanner.inventory.join.table import Table
from scanner.inventory.records.base import Reference
from scanner.inventory.records.network import (
    IpConfigurationProperties,
    LoadBalancer,
    LoadBalancerProperties,
    PublicIpAddress,
    SubnetProperties,
)
from scanner.inventory.snapshot import NetworkReadings
from scanner.inventory.vm import place
from scanner.inventory.words import word, word_or

_FACT = "network"
_TCP, _UDP = frozenset({"tcp"}), frozenset({"udp"})
# Enumerations of the REST API reference (Load Balancers, 2024-05-01): LoadBalancerSkuName,
# LoadBalancerOutboundRuleProtocol and TransportProtocol.
_IS_STANDARD = {"basic": False, "standard": True, "gateway": True}
_PROTOCOLS = {"tcp": _TCP, "udp": _UDP, "all": _TCP | _UDP}
_STORAGE, _STORAGE_GLOBAL = "microsoft.storage", "microsoft.storage.global"

_Rule = tuple[str | None, Source, Evidence]
"""The protocol of a rule, where it is in the body, and its evidence."""


class WaysOut:
    """The readings that show the ways out, indexed once for all VMs of a subscription."""

    def __init__(self, readings: NetworkReadings) -> None:
        self._public_ips = Table(readings.public_ips)
        self._gateways = Table(readings.nat_gateways)
        self._balancers = Table(readings.load_balancers)

    def public_ips(self, main: IpConfigurationProperties, at: Source) -> tuple[Evidence, ...]:
        """The public IPv4 address of a NIC, or its reference to one that was not read.

        An IPv6 address is no way out for IPv4. Raises ``Unseen`` if the reference has no id.
        """
        if main.public_ip_address is None:
            return ()
        path = "ipConfigurations.properties.publicIPAddress.id"
        address_id = present(main.public_ip_address.id, at, path, _FACT)
        return () if self._is_ipv6(address_id) else self._public_ip(address_id, at)

    def public_ipv6(self, six: IpConfigurationProperties, at: Source) -> tuple[Evidence, ...]:
        """The public address of an IPv6 configuration, which is of IPv6."""
        if six.public_ip_address is None:
            return ()
        path = "ipConfigurations.properties.publicIPAddress.id"
        return self._public_ip(present(six.public_ip_address.id, at, path, _FACT), at)

    def _public_ip(self, address_id: ArmId, at: Source) -> tuple[Evidence, ...]:
        record = self._public_ips.get(address_id)
        if type(record) is Gap or record is None or record.properties is None:
            return (at.evidence("ipConfigurations.properties.publicIPAddress", address_id.text),)
        source, address = self._public_ips.source(address_id), record.properties.ip_address
        return (source.evidence("properties.ipAddress", address),)

    def _is_ipv6(self, address_id: ArmId) -> bool:
        """True if a public address was read and is of IPv6. A NIC's own is IPv4 by default."""
        record = self._public_ips.get(address_id)
        properties = record.properties if isinstance(record, PublicIpAddress) else None
        return bool(properties and properties.version and lower(properties.version) == "ipv6")

    def nat_gateways(
        self, references: Mapping[str, Reference | None], at: Source
    ) -> tuple[Evidence, ...]:
        """The NAT gateways, of a subnet and of its network, that have a public address.

        ``references`` are by their paths. Raises ``Unseen`` if one of them was not read.
        """
        gateways = [
            present(reference.id, at, path, _FACT)
            for path, reference in references.items()
            if reference
        ]
        return tuple(found for gateway in gateways for found in self._gateway_addresses(gateway))

    def _gateway_addresses(self, gateway_id: ArmId) -> tuple[Evidence, ...]:
        """The public addresses and prefixes of a NAT gateway, as one value."""
        source = self._gateways.source(gateway_id)
        gateway = self._gateways.find(gateway_id, _FACT)
        properties = present(gateway.properties, source, "properties", _FACT)
        # ARM leaves out a member that is empty.
        addresses = properties.public_ip_addresses or ()
        prefixes = properties.public_ip_prefixes or ()
        at = source.at("properties")
        found = (
            *ids(addresses, at, "publicIpAddresses.id"),
            *ids(prefixes, at, "publicIpPrefixes.id"),
        )
        names = ", ".join(address.name for address in found)
        return (source.evidence("properties.publicIpAddresses", names),) if names else ()

    def outbound_rules(
        self,
        main: IpConfigurationProperties,
        at: Source,
        protocol: Literal["tcp", "udp"],
        *,
        ipv6: bool = False,
    ) -> tuple[Evidence, ...]:
        """The rules of load balancers that give outbound access to the pools of a configuration.

        A rule gives it over its own protocol. Raises ``Unseen`` if there is none and a load
        balancer that may have one was not read.
        """
        if not main.load_balancer_backend_address_pools:
            return ()
        answers = [
            catch_gap(self._rules_for, pool, protocol, ipv6=ipv6) for pool in _pools(main, at)
        ]
        rules = tuple(rule for answer in answers if type(answer) is not Gap for rule in answer)
        unread = [answer for answer in answers if type(answer) is Gap]
        if unread and not rules:
            raise Unseen(unread[0])
        return rules

    def standard_pools(self, main: IpConfigurationProperties, at: Source) -> tuple[Evidence, ...]:
        """The pools of Standard load balancers that a NIC is in: they end default access.

        Raises ``Unseen`` if a load balancer was not read.
        """
        if not main.load_balancer_backend_address_pools:
            return ()
        balancers = (self._balancer(pool) for pool in _pools(main, at))
        return tuple(
            source.evidence("sku.name", balancer.sku.name if balancer.sku else None)
            for balancer, source in balancers
            if _is_standard(balancer, source)
        )

    def _balancer(self, pool: ArmId) -> tuple[LoadBalancer, Source]:
        balancer_id = present(pool.parent, Source(pool, self._balancers.seen_at), "", _FACT)
        return self._balancers.find(balancer_id, _FACT), self._balancers.source(balancer_id)

    def _rules_for(self, pool: ArmId, protocol: str, *, ipv6: bool) -> tuple[Evidence, ...]:
        """Evidence for a pool that an outbound rule serves, or a rule that translates addresses.

        Raises ``Unseen`` if none certainly does and one may.
        """
        balancer, source = self._balancer(pool)
        properties = present(balancer.properties, source, "properties", _FACT)
        at = source.at("properties")
        rules = (
            *self._outbound_rules(properties, at, pool, ipv6=ipv6),
            *self._translating_rules(balancer, source, pool, ipv6=ipv6),
        )
        unread: list[Gap] = []
        for text, part, evidence in rules:
            over = catch_gap(word, text, _PROTOCOLS, part, "protocol", _FACT)
            if type(over) is Gap:
                unread.append(over)
            elif protocol in over:
                return (evidence,)
        if unread:
            raise Unseen(unread[0])
        return ()

    def _outbound_rules(
        self, properties: LoadBalancerProperties, at: Source, pool: ArmId, *, ipv6: bool
    ) -> Iterator[_Rule]:
        """The outbound rules of a pool; ARM leaves the rules out if there are none.

        A rule whose frontends are all of the other family is no way out.
        """
        others = self._frontends(properties, ipv6=not ipv6)
        for index, rule in enumerate(properties.outbound_rules or ()):
            part = at.at(f"outboundRules[{index}].properties")
            members = present(rule.properties, part, "", _FACT)
            served = members.backend_address_pool
            served_id = present(served.id if served else None, part, "backendAddressPool.id", _FACT)
            fronts = {frontend.id for frontend in members.frontends or ()}
            if served_id == pool and (not fronts or not fronts <= others):
                yield members.protocol, part, at.evidence("outboundRules", pool.name)

    def _translating_rules(
        self, balancer: LoadBalancer, source: Source, pool: ArmId, *, ipv6: bool
    ) -> Iterator[_Rule]:
        """The load-balancing rules of a pool that translate addresses of outbound packets.

        They do so on a Standard load balancer with a public frontend, unless
        ``disableOutboundSnat`` is true (Use SNAT for outbound connections, 2024).
        """
        properties = balancer.properties
        if properties is None or not properties.load_balancing_rules:
            return
        public = self._frontends(properties, ipv6=ipv6)
        if not public or not _is_standard(balancer, source):
            return
        for index, rule in enumerate(properties.load_balancing_rules):
            part = source.at(f"properties.loadBalancingRules[{index}].properties")
            members = present(rule.properties, part, "", _FACT)
            pools = (members.backend_address_pool, *(members.backend_address_pools or ()))
            if (
                not members.disable_outbound_snat
                and pool in {reference.id for reference in pools if reference}
                and members.frontend
                and members.frontend.id in public
            ):
                shown = part.evidence("disableOutboundSnat", members.disable_outbound_snat)
                yield members.protocol, part, shown

    def _frontends(self, properties: LoadBalancerProperties, *, ipv6: bool) -> frozenset[ArmId]:
        """The frontends with a public address or prefix: of IPv6, or of IPv4 as by default."""
        found = set()
        for frontend in properties.frontends or ():
            members = frontend.properties
            if frontend.id is None or members is None:
                continue
            address = members.public_ip_address.id if members.public_ip_address else None
            if (address and self._is_ipv6(address) is ipv6) or (
                members.public_ip_prefix and not ipv6
            ):
                found.add(frontend.id)
        return frozenset(found)


def _pools(main: IpConfigurationProperties, at: Source) -> list[ArmId]:
    path = "ipConfigurations.properties.loadBalancerBackendAddressPools.id"
    return sorted(ids(main.load_balancer_backend_address_pools or (), at, path))


def _is_standard(balancer: LoadBalancer, at: Source) -> bool:
    """True for a Standard load balancer. ARM leaves the SKU out of a Basic one.

    Raises ``Unseen`` for a SKU that is not documented.
    """
    name = balancer.sku.name if balancer.sku else None
    return word_or(False, name, _IS_STANDARD, at, "sku.name", _FACT)


def storage_endpoint(
    properties: SubnetProperties, at: Source, location: str | Gap
) -> StorageEndpoint | None:
    """The service endpoints of a subnet for Storage.

    ``Microsoft.Storage`` leads to the region of the network and its pair, which ARM lists, and
    ``Microsoft.Storage.Global`` to all (Virtual network service endpoints, 2025-07-22). Some
    answers have ``*`` for the former: only the VM's region is certain then. ARM leaves the
    endpoints out if there are none. Raises ``Unseen`` if one may be for Storage.
    """
    found: StorageEndpoint | None = None
    for index, endpoint in enumerate(properties.service_endpoints or ()):
        part = at.at(f"serviceEndpoints[{index}]")
        service = present(endpoint.service or None, part, "service", _FACT)
        if lower(service) not in (_STORAGE, _STORAGE_GLOBAL):
            continue
        names = present(endpoint.locations or None, part, "locations", _FACT)
        listed = {region for region in map(place, names) if region}
        own = {place(location) or ""} if isinstance(location, str) else set()
        is_global, any_region = lower(service) == _STORAGE_GLOBAL, "*" in listed
        added = StorageEndpoint(
            part.evidence("service", service),
            frozenset(listed - {"*"} | (own if any_region else set())),
            is_global and any_region,
            any_region and not is_global,
        )
        found = added if found is None else _joined(found, added)
    return found


def _joined(one: StorageEndpoint, other: StorageEndpoint) -> StorageEndpoint:
    return StorageEndpoint(
        one.evidence,
        one.regions | other.regions,
        one.is_global or other.is_global,
        one.may_lead_elsewhere or other.may_lead_elsewhere,
    )


def ids(references: Iterable[Reference], at: Source, path: str) -> Iterator[ArmId]:
    """The ids of references. Raises ``Unseen`` if one of them has none."""
    return (present(reference.id, at, path, _FACT) for reference in references)
