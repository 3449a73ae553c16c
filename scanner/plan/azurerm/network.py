"""Networks, security groups, routes and ways out (provider azurerm, 3 to 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanner.plan.attributes import Attributes
from scanner.plan.azurerm.balancers import balancer, balancing, outbound
from scanner.plan.azurerm.mapped import Body, Mapped, Row, entries, fill, put, reference
from scanner.plan.marks import Path
from scanner.plan.merge import Added
from scanner.plan.planned import UNKNOWN, Unknown

_PROVIDER = "resourceGroups/{resource_group_name}/providers/Microsoft.Network"
_SUBNET = f"{_PROVIDER}/virtualNetworks/{{virtual_network_name}}/subnets/{{name}}"
_RULE_MEMBERS = (
    ("access", "access"), ("direction", "direction"), ("protocol", "protocol"),
    ("priority", "priority"),
    ("source_port_range", "sourcePortRange"), ("source_port_ranges", "sourcePortRanges"),
    ("destination_port_range", "destinationPortRange"),
    ("destination_port_ranges", "destinationPortRanges"),
    ("source_address_prefix", "sourceAddressPrefix"),
    ("source_address_prefixes", "sourceAddressPrefixes"),
    ("destination_address_prefix", "destinationAddressPrefix"),
    ("destination_address_prefixes", "destinationAddressPrefixes"),
)  # fmt: skip
_GROUPS = (
    ("source_application_security_group_ids", "sourceApplicationSecurityGroups"),
    ("destination_application_security_group_ids", "destinationApplicationSecurityGroups"),
)


def _rule(attributes: Attributes, at: Path = ()) -> Body:
    read = attributes.plain if at else attributes.get
    body: Body = {}
    for attribute, member in _RULE_MEMBERS:
        value = read(*at, attribute)
        if value is not None:
            body[member] = value
    for attribute, member in _GROUPS:
        ids = read(*at, attribute) if at else attributes.texts(attribute)
        if ids is not None:
            body[member] = list(map(reference, ids)) if isinstance(ids, list) else UNKNOWN
    return body


def _named(attributes: Attributes, at: Path, members: Body) -> Body:
    name = attributes.plain(*at, "name")
    return {**({} if name is None else {"name": name}), "properties": members}


def _security_group(attributes: Attributes, body: Body) -> None:
    if attributes.is_hidden("security_rule"):
        # The rules are resources of their own, or in a block that the plan does not show.
        put(body, "properties.securityRules", UNKNOWN)
    else:
        found = entries(
            attributes, "security_rule", lambda at: _named(attributes, at, _rule(attributes, at))
        )
        put(body, "properties.securityRules", found)


def _routes(attributes: Attributes, body: Body) -> None:
    if attributes.is_hidden("route"):
        put(body, "properties.routes", UNKNOWN)
    else:
        found = entries(
            attributes, "route", lambda at: _named(attributes, at, _route(attributes.plain, at))
        )
        put(body, "properties.routes", found)
    propagates = attributes.get("bgp_route_propagation_enabled")
    disabled = attributes.get("disable_bgp_route_propagation")
    if isinstance(propagates, bool):
        disabled = not propagates
    if disabled is not None:
        put(body, "properties.disableBgpRoutePropagation", disabled)


def _route(read: Callable[..., Any], at: Path = ()) -> Body:
    members = (
        ("address_prefix", "addressPrefix"),
        ("next_hop_type", "nextHopType"),
        ("next_hop_in_ip_address", "nextHopIpAddress"),
    )
    values = ((member, read(*at, attribute)) for attribute, member in members)
    return {member: value for member, value in values if value is not None}


_IP = (
    Row("name", "name", "text"),
    Row("primary", "properties.primary"),
    Row("subnet_id", "properties.subnet", "reference"),
    Row("public_ip_address_id", "properties.publicIPAddress", "reference"),
    Row("private_ip_address", "properties.privateIPAddress", "text"),
)


def _interface(attributes: Attributes, body: Body) -> None:
    found = entries(attributes, "ip_configuration", lambda at: _ip(attributes, at))
    put(body, "properties.ipConfigurations", found)


def _ip(attributes: Attributes, at: Path) -> Body:
    """An address that Azure gives is not known before it does so."""
    body = fill(attributes, _IP, at)
    body.setdefault("properties", {}).setdefault("privateIPAddress", UNKNOWN)
    return body


def _subnet(attributes: Attributes, body: Body) -> None:
    endpoints = attributes.texts("service_endpoints")
    if endpoints is None:
        blocks = attributes.blocks("service_endpoint")
        is_open = isinstance(blocks, Unknown)
        endpoints = (
            UNKNOWN if is_open else [attributes.plain(*at, "service") for at in blocks]  # type: ignore[union-attr]
        )
    if endpoints:
        # An endpoint is for the region of the network and its pair, which the plan does not say.
        listed = UNKNOWN if isinstance(endpoints, Unknown) else [
            {"service": service, "locations": ["*"]} for service in endpoints
        ]  # fmt: skip
        put(body, "properties.serviceEndpoints", listed)
    for attribute, member in (
        ("network_security_group_id_wo", "networkSecurityGroup"),
        ("route_table_id_wo", "routeTable"),
    ):
        id_ = attributes.text(attribute)
        if id_ is not None:
            put(body, f"properties.{member}", reference(id_))


def _network(attributes: Attributes, body: Body) -> None:
    def inline(at: Path) -> Body:
        prefixes = attributes.plain(*at, "address_prefixes")
        members: Body = {
            "addressPrefix": attributes.plain(*at, "address_prefix"),
            "addressPrefixes": prefixes,
            "defaultOutboundAccess": attributes.plain(*at, "default_outbound_access_enabled"),
        }
        for attribute, member in (
            ("security_group", "networkSecurityGroup"),
            ("route_table_id", "routeTable"),
        ):
            id_ = attributes.plain(*at, attribute)
            members[member] = None if id_ is None else reference(id_)
        kept = {name: value for name, value in members.items() if value is not None}
        return {**_named(attributes, at, kept)}

    found = entries(attributes, "subnet", inline)
    if found:
        put(body, "properties.subnets", found)


def _joins(target: str, member: str, value: str) -> Callable[[Attributes], Iterator[Any]]:
    """An association that sets a reference in one resource to another one."""

    def changes(attributes: Attributes) -> Iterator[tuple[Any, Any]]:
        id_ = attributes.text(value)
        yield attributes.text(target), {"properties": {member: reference(id_)}}

    return changes


def _nic_part(member: str, value: str) -> Callable[[Attributes], Iterator[Any]]:
    """An association of an IP configuration of an interface."""

    def changes(attributes: Attributes) -> Iterator[tuple[Any, Any]]:
        nic, name = attributes.text("network_interface_id"), None
        if "ip_configuration_name" in attributes.values:
            name = attributes.text("ip_configuration_name")
        id_ = attributes.text(value)
        which = name if isinstance(name, str) else "*"
        if isinstance(nic, str):
            yield (
                f"{nic}/ipConfigurations/{which}",
                {"properties": {member: Added([reference(id_)])}},
            )
        else:
            yield nic, {"properties": {"ipConfigurations": UNKNOWN}}

    return changes


def _gateway_address(member: str, value: str) -> Callable[[Attributes], Iterator[Any]]:
    def changes(attributes: Attributes) -> Iterator[tuple[Any, Any]]:
        id_ = attributes.text(value)
        yield attributes.text("nat_gateway_id"), {"properties": {member: Added([reference(id_)])}}

    return changes


NETWORK: Mapping[str, Mapped] = {
    "azurerm_network_interface": Mapped(
        f"{_PROVIDER}/networkInterfaces/{{name}}",
        (Row("location", "location", "text"),),
        _interface,
    ),
    "azurerm_network_security_group": Mapped(
        f"{_PROVIDER}/networkSecurityGroups/{{name}}",
        (),
        _security_group,
    ),
    "azurerm_network_security_rule": Mapped(
        f"{_PROVIDER}/networkSecurityGroups/{{network_security_group_name}}/securityRules/{{name}}",
        (Row("name", "name", "text"),),
        lambda attributes, body: put(body, "properties", _rule(attributes)),
    ),
    "azurerm_virtual_network": Mapped(
        f"{_PROVIDER}/virtualNetworks/{{name}}",
        (Row("address_space", "properties.addressSpace.addressPrefixes", "texts"),),
        _network,
    ),
    "azurerm_subnet": Mapped(
        _SUBNET,
        (
            Row("address_prefixes", "properties.addressPrefixes", "texts"),
            Row("default_outbound_access_enabled", "properties.defaultOutboundAccess"),
        ),
        _subnet,
    ),
    "azurerm_route_table": Mapped(f"{_PROVIDER}/routeTables/{{name}}", (), _routes),
    "azurerm_route": Mapped(
        f"{_PROVIDER}/routeTables/{{route_table_name}}/routes/{{name}}",
        (Row("name", "name", "text"),),
        lambda attributes, body: put(body, "properties", _route(attributes.get)),
    ),
    "azurerm_nat_gateway": Mapped(f"{_PROVIDER}/natGateways/{{name}}"),
    "azurerm_public_ip": Mapped(
        f"{_PROVIDER}/publicIPAddresses/{{name}}",
        (
            Row("ip_address", "properties.ipAddress", "text"),
            Row("ip_version", "properties.publicIPAddressVersion", "text"),
        ),
    ),
    "azurerm_public_ip_prefix": Mapped(f"{_PROVIDER}/publicIPPrefixes/{{name}}"),
    "azurerm_application_security_group": Mapped(f"{_PROVIDER}/applicationSecurityGroups/{{name}}"),
    "azurerm_lb": Mapped(f"{_PROVIDER}/loadBalancers/{{name}}", (), balancer),
    "azurerm_lb_backend_address_pool": Mapped("id:{loadbalancer_id}/backendAddressPools/{name}"),
    "azurerm_lb_outbound_rule": Mapped(
        "id:{loadbalancer_id}/outboundRules/{name}",
        (Row("name", "name", "text"), Row("protocol", "properties.protocol", "text")),
        outbound,
    ),
    "azurerm_lb_rule": Mapped(
        "id:{loadbalancer_id}/loadBalancingRules/{name}",
        (Row("name", "name", "text"), Row("protocol", "properties.protocol", "text")),
        balancing,
    ),
    "azurerm_subnet_network_security_group_association": Mapped(
        "id:{subnet_id}",
        changes=_joins("subnet_id", "networkSecurityGroup", "network_security_group_id"),
    ),
    "azurerm_subnet_route_table_association": Mapped(
        "id:{subnet_id}", changes=_joins("subnet_id", "routeTable", "route_table_id")
    ),
    "azurerm_subnet_nat_gateway_association": Mapped(
        "id:{subnet_id}", changes=_joins("subnet_id", "natGateway", "nat_gateway_id")
    ),
    "azurerm_network_interface_security_group_association": Mapped(
        "id:{network_interface_id}",
        changes=_joins("network_interface_id", "networkSecurityGroup", "network_security_group_id"),
    ),
    "azurerm_network_interface_backend_address_pool_association": Mapped(
        "id:{network_interface_id}",
        changes=_nic_part("loadBalancerBackendAddressPools", "backend_address_pool_id"),
    ),
    "azurerm_network_interface_application_security_group_association": Mapped(
        "id:{network_interface_id}",
        changes=_nic_part("applicationSecurityGroups", "application_security_group_id"),
    ),
    "azurerm_nat_gateway_public_ip_association": Mapped(
        "id:{nat_gateway_id}", changes=_gateway_address("publicIpAddresses", "public_ip_address_id")
    ),
    "azurerm_nat_gateway_public_ip_prefix_association": Mapped(
        "id:{nat_gateway_id}", changes=_gateway_address("publicIpPrefixes", "public_ip_prefix_id")
    ),
}
