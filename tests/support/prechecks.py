"""VMs that are to be backed up: a place for them, what shapes them, and how they are judged."""

from __future__ import annotations

from typing import Any

from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.arm.signin import SharedToken
from scanner.cli.questions import make_questions
from scanner.cli.run import to_report
from scanner.fleet.scan import scan
from scanner.inventory.scope import Scope
from scanner.inventory.target import Target
from scanner.report.report import Report
from scanner.sim.arm import SimulatedArm
from scanner.sim.shapes import DiskShape, ExtensionShape
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.vault import Vault
from scanner.sim.world import World
from tests.support.scans import Silent, without_bugs
from tests.support.verdicts import verdict_of

Shape = dict[str, Any]
"""What a VM is made with: keywords of ``Group.vm``."""


async def precheck(
    world: World,
    vault: str | None = None,
    policy: str | None = None,
    *,
    edition: str = "current",
    checks: tuple[str, ...] = (),
    scope: Scope = Scope(protection="unprotected"),  # noqa: B008 - frozen
) -> Report:
    """A precheck of a world, in-process and on a simulated clock."""
    transport = SimulatedTransport(SimulatedArm(world))
    token = SharedToken(SimulatedCredential())
    arm = Arm(CLOUDS["public"], token, transport, lambda: world.now)
    questions = make_questions(edition, checks, target=Target(vault, policy))
    return without_bugs(to_report(questions, await scan(arm, scope, questions, Silent())))


def readiness_of(report: Report) -> dict[str, str]:
    """The readiness of every VM by name."""
    return {vm.vm.name: str(vm.readiness) for vm in report.vms}


def verdicts_of(report: Report, name: str) -> dict[str, str]:
    """``clear``, ``unknown (denied)``, … of every cause on a VM."""
    [vm] = [each for each in report.vms if each.vm.name == name]
    return {cause.cause: verdict_of(cause) for cause in vm.causes}


class Place:
    """A group for VMs, and a vault with a policy of each kind."""

    def __init__(self) -> None:
        self.world = World()
        self.prod = self.world.subscription("prod")
        self.group = self.prod.group("rg-app")
        self.vault: Vault = self.prod.group("rg-backup").vault("vault")
        self.vault.policy("standard")
        self.vault.policy("enhanced", enhanced=True)
        self.vault.policy("crash", crash_consistent=True)
        often = {"scheduleRunTimes": [f"2026-01-01T0{hour}:00:00Z" for hour in range(4)]}
        kept = {"schedulePolicy": often, "instantRpRetentionRangeInDays": 5}
        self.vault.policy("often", patch={"properties": kept})
        self.vault.policy("odd", patch={"properties": {"instantRpRetentionRangeInDays": 0}})

    async def verdict(self, cause: str, policy: str | None = None, vm: str = "web") -> str:
        """The verdict of a cause on a VM, under a policy of the vault or without one named."""
        report = await precheck(self.world, "vault" if policy else None, policy)
        return verdicts_of(report, vm)[cause]


async def verdict_on(cause: str, policy: str | None, shape: Shape) -> str:
    """The verdict of a cause on one VM of a shape."""
    place = Place()
    place.group.vm("web", **shape)
    return await place.verdict(cause, policy)


def extension(state: str = "Succeeded", **shape: Any) -> ExtensionShape:
    """An extension that is not Backup's."""
    return ExtensionShape("ext", "Contoso", "Tool", provisioning_state=state, **shape)


def with_extension(state: str = "Succeeded", **shape: Any) -> Shape:
    """A VM with one extension that is not Backup's."""
    return {"extensions": [extension(state, **shape)]}


ENCRYPTION = ExtensionShape("ade", "Microsoft.Azure.Security", "AzureDiskEncryptionForLinux")
"""The extension of Azure Disk Encryption."""


def body(**properties: Any) -> Shape:
    """A VM with these properties in its body."""
    return {"body_patch": {"properties": properties}}


def local_disk(option: str) -> Shape:
    """A VM whose OS disk has this option of ephemeral disks."""
    return body(storageProfile={"osDisk": {"diffDiskSettings": {"option": option}}})


def image(offer: str, sku: str) -> Shape:
    """A VM of a marketplace image."""
    return {"image": {"publisher": "MicrosoftThings", "offer": offer, "sku": sku}}


OWN_IMAGE = body(storageProfile={"imageReference": None})
"""A VM of no marketplace image."""


def disk(**shape: Any) -> Shape:
    """A VM with one data disk of 64 GiB."""
    return {"data_disks": [DiskShape(64, **shape)]}


def os_disk(**shape: Any) -> Shape:
    """A VM with this OS disk of 30 GiB."""
    return {"os_disk": DiskShape(30, **shape)}


def sized(size: str | None, security: str | None = None) -> Shape:
    """A VM of a size, and of a security type."""
    secured = {"securityProfile": {"securityType": security}} if security else {}
    return body(hardwareProfile={"vmSize": size}, **secured)
