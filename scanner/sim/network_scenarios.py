"""VMs on which a documented cause of the network applies or is possible, by the cause's name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.sim.machine import Machine
from scanner.sim.network_shapes import NicShape, RouteShape, RuleShape
from scanner.sim.shapes import ready_agent
from scanner.sim.world import Group


def _vm_no_internet_access(group: Group) -> list[Machine]:
    """Four VMs on a subnet with a denying rule, two behind an appliance, one on a private net."""
    closed = group.nsg(
        "nsg-closed",
        RuleShape("allow-vnet", 100, access="Allow", destination="VirtualNetwork"),
        RuleShape("deny-outbound", 4096, access="Deny"),
    )
    firewall = group.route_table(
        "rt-firewall", RouteShape("0.0.0.0/0", "VirtualAppliance", "10.0.9.4", "to-firewall")
    )
    subnets = (
        *[group.subnet("closed", nsg=closed.id)] * 4,
        *[group.subnet("behind-firewall", route_table=firewall.id)] * 2,
        group.subnet("private", default_outbound_access=False),
    )
    return [group.vm(group.next_name("db"), nics=[NicShape(subnet=subnet)]) for subnet in subnets]


def _wireserver_blocked(group: Group) -> list[Machine]:
    """A VM on a subnet whose group denies two platform tags."""
    hardened = group.nsg(
        "nsg-hardened",
        RuleShape("deny-imds", 100, destination="AzurePlatformIMDS"),
        RuleShape("deny-dns", 110, destination="AzurePlatformDNS", port="53"),
    )
    subnet = group.subnet("hardened", nsg=hardened.id)
    return [group.vm(group.next_name("kiosk"), nics=[NicShape(subnet=subnet)])]


def _unsupported_agent_needs_storage_egress(group: Group) -> list[Machine]:
    """Two VMs with an unsupported agent: one is kept from Azure Storage, one is not."""
    denied = group.nsg("nsg-offline", RuleShape("deny-internet", 200, destination="Internet"))
    nics = (NicShape(nsg=denied.id), NicShape())
    old = ready_agent("2.2.45.5")
    return [group.vm(group.next_name("sensor"), agent=old, nics=[nic]) for nic in nics]


NETWORK_SCENARIOS: Mapping[str, Callable[[Group], list[Machine]]] = {
    "vm-no-internet-access": _vm_no_internet_access,
    "wireserver-blocked": _wireserver_blocked,
    "unsupported-agent-needs-storage-egress": _unsupported_agent_needs_storage_egress,
}
