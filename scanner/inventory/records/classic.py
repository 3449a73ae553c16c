"""Records of classic VMs (Microsoft.ClassicCompute 2017-04-01).

Microsoft no longer documents the shape. It is taken from public code that reads it.
``platformGuestAgent`` is what the article of 2018 calls ProvisionGuestAgent; both names are read.
"""

from __future__ import annotations

from scanner.inventory.records.base import Record, Reference, Resource


class ClassicHardware(Record, frozen=True):
    """The flag for the guest agent, under either of its names."""

    platform_guest_agent: bool | None = None
    provision_guest_agent: bool | None = None


class ClassicDisk(Record, frozen=True):
    """The OS disk. ``operating_system`` is Windows or Linux."""

    operating_system: str | None = None


class ClassicStorage(Record, frozen=True):
    """The OS disk of a classic VM."""

    operating_system_disk: ClassicDisk | None = None


class ClassicMessage(Record, frozen=True):
    """What the guest agent says of its status."""

    message: str | None = None


class ClassicAgentStatus(Record, frozen=True):
    """The guest agent's last report (GuestAgentStatus of the Service Management API).

    ``status`` is Ready or NotReady, ``timestamp`` is UTC.
    """

    status: str | None = None
    guest_agent_version: str | None = None
    timestamp: str | None = None
    formatted_message: ClassicMessage | None = None


class ClassicView(Record, frozen=True):
    """The run-time state. ``power_state`` is Started, Stopped, StoppedDeallocated, …"""

    power_state: str | None = None
    guest_agent_status: ClassicAgentStatus | None = None


class ClassicProperties(Record, frozen=True):
    """The properties of a classic VM. ``domain_name`` is its cloud service."""

    domain_name: Reference | None = None
    hardware_profile: ClassicHardware | None = None
    storage_profile: ClassicStorage | None = None
    instance_view: ClassicView | None = None


class ClassicVirtualMachine(Resource, frozen=True):
    """A classic VM."""

    location: str | None = None
    tags: dict[str, str | None] | None = None
    properties: ClassicProperties | None = None
