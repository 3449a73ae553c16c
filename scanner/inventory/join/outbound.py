"""The ways out of a private subnet: public addresses, NAT gateways, outbound rules, endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scanner.inventory.arm_text import lower
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, Unseen, catch_gap, present
from scanner.inventory.join.table import Table
from scanner.inventory.records.base import Reference
from scanner.inventory.records.network import (
    IpConfigurationProperties,
    LoadBalancer,
    SubnetProperties,
)
from scanner.inventory.snapshot import NetworkReadings
from scanner.inventory.vm import place

_FACT = "network"
_STORAGE = ("microsoft.storage", "microsoft.storage.global")
"""Service endpoints for Storage of a region, and of all (Azure virtual network documents)."""


class WaysOut:
    """The readings that show the ways out, indexed once for all VMs of a subscription."""

    def __init__(self, readings: NetworkReadings) -> None:
        self._public_ips = Table(readings.public_ips)
        self._gateways = Table(readings.nat_gateways)
        self._balancers = Table(readings.load_balancers)

    def public_ips(self, main: IpConfigurationProperties, at: Source) -> tuple[Evidence, ...]:
        """The public address of a NIC, or its reference to one that was not read.

        Raises ``Unseen`` if the reference has no id.
        """
        if main.public_ip_address is None:
            return ()
        path = "ipConfigurations.properties.publicIPAddress.id"
        address_id = present(main.public_ip_address.id, at, path, _FACT)
        record = self._public_ips.get(address_id)
        if isinstance(record, Gap) or record is None or record.properties is None:
            return (at.evidence("ipConfigurations.properties.publicIPAddress", address_id.text),)
        source, address = self._public_ips.source(address_id), record.properties.ip_address
        return (source.evidence("properties.ipAddress", address),)

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

    def outbound_rules(self, main: IpConfigurationProperties, at: Source) -> tuple[Evidence, ...]:
        """The outbound rules for the backend pools that the NIC is in.

        Raises ``Unseen`` if there is none and a load balancer that may have one was not read.
        """
        path = "ipConfigurations.properties.loadBalancerBackendAddressPools.id"
        pools = sorted(ids(main.load_balancer_backend_address_pools or (), at, path))
        answers = [catch_gap(self._rule_evidence_for, pool) for pool in pools]
        rules = tuple(rule for answer in answers if not isinstance(answer, Gap) for rule in answer)
        unread = [answer for answer in answers if isinstance(answer, Gap)]
        if unread and not rules:
            raise Unseen(unread[0])
        return rules

    def _rule_evidence_for(self, pool: ArmId) -> tuple[Evidence, ...]:
        """Evidence for a backend pool that an outbound rule of its load balancer serves."""
        balancer_id = present(pool.parent, Source(pool, self._balancers.seen_at), "", _FACT)
        balancer = self._balancers.find(balancer_id, _FACT)
        source = self._balancers.source(balancer_id)
        is_served = pool in _pools_with_rules(balancer, source)
        return (source.evidence("properties.outboundRules", pool.name),) if is_served else ()


def _pools_with_rules(balancer: LoadBalancer, source: Source) -> Iterator[ArmId]:
    """The backend pools of outbound rules; ARM leaves the rules out if there are none."""
    properties = present(balancer.properties, source, "properties", _FACT)
    for index, rule in enumerate(properties.outbound_rules or ()):
        at = source.at(f"properties.outboundRules[{index}].properties")
        pool = present(rule.properties, at, "", _FACT).backend_address_pool
        yield present(pool.id if pool else None, at, "backendAddressPool.id", _FACT)


def storage_endpoint(
    properties: SubnetProperties, at: Source, location: str | Gap
) -> Evidence | None:
    """The first service endpoint of a subnet for Storage in the VM's region; ``*`` is every region.

    ARM leaves the endpoints out if there are none. Raises ``Unseen`` if one may be for Storage.
    """
    for index, endpoint in enumerate(properties.service_endpoints or ()):
        part = at.at(f"serviceEndpoints[{index}]")
        service = present(endpoint.service or None, part, "service", _FACT)
        if lower(service) not in _STORAGE:
            continue
        regions = set(map(place, present(endpoint.locations or None, part, "locations", _FACT)))
        if "*" in regions or (isinstance(location, str) and place(location) in regions):
            return part.evidence("service", service)
    return None


def ids(references: Iterable[Reference], at: Source, path: str) -> Iterator[ArmId]:
    """The ids of references. Raises ``Unseen`` if one of them has none."""
    return (present(reference.id, at, path, _FACT) for reference in references)
