"""What the instance view reports: power state, VM agent, the guest's system, provisioning.

Two readings have it: single reads of some VMs, which are newer, and the status listing. Only a
single read proves that there is no agent: the listing may leave an agent out.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.inventory.arm_text import lower, parse_time
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts import machine as facts
from scanner.inventory.gap import Gap, Reason, Unseen, catch_gap, present, require, unrecorded
from scanner.inventory.join.table import Table
from scanner.inventory.records.compute import InstanceView, Status, VirtualMachine, VmAgentView
from scanner.inventory.version import Version
from scanner.inventory.words import by_lower_case

_VIEW = "properties.instanceView"
_POWER_STATES = by_lower_case(
    "creating", "starting", "running", "stopping", "stopped", "deallocating", "deallocated",
)  # fmt: skip
"""Power states by the document "States and billing status of Azure Virtual Machines"."""


def power_state(
    vm_id: ArmId, views: Table[VirtualMachine], listing: Table[VirtualMachine]
) -> facts.PowerState:
    """The power state of the newest reading that has one; raises ``Unseen`` if none has."""
    for kind, state, source in _vm_statuses(vm_id, views, listing):
        # ARM reports PowerState/unknown if it could not get the state.
        if kind == "powerstate" and (code := _POWER_STATES.get(lower(state))):
            return facts.PowerState(code, source)
    if gap := _first_gap(vm_id, views, listing):
        raise Unseen(gap)
    raise unrecorded(listing.source(vm_id), f"{_VIEW}.statuses with a PowerState", "power_state")


def provisioning(
    body: facts.Provisioning,
    vm_id: ArmId,
    views: Table[VirtualMachine],
    listing: Table[VirtualMachine],
) -> facts.Provisioning:
    """The provisioning state: of the view if it says that something is wrong, else of the body.

    Raises ``Unseen`` if a view was read that has no provisioning state: every view has one.
    """
    for kind, code, source in _vm_statuses(vm_id, views, listing):
        # A reason may follow, as in ProvisioningState/failed/OSProvisioningTimedOut (recorded).
        state = code.partition("/")[0]
        if kind == "provisioningstate" and lower(state) != "succeeded":
            return facts.Provisioning(state, source)
    is_read = isinstance(views.get(vm_id), VirtualMachine)
    if is_read and "provisioningstate" not in {kind for kind, _, _ in _vm_statuses(vm_id, views)}:
        path = f"{_VIEW}.statuses with a ProvisioningState"
        raise unrecorded(views.source(vm_id), path, "provisioning")
    return body


def _vm_statuses(vm_id: ArmId, *tables: Table[VirtualMachine]) -> Iterator[tuple[str, str, Source]]:
    """The kind in lower case, the rest of the code, and the source of a VM's statuses."""
    for table in tables:
        view = instance_view(table.get(vm_id))
        if view and view.statuses:
            source = table.source(vm_id, f"{_VIEW}.statuses")
            for status in view.statuses:
                kind, _, rest = (status.code or "").partition("/")
                yield kind.lower(), rest, source


def _first_gap(
    vm_id: ArmId, views: Table[VirtualMachine], listing: Table[VirtualMachine]
) -> Gap | None:
    """Why the view of a VM may be missing; None if both readings are complete."""
    entries = (views.get(vm_id), listing.get(vm_id), listing.rest)
    return next((entry for entry in entries if type(entry) is Gap), None)


def guest(
    vm_id: ArmId,
    power: facts.PowerState | Gap,
    views: Table[VirtualMachine],
    listing: Table[VirtualMachine],
) -> facts.GuestSystem:
    """The guest's system by the newest reading that names it; its name is None if none does.

    Raises ``Unseen`` if none names it, and one was not read or the VM does not run.
    """
    for table in (views, listing):
        view = instance_view(table.get(vm_id))
        if view and view.os_name:
            at = table.source(vm_id, _VIEW)
            return facts.GuestSystem(view.os_name, at, view.os_version or None)
    if gap := _first_gap(vm_id, views, listing):
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
    """The agent's last report.

    Raises ``Unseen`` if it was not read, or the VM does not run: what ARM shows then is old.
    """
    if not power.is_running:
        remedy = f"The VM is {power.code}, its agent reports nothing. Start it, then scan again."
        raise Unseen(Gap(vm_id.text, "agent", Reason.NOT_RUNNING, None, remedy))
    single, listed = views.get(vm_id), instance_view(listing.get(vm_id))
    if isinstance(single, VirtualMachine):
        source = views.source(vm_id)
        view = present(instance_view(single), source, _VIEW, "agent")
        # Only a view that has statuses proves that there is no agent.
        present(view.statuses or None, source, f"{_VIEW}.statuses", "agent")
        return _agent_fact(view.vm_agent, source.at(f"{_VIEW}.vmAgent"))
    if listed and listed.vm_agent:
        return _agent_fact(listed.vm_agent, listing.source(vm_id, f"{_VIEW}.vmAgent"))
    if type(single) is Gap:
        raise Unseen(single)
    raise unrecorded(listing.source(vm_id), f"{_VIEW}.vmAgent", "agent")


def instance_view(entry: VirtualMachine | Gap | None) -> InstanceView | None:
    """The instance view of an entry; None if it was not read or has none."""
    if entry is None or type(entry) is Gap or entry.properties is None:
        return None
    return entry.properties.instance_view


def _agent_fact(agent: VmAgentView | None, source: Source) -> facts.Agent:
    """The VM agent; its status is the first that is not Ready, else the last."""
    if agent is None:
        version = reported_version(None, source, "vmAgentVersion", ready=False)
        return facts.Agent(False, False, None, None, None, version, source)
    statuses = present(agent.statuses or None, source, "statuses", "agent")
    ready = [require_readiness(status, source, "statuses", "agent") for status in statuses]
    status = statuses[ready.index(False) if False in ready else -1]
    return facts.Agent(
        present=True,
        ready=all(ready),
        status=status.display_status or status.code,
        message=status.message,
        reported_at=parse_time(status.time),
        known_version=reported_version(
            agent.vm_agent_version, source, "vmAgentVersion", ready=all(ready)
        ),
        source=source,
    )


_INSTALLING = "installing"
_NOT_READY = dict.fromkeys(("notready", "unresponsive", "unavailable", _INSTALLING), False)
_IS_READY_BY_DISPLAY = {"ready": True} | _NOT_READY
_IS_READY_BY_CODE = {"succeeded": True} | _NOT_READY
"""Statuses of agents and of extension handlers (as recorded), without spaces. No document lists
them."""


def readiness(status: Status) -> bool | None:
    """True if the status of an agent or of an extension handler is Ready, False if it is not.

    None if it is missing or has an unknown word. ``displayStatus`` outranks the code, which has the
    word in its second part, as in ``ProvisioningState/NotReady/1001``.
    """
    words = _IS_READY_BY_DISPLAY if status.display_status else _IS_READY_BY_CODE
    return words.get(_state_of(status))


def is_installing(status: Status) -> bool:
    """True if an agent or an extension handler is being installed."""
    return _state_of(status) == _INSTALLING


def _state_of(status: Status) -> str:
    """The word of a status, in lower case and without spaces. Empty if there is none."""
    if status.display_status:
        return lower(status.display_status).replace(" ", "")
    kind, _, rest = lower(status.code).replace(" ", "").partition("/")
    return rest.partition("/")[0] if kind == "provisioningstate" else ""


def require_readiness(status: Status | None, at: Source, path: str, fact: str) -> bool:
    """True if a status is Ready. Raises ``Unseen`` if it does not say."""
    text = (status.display_status or status.code or None) if status else None
    shown = present(text, at, f"{path}.displayStatus", fact)
    ready = readiness(status) if status else None
    what = f"{path}.displayStatus that is known, only {shown[:60]!r}"
    return present(ready, at, what, fact)


def reported_version(text: str | None, source: Source, path: str, *, ready: bool) -> Version | Gap:
    """The version of an agent, or why it is not seen.

    An agent that is not Ready may report none. Nothing is missing from ARM's answer then: the
    version is in the guest.
    """
    version = catch_gap(agent_version, text, source, path)
    if ready or isinstance(version, Version):
        return version
    remedy = "The agent reports no version, so only the guest shows it. Look there."
    return Gap(source.id.text, "agent", Reason.GUEST_ONLY, None, remedy, source.at(path).path)


def agent_version(text: str | None, source: Source, path: str) -> Version:
    """The version of an agent. Raises ``Unseen`` if it is missing or no version."""
    try:
        return Version(present(text, source, path, "agent"))
    except ValueError:
        raise unrecorded(source, f"{path} that is a version, only {text!r}", "agent") from None
