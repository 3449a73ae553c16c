"""What leads out of a private subnet: public addresses, NAT gateways, outbound rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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

_FACT = "network"
_STORAGE = ("microsoft.storage", "microsoft.storage.global")


class WaysOut:
    """The readings that tell what leads out, indexed once for all VMs of a subscription."""

    def __init__(self, readings: NetworkReadings) -> None:
        self._public_ips = Table(readings.public_ips)
        self._gateways = Table(readings.nat_gateways)
        self._balancers = Table(readings.load_balancers)

    def public_ips(self, main: IpConfigurationProperties, at: Source) -> tuple[Evidence, ...]:
        """The public address of a NIC: that it names one is enough."""
        named = main.public_ip_address.id if main.public_ip_address else None
        if named is None:
            return ()
        record = self._public_ips.get(named)
        if isinstance(record, Gap) or record is None or record.properties is None:
            return (at.evidence("ipConfigurations.properties.publicIPAddress", named.text),)
        shown = record.properties.ip_address
        return (self._public_ips.source(named).evidence("properties.ipAddress", shown),)

    def nat_gateways(self, *named: Reference | None) -> tuple[Evidence, ...]:
        """The NAT gateway of a subnet or its network, if it has a public address.

        Raises ``Unseen``.
        """
        gateways = [each for reference in named if reference for each in ids((reference,))]
        return tuple(each for gateway in gateways for each in self._public(gateway))

    def _public(self, named: ArmId) -> tuple[Evidence, ...]:
        gateway, source = self._gateways.find(named, _FACT), self._gateways.source(named)
        has = present(gateway.properties, source, "properties", _FACT)
        # ARM leaves either member out where there are none.
        public = [*ids(has.public_ip_addresses or ()), *ids(has.public_ip_prefixes or ())]
        shown = ", ".join(each.name for each in public)
        return (source.evidence("properties.publicIpAddresses", shown),) if public else ()

    def outbound_rules(self, main: IpConfigurationProperties) -> tuple[Evidence, ...]:
        """The rules that serve a pool the NIC is in; raises ``Unseen`` where one may be unread."""
        pools = sorted(ids(main.load_balancer_backend_address_pools or ()))
        answers = [catch_gap(self._serving, pool) for pool in pools]
        found = tuple(each for answer in answers if not isinstance(answer, Gap) for each in answer)
        unread = [answer for answer in answers if isinstance(answer, Gap)]
        if unread and not found:
            raise Unseen(unread[0])
        return found

    def _serving(self, pool: ArmId) -> tuple[Evidence, ...]:
        balancer_id = present(pool.parent, Source(pool, self._balancers.seen_at), "", _FACT)
        balancer = self._balancers.find(balancer_id, _FACT)
        source = self._balancers.source(balancer_id)
        serves = pool in _served(balancer, source)
        return (source.evidence("properties.outboundRules", pool.name),) if serves else ()


def _served(balancer: LoadBalancer, source: Source) -> Iterator[ArmId]:
    """The pools that the outbound rules serve; a balancer without such rules leaves them out."""
    properties = present(balancer.properties, source, "properties", _FACT)
    rules = (rule.properties for rule in properties.outbound_rules or ())
    return ids(each.backend_address_pool for each in rules if each and each.backend_address_pool)


def storage_endpoint(
    properties: SubnetProperties, at: Source, location: str | Gap
) -> Evidence | None:
    """A service endpoint for Storage of the VM's region: one may be for other regions alone."""
    for index, endpoint in enumerate(properties.service_endpoints or ()):
        where = [each.lower() for each in endpoint.locations or ("*",)]
        here = "*" in where or (isinstance(location, str) and location.lower() in where)
        if (endpoint.service or "").lower() in _STORAGE and here:
            return at.evidence(f"serviceEndpoints[{index}].service", endpoint.service)
    return None


def ids(references: Iterable[Reference]) -> Iterator[ArmId]:
    """The ids that references hold."""
    return (each.id for each in references if each.id)
