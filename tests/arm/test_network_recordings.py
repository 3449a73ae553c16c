"""Recorded bodies of Microsoft.Network. The expected values were read out by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from scanner.arm import calls
from scanner.arm.decode import decode_page, decode_record
from scanner.inventory.records import network as network_records
from scanner.inventory.records.base import Reference
from scanner.inventory.records.network import (
    LoadBalancer,
    NatGateway,
    NetworkInterface,
    NetworkSecurityGroup,
    PublicIpAddress,
    RouteTable,
    Subnet,
    VirtualNetwork,
)
from tests.support.answers import RECORDED, body, recording

KINDS: dict[str, type[Any]] = {
    "nsg": NetworkSecurityGroup,
    "rt": RouteTable,
    "nic": NetworkInterface,
    "vnet": VirtualNetwork,
    "subnet": Subnet,
    "lb": LoadBalancer,
    "natgw": NatGateway,
    "pip": PublicIpAddress,
}
FILES = sorted(path.stem for path in (RECORDED / "network").glob("*.json"))
ANY = "*"


def decoded(file: str) -> list[Any]:
    """The entries of a recorded page, or the one resource recorded."""
    raw, kind = body(f"network/{file}"), KINDS[file.partition("_")[0]]
    if "value" not in recording(f"network/{file}")["response"]["body"]:
        return [decode_record(raw, kind)]
    entries, broken, _ = decode_page(raw, kind)
    assert broken == ()
    return list(entries)


def name(reference: Reference | None) -> str | None:
    return reference.id.name if reference and reference.id else None


def names(references: Iterable[Reference] | None) -> list[str | None]:
    return [name(reference) for reference in references or ()]


def test_every_listed_kind_was_recorded() -> None:
    listed = {call.record for call in calls.CALLS if call.fills == "network"}
    assert listed == set(KINDS.values()) - {Subnet}
    assert len(FILES) >= 70
    assert {file.partition("_")[0] for file in FILES} == KINDS.keys()


@pytest.mark.parametrize("file", FILES)
def test_every_body_decodes_with_its_ids(file: str) -> None:
    raw = recording(f"network/{file}")["response"]["body"]
    entries = raw.get("value", [raw])
    records = decoded(file)
    assert [record.id.text for record in records] == [entry["id"] for entry in entries]
    assert all(record.properties is not None for record in records)


def either(one: str | None, several: tuple[str, ...] | None) -> Any:
    """The value of a property that ARM has in the singular and in the plural."""
    assert not (one and several)
    return list(several) if several else one


def rules(group: NetworkSecurityGroup) -> list[tuple[Any, ...]]:
    assert group.properties
    assert [rule.name for rule in group.properties.default_security_rules or ()] == [
        "AllowVnetInBound",
        "AllowAzureLoadBalancerInBound",
        "DenyAllInBound",
        "AllowVnetOutBound",
        "AllowInternetOutBound",
        "DenyAllOutBound",
    ]
    return [_rule(rule) for rule in group.properties.security_rules or ()]


def _rule(rule: network_records.SecurityRule) -> tuple[Any, ...]:
    has = rule.properties
    assert has
    assert rule.id
    assert rule.id.rpartition("/")[2] == rule.name
    asgs = names(has.source_application_security_groups)
    source = either(has.source_address_prefix, has.source_address_prefixes)
    return (
        rule.name,
        (has.priority, has.direction, has.access, has.protocol),
        (
            either(has.source_port_range, has.source_port_ranges),
            either(has.destination_port_range, has.destination_port_ranges),
        ),
        (
            asgs or source,
            either(has.destination_address_prefix, has.destination_address_prefixes),
        ),
    )


GROUPS: dict[str, dict[str, list[tuple[Any, ...]]]] = {
    "nsg_get_2015-05-01-preview_NetworkSecurityGroupWithRulesApiTest": {
        "azsmnet8627": [
            ("azsmnet9257", (500, "Inbound", "Allow", "Tcp"), ("655", "123-3500"), (ANY, ANY)),
            ("azsmnet6608", (501, "Outbound", "Deny", "Udp"), ("656", "123-3500"), (ANY, ANY)),
        ]
    },
    "nsg_get_2016-12-01_testManageVirtualNetwork": {
        "frontendnsg": [
            ("AllowHttpInComing", (100, "Inbound", "Allow", "Tcp"), (ANY, "80"), ("INTERNET", ANY)),
            ("DenyInternetOutGoing", (100, "Outbound", "Deny", ANY), (ANY, ANY), (ANY, "INTERNET")),
        ]
    },
    "nsg_get_2022-01-01_test_vm_open_port": {
        "vm1NSG": [
            (
                "open-port-555_556_557-559",
                (800, "Inbound", "Allow", ANY),
                (ANY, ["555", "556", "557-559"]),
                (ANY, ANY),
            ),
            ("open-port-all", (900, "Inbound", "Allow", ANY), (ANY, ANY), (ANY, ANY)),
        ]
    },
    "nsg_get_2024-03-01_test_vm_metric_tail": {"clinsg000002": []},
    "nsg_list_2016-12-01_testManageNetworkSecurityGroup": {
        "bensg5fa840919a662": [
            ("ALLOW-SQL", (100, "Inbound", "Allow", "Tcp"), (ANY, "1433"), ("172.16.1.0/24", ANY)),
            ("DENY-WEB", (200, "Outbound", "Deny", ANY), (ANY, ANY), (ANY, ANY)),
        ],
        "fensg9ee67544872b1": [
            ("ALLOW-HTTP", (101, "Inbound", "Allow", "Tcp"), (ANY, "80"), (ANY, ANY)),
            ("ALLOW-SSH", (100, "Inbound", "Allow", "Tcp"), (ANY, "22"), (ANY, ANY)),
        ],
    },
    "nsg_list_2018-12-01_NetworkSecurityGroupTest_test_icmp_p": {
        "c7n-nsg": [("test1", (500, "Inbound", "Deny", "Icmp"), (ANY, ANY), (ANY, ANY))]
    },
    "nsg_list_2022-01-01_test_network_nsg": {
        "test-nsg1": [("web", (1000, "Inbound", "Allow", ANY), (ANY, "4444"), ("789", "1234"))]
    },
}


@pytest.mark.parametrize("file", GROUPS)
def test_security_groups(file: str) -> None:
    assert {group.id.name: rules(group) for group in decoded(file)} == GROUPS[file]


def test_security_groups_with_lists_and_application_groups() -> None:
    listed = decoded("nsg_list_2019-11-01_testNetworkSecurityGroups")
    found = {group.id.name: rules(group) for group in listed}
    assert found["nsg806524"] == [
        ("rule1", (100, "Outbound", "Allow", "Tcp"), ("80", "80"), (ANY, ANY)),
        ("rule2", (200, "Inbound", "Allow", ANY), (ANY, "22-25"), (["asg08083"], ANY)),
    ]
    cleanup = found["rg-cleanupservice-nsg"]
    ports = ["3389", "5985", "5986", "22", "2222", "445", "23", "135"]
    assert [rule[0] for rule in cleanup] == [
        "Cleanuptool-Allow-4001",
        "Cleanuptool-Allow-100",
        "Cleanuptool-Allow-101",
        "Cleanuptool-Allow-102",
        "Cleanuptool-Deny-103",
    ]
    assert cleanup[1][2] == (ANY, ports)
    sources, to = cleanup[1][3]
    assert (sources[0], sources[-1], len(sources), to) == (
        "167.220.148.0/23",
        "13.106.4.96/27",
        29,
        ANY,
    )
    assert cleanup[2][3] == ("VirtualNetwork", ANY)


TABLES: dict[str, dict[str, list[tuple[str, str, str, str | None]]]] = {
    "rt_get_2015-05-01-preview_RoutesHopTypeTest": {
        "azsmnet7871": [
            ("azsmnet6775", "192.168.1.0/24", "VirtualAppliance", "23.108.1.1"),
            ("azsmnet4960", "10.0.1.0/24", "VnetLocal", None),
            ("azsmnet1161", "0.0.0.0/0", "Internet", None),
            ("azsmnet3566", "10.0.2.0/24", "None", None),
        ]
    },
    "rt_get_2018-11-01_test_network_route_table_operation": {"cli-test-route-table": []},
    "rt_get_2020-11-01_test_cli_mgmt_network_route_table_te": {
        "myRouteTable": [("myRoute", "10.0.3.0/24", "VirtualNetworkGateway", None)]
    },
    "rt_list_2019-11-01_testRouteTables": {
        "rt68506b": [
            ("route1", "10.0.1.0/29", "VirtualAppliance", "10.1.1.1"),
            ("route2", "10.0.0.0/29", "VnetLocal", None),
            ("route_rt68506b1580980534845", "10.0.3.0/29", "VnetLocal", None),
        ]
    },
    "rt_list_2021-08-01_test_network_route_table_operation": {
        "cli-test-route-table": [("my-route", "10.0.5.0/24", "None", None)]
    },
}


@pytest.mark.parametrize("file", TABLES)
def test_route_tables(file: str) -> None:
    found = {
        table.id.name: [
            (route.name, has.address_prefix, has.next_hop_type, has.next_hop_ip_address)
            for route in table.properties.routes
            if (has := route.properties)
        ]
        for table in decoded(file)
    }
    assert found == TABLES[file]


Configuration = tuple[bool | None, str, str, str | None, list[str], list[str]]
"""Primary, private address, subnet, public address, application groups, back-end pools."""
NICS: dict[str, dict[str, tuple[bool | None, str | None, list[Configuration]]]] = {
    "nic_get_2015-06-15_test_network_nic_stack": {
        "cli-test-nic": (
            None,
            None,
            [(True, "10.0.0.15", "mysubnet", "publicip1", [], ["mylbbepool", "bap1", "bap2"])],
        )
    },
    "nic_get_2016-12-01_testManageVirtualMachine": {
        "nic6020164496b": (True, None, [(True, "10.0.0.4", "subnet1", None, [], [])])
    },
    "nic_get_2019-04-01_test_vm_lb_integration": {
        "vm2VMNic": (True, "vm2NSG", [(True, "10.0.0.5", "vm1Subnet", None, [], [])])
    },
    "nic_get_2022-11-01_test_vm_extended_location": {
        "vmVMNic": (True, "vmNSG", [(True, "10.0.0.4", "vmSubnet", "vmPublicIP", [], [])])
    },
    "nic_list_2017-10-01_arm_network_network_interfaces_list_": {
        "networkInterfaceName": (
            None,
            None,
            [
                (True, "10.0.0.42", "subnetName", "publicIPAddressName",
                 ["applicationSecurityGroupName"], [])
            ],
        )
    },
    "nic_list_2019-11-01_testManageNetworkInterface": {
        "nic1b2d49045acd159": (
            True, None, [(True, "172.16.1.4", "Front-end", "pip27404651", [], [])]
        ),
        "nic29d010770c86d8f": (False, None, [(True, "172.16.2.4", "Mid-tier", None, [], [])]),
        "nic3d098700633a55f": (False, None, [(True, "172.16.3.4", "Back-end", None, [], [])]),
    },
}  # fmt: skip


@pytest.mark.parametrize("file", NICS)
def test_interfaces(file: str) -> None:
    found = {
        nic.id.name: (
            nic.properties.primary,
            name(nic.properties.network_security_group),
            [
                (
                    has.primary,
                    has.private_ip_address,
                    name(has.subnet),
                    name(has.public_ip_address),
                    names(has.application_security_groups),
                    names(has.load_balancer_backend_address_pools),
                )
                for configuration in nic.properties.ip_configurations
                if (has := configuration.properties)
            ],
        )
        for nic in decoded(file)
    }
    assert found == NICS[file]


Around = tuple[str | None, str | None, str | None, bool | None, list[tuple[str, list[str]]]]
"""Security group, route table, NAT gateway, default outbound access, service endpoints."""
BARE: Around = (None, None, None, None, [])
STORAGE = [("Microsoft.Storage", ["*"])]


def around(subnet: Subnet) -> Around:
    has = subnet.properties
    assert has
    return (
        name(has.network_security_group),
        name(has.route_table),
        name(has.nat_gateway),
        has.default_outbound_access,
        [
            (str(endpoint.service), list(endpoint.locations or ()))
            for endpoint in has.service_endpoints or ()
        ],
    )


SUBNETS: dict[str, dict[str, Around]] = {
    "subnet_get_2015-05-01-preview_SubnetRouteTableTest": {
        "azsmnet5099": (None, "azsmnet6661", None, None, [])
    },
    "subnet_get_2020-11-01_test_cli_mgmt_network_base_test_netw": {
        "subnetname": ("virtualnetworkname-subnetname-NRMS", None, None, None, [])
    },
    "subnet_get_2024-01-01_test_network_subnet_endpoint_service": {
        "subnet2": (None, None, None, False, STORAGE)
    },
    "subnet_get_2024-01-01_test_subnet_detach_nat_gateway": {
        "default": (None, None, "test-nat", False, [])
    },
    "subnet_list_2017-10-01_arm_network_subnet_list_should_displ": {
        "subnetName": ("networkSecurityGroupName", "routeTableName", None, None, [])
    },
    "subnet_list_2024-01-01_test_network_vnet_with_subnet_nsg": {
        "subnet1": ("nsg", None, None, None, [])
    },
}


@pytest.mark.parametrize("file", SUBNETS)
def test_subnets(file: str) -> None:
    assert {subnet.id.name: around(subnet) for subnet in decoded(file)} == SUBNETS[file]


NETWORKS: dict[str, dict[str, dict[str, Around]]] = {
    "vnet_get_2018-02-01_test_network_ddos_protection_plan": {"vnet2": {}},
    "vnet_get_2020-08-01_test_network_service_endpoints": {
        "vnet1": {"subnet1": (None, None, None, None, STORAGE)}
    },
    "vnet_list_2019-11-01_testNetworkPeerings": {
        "vnet39738": {"apps": BARE, "default": BARE},
        "netaaf66187b4": {"subnet1": BARE, "subnet2": BARE},
        "netbc189338d6": {"subnet3": BARE},
        "vnet84578": {"apps": BARE, "default": BARE},
        "net2c42656380": {"subnet1": BARE},
        "vnettynetc0576375a": {"subnet1": BARE},
    },
}


@pytest.mark.parametrize("file", NETWORKS)
def test_virtual_networks(file: str) -> None:
    found = {
        network.id.name: {subnet.id.name: around(subnet) for subnet in network.properties.subnets}
        for network in decoded(file)
    }
    assert found == NETWORKS[file]
    for network in decoded(file):
        assert all(subnet.id.parent == network.id for subnet in network.properties.subnets)


BALANCERS: dict[str, list[str | None]] = {
    "lb_get_2019-11-01_canCRUDProbe": [],
    "lb_get_2022-05-01_test_vmss_update_automatic_repairs_w": [],
    "lb_get_2023-04-01_test_network_load_balancer_outbound_": ["lb1bepool", "lb1bepool"],
}


@pytest.mark.parametrize("file", BALANCERS)
def test_outbound_rules_of_load_balancers(file: str) -> None:
    (balancer,) = decoded(file)
    rules_ = balancer.properties.outbound_rules or ()
    assert [name(rule.properties.backend_address_pool) for rule in rules_] == BALANCERS[file]


GATEWAYS: dict[str, list[tuple[list[str], list[str]]]] = {
    "natgw_get_2021-05-01_test_cli_mgmt_network_nat_test_netwo": [
        (["publicipaddress"], ["publicipprefix"])
    ],
    "natgw_list_2022-01-01_test_natgateway_basic": [(["pip"], ["prefix"])],
    "natgw_list_2022-01-01_test_natgateway_basic_2": [],
}


@pytest.mark.parametrize("file", GATEWAYS)
def test_nat_gateways(file: str) -> None:
    found = [
        (names(has.public_ip_addresses), names(has.public_ip_prefixes))
        for gateway in decoded(file)
        if (has := gateway.properties)
    ]
    assert found == GATEWAYS[file]


ADDRESSES: dict[str, dict[str, str | None]] = {
    "pip_get_2015-06-15_test_network_vpn_gateway": {"pubip1": None},
    "pip_get_2022-11-01_test_network_public_ip": {"pubipnodns": "40.89.80.30"},
    "pip_list_2022-11-01_test_network_public_ip": {
        "pubip3": "20.157.64.35",
        "pubipdns": "40.74.157.129",
        "pubipnodns": "40.89.80.30",
    },
}


@pytest.mark.parametrize("file", ADDRESSES)
def test_public_addresses(file: str) -> None:
    found = {address.id.name: address.properties.ip_address for address in decoded(file)}
    assert found == ADDRESSES[file]
