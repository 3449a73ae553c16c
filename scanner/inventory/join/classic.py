"""The facts of classic VMs, of which the listing shows only a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from scanner.inventory.arm_text import parse_time
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.classic import CloudService, Registration
from scanner.inventory.facts.machine import Agent, Family, OperatingSystem, PowerState
from scanner.inventory.gap import (
    Gap,
    Reason,
    Unseen,
    catch_gap,
    present,
    require,
    unrecorded,
)
from scanner.inventory.join.runtime import reported_version
from scanner.inventory.join.table import Table
from scanner.inventory.records.classic import ClassicProperties, ClassicVirtualMachine
from scanner.inventory.words import by_lower_case, word

_HARDWARE = "properties.hardwareProfile"
_SYSTEM = "properties.storageProfile.operatingSystemDisk.operatingSystem"
_POWER = "properties.instanceView.powerState"
_AGENT = "properties.instanceView.guestAgentStatus"
_VERSION = "guestAgentVersion"
_AGENT_STATES: Mapping[str, bool] = {"ready": True, "notready": False}
"""The status of a guest agent: GuestAgentStatus of the Service Management API."""
_FAMILIES: Mapping[str, Family] = {"windows": "windows", "linux": "linux"}
_POWER_STATES = by_lower_case(
    "Starting", "Started", "Stopping", "Stopped", "StoppedDeallocated", "Deallocating",
    "Deallocated",
)  # fmt: skip
"""Power states of classic VMs: RoleInstance of the Service Management API, "Get Deployment", and
what public readers of the classic API know."""


class CloudServices(NamedTuple):
    """The cloud services of a subscription."""

    vms: Mapping[ArmId, int]
    """The number of VMs in each."""
    unread: Gap | None
    """Why VMs may be missing from the numbers."""


def cloud_services(listing: Table[ClassicVirtualMachine]) -> CloudServices:
    """Count the VMs of each cloud service of a subscription."""
    services = [
        catch_gap(_cloud_service_of, entry, listing.source(vm_id))
        for vm_id, entry in listing.entries.items()
    ]
    unread = next((service for service in services if type(service) is Gap), listing.rest)
    return CloudServices(Counter(known for known in services if isinstance(known, ArmId)), unread)


def operating_system(vm: ClassicVirtualMachine, source: Source) -> OperatingSystem:
    """Windows or Linux, by the disk of the operating system. Raises ``Unseen``."""
    storage = _required_properties(vm, source, "os").storage_profile
    disk = storage.operating_system_disk if storage else None
    family = word(disk.operating_system if disk else None, _FAMILIES, source, _SYSTEM, "os")
    return OperatingSystem(family, None, source)


def power_state(vm: ClassicVirtualMachine, source: Source) -> PowerState:
    """The power state, such as ``started``. Raises ``Unseen``."""
    view = _required_properties(vm, source, "power_state").instance_view
    text = view.power_state if view else None
    state = word(text, _POWER_STATES, source, _POWER, "power_state")
    return PowerState(state.lower(), source.at(_POWER))


def agent(vm: ClassicVirtualMachine, power: PowerState, source: Source) -> Agent:
    """The guest agent's last report.

    Raises ``Unseen`` if there is none, as of a VM that does not run. Azure does not show the status
    of an agent that is not registered (Azure support, steps for a missing agent of an RDFE VM).
    """
    if not power.is_running:
        remedy = f"The VM is {power.code}, its agent reports nothing. Start it, then scan again."
        raise Unseen(Gap(source.id.text, "agent", Reason.NOT_RUNNING, None, remedy))
    view = _required_properties(vm, source, "agent").instance_view
    report = view.guest_agent_status if view else None
    known = catch_gap(registration, vm, source)
    if report is None and isinstance(known, Registration) and not known.provisioned:
        remedy = "The agent is not registered, so only the guest shows if it runs. Look there."
        raise Unseen(Gap(source.id.text, "agent", Reason.GUEST_ONLY, None, remedy))
    report, at = present(report, source, _AGENT, "agent"), source.at(_AGENT)
    is_ready = word(report.status, _AGENT_STATES, at, "status", "agent")
    formatted = report.formatted_message
    return Agent(
        present=True,
        ready=is_ready,
        status=report.status,
        message=formatted.message if formatted else None,
        reported_at=parse_time(report.timestamp),
        known_version=reported_version(report.guest_agent_version, at, _VERSION, ready=is_ready),
        source=at,
        status_path="status",
        version_path=_VERSION,
    )


def registration(vm: ClassicVirtualMachine, source: Source) -> Registration:
    """Whether the platform was asked to install the agent. Raises ``Unseen``."""
    hardware = _required_properties(vm, source, "registration").hardware_profile
    if hardware and hardware.platform_guest_agent is not None:
        place = source.at(f"{_HARDWARE}.platformGuestAgent")
        return Registration(hardware.platform_guest_agent, place)
    if hardware and hardware.provision_guest_agent is not None:
        place = source.at(f"{_HARDWARE}.provisionGuestAgent")
        return Registration(hardware.provision_guest_agent, place)
    raise unrecorded(source, f"{_HARDWARE}.platformGuestAgent", "registration")


def cloud_service(
    vm: ClassicVirtualMachine, source: Source, services: CloudServices
) -> CloudService:
    """The cloud service of a VM. Raises ``Unseen`` if other VMs may be in it."""
    service = _cloud_service_of(vm, source)
    count = services.vms[service]
    if count == 1 and services.unread:
        # A VM that was not read may be in the same service.
        raise Unseen(services.unread)
    return CloudService(service.name, count, source.at("properties.domainName.id"))


def _required_properties(vm: ClassicVirtualMachine, source: Source, fact: str) -> ClassicProperties:
    return present(vm.properties, source, "properties", fact)


def _cloud_service_of(entry: ClassicVirtualMachine | Gap, source: Source) -> ArmId:
    """The cloud service of a VM. Every classic VM runs in one."""
    domain = _required_properties(require(entry), source, "cloud_service").domain_name
    path = "properties.domainName.id"
    return present(domain.id if domain else None, source, path, "cloud_service")
