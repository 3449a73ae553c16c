"""Asking Network Watcher about a VM, if the user opted in: POSTs that only read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.arm import calls
from scanner.arm.parallel import in_parallel
from scanner.fleet.snapshot_way import location_in, network_in
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Unseen, catch_gap
from scanner.inventory.join.runtime import power_state
from scanner.inventory.join.table import Table
from scanner.inventory.records.network import IpFlow, NextHop
from scanner.inventory.snapshot import Reading, Snapshot
from scanner.inventory.vm import place
from scanner.network.azure_view import AzureAnswer, AzureView, Question, answer, questions
from scanner.network.target import Target

if TYPE_CHECKING:
    from scanner.arm.client import Arm

_Unread = tuple[str, ...]
"""What was not read, and what to do."""


async def ask_network_watcher(
    arm: Arm, snapshot: Snapshot, vm: ArmId, target: Target | Gap
) -> tuple[AzureView, _Unread]:
    """Azure's own answers about a way, and what was not read for them.

    Network Watcher answers of a running VM, in a region that has one (What is next hop in Azure
    Network Watcher? IP flow verify overview).
    """
    location, network = location_in(snapshot, vm), network_in(snapshot, vm)
    if type(location) is Gap or type(network) is Gap or type(target) is Gap:
        return AzureView(not_asked="Azure is not asked: the network of the VM was not read."), ()
    try:
        asked = questions(vm, network, target)
    except Unseen as unseen:
        return _not_asked(unseen.gap)
    if isinstance(asked, str):
        return AzureView(not_asked=asked), ()
    state = await _read_power_state(arm, vm)
    if type(state) is Gap:
        return _not_asked(state)
    if state != "running":
        what = f"Azure is not asked: the VM is {state}, and Network Watcher needs a running one."
        return AzureView(not_asked=what), ()
    watcher = await _find_watcher(arm, snapshot.subscription.id, location)
    if type(watcher) is Gap:
        return _not_asked(watcher)
    if watcher is None:
        what = f"Azure is not asked: the subscription has no Network Watcher in {location}."
        return AzureView(not_asked=what), ()

    async def ask(question: Question) -> AzureAnswer:
        hop, flow = await _ask_watcher(arm, watcher, question)
        return answer(network, target, question, hop, flow)

    answers = await in_parallel(ask, asked)
    unread = dict.fromkeys(why for it in answers for why in it.unanswered)
    return AzureView(watcher=watcher.text, answers=tuple(answers)), tuple(unread)


def _not_asked(gap: Gap) -> tuple[AzureView, _Unread]:
    return AzureView(not_asked=f"Azure was not asked. {gap.remedy}"), (gap.remedy,)


async def _read_power_state(arm: Arm, vm: ArmId) -> str | Gap:
    """The power state of a VM, such as ``running``."""
    views = await arm.read_all(calls.INSTANCE_VIEW, vm.subscription_id or vm, [vm])
    found = catch_gap(power_state, vm, Table(views), Table(Reading(views.scope, views.seen_at)))
    return found if type(found) is Gap else found.code


async def _find_watcher(arm: Arm, subscription: ArmId, location: str) -> ArmId | Gap | None:
    """The Network Watcher of a region. None if the subscription has none there."""
    listed = await arm.list_all(calls.NETWORK_WATCHERS, subscription)
    for watcher in listed.records:
        if watcher.location and place(watcher.location) == place(location):
            return watcher.id
    return next(iter(listed.gaps), None)


async def _ask_watcher(
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
