"""Documented causes to plant in a simulated fleet, by the name of the cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from scanner.sim.shapes import (
    ENCRYPTION_WINDOWS,
    MONITOR_LINUX,
    NOT_READY_BLOB,
    NOT_READY_UNRESPONSIVE,
    SNAPSHOT_LINUX,
    SNAPSHOT_WINDOWS,
    SQL_WINDOWS,
    DiskShape,
    ready_agent,
)
from scanner.sim.vault import Vault
from scanner.sim.world import ClassicVm, Group, NicShape, RouteShape, RuleShape, Vm, World

OLD_LINUX_AGENTS = ("2.2.45.5", "2.2.14", "WALinuxAgent-2.0.16", "2.2.32.2")
BACKUP_GROUP = "AzureBackupRG_{location}_1"


Machine = Vm | ClassicVm


def plant(where: World | Group, cause: str) -> list[Machine]:
    """Add VMs on which the cause applies (or is possible); a world gets a group for them."""
    return PLANTS[cause](where if isinstance(where, Group) else _plot(where))


def _vm_no_internet_access(group: Group) -> list[Machine]:
    """One rule on a subnet with four VMs, an appliance before two more, and a private subnet."""
    closed = group.nsg(
        "nsg-closed",
        RuleShape("allow-vnet", 100, access="Allow", destination="VirtualNetwork"),
        RuleShape("deny-outbound", 4096, access="Deny"),
    )
    firewall = group.route_table(
        "rt-firewall", RouteShape("0.0.0.0/0", "VirtualAppliance", "10.0.9.4", "to-firewall")
    )
    subnets = (
        *[group.subnet("closed", nsg=closed.id)] * 4,
        *[group.subnet("behind-firewall", route_table=firewall.id)] * 2,
        group.subnet("private", default_outbound_access=False),
    )
    return [group.vm(_name(group, "db"), nics=[NicShape(subnet=subnet)]) for subnet in subnets]


def _classic_vm_agent_not_registered(group: Group) -> list[Machine]:
    """Two classic VMs made without the agent, in one cloud service."""
    service = f"cs-{group.name}"
    return [
        group.classic_vm(_name(group, "classic"), agent=False, cloud_service=service)
        for _ in range(2)
    ]


def _linux_stale_goal_state_xml(group: Group) -> list[Machine]:
    """The agent whose files stay behind."""
    return [group.vm(_name(group, "stale"), agent=ready_agent("2.2.19"))]


def _windows_agent_unresponsive(group: Group) -> list[Machine]:
    """Not Ready with either message, and no agent in the view at all."""
    return [
        group.vm(_name(group, "sql"), os="windows", agent=agent)
        for agent in (NOT_READY_UNRESPONSIVE, NOT_READY_BLOB, None)
    ]


def _linux_agent_outdated(group: Group) -> list[Machine]:
    """Ready, and old: a version of each kind seen, one of them with the product's name in it."""
    return [
        group.vm(_name(group, "legacy"), agent=ready_agent(version)) for version in OLD_LINUX_AGENTS
    ]


def _disk_size_unsupported(group: Group) -> list[Machine]:
    """Over the limit of 2018 only, over the lower of two current limits, and all together.

    No managed disk has more than 65,536 GiB, so today only disks together go over every limit.
    """
    largest = 65_536
    shapes = (
        [DiskShape(2048)],
        [DiskShape(40_000)],
        [DiskShape(40_000, size_in_vm=False)],
        [DiskShape(largest)] * 8,
    )
    return [
        group.vm(_name(group, "files"), os="windows", data_disks=list(disks)) for disks in shapes
    ]


def _cleanup_blocked_by_lock(group: Group) -> list[Machine]:
    """One lock on the group of the collections: some at the limit, some on their way."""
    backup = _backup_group(group)
    found: list[Machine] = []
    for points in (18, 21, 7):
        vm = group.vm(_name(group, "app"))
        backup.collection(source=vm.id, points=points)
        found.append(vm)
    if not any(lock.on == backup.id for lock in group.subscription.locks):
        group.subscription.lock("do-not-delete", on=backup.id, notes="Agreed with operations.")
    return found


def _limit_reached(group: Group) -> list[Machine]:
    """Eighteen points and no lock that would explain them."""
    vm = group.vm(_name(group, "app"))
    group.collection(source=vm.id, points=18)
    return [vm]


def _backup_extension_not_loading(group: Group) -> list[Machine]:
    """A failed snapshot extension, one whose handler is not ready, and extensions forbidden."""
    failed = replace(
        SNAPSHOT_WINDOWS,
        provisioning_state="Failed",
        view_status="ProvisioningState/failed/1",
        message="The extension could not take a snapshot.",
    )
    silent = replace(SNAPSHOT_LINUX, handler_status="NotReady/1001")
    return [
        group.vm(_name(group, "crm"), os="windows", extensions=[failed]),
        group.vm(_name(group, "crm"), extensions=[silent]),
        group.vm(_name(group, "crm"), allow_extension_operations=False),
    ]


def _extension_in_failed_state(group: Group) -> list[Machine]:
    """Another extension than Backup's has failed."""
    failed = replace(
        MONITOR_LINUX, provisioning_state="Failed", view_status="ProvisioningState/failed/3"
    )
    return [group.vm(_name(group, "metrics"), extensions=[failed])]


def _snapshot_failed(group: Group) -> list[Machine]:
    """Stopped inside the guest and still holding its host, and one with SQL Server in it."""
    return [
        group.vm(_name(group, "batch"), os="windows", power="stopped"),
        group.vm(_name(group, "ledger"), os="windows", extensions=[SQL_WINDOWS]),
    ]


def _as_shaped(stem: str, **shape: Any) -> Callable[[Group], list[Machine]]:
    """A plant of one VM that differs from a healthy one in its shape alone."""

    def add(group: Group) -> list[Machine]:
        return [group.vm(_name(group, stem), **shape)]

    return add


def _sized(size: str, security: str | None = None) -> dict[str, Any]:
    """A VM of a size, and of a security type."""
    properties: dict[str, Any] = {"hardwareProfile": {"vmSize": size}}
    if security:
        properties["securityProfile"] = {"securityType": security}
    return {"properties": properties}


_SERVER_2012 = {
    "publisher": "MicrosoftWindowsServer",
    "offer": "WindowsServer",
    "sku": "2012-R2-Datacenter",
    "version": "latest",
}
_SHAPED: Mapping[str, Callable[[Group], list[Machine]]] = {
    "vm-provisioning-state-blocks-backup": _as_shaped("resize", provisioning_state="Failed"),
    "encrypted-disk-too-large": _as_shaped(
        "vault-store", os="windows", data_disks=[DiskShape(8192)], extensions=[ENCRYPTION_WINDOWS]
    ),
    "os-not-supported": _as_shaped(
        "old-app",
        os="windows",
        image=_SERVER_2012,
        view_patch={"osName": "Windows Server 2012 R2 Datacenter", "osVersion": "6.3.9600"},
    ),
    # Of the sizes that take so many disks.
    "disk-count-over-limit": _as_shaped(
        "stripe", data_disks=[DiskShape(64)] * 33, body_patch=_sized("Standard_M64s")
    ),
    # VMs with unmanaged disks were stopped in 2025.
    "unmanaged-disks": _as_shaped(
        "blob", power="deallocated", os_disk=DiskShape(30, managed=False)
    ),
    "shared-disk-attached": _as_shaped("cluster", data_disks=[DiskShape(1024, shares=2)]),
    "ultra-or-premiumv2-needs-enhanced": _as_shaped(
        "trading", data_disks=[DiskShape(512, storage="UltraSSD_LRS")]
    ),
    "write-accelerator-disk": _as_shaped(
        "hana",
        data_disks=[DiskShape(512, accelerated=True)],
        body_patch=_sized("Standard_M64s"),
    ),
    "disk-entra-data-access": _as_shaped(
        "secret", data_disks=[DiskShape(128, auth_mode="AzureActiveDirectory")]
    ),
    "data-disk-with-security-type": _as_shaped(
        "rescue", data_disks=[DiskShape(30, security="TrustedLaunch")]
    ),
    "confidential-vm-limits": _as_shaped(
        "enclave", body_patch=_sized("Standard_DC4as_v5", "ConfidentialVM")
    ),
    "ephemeral-os-disk": _as_shaped(
        "stateless",
        os_disk=DiskShape(30, ephemeral=True),
        body_patch=_sized("Standard_D4ds_v5"),
    ),
}


def _under_a_policy(
    stem: str, policy: Mapping[str, Any], state: str = "Protected", **shape: Any
) -> Callable[[Group], list[Machine]]:
    """A plant of one VM that a policy, or the state of its item, makes a case of the cause."""

    def add(group: Group) -> list[Machine]:
        vm = group.vm(_name(group, stem), **shape)
        vault = _vault(group)
        named = [each["id"] for each in vault.policies if each["name"] == policy["name"]]
        vault.protect(vm, named[0] if named else vault.policy(**policy), state=state)
        return [vm]

    return add


_FOUR_TIMES = {"scheduleRunTimes": [f"2026-01-01T{hour:02}:00:00Z" for hour in (1, 7, 13, 19)]}
_PROTECTED: Mapping[str, Callable[[Group], list[Machine]]] = {
    "too-many-backups-per-day": _under_a_policy(
        "busy",
        {
            "name": "FourTimesADay",
            "patch": {
                "properties": {
                    "schedulePolicy": _FOUR_TIMES,
                    "instantRpRetentionRangeInDays": 5,
                }
            },
        },
    ),
    "protection-paused-or-stopped": _under_a_policy(
        "retired", {"name": "DefaultPolicy"}, "ProtectionStopped"
    ),
    "trusted-launch-policy-client": _under_a_policy(
        "trusted",
        {"name": "DefaultPolicy"},
        body_patch=_sized("Standard_D4s_v5", "TrustedLaunch"),
    ),
    "agentless-crash-consistent-ineligible": _under_a_policy(
        "newest",
        {"name": "CrashConsistent", "crash_consistent": True},
        body_patch=_sized("Standard_D4s_v6"),
    ),
}


PLANTS: Mapping[str, Callable[[Group], list[Machine]]] = {
    "vm-no-internet-access": _vm_no_internet_access,
    "classic-vm-agent-not-registered": _classic_vm_agent_not_registered,
    "linux-stale-goal-state-xml": _linux_stale_goal_state_xml,
    "windows-agent-unresponsive": _windows_agent_unresponsive,
    "linux-agent-outdated": _linux_agent_outdated,
    "backup-extension-not-loading": _backup_extension_not_loading,
    "extension-in-failed-state": _extension_in_failed_state,
    "disk-size-unsupported": _disk_size_unsupported,
    "restore-point-cleanup-blocked-by-lock": _cleanup_blocked_by_lock,
    "restore-point-limit-reached": _limit_reached,
    "snapshot-status-or-snapshot-failed": _snapshot_failed,
    **_SHAPED,
    **_PROTECTED,
}


def _plot(world: World) -> Group:
    subscription = next(
        (item for item in world.subscriptions if item.name == "planted"), None
    ) or world.subscription("planted")
    return subscription.find_group("rg-planted") or subscription.group("rg-planted")


def _vault(group: Group) -> Vault:
    """The vault of the group's region, anywhere in the world; a new one where there is none."""
    vaults = (each for one in group.world.subscriptions for each in one.of_type(Vault.type))
    there = (each for each in vaults if isinstance(each, Vault) and each.location == group.location)
    return next(there, None) or group.vault(f"vault-{group.location}")


def _backup_group(group: Group) -> Group:
    name = BACKUP_GROUP.format(location=group.location)
    return group.subscription.find_group(name) or group.subscription.group(name, group.location)


def _name(group: Group, stem: str) -> str:
    machines: list[Machine] = [*group.subscription.vms, *group.subscription.classic_vms]
    taken = sum(each.group is group for each in machines)
    return f"{stem}-{taken + 1:03d}"
