"""What the instance view tells: power state, VM agent, the guest's system, provisioning.

Two readings carry it: single reads of some VMs, which are fresher, and the status listing. An
agent that the status listing leaves out proves nothing; one that a single read leaves out is
absent.
"""

from __future__ import annotations

from scanner.inventory.arm_text import parse_time
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts import machine as facts
from scanner.inventory.gap import Gap, Reason, Unseen, catch_gap, present, require, unrecorded
from scanner.inventory.join.table import Table
from scanner.inventory.records.compute import InstanceView, Status, VirtualMachine, VmAgentView
from scanner.inventory.version import Version

_VIEW = "properties.instanceView"
_POWER_STATES = (
    "creating", "starting", "running", "stopping", "stopped", "deallocating", "deallocated",
)  # fmt: skip
"""States and billing status of Azure Virtual Machines."""


def power_state(
    vm_id: ArmId, views: Table[VirtualMachine], listing: Table[VirtualMachine]
) -> facts.PowerState:
    """The power state of the freshest reading that has one."""
    for table in (views, listing):
        view = instance_view(table.get(vm_id))
        for status in (view.statuses if view else None) or ():
            kind, _, code = (status.code or "").partition("/")
            # ARM says PowerState/unknown where it could not get the state.
            if kind.lower() == "powerstate" and code.lower() in _POWER_STATES:
                source = table.source(vm_id, f"{_VIEW}.statuses")
                return facts.PowerState(code.lower(), source)
    for gap in (views.get(vm_id), listing.get(vm_id), listing.rest):
        if isinstance(gap, Gap):
            raise Unseen(gap)
    raise unrecorded(listing.source(vm_id), f"{_VIEW}.statuses with a PowerState", "power_state")


def provisioning(
    body: facts.Provisioning,
    vm_id: ArmId,
    views: Table[VirtualMachine],
    listing: Table[VirtualMachine],
) -> facts.Provisioning:
    """The provisioning state of the VM's model, or what its view says that is not well."""
    for table in (views, listing):
        view = instance_view(table.get(vm_id))
        for status in (view.statuses if view else None) or ():
            kind, _, state = (status.code or "").partition("/")
            told = state.partition("/")[0]
            if kind.lower() == "provisioningstate" and told.lower() not in ("", "succeeded"):
                source = table.source(vm_id, f"{_VIEW}.statuses")
                return facts.Provisioning(told, source)
    return body


def guest(
    vm_id: ArmId,
    power: facts.PowerState | Gap,
    views: Table[VirtualMachine],
    listing: Table[VirtualMachine],
) -> facts.GuestSystem:
    """The system by the freshest reading that names it; a VM that is off seldom does.

    Raises ``Unseen`` where no reading names it and the VM does not run.
    """
    for table in (views, listing):
        view = instance_view(table.get(vm_id))
        if view and view.os_name:
            return facts.GuestSystem(view.os_name, table.source(vm_id, _VIEW))
    for gap in (views.get(vm_id), listing.get(vm_id), listing.rest):
        if isinstance(gap, Gap):
            raise Unseen(gap)
    if not require(power).is_running:
        remedy = "The VM is off, and no reading names its system. Start it, then scan again."
        raise Unseen(Gap(vm_id.text, "guest", Reason.NOT_RUNNING, None, remedy))
    return facts.GuestSystem(None, listing.source(vm_id, _VIEW))


def agent(
    vm_id: ArmId,
    power: facts.PowerState,
    views: Table[VirtualMachine],
    listing: Table[VirtualMachine],
) -> facts.Agent:
    """The agent's last report; a VM that does not run has none, whatever ARM still shows."""
    if not power.is_running:
        remedy = f"The VM is {power.code}, its agent reports nothing. Start it, then scan again."
        raise Unseen(Gap(vm_id.text, "agent", Reason.NOT_RUNNING, None, remedy))
    single, listed = views.get(vm_id), instance_view(listing.get(vm_id))
    if isinstance(single, VirtualMachine):
        source = views.source(vm_id)
        view = present(instance_view(single), source, _VIEW, "agent")
        # Only a view that was filled in proves that there is no agent.
        present(view.statuses or None, source, f"{_VIEW}.statuses", "agent")
        return _report(view.vm_agent, source.at(f"{_VIEW}.vmAgent"))
    if listed and listed.vm_agent:
        return _report(listed.vm_agent, listing.source(vm_id, f"{_VIEW}.vmAgent"))
    if isinstance(single, Gap):
        raise Unseen(single)
    raise unrecorded(listing.source(vm_id), f"{_VIEW}.vmAgent", "agent")


def instance_view(entry: VirtualMachine | Gap | None) -> InstanceView | None:
    """The view of an entry that was read and has one."""
    if isinstance(entry, VirtualMachine) and entry.properties:
        return entry.properties.instance_view
    return None


def _report(agent: VmAgentView | None, source: Source) -> facts.Agent:
    if agent is None:
        nothing = unrecorded(source, "vmAgentVersion", "agent").gap
        return facts.Agent(False, False, None, None, None, nothing, source)
    statuses = present(agent.statuses or None, source, "statuses", "agent")
    for each in statuses:
        present(each.display_status or each.code or None, source, "statuses.displayStatus", "agent")
    status = next((each for each in statuses if not is_ready(each)), statuses[-1])
    return facts.Agent(
        present=True,
        ready=is_ready(status),
        status=status.display_status or status.code,
        message=status.message,
        reported_at=parse_time(status.time),
        known_version=catch_gap(_version, agent.vm_agent_version, source),
        source=source,
    )


def is_ready(status: Status) -> bool:
    """Whether an agent or a handler says that it is Ready."""
    if status.display_status:
        return status.display_status.lower() == "ready"
    return (status.code or "").lower().startswith("provisioningstate/succeeded")


def _version(text: str | None, source: Source) -> Version:
    try:
        return Version(present(text, source, "vmAgentVersion", "agent"))
    except ValueError:
        raise unrecorded(source, f"version in vmAgentVersion: {text!r}", "agent") from None
