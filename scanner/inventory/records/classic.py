"""Records of classic VMs (Microsoft.ClassicCompute 2017-04-01), as public readers of it show them.

No documentation of the shape is left: hardwareProfile.platformGuestAgent is what the article of
2018 calls ProvisionGuestAgent, and either name is taken.
"""

from __future__ import annotations

from scanner.inventory.records.base import Record, Reference, Resource


class ClassicHardware(Record, frozen=True):
    """Whether the platform was asked to have an agent in the guest."""

    platform_guest_agent: bool | None = None
    provision_guest_agent: bool | None = None


class ClassicDisk(Record, frozen=True):
    """The disk of the operating system, Windows or Linux."""

    operating_system: str | None = None


class ClassicStorage(Record, frozen=True):
    """The disks."""

    operating_system_disk: ClassicDisk | None = None


class ClassicView(Record, frozen=True):
    """``power_state`` is Started, Stopped, StoppedDeallocated, …."""

    power_state: str | None = None


class ClassicProperties(Record, frozen=True):
    """``domain_name`` is the cloud service."""

    domain_name: Reference | None = None
    hardware_profile: ClassicHardware | None = None
    storage_profile: ClassicStorage | None = None
    instance_view: ClassicView | None = None


class ClassicVirtualMachine(Resource, frozen=True):
    """A classic VM."""

    location: str | None = None
    tags: dict[str, str | None] | None = None
    properties: ClassicProperties | None = None
