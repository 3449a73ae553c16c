"""The facts of classic VMs, of which the listing shows only a few."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

from scanner.inventory.arm_text import lower
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.classic import CloudService, Registration
from scanner.inventory.facts.machine import OperatingSystem, PowerState
from scanner.inventory.gap import Gap, Unseen, present, unrecorded
from scanner.inventory.join.table import Table
from scanner.inventory.records.classic import ClassicProperties, ClassicVirtualMachine

_HARDWARE = "properties.hardwareProfile"
_SYSTEM = "properties.storageProfile.operatingSystemDisk.operatingSystem"
_POWER = "properties.instanceView.powerState"


class CloudServices(NamedTuple):
    """The cloud services of a subscription."""

    vms: Mapping[ArmId, int]
    """The number of VMs in each."""
    unread: Gap | None
    """Why VMs may be missing from the numbers."""


def cloud_services(listing: Table[ClassicVirtualMachine]) -> CloudServices:
    """Count the VMs of each cloud service of a subscription."""
    entries = listing.entries.values()
    services = (_cloud_service_id(entry) for entry in entries)
    unread = next((entry for entry in entries if isinstance(entry, Gap)), listing.rest)
    return CloudServices(Counter(service for service in services if service is not None), unread)


def operating_system(vm: ClassicVirtualMachine, source: Source) -> OperatingSystem:
    """Windows or Linux, by the disk of the operating system. Raises ``Unseen``."""
    storage = _required_properties(vm, source, "os").storage_profile
    disk = storage.operating_system_disk if storage else None
    match lower(disk.operating_system) if disk else "":
        case "windows":
            return OperatingSystem("windows", None, source)
        case "linux":
            return OperatingSystem("linux", None, source)
    raise unrecorded(source, _SYSTEM, "os")


def power_state(vm: ClassicVirtualMachine, source: Source) -> PowerState:
    """The power state, such as ``started``. Raises ``Unseen``."""
    view = _required_properties(vm, source, "power_state").instance_view
    state = present(view.power_state if view else None, source, _POWER, "power_state")
    return PowerState(state.lower(), source.at(_POWER))


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
    _required_properties(vm, source, "cloud_service")
    service, place = _cloud_service_id(vm), source.at("properties.domainName.id")
    if service is None:
        return CloudService(None, 1, place)
    count = services.vms[service]
    if count == 1 and services.unread:
        # A VM that was not read may be in the same service.
        raise Unseen(services.unread)
    return CloudService(service.name, count, place)


def _required_properties(vm: ClassicVirtualMachine, source: Source, fact: str) -> ClassicProperties:
    return present(vm.properties, source, "properties", fact)


def _cloud_service_id(entry: ClassicVirtualMachine | Gap) -> ArmId | None:
    """The cloud service of a VM; None if it was not read or has none."""
    if isinstance(entry, Gap) or entry.properties is None:
        return None
    return entry.properties.domain_name.id if entry.properties.domain_name else None
