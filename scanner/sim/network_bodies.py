"""The ARM JSON of networks and network interfaces, as recorded answers show it."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.sim.machine import Nic, Vm
from scanner.sim.network_members import child, network_body, reference, references
from scanner.sim.network_shapes import RouteShape
from scanner.sim.patches import Body
from scanner.sim.seeds import hexadecimal, roll

_STANDARD: Body = {"sku": {"name": "Standard", "tier": "Regional"}}


def route_table(seed: int, id_: str, routes: Sequence[RouteShape]) -> Body:
    """A route table; a route without an address leaves `nextHopIpAddress` out."""
    children = [
        child(
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
    return network_body(seed, id_, {"disableBgpRoutePropagation": False, "routes": children})


def virtual_network(seed: int, id_: str) -> Body:
    """A virtual network without subnets."""
    return network_body(
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
    """A subnet of a network; `members` holds the ARM id for each reference, None leaves it out.

    `number` is the position of the subnet in its network and decides its address range.
    """
    outbound = default_outbound_access
    endpoints = [
        {"provisioningState": "Succeeded", "service": service, "locations": ["*"]}
        for service in service_endpoints
    ]
    return child(
        seed,
        network,
        "subnets",
        name,
        {
            "addressPrefix": f"10.{number}.0.0/16",
            "ipamPoolPrefixAllocations": [],
            **{key: reference(seed, id_) for key, id_ in members.items() if id_ is not None},
            **({"serviceEndpoints": endpoints} if endpoints else {}),
            "delegations": [],
            "privateEndpointNetworkPolicies": "Disabled",
            "privateLinkServiceNetworkPolicies": "Enabled",
            **({} if outbound is None else {"defaultOutboundAccess": outbound}),
        },
    )


def public_ip(seed: int, id_: str, address: str | None) -> Body:
    """A public IP resource; `address` None means that no address is allocated."""
    members: Body = {
        **({} if address is None else {"ipAddress": address}),
        "publicIPAddressVersion": "IPv4",
        "publicIPAllocationMethod": "Static",
        "idleTimeoutInMinutes": 4,
        "ipTags": [],
        "ddosSettings": {"protectionMode": "VirtualNetworkInherited"},
    }
    return network_body(seed, id_, members) | _STANDARD


def nat_gateway(seed: int, id_: str, public_ips: Sequence[str]) -> Body:
    """A NAT gateway with the public IP resources of these ids, or with none."""
    addresses = {"publicIpAddresses": references(seed, public_ips)} if public_ips else {}
    return network_body(seed, id_, {"idleTimeoutInMinutes": 4, **addresses}) | _STANDARD


def load_balancer(
    seed: int,
    id_: str,
    pools: Sequence[str],
    outbound: Sequence[str],
    public_ips: Sequence[str] = (),
) -> Body:
    """A load balancer with one front end; the pools in `outbound` have an outbound rule."""
    front = f"{id_}/frontendIPConfigurations/front"
    rules = {
        pool: child(
            seed,
            id_,
            "outboundRules",
            f"out-{pool}",
            {
                "allocatedOutboundPorts": 512,
                "protocol": "All",
                "enableTcpReset": True,
                "idleTimeoutInMinutes": 4,
                "backendAddressPool": reference(seed, f"{id_}/backendAddressPools/{pool}"),
                "frontendIPConfigurations": [{"id": front}],
            },
        )
        for pool in outbound
    }
    backends = [
        child(
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
    front_rules: Body = {"outboundRules": [{"id": rule["id"]} for rule in rules.values()]}
    addresses = [{"publicIPAddress": reference(seed, address)} for address in public_ips[:1]]
    members: Body = {
        "frontendIPConfigurations": [
            child(
                seed,
                id_,
                "frontendIPConfigurations",
                "front",
                {**(front_rules if rules else {}), **(addresses[0] if addresses else {})},
            )
        ],
        "backendAddressPools": backends,
        "loadBalancingRules": [],
        "probes": [],
        "inboundNatRules": [],
        "outboundRules": list(rules.values()),
        "inboundNatPools": [],
    }
    return network_body(seed, id_, members) | _STANDARD


def interface(vm: Vm, nic: Nic, subnet_id: str) -> Body:
    """A network interface of a VM, with one configuration per address."""
    seed, shape = vm.world.seed, nic.shape
    addresses = shape.addresses or (_default_address(seed, nic.id),)
    shared: Body = {"subnet": reference(seed, subnet_id)}
    if shape.public_ip:
        shared["publicIPAddress"] = reference(seed, shape.public_ip)
    if shape.asgs:
        shared["applicationSecurityGroups"] = references(seed, shape.asgs)
    if shape.pools:
        shared["loadBalancerBackendAddressPools"] = references(seed, shape.pools)
    configurations = [
        child(
            seed,
            nic.id,
            "ipConfigurations",
            f"ipconfig{number}",
            {
                "privateIPAddress": address,
                "privateIPAllocationMethod": "Dynamic",
                **shared,
                "primary": number == 1,
                "privateIPAddressVersion": "IPv4",
            },
        )
        for number, address in enumerate(addresses, 1)
    ]
    nsg = {"networkSecurityGroup": reference(seed, shape.nsg)} if shape.nsg else {}
    members: Body = {
        "ipConfigurations": configurations,
        "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
        "macAddress": _mac_address(seed, nic.id),
        "enableAcceleratedNetworking": False,
        "enableIPForwarding": False,
        **nsg,
        "primary": shape.primary,
        "virtualMachine": {"id": vm.id},
        "nicType": "Standard",
    }
    return network_body(seed, nic.id, members)


def _mac_address(seed: int, id_: str) -> str:
    """A MAC address with a prefix of Microsoft's, as Azure writes it."""
    digits = f"000D3A{hexadecimal(6, seed, id_).upper()}"
    return "-".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def _default_address(seed: int, id_: str) -> str:
    return f"10.0.{roll(250, seed, id_, 'third')}.{4 + roll(250, seed, id_, 'fourth')}"
