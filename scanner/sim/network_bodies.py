"""The ARM JSON of Microsoft.Network, as recorded answers show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from scanner.sim.patches import Body
from scanner.sim.seeds import guid, hexadecimal, roll

if TYPE_CHECKING:
    from scanner.sim.machine import Nic, Vm
    from scanner.sim.network_shapes import RouteShape, RuleShape, Values

_NETWORK = "Microsoft.Network"
_ANY, _VNET, _INTERNET = "*", "VirtualNetwork", "Internet"
_DEFAULTS = (
    ("AllowVnetInBound", "Allow inbound traffic from all VMs in VNET",
     _VNET, _VNET, "Allow", 65000, "Inbound"),
    ("AllowAzureLoadBalancerInBound", "Allow inbound traffic from azure load balancer",
     "AzureLoadBalancer", _ANY, "Allow", 65001, "Inbound"),
    ("DenyAllInBound", "Deny all inbound traffic", _ANY, _ANY, "Deny", 65500, "Inbound"),
    ("AllowVnetOutBound", "Allow outbound traffic from all VMs to all VMs in VNET",
     _VNET, _VNET, "Allow", 65000, "Outbound"),
    ("AllowInternetOutBound", "Allow outbound traffic from all VMs to Internet",
     _ANY, _INTERNET, "Allow", 65001, "Outbound"),
    ("DenyAllOutBound", "Deny all outbound traffic", _ANY, _ANY, "Deny", 65500, "Outbound"),
)  # fmt: skip


def security_group(seed: int, id_: str, rules: Sequence[RuleShape]) -> Body:
    """A network security group: its own rules as they were given, then the six defaults."""
    own = [_child(seed, id_, "securityRules", rule.name, _rule(seed, rule)) for rule in rules]
    defaults = [
        _child(
            seed,
            id_,
            "defaultSecurityRules",
            name,
            {
                "description": description,
                "protocol": _ANY,
                **_either("sourcePortRange", _ANY),
                **_either("destinationPortRange", _ANY),
                **_either("sourceAddressPrefix", source),
                **_either("destinationAddressPrefix", destination),
                "access": access,
                "priority": priority,
                "direction": direction,
            },
        )
        for name, description, source, destination, access, priority, direction in _DEFAULTS
    ]
    return _body(seed, id_, {"securityRules": own, "defaultSecurityRules": defaults})


def route_table(seed: int, id_: str, routes: Sequence[RouteShape]) -> Body:
    """A route table; a route's address stands only where it has one."""
    children = [
        _child(
            seed,
            id_,
            "routes",
            route.name or f"route-{number}",
            {
                "addressPrefix": route.prefix,
                "nextHopType": route.next_hop,
                **({} if route.address is None else {"nextHopIpAddress": route.address}),
                "hasBgpOverride": False,
            },
        )
        for number, route in enumerate(routes, 1)
    ]
    return _body(seed, id_, {"disableBgpRoutePropagation": False, "routes": children})


def virtual_network(seed: int, id_: str) -> Body:
    """A virtual network, with no subnet yet."""
    return _body(
        seed,
        id_,
        {
            "addressSpace": {"addressPrefixes": ["10.0.0.0/8"], "ipamPoolPrefixAllocations": []},
            "privateEndpointVNetPolicies": "Disabled",
            "subnets": [],
            "virtualNetworkPeerings": [],
            "enableDdosProtection": False,
        },
    )


def subnet(
    seed: int,
    network: str,
    name: str,
    number: int,
    *,
    members: dict[str, str | None],
    default_outbound_access: bool | None,
    service_endpoints: Sequence[str],
) -> Body:
    """A subnet within its network; what is not on it is left out."""
    private = default_outbound_access
    endpoints = [
        {"provisioningState": "Succeeded", "service": service, "locations": ["*"]}
        for service in service_endpoints
    ]
    return _child(
        seed,
        network,
        "subnets",
        name,
        {
            "addressPrefix": f"10.{number}.0.0/16",
            "ipamPoolPrefixAllocations": [],
            **{key: _reference(seed, id_) for key, id_ in members.items() if id_ is not None},
            **({"serviceEndpoints": endpoints} if endpoints else {}),
            "delegations": [],
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
            **({} if private is None else {"defaultOutboundAccess": private}),
        },
    )


def public_ip(seed: int, id_: str, address: str | None) -> Body:
    """A public IP address; without an address none is allocated yet."""
    members: Body = {
        **({} if address is None else {"ipAddress": address}),
        "publicIPAddressVersion": "IPv4",
        "publicIPAllocationMethod": "Static",
        "idleTimeoutInMinutes": 4,
        "ipTags": [],
        "ddosSettings": {"protectionMode": "VirtualNetworkInherited"},
    }
    return _body(seed, id_, members) | _STANDARD


def nat_gateway(seed: int, id_: str, public_ips: Sequence[str]) -> Body:
    """A NAT gateway; it may have no address."""
    addresses = {"publicIpAddresses": _references(seed, public_ips)} if public_ips else {}
    return _body(seed, id_, {"idleTimeoutInMinutes": 4, **addresses}) | _STANDARD


def load_balancer(seed: int, id_: str, pools: Sequence[str], outbound: Sequence[str]) -> Body:
    """A load balancer with one front end, and an outbound rule for some of its pools."""
    front = f"{id_}/frontendIPConfigurations/front"
    rules = {
        pool: _child(
            seed,
            id_,
            "outboundRules",
            f"out-{pool}",
            {
                "allocatedOutboundPorts": 512,
                "protocol": "All",
                "enableTcpReset": True,
                "idleTimeoutInMinutes": 4,
                "backendAddressPool": _reference(seed, f"{id_}/backendAddressPools/{pool}"),
                "frontendIPConfigurations": [{"id": front}],
            },
        )
        for pool in outbound
    }
    ends = [
        _child(
            seed,
            id_,
            "backendAddressPools",
            pool,
            {
                "loadBalancerBackendAddresses": [],
                **({"outboundRules": [{"id": rules[pool]["id"]}]} if pool in rules else {}),
            },
        )
        for pool in pools
    ]
    leaving = {"outboundRules": [{"id": rule["id"]} for rule in rules.values()]}
    members: Body = {
        "frontendIPConfigurations": [
            _child(seed, id_, "frontendIPConfigurations", "front", leaving if rules else {})
        ],
        "backendAddressPools": ends,
        "loadBalancingRules": [],
        "probes": [],
        "inboundNatRules": [],
        "outboundRules": list(rules.values()),
        "inboundNatPools": [],
    }
    return _body(seed, id_, members) | _STANDARD


def interface(vm: Vm, nic: Nic, subnet_id: str) -> Body:
    """A network interface of a VM, with one configuration per address."""
    seed, shape = vm.world.seed, nic.shape
    usual = f"10.0.{roll(250, seed, nic.id, 'third')}.{4 + roll(250, seed, nic.id, 'fourth')}"
    around: Body = {"subnet": _reference(seed, subnet_id)}
    if shape.public_ip:
        around["publicIPAddress"] = _reference(seed, shape.public_ip)
    if shape.asgs:
        around["applicationSecurityGroups"] = _references(seed, shape.asgs)
    if shape.pools:
        around["loadBalancerBackendAddressPools"] = _references(seed, shape.pools)
    configurations = [
        _child(
            seed,
            nic.id,
            "ipConfigurations",
            f"ipconfig{number}",
            {
                "privateIPAddress": address,
                "privateIPAllocationMethod": "Dynamic",
                **around,
                "primary": number == 1,
                "privateIPAddressVersion": "IPv4",
            },
        )
        for number, address in enumerate(shape.addresses or (usual,), 1)
    ]
    group = {"networkSecurityGroup": _reference(seed, shape.nsg)} if shape.nsg else {}
    members: Body = {
        "ipConfigurations": configurations,
        "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
        "macAddress": "00-0D-3A-" + hexadecimal(6, seed, nic.id).upper(),
        "enableAcceleratedNetworking": False,
        "enableIPForwarding": False,
        **group,
        "primary": shape.primary,
        "virtualMachine": {"id": vm.id},
        "nicType": "Standard",
    }
    return _body(seed, nic.id, members)


_STANDARD: Body = {"sku": {"name": "Standard", "tier": "Regional"}}


def _rule(seed: int, rule: RuleShape) -> Body:
    return {
        "protocol": rule.protocol,
        **_either("sourcePortRange", rule.source_port),
        **_either("destinationPortRange", rule.port),
        **_ends(seed, "source", rule.source, rule.source_asgs),
        **_ends(seed, "destination", rule.destination, rule.destination_asgs),
        "access": rule.access,
        "priority": rule.priority,
        "direction": rule.direction,
    }


def _ends(seed: int, end: str, prefixes: Values, groups: Sequence[str]) -> Body:
    if not groups:
        return _either(f"{end}AddressPrefix", prefixes)
    return {
        f"{end}ApplicationSecurityGroups": _references(seed, groups),
        f"{end}AddressPrefixes": [],
    }


def _either(member: str, values: Values) -> Body:
    """One value stands alone beside an empty list, several stand in the list only."""
    plural = f"{member}es" if member.endswith("x") else f"{member}s"
    if isinstance(values, str):
        return {member: values, plural: []}
    return {plural: list(values)}


def _body(seed: int, id_: str, members: Body) -> Body:
    state = {"provisioningState": "Succeeded", "resourceGuid": guid(seed, id_)}
    return {"etag": _etag(seed, id_), "properties": {**state, **members}}


def _child(seed: int, parent: str, kind: str, name: str, members: Body) -> Body:
    type_ = parent.partition("/providers/")[2].rpartition("/")[0]
    return {
        "name": name,
        "id": f"{parent}/{kind}/{name}",
        "etag": _etag(seed, parent),
        "type": f"{type_}/{kind}",
        "properties": {"provisioningState": "Succeeded", **members},
    }


def _etag(seed: int, id_: str) -> str:
    return f'W/"{guid(seed, id_, "etag")}"'


def _references(seed: int, ids: Iterable[str]) -> list[Body]:
    return [_reference(seed, id_) for id_ in ids]


def _reference(seed: int, id_: str) -> Body:
    """An id as another resource spells it: now and then its group in another case."""
    parts = id_.split("/")
    if roll(6, seed, "reference", id_) == 0:
        parts[4:5] = [part.swapcase() for part in parts[4:5]]
    return {"id": "/".join(parts)}
