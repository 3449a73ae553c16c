"""The instance view: the state of a VM, its agent and its extensions, as recorded answers show."""

from __future__ import annotations

from datetime import datetime, timedelta

from scanner.sim.machine import Vm
from scanner.sim.patches import Body, merged
from scanner.sim.seeds import agent_time, arm_time
from scanner.sim.shapes import AgentShape, ExtensionShape

_GUESTS = {
    "linux": {"osName": "ubuntu", "osVersion": "22.04"},
    "windows": {"osName": "Windows Server 2022 Datacenter", "osVersion": "10.0.20348.2966"},
}
_DISPLAY = {
    "succeeded": "Provisioning succeeded",
    "failed": "Provisioning failed",
    "transitioning": "Transitioning",
    "updating": "Updating",
    "creating": "Creating",
    "deleting": "Deleting",
}
_HANDLER_DISPLAY = {"succeeded": "Ready", "notready": "Not Ready"}
_LEVELS = {"failed": "Error", "unresponsive": "Warning", "unavailable": "Warning"}


def instance_view(vm: Vm) -> Body:
    """The whole view; only a Ready agent reports the guest's names and its extensions' states."""
    view: Body = {}
    if vm.agent is not None and vm.agent.ready:
        view |= {"computerName": vm.name[:15], **_GUESTS[vm.os]}
    view |= agent_view(vm)
    view["disks"] = [_disk_view(vm, disk.name) for disk in vm.disks]
    listed = [shape for shape in vm.extensions if shape.listed]
    if listed and vm.agent is not None:
        view["extensions"] = [_extension_view(vm.agent, shape) for shape in listed]
    view["hyperVGeneration"] = "V2"
    view["statuses"] = statuses(vm)
    return merged(view, vm.view_patch)


def agent_view(vm: Vm) -> Body:
    """The `vmAgent` member; empty if the VM has no agent."""
    agent = vm.agent
    if agent is None:
        return {}
    reported = vm.world.now - timedelta(minutes=agent.reported_minutes_ago)
    status = {
        "code": agent.code,
        "level": agent.level,
        "displayStatus": agent.display_status,
        "message": agent.message,
        "time": agent_time(reported),
    }
    body: Body = {"vmAgentVersion": agent.version, "statuses": [status]}
    if agent.ready:
        body["extensionHandlers"] = _handlers(vm)
    return {"vmAgent": body}


def statuses(vm: Vm) -> list[Body]:
    """Provisioning and power state; a VM being created has no power state."""
    code = f"ProvisioningState/{vm.provisioning_state.lower()}"
    states = [_status_body(code, _DISPLAY, time=_provisioned(vm), key=vm.id)]
    if vm.power is not None:
        power = {"code": f"PowerState/{vm.power}", "level": "Info"}
        states.append({**power, "displayStatus": f"VM {vm.power}"})
    return states


def _disk_view(vm: Vm, name: str) -> Body:
    status = _status_body("ProvisioningState/succeeded", _DISPLAY, time=_provisioned(vm), key=name)
    return {"name": name, "statuses": [status]}


def _extension_view(agent: AgentShape, shape: ExtensionShape) -> Body:
    if not agent.ready:
        return {"name": shape.name}
    body: Body = {
        "name": shape.name,
        "type": f"{shape.publisher}.{shape.type}",
        "typeHandlerVersion": shape.handler_version or shape.type_handler_version,
    }
    if shape.view_status is not None:
        body["statuses"] = [_status_body(shape.view_status, _DISPLAY, message=shape.message)]
    return body


def _handlers(vm: Vm) -> list[Body]:
    """One handler per extension type; the last extension of a type decides its state."""
    handlers: dict[str, Body] = {}
    for shape in vm.extensions:
        if shape.handler_status is None:
            continue
        type_ = f"{shape.publisher}.{shape.type}"
        code = f"ProvisioningState/{shape.handler_status}"
        handlers[type_.lower()] = {
            "type": type_,
            "typeHandlerVersion": shape.handler_version or shape.type_handler_version,
            "status": _status_body(code, _HANDLER_DISPLAY, message="Plugin enabled"),
        }
    return list(handlers.values())


def _status_body(
    code: str,
    display: dict[str, str],
    *,
    message: str | None = None,
    time: datetime | None = None,
    key: str = "",
) -> Body:
    """A status as the instance view has it; its level follows from its code."""
    word = code.split("/")[1] if "/" in code else code
    return {
        "code": code,
        "level": _LEVELS.get(word.lower(), "Info"),
        "displayStatus": display.get(word.lower(), word),
        **({"message": message} if message else {}),
        **({"time": arm_time(time, key)} if time else {}),
    }


def _provisioned(vm: Vm) -> datetime:
    """The time at which the VM was ready, two minutes after its creation."""
    return vm.created + timedelta(minutes=2)
