"""VMs on which a documented cause applies or is possible, by the name of the cause."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from scanner.sim.machine import Machine
from scanner.sim.network_scenarios import NETWORK_SCENARIOS
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
from scanner.sim.world import Group, World

_OLD_LINUX_AGENTS = ("2.2.45.5", "2.2.14", "WALinuxAgent-2.0.16", "2.2.32.2")

Scenario = Callable[[Group], list[Machine]]
"""Adds its VMs to a group and returns them."""


def add_scenario(where: World | Group, cause: str) -> list[Machine]:
    """Add the VMs of a cause to a group, or to a group ``rg-planted`` of the world."""
    return SCENARIOS[cause](where if isinstance(where, Group) else _scenario_group(where))


def restore_point_group(group: Group) -> Group:
    """The group in which Azure Backup keeps restore points of the region, added if missing."""
    name = f"AzureBackupRG_{group.location}_1"
    return group.subscription.find_group(name) or group.subscription.group(name, group.location)


def _classic_vm_agent_not_registered(group: Group) -> list[Machine]:
    """Two classic VMs without the agent, in one cloud service."""
    service = f"cs-{group.name}"
    return [
        group.classic_vm(group.next_name("classic"), agent=False, cloud_service=service)
        for _ in range(2)
    ]


def _linux_stale_goal_state_xml(group: Group) -> list[Machine]:
    """A VM with the agent version that leaves stale files behind."""
    return [group.vm(group.next_name("stale"), agent=ready_agent("2.2.19"))]


def _windows_agent_unresponsive(group: Group) -> list[Machine]:
    """Two agents Not Ready, with different messages, and no agent in the instance view."""
    return [
        group.vm(group.next_name("sql"), os="windows", agent=agent)
        for agent in (NOT_READY_UNRESPONSIVE, NOT_READY_BLOB, None)
    ]


def _linux_agent_outdated(group: Group) -> list[Machine]:
    """Ready agents with old versions, one of them with the product's name in it."""
    return [
        group.vm(group.next_name("legacy"), agent=ready_agent(version))
        for version in _OLD_LINUX_AGENTS
    ]


def _disk_size_unsupported(group: Group) -> list[Machine]:
    """A disk over the limit of 2018, two over the lower current limit, and a total over all limits.

    A managed disk has at most 65,536 GiB, so only the total of many exceeds every current limit.
    """
    shapes = (
        [DiskShape(2048)],
        [DiskShape(40_000)],
        [DiskShape(40_000, size_in_vm=False)],
        [DiskShape(65_536)] * 8,
    )
    return [
        group.vm(group.next_name("files"), os="windows", data_disks=list(disks)) for disks in shapes
    ]


def _cleanup_blocked_by_lock(group: Group) -> list[Machine]:
    """Three VMs, two of them at the limit, and one lock on the group of their collections."""
    backup = restore_point_group(group)
    vms: list[Machine] = []
    for points in (18, 18, 7):
        vms.append(group.vm(group.next_name("app")))
        backup.collection(source=vms[-1].id, points=points)
    if not any(lock.on == backup.id for lock in group.subscription.locks):
        group.subscription.lock("do-not-delete", on=backup.id, notes="Agreed with operations.")
    return vms


def _limit_reached(group: Group) -> list[Machine]:
    """A VM with eighteen restore points and no lock that explains them."""
    vm = group.vm(group.next_name("app"))
    group.collection(source=vm.id, points=18)
    return [vm]


def _backup_extension_not_loading(group: Group) -> list[Machine]:
    """A failed snapshot extension, one with a handler not ready, and extensions disallowed."""
    failed = replace(
        SNAPSHOT_WINDOWS,
        provisioning_state="Failed",
        view_status="ProvisioningState/failed/1",
        message="The extension could not take a snapshot.",
    )
    not_ready = replace(SNAPSHOT_LINUX, handler_status="NotReady/1001")
    return [
        group.vm(group.next_name("crm"), os="windows", extensions=[failed]),
        group.vm(group.next_name("crm"), extensions=[not_ready]),
        group.vm(group.next_name("crm"), allow_extension_operations=False),
    ]


def _extension_in_failed_state(group: Group) -> list[Machine]:
    """A failed extension that is not one of Azure Backup."""
    failed = replace(
        MONITOR_LINUX, provisioning_state="Failed", view_status="ProvisioningState/failed/3"
    )
    return [group.vm(group.next_name("metrics"), extensions=[failed])]


def _snapshot_failed(group: Group) -> list[Machine]:
    """A VM shut down inside the guest but not deallocated, and one with SQL Server."""
    return [
        group.vm(group.next_name("batch"), os="windows", power="stopped"),
        group.vm(group.next_name("ledger"), os="windows", extensions=[SQL_WINDOWS]),
    ]


def _one_vm(stem: str, **shape: Any) -> Scenario:
    """One VM that differs from a healthy one only in these arguments of `Group.vm`."""

    def add(group: Group) -> list[Machine]:
        return [group.vm(group.next_name(stem), **shape)]

    return add


def _sized(size: str, security: str | None = None) -> dict[str, Any]:
    """The body patch of a VM of this size and security type."""
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
_ONE_VM: Mapping[str, Scenario] = {
    "vm-provisioning-state-blocks-backup": _one_vm("resize", provisioning_state="Failed"),
    "encrypted-disk-too-large": _one_vm(
        "vault-store", os="windows", data_disks=[DiskShape(8192)], extensions=[ENCRYPTION_WINDOWS]
    ),
    "os-not-supported": _one_vm(
        "old-app",
        os="windows",
        image=_SERVER_2012,
        view_patch={"osName": "Windows Server 2012 R2 Datacenter", "osVersion": "6.3.9600"},
    ),
    # One of the VM sizes that take 33 data disks.
    "disk-count-over-limit": _one_vm(
        "stripe", data_disks=[DiskShape(64)] * 33, body_patch=_sized("Standard_M64s")
    ),
    "vm-size-below-minimum": _one_vm("jump", body_patch=_sized("Standard_B1s")),
    # Azure stopped the VMs with unmanaged disks in 2025.
    "unmanaged-disks": _one_vm("blob", power="deallocated", os_disk=DiskShape(30, managed=False)),
    "shared-disk-attached": _one_vm("cluster", data_disks=[DiskShape(1024, shares=2)]),
    "ultra-or-premiumv2-needs-enhanced": _one_vm(
        "trading", data_disks=[DiskShape(512, storage="UltraSSD_LRS")]
    ),
    "write-accelerator-disk": _one_vm(
        "hana", data_disks=[DiskShape(512, accelerated=True)], body_patch=_sized("Standard_M64s")
    ),
    "disk-entra-data-access": _one_vm(
        "secret", data_disks=[DiskShape(128, auth_mode="AzureActiveDirectory")]
    ),
    "data-disk-with-security-type": _one_vm(
        "rescue", data_disks=[DiskShape(30, security="TrustedLaunch")]
    ),
    "confidential-vm-limits": _one_vm(
        "enclave", body_patch=_sized("Standard_DC4as_v5", "ConfidentialVM")
    ),
    "ephemeral-os-disk": _one_vm(
        "stateless", os_disk=DiskShape(30, ephemeral=True), body_patch=_sized("Standard_D4ds_v5")
    ),
}


def _one_protected_vm(
    stem: str,
    policy: Mapping[str, Any],
    state: str = "Protected",
    item: Mapping[str, Any] | None = None,
    **shape: Any,
) -> Scenario:
    """One VM to which the cause applies because of its backup policy or its protection state.

    `policy` holds the arguments of `Vault.policy`; a policy of that name is used if there is one.
    `item` is merged into the properties of the protected item.
    """

    def add(group: Group) -> list[Machine]:
        vm = group.vm(group.next_name(stem), **shape)
        vault = _find_or_add_vault(group)
        ids = [body["id"] for body in vault.policies if body["name"] == policy["name"]]
        vault.protect(vm, ids[0] if ids else vault.policy(**policy), state=state, patch=item)
        return [vm]

    return add


_FOUR_TIMES = {"scheduleRunTimes": [f"2026-01-01T{hour:02}:00:00Z" for hour in (1, 7, 13, 19)]}
_FOUR_A_DAY = {"properties": {"schedulePolicy": _FOUR_TIMES, "instantRpRetentionRangeInDays": 5}}
_PROTECTED: Mapping[str, Scenario] = {
    "too-many-backups-per-day": _one_protected_vm(
        "busy", {"name": "FourTimesADay", "patch": _FOUR_A_DAY}
    ),
    "protection-paused-or-stopped": _one_protected_vm(
        "retired", {"name": "DefaultPolicy"}, "ProtectionStopped"
    ),
    # Its backup was deleted while it was a Trusted Launch VM, and the vault keeps it for a while.
    "trusted-launch-migration": _one_protected_vm(
        "standard-again",
        {"name": "DefaultPolicy"},
        "ProtectionStopped",
        {"isScheduledForDeferredDelete": True},
    ),
    "trusted-launch-policy-client": _one_protected_vm(
        "trusted", {"name": "DefaultPolicy"}, body_patch=_sized("Standard_D4s_v5", "TrustedLaunch")
    ),
    "agentless-crash-consistent-ineligible": _one_protected_vm(
        "newest",
        {"name": "CrashConsistent", "crash_consistent": True},
        body_patch=_sized("Standard_D4s_v6"),
    ),
}

SCENARIOS: Mapping[str, Scenario] = {
    **NETWORK_SCENARIOS,
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
    **_ONE_VM,
    **_PROTECTED,
}


def _scenario_group(world: World) -> Group:
    """The group ``rg-planted`` in the subscription ``planted``, both added if missing."""
    by_name = {subscription.name: subscription for subscription in world.subscriptions}
    subscription = by_name.get("planted") or world.subscription("planted")
    return subscription.find_group("rg-planted") or subscription.group("rg-planted")


def _find_or_add_vault(group: Group) -> Vault:
    """A vault in the region of the group, anywhere in the world; added if there is none."""
    vaults = (vault for vault in group.world.vaults if vault.location == group.location)
    return next(vaults, None) or group.vault(f"vault-{group.location}")
