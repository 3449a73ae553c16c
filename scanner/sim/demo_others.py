"""What the subscriptions of the demo hold besides the judged VMs: no verdict depends on it."""

from __future__ import annotations

from datetime import timedelta

from scanner.sim import compute_bodies
from scanner.sim.machine import Vm
from scanner.sim.network_shapes import NicShape
from scanner.sim.patches import merged
from scanner.sim.world import Group

_SCALE_SET = "Microsoft.Compute/virtualMachineScaleSets"
_AVAILABILITY_SET = "Microsoft.Compute/availabilitySets"
_SNAPSHOT = "Microsoft.Compute/snapshots"
_ASG = "Microsoft.Network/applicationSecurityGroups"


def add_nodes(group: Group, count: int) -> None:
    """The nodes of a Kubernetes cluster, behind the load balancer that it makes."""
    address = group.public_ip("kubernetes-outbound", "203.0.113.10")
    pool = "aksOutboundBackendPool"
    balancer = group.load_balancer(
        "kubernetes", pools=[pool], outbound=[pool], public_ips=[address.id]
    )
    nic = NicShape(pools=[f"{balancer.id}/backendAddressPools/{pool}"])
    for number in range(count):
        group.vm(f"aks-pool1-{31415900 + number}", nics=[nic])


def add_scale_set(group: Group) -> None:
    """A flexible scale set with four VMs."""
    name = "shop-burst"
    added = group.resource(_SCALE_SET, name, {})
    added.body |= compute_bodies.scale_set(group.world.seed, added.id)
    for number in range(4):
        group.vm(f"{name}_{number:08x}", scale_set=name)


def add_nat_gateway(group: Group) -> None:
    """A subnet without VMs, behind a NAT gateway."""
    address = group.public_ip("pip-nat-agents", "203.0.113.20")
    gateway = group.nat_gateway("nat-agents", [address.id])
    group.subnet("agents", nat_gateway=gateway.id)
    group.resource(_ASG, "asg-agents", {"properties": {"provisioningState": "Succeeded"}})


def add_availability_set(group: Group, vms: list[Vm]) -> None:
    """An availability set of VMs of the group, which name it."""
    added = group.resource(_AVAILABILITY_SET, f"avail-{group.name}", {})
    added.body |= compute_bodies.availability_set(vms)
    for vm in vms:
        patch = {"properties": {"availabilitySet": {"id": added.id}}}
        vm.body_patch = merged(dict(vm.body_patch), patch)


def add_snapshot(group: Group, vm: Vm) -> None:
    """A snapshot of the OS disk of a VM, made three weeks ago."""
    made = group.world.now - timedelta(days=21)
    body = compute_bodies.snapshot(vm.disks[0], vm.os, made)
    group.resource(_SNAPSHOT, f"{vm.name}-before-upgrade", body)
