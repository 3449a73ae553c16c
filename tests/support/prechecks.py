"""Prechecks: VMs before backup is turned on, a place for them, and their readiness."""

from __future__ import annotations

from typing import Any

from scanner.inventory.scope import Scope
from scanner.inventory.target import Target
from scanner.report.report import Report
from scanner.sim.shapes import DiskShape, ExtensionShape
from scanner.sim.vault import Vault
from scanner.sim.world import World
from tests.support.scans import scan_world
from tests.support.verdicts import verdict_of

Shape = dict[str, Any]
"""Keywords of ``Group.vm``: what a VM is made of."""


async def precheck(
    world: World,
    vault: str | None = None,
    policy: str | None = None,
    *,
    edition: str = "current",
    checks: tuple[str, ...] = (),
    scope: Scope = Scope(protection="unprotected"),  # noqa: B008 - frozen
) -> Report:
    """Precheck a world for a vault and a policy, in-process and on a simulated clock."""
    target = Target(vault, policy)
    scanned = await scan_world(world, edition=edition, checks=checks, scope=scope, target=target)
    return scanned.report


def readiness_of(report: Report) -> dict[str, str]:
    """The readiness of every VM, by name."""
    return {judged.vm.name: str(judged.readiness) for judged in report.vms}


def verdicts_of(report: Report, name: str) -> dict[str, str]:
    """The verdicts on a VM by cause: ``clear``, ``unknown (denied)``, …"""
    [vm] = [judged for judged in report.vms if judged.vm.name == name]
    return {judged.cause: verdict_of(judged) for judged in vm.causes}


class Place:
    """A resource group for VMs, and a vault with one policy of each kind."""

    def __init__(self) -> None:
        self.world = World()
        self.prod = self.world.subscription("prod")
        self.group = self.prod.group("rg-app")
        self.vault: Vault = self.prod.group("rg-backup").vault("vault")
        self.vault.policy("standard")
        self.vault.policy("enhanced", enhanced=True)
        self.vault.policy("crash", crash_consistent=True)
        four_times = {"scheduleRunTimes": [f"2026-01-01T0{hour}:00:00Z" for hour in range(4)]}
        often = {"schedulePolicy": four_times, "instantRpRetentionRangeInDays": 5}
        self.vault.policy("often", patch={"properties": often})
        self.vault.policy("odd", patch={"properties": {"instantRpRetentionRangeInDays": 0}})

    async def verdict(self, cause: str, policy: str | None = None, vm: str = "web") -> str:
        """The verdict of a cause on a VM, under a policy of the vault or without a target."""
        report = await precheck(self.world, "vault" if policy else None, policy)
        return verdicts_of(report, vm)[cause]


async def verdict_on(cause: str, policy: str | None, shape: Shape) -> str:
    """The verdict of a cause on one VM of a shape."""
    place = Place()
    place.group.vm("web", **shape)
    return await place.verdict(cause, policy)


def extension(state: str = "Succeeded", **shape: Any) -> ExtensionShape:
    """An extension that is not Azure Backup's."""
    return ExtensionShape("ext", "Contoso", "Tool", provisioning_state=state, **shape)


def with_extension(state: str = "Succeeded", **shape: Any) -> Shape:
    """A VM with one extension that is not Azure Backup's."""
    return {"extensions": [extension(state, **shape)]}


ENCRYPTION = ExtensionShape("ade", "Microsoft.Azure.Security", "AzureDiskEncryptionForLinux")
"""The extension of Azure Disk Encryption."""


def body(**properties: Any) -> Shape:
    """A VM with these properties in its body."""
    return {"body_patch": {"properties": properties}}


def local_disk(option: str) -> Shape:
    """A VM whose OS disk is ephemeral, with this option."""
    return body(storageProfile={"osDisk": {"diffDiskSettings": {"option": option}}})


def image(offer: str, sku: str) -> Shape:
    """A VM of a marketplace image."""
    return {"image": {"publisher": "MicrosoftThings", "offer": offer, "sku": sku}}


OWN_IMAGE = body(storageProfile={"imageReference": None})
"""A VM that was not made from a marketplace image."""


def disk(**shape: Any) -> Shape:
    """A VM with one data disk of 64 GiB."""
    return {"data_disks": [DiskShape(64, **shape)]}


def os_disk(**shape: Any) -> Shape:
    """A VM with this OS disk of 30 GiB."""
    return {"os_disk": DiskShape(30, **shape)}


def sized(size: str | None, security: str | None = None) -> Shape:
    """A VM of a size and, if given, of a security type."""
    secured = {"securityProfile": {"securityType": security}} if security else {}
    return body(hardwareProfile={"vmSize": size}, **secured)
