"""Asking Network Watcher about a VM, if the user opted in: POSTs that only read."""

from __future__ import annotations

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, catch_gap
from scanner.inventory.join.runtime import power_state
from scanner.inventory.join.table import Table
from scanner.inventory.records.network import IpFlow, NextHop
from scanner.inventory.snapshot import Reading
from scanner.inventory.vm import place
from scanner.network.azure_view import Question


async def read_power_state(arm: Arm, vm: ArmId) -> str | Gap:
    """The power state of a VM, such as ``running``. Network Watcher asks a VM that runs."""
    views = await arm.read_all(calls.INSTANCE_VIEW, vm.subscription_id or vm, [vm])
    found = catch_gap(power_state, vm, Table(views), Table(Reading(views.scope, views.seen_at)))
    return found if isinstance(found, Gap) else found.code


async def find_watcher(arm: Arm, subscription: ArmId, location: str) -> ArmId | Gap | None:
    """The Network Watcher of a region. None if the subscription has none there."""
    listed = await arm.list_all(calls.NETWORK_WATCHERS, subscription)
    for watcher in listed.records:
        if watcher.location and place(watcher.location) == place(location):
            return watcher.id
    return next(iter(listed.gaps), None)


async def ask_watcher(
    arm: Arm, watcher: ArmId, question: Question
) -> tuple[NextHop | Gap, IpFlow | Gap]:
    """The next hop of packets, and what security rules do with them."""
    target = {"targetResourceId": question.vm.text, "targetNicResourceId": question.nic.text}
    addresses = {"sourceIPAddress": question.source, "destinationIPAddress": question.address}
    flow = {
        "direction": "Outbound",
        "protocol": question.protocol.upper(),
        "localIPAddress": question.source,
        "localPort": str(question.source_port),
        "remoteIPAddress": question.address,
        "remotePort": str(question.port),
    }
    hop = await arm.ask_resource(calls.NEXT_HOP, watcher, target | addresses)
    return hop, await arm.ask_resource(calls.IP_FLOW, watcher, target | flow)
