"""Random networks around one VM, as ARM's bodies; and the engine's answer for them.

A world has, each with some probability:

- a target: Azure Storage of the region, a prefix of IPv6 at one of the region's, or private ones;
- a NIC with a second IPv4 address and one of IPv6, in no or one application security group;
- a guest of Windows, of Linux, or one that is not known, with its source ports;
- security groups on the NIC and on the subnet, or none: rules in and out, of all protocols, with
  one prefix or several that overlap, of IPv4 and IPv6, service tags of the own and of another
  region, of other services and of the network itself; source prefixes that have the first address,
  the second one or none; source ports; application security groups;
- a route table: prefixes of IPv4 and IPv6, and regional, top-level and ``AzureCloud`` tags;
- a virtual network that has a part of Azure Storage as its own;
- what cannot be read: prefixes, tags, ports, protocols, directions, accesses and next hops that are
  none, and priorities that are not documented.
"""

from __future__ import annotations

import ipaddress
import json
from functools import cache
from random import Random
from typing import Any

from scanner.arm import calls
from scanner.arm.decode import decode_record
from scanner.inventory.records.compute import VirtualMachine
from scanner.network.addresses import Addresses, address_text, interval
from scanner.network.egress import Egress, egress
from scanner.network.steps import Stage
from scanner.network.target import STORAGE, Target, storage_of, target_of
from tests.support.network_oracle import PRIVATE, Body, World, published
from tests.support.snapshots import SCOPE, joined

_GROUP = f"{SCOPE}/resourceGroups/g/providers"
_NETWORK = f"{_GROUP}/Microsoft.Network"
_VNET = f"{_NETWORK}/virtualNetworks/vnet"
_ASGS = [f"{_NETWORK}/applicationSecurityGroups/{name}" for name in ("web", "db")]
TARGET = storage_of("westeurope")
EVERYWHERE = target_of("Storage", "westeurope")
"""Storage of all regions: some is behind a service endpoint, and the rest follows routes."""
_OWN = [f"{ipaddress.IPv4Address(start)}/{length}"
        for start, length in sorted(published("Storage.WestEurope")) if start < 2**32]  # fmt: skip
_OWN_IPV6 = [
    f"{ipaddress.IPv6Address(start - 2**32)}/{length}"
    for start, length in sorted(published("AzureCloud.westeurope")) if start >= 2**32
]  # fmt: skip
_BROKEN = ("10.0.0.0/99", "Storange", "1.2.3", "")
_PREFIXES = (
    "*", "*", "Internet", "AzureCloud", "Storage", "Storage.WestEurope", "AzureCloud.westeurope",
    "Storage.NorthEurope", "Sql", "VirtualNetwork", "0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1",
    "20.0.0.0/8", "20.60.0.0/16", "52.0.0.0/8", "10.0.0.0/8", "::/0", "2603:1000::/24",
)  # fmt: skip
_SOURCES = (
    "*", "*", "VirtualNetwork", "10.1.0.0/24", "10.1.0.4", "10.1.0.5/32", "10.2.0.0/16", "Internet",
    "fd00::/8", "0.0.0.0/0",
)  # fmt: skip
_SOURCE_PORTS = ("*", "*", "*", "49152-65535", "32768-60999", "32768-65535", "50000-50100", "443")
_TAGS = (
    "Storage", "Storage.WestEurope", "AzureCloud", "AzureCloud.westeurope", "Storage.NorthEurope",
    "Sql",
)  # fmt: skip
_HOPS = ("Internet", "None", "VirtualAppliance", "VirtualNetworkGateway", "VnetLocal")


def _prefix(random: Random, among: tuple[str, ...]) -> str:
    """A prefix or a tag; a part of the target, or of a prefix of it; now and then a broken one."""
    draw = random.random()
    if draw < 0.03:
        return random.choice(_BROKEN[:3])
    if draw < 0.25:
        network = ipaddress.ip_network(random.choice(_OWN_IPV6 if draw < 0.07 else _OWN))
        longer = min(
            network.max_prefixlen, network.prefixlen + random.choice((-3, -1, 0, 0, 0, 1, 4))
        )
        start = network.network_address + random.randrange(network.num_addresses)
        return str(ipaddress.ip_network(f"{start}/{longer}", strict=False))
    return random.choice(among)


def _one_or_many(random: Random, member: str, plural: str, draw: Any) -> Body:
    if random.random() < 0.7:
        return {member: draw()}
    return {plural: [draw() for _ in range(random.randint(1, 3))], member: ""}


def _rule(random: Random, priority: int) -> Body:
    draw = random.random
    properties: Body = {
        "priority": priority if draw() > 0.02 else random.choice((0, -5, 70000)),
        "direction": "Outbound" if draw() > 0.05 else random.choice(("Inbound", "inbound", "Up")),
        "access": random.choice(("Allow", "Deny", "Deny", "deny")) if draw() > 0.02 else "Audit",
        "protocol": random.choice(("*", "*", "Tcp", "TCP", "Udp")) if draw() > 0.02 else "Wedged",
        **_one_or_many(random, "destinationPortRange", "destinationPortRanges",
                       lambda: random.choice(("*", "*", "443", "400-500", "80"))
                       if draw() > 0.01 else "500-400"),
        **_one_or_many(random, "sourcePortRange", "sourcePortRanges",
                       lambda: random.choice(_SOURCE_PORTS) if draw() > 0.02
                       else random.choice(("https", "65535-1"))),
        **_one_or_many(random, "destinationAddressPrefix", "destinationAddressPrefixes",
                       lambda: _prefix(random, _PREFIXES)),
        **_one_or_many(random, "sourceAddressPrefix", "sourceAddressPrefixes",
                       lambda: random.choice(_SOURCES) if draw() > 0.02 else "10.0.0"),
    }  # fmt: skip
    if draw() < 0.1:
        properties["sourceApplicationSecurityGroups"] = [{"id": random.choice(_ASGS)}]
    if draw() < 0.05:
        properties["destinationApplicationSecurityGroups"] = [{"id": random.choice(_ASGS)}]
    return properties


def _default(name: str, priority: int, access: str, to: str, source: str = "*") -> Body:
    return {"name": name, "properties": {
        "priority": priority, "direction": "Outbound", "access": access, "protocol": "*",
        "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": source,
        "destinationAddressPrefix": to,
    }}  # fmt: skip


_DEFAULTS = [
    _default("AllowVnetOutBound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    _default("AllowInternetOutBound", 65001, "Allow", "Internet"),
    _default("DenyAllOutBound", 65500, "Deny", "*"),
]


def _group(random: Random, name: str) -> Body | None:
    if random.random() < 0.3:
        return None
    priorities = random.sample(range(100, 4096), random.randint(0, 6))
    rules = [{"name": f"r{at}", "properties": _rule(random, at)} for at in priorities]
    id_ = f"{_NETWORK}/networkSecurityGroups/{name}"
    return {"id": id_, "properties": {"securityRules": rules, "defaultSecurityRules": _DEFAULTS}}


def _routes(random: Random) -> Body | None:
    if random.random() < 0.4:
        return None
    tagged = random.random() < 0.7
    drawn = [_prefix(random, (*_PREFIXES[10:], *(_TAGS if tagged else ()), "0.0.0.0/0"))
             for _ in range(random.randint(0, 5))]  # fmt: skip
    routes = [
        {"name": f"to{number}", "properties": {
            "addressPrefix": prefix,
            "nextHopType": random.choice(_HOPS) if random.random() > 0.02 else "Wedged",
        }}
        for number, prefix in enumerate(dict.fromkeys(drawn))
    ]  # fmt: skip
    return {"id": f"{_NETWORK}/routeTables/rt", "properties": {"routes": routes}}


_ENDPOINTS = (
    ("Microsoft.Storage", "westeurope"), ("Microsoft.Storage", "westeurope northeurope"),
    ("Microsoft.Storage", "northeurope"), ("Microsoft.Storage", "*"),
    ("Microsoft.Storage.Global", "*"), ("Microsoft.Sql", "westeurope"),
)  # fmt: skip


def _endpoints(random: Random) -> list[Body]:
    drawn = random.sample(_ENDPOINTS, random.choice((1, 1, 2))) if random.random() < 0.3 else []
    return [{"service": service, "locations": regions.split()} for service, regions in drawn]


def _target(random: Random) -> str | None:
    drawn = random.random()
    if drawn < 0.3:
        return random.choice(_OWN_IPV6 if drawn < 0.15 else PRIVATE)
    return None


def random_world(seed: int) -> World:
    """A world that only the seed decides."""
    random = Random(seed)
    spaces = ["10.1.0.0/16"]
    if random.random() < 0.05:
        spaces.append(random.choice(_OWN))
    return World({
        "to": _target(random),
        "os": random.choice(("Windows", "Linux", None)),
        "address": "10.1.0.4",
        "ipv6": "fd00::4",
        "spaces": spaces,
        "asgs": random.sample(_ASGS, random.randint(0, 1)),
        "on_nic": _group(random, "on-nic"),
        "on_subnet": _group(random, "on-subnet"),
        "routes": _routes(random),
        "endpoints": _endpoints(random),
    })  # fmt: skip


@cache
def judged(seed: int) -> tuple[World, Egress]:
    """A random world, and the engine's answer for it."""
    world = random_world(seed)
    return world, judge(world)


def judge(world: World, to: str | None = None) -> Egress:
    """The engine's answer, from the same bodies."""
    bodies = world.bodies
    asgs = [{"id": asg} for asg in bodies["asgs"]]
    subnet = {"id": f"{_VNET}/subnets/own"}
    addresses = [
        {"primary": True, "privateIPAddress": bodies["address"], "subnet": subnet,
         "applicationSecurityGroups": asgs},
        {"privateIPAddress": "10.1.0.5", "subnet": subnet},
        {"privateIPAddress": bodies["ipv6"], "subnet": subnet},
    ]  # fmt: skip
    nic = {"ipConfigurations": [{"properties": found} for found in addresses],
           "networkSecurityGroup": _named(bodies["on_nic"])}  # fmt: skip
    own = {"addressPrefix": "10.1.0.0/24", "networkSecurityGroup": _named(bodies["on_subnet"]),
           "routeTable": _named(bodies["routes"]),
           "serviceEndpoints": bodies["endpoints"]}  # fmt: skip
    nic_id = f"{_NETWORK}/networkInterfaces/nic"
    listed: dict[str, list[Body]] = {
        "interfaces": [{"id": nic_id, "properties": nic}],
        "virtual_networks": [{"id": _VNET, "properties": {
            "addressSpace": {"addressPrefixes": bodies["spaces"]},
            "subnets": [{**subnet, "properties": own}],
        }}],
        "security_groups": [*filter(None, (bodies["on_nic"], bodies["on_subnet"]))],
        "route_tables": [*filter(None, (bodies["routes"],))],
    }  # fmt: skip
    records: dict[str, Any] = {
        "interfaces": calls.INTERFACES, "virtual_networks": calls.VIRTUAL_NETWORKS,
        "security_groups": calls.SECURITY_GROUPS, "route_tables": calls.ROUTE_TABLES,
    }  # fmt: skip
    around = {
        name: [decode_record(json.dumps(body).encode(), records[name].record) for body in found]
        for name, found in listed.items()
    }
    machine = {
        "id": f"{_GROUP}/Microsoft.Compute/virtualMachines/vm",
        "location": "westeurope",
        "properties": {
            "networkProfile": {"networkInterfaces": [{"id": nic_id}]},
            "storageProfile": {"osDisk": {"osType": bodies["os"]}},
        },
    }
    record = decode_record(json.dumps(machine).encode(), VirtualMachine)
    (vm,) = joined([record], network=around)
    return egress(vm.network, to or bodies["to"] or STORAGE)


def _named(body: Body | None) -> Body | None:
    return {"id": body["id"]} if body else None


def sample(world: World, seed: int, target: Target | None = None) -> list[Any]:
    """Addresses of the target: at the ends of prefixes of the world, and random ones."""
    random = Random(seed)
    if target is None:
        target = TARGET if world.is_storage else target_of(world.bodies["to"], "westeurope")
    numbers: set[int] = set()
    texts = json.dumps([world.bodies[name] for name in ("on_nic", "on_subnet", "routes")])
    for word in {*texts.replace('"', " ").split()}:
        if not word[0].isdigit():
            continue
        try:
            network = ipaddress.ip_network(word.strip(","), strict=False)
        except ValueError:
            continue
        if network.prefixlen:
            first, last = interval(str(network))
            numbers |= {first - 1, first, last, last + 1}
    for _ in range(6):
        first, last = random.choice(target.addresses.intervals)
        numbers.add(random.randint(first, last))
    inside = [number for number in sorted(numbers) if number >= 0
              and number in target.addresses]  # fmt: skip
    random.shuffle(inside)
    return [ipaddress.ip_address(address_text(number)) for number in inside]


def _route_to(one: Addresses, routes: Stage) -> str:
    """The kind of the engine's route to one address, or what becomes of it."""
    if routes.unread & one:
        return "unread"
    step = next(step for step in routes.steps if step.addresses & one)
    if step.route is None:
        return "endpoint"
    kind = str(step.route.kind)
    return {("internet", "stops"): "not carried", ("vnetlocal", "detours"): "away"}.get(
        (kind, step.fate), kind
    )


def route_disagreements(seed: int, most: int = 4) -> list[str]:
    """Where the engine and the oracle disagree about routes to Storage of all regions."""
    world = World({**random_world(seed).bodies, "to": None})
    routes = judge(world, "Storage").stages[2]
    pairs = {to: (_route_to(Addresses.of(str(to)), routes), world.route(to))
             for to in sample(world, seed, EVERYWHERE)[:most]}  # fmt: skip
    return [f"{seed}: route to {to}: {ours}, and the oracle says {theirs}"
            for to, (ours, theirs) in pairs.items() if ours != theirs]  # fmt: skip


def disagreements(seed: int, most: int = 4) -> list[str]:
    """Where the engine and the oracle disagree about this many addresses of a random world."""
    world, way = judged(seed)
    nic, subnet, routes, _ = way.stages
    found = []
    fates = set()
    for to in sample(world, seed)[:most]:
        one = Addresses.of(str(to))
        for stage, name in ((nic, "on_nic"), (subnet, "on_subnet")):
            parts = {"stops": stage.stops, "partly": stage.partly, "unread": stage.unread}
            ours = next((word for word, part in parts.items() if part & one), "passes")
            theirs = world.group(name, to)
            fates.add(theirs)
            if ours != theirs:
                found.append(f"{seed}: {name} to {to}: {ours}, and the oracle says {theirs}")
        ours = _route_to(one, routes)
        theirs = world.route(to)
        fates.add(theirs)
        if ours != theirs:
            found.append(f"{seed}: route to {to}: {ours}, and the oracle says {theirs}")
    conditions = {obstacle.condition for obstacle in way.obstacles}
    bad = fates - {"passes", "internet", "vnetlocal", "endpoint"}
    if not conditions and not way.unseen and bad:
        found.append(f"{seed}: open, and the oracle has {bad}")
    return found
