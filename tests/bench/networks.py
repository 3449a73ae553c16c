"""Outbound reachability of many VMs on few subnets, with the service tags that are built in."""

from __future__ import annotations

import json
from typing import Any

from scanner.arm import calls
from scanner.arm.decode import decode_record
from scanner.inventory.facts.network import Network
from scanner.inventory.records.compute import VirtualMachine
from scanner.network.egress import egress
from scanner.network.service_tags import built_in_clouds
from tests.support.snapshots import SCOPE, joined

_GROUP = f"{SCOPE}/resourceGroups/g/providers"
_NETWORK = f"{_GROUP}/Microsoft.Network"
_HOPS = ("Internet", "None", "VirtualAppliance", "VirtualNetworkGateway")
_ROUTED = ("AzureCloud", "AzureCloud.westeurope", "Storage.WestEurope", "AzureBackup", "0.0.0.0/0")
_DEFAULTS = (
    ("AllowVnetOutBound", 65000, "Allow", "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", 65001, "Allow", "*", "Internet"),
    ("DenyAllOutBound", 65500, "Deny", "*", "*"),
)


def networks(vms: int = 20_000, subnets: int = 400) -> list[Network]:
    """The network facts of VMs: a security group and a route table for each subnet, and a security
    group for the NICs of each subnet. No two of them are alike."""
    bodies: dict[str, list[dict[str, Any]]] = {
        "interfaces": [_interface(at, at % subnets) for at in range(vms)],
        "virtual_networks": [_virtual_network(at) for at in range(subnets)],
        "security_groups": [
            _group(name, at) for at in range(subnets) for name in ("nic", "subnet")
        ],
        "route_tables": [_route_table(at) for at in range(subnets)],
    }
    records: dict[str, Any] = {
        "interfaces": calls.INTERFACES, "virtual_networks": calls.VIRTUAL_NETWORKS,
        "security_groups": calls.SECURITY_GROUPS, "route_tables": calls.ROUTE_TABLES,
    }  # fmt: skip
    around = {
        name: [decode_record(json.dumps(body).encode(), records[name].record) for body in found]
        for name, found in bodies.items()
    }
    machines = [
        decode_record(json.dumps(_machine(at)).encode(), VirtualMachine) for at in range(vms)
    ]
    return [vm.network for vm in joined(machines, network=around)]


def judge_all(facts: list[Network]) -> None:
    """The way of every VM to Azure Storage of its region."""
    for network in facts:
        egress(network)


def load_every_tag() -> object:
    """All service tags of all clouds that are built in, as sets of addresses."""
    return [[tags.by_length(name) for name in tags.texts] for tags in built_in_clouds.__wrapped__()]


def _machine(at: int) -> dict[str, Any]:
    return {
        "id": f"{_GROUP}/Microsoft.Compute/virtualMachines/vm{at}",
        "location": "westeurope",
        "properties": {
            "networkProfile": {"networkInterfaces": [{"id": _id("networkInterfaces", f"nic{at}")}]},
            "storageProfile": {"osDisk": {"osType": ("Windows", "Linux")[at % 3 % 2]}},
        },
    }


def _interface(at: int, subnet: int) -> dict[str, Any]:
    address = {
        "primary": True,
        "privateIPAddress": f"10.{at >> 14}.{at >> 7 & 127}.{(at & 127) + 4}",
        "subnet": {"id": _id("virtualNetworks", f"net{subnet}/subnets/own")},
    }
    members = {
        "ipConfigurations": [{"properties": address}],
        "networkSecurityGroup": {"id": _id("networkSecurityGroups", f"nic{subnet}")},
    }
    return {"id": _id("networkInterfaces", f"nic{at}"), "properties": members}


def _virtual_network(at: int) -> dict[str, Any]:
    subnet = {
        "addressPrefix": "10.0.0.0/16",
        "networkSecurityGroup": {"id": _id("networkSecurityGroups", f"subnet{at}")},
        "routeTable": {"id": _id("routeTables", f"routes{at}")},
    }
    name = f"net{at}"
    subnets = [{"id": _id("virtualNetworks", f"{name}/subnets/own"), "properties": subnet}]
    members = {"addressSpace": {"addressPrefixes": ["10.0.0.0/8"]}, "subnets": subnets}
    return {"id": _id("virtualNetworks", name), "properties": members}


def _group(name: str, at: int) -> dict[str, Any]:
    rules = (
        ("backup", 100, "Allow", "*", "AzureBackup"),
        ("sign-in", 110, "Allow", "VirtualNetwork", "AzureActiveDirectory"),
        ("storage", 120, ("Allow", "Allow", "Deny")[at % 3], "*", "Storage.WestEurope"),
        ("database", 200, "Allow", "*", f"10.{at % 250}.0.0/16"),
        ("north", 300, "Deny", "*", "AzureCloud.northeurope"),
        ("some", 310, "Deny", "*", f"20.{at % 200}.0.0/15"),
        ("few", 320, "Deny", f"10.0.{at % 128}.0/24", "AzureCloud"),
        ("all", 4000, ("Allow", "Deny")[at % 2], "*", "Internet"),
    )
    return {
        "id": _id("networkSecurityGroups", f"{name}{at}"),
        "properties": {
            "securityRules": [_rule(*rule) for rule in rules],
            "defaultSecurityRules": [_rule(*rule) for rule in _DEFAULTS],
        },
    }


def _rule(name: str, priority: int, access: str, source: str, to: str) -> dict[str, Any]:
    return {"name": name, "properties": {
        "priority": priority, "direction": "Outbound", "access": access, "protocol": "*",
        "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": source,
        "destinationAddressPrefix": to,
    }}  # fmt: skip


def _route_table(at: int) -> dict[str, Any]:
    routes = [
        {"name": f"to-{prefix}", "properties": {
            "addressPrefix": prefix, "nextHopType": _HOPS[(at + number) % len(_HOPS)],
        }}
        for number, prefix in enumerate(_ROUTED) if (at + number) % 3
    ]  # fmt: skip
    return {"id": _id("routeTables", f"routes{at}"), "properties": {"routes": routes}}


def _id(type_: str, name: str) -> str:
    return f"{_NETWORK}/{type_}/{name}"
