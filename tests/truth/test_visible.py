"""Causes that no check judges, on VMs before backup is turned on; each rule as the documents say.

Support matrix, and the pages on Enhanced, agentless and confidential VM backup; limits of the
vault and the policy; locks over where restore points will lie.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.precheck import LOCKED, QUOTA, REGION
from scanner.sim import faults
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import DiskShape, ExtensionShape
from scanner.sim.vault import NO_NETWORK, Vault
from scanner.sim.world import World
from scanner.visible import VISIBLE
from tests.support import scan_world
from tests.truth.test_precheck import precheck, sized, told, verdicts


class Place:
    """A group for VMs and a vault with a policy of each kind."""

    def __init__(self) -> None:
        self.world = World()
        self.prod = self.world.subscription("prod")
        self.group = self.prod.group("rg-app")
        self.vault: Vault = self.prod.group("rg-backup").vault("vault")
        self.vault.policy("standard")
        self.vault.policy("enhanced", enhanced=True)
        self.vault.policy("crash", crash_consistent=True)

    async def verdict(self, cause: str, policy: str | None = None, vm: str = "web") -> str:
        report = await precheck(self.world, "vault" if policy else None, policy)
        return verdicts(report, vm)[cause]


def extension(state: str = "Succeeded", **shape: Any) -> ExtensionShape:
    return ExtensionShape("ext", "Contoso", "Tool", provisioning_state=state, **shape)


def body(**properties: Any) -> dict[str, Any]:
    return {"body_patch": {"properties": properties}}


def disk(**shape: Any) -> dict[str, Any]:
    return {"data_disks": [DiskShape(64, **shape)]}


def os_disk(**shape: Any) -> dict[str, Any]:
    return {"os_disk": DiskShape(30, **shape)}


@pytest.mark.parametrize(
    ("cause", "shape", "verdict"),
    [
        ("vm-not-running", {}, "clear"),
        ("vm-not-running", {"power": "deallocated"}, "possible"),
        ("vm-not-running", {"power": "stopped"}, "possible"),
        ("vm-not-running", {"power": None}, "unknown"),
        ("vm-offline-at-registration", {}, "clear"),
        ("vm-offline-at-registration", {"power": "deallocated"}, "possible"),
        ("vm-provisioning-state-blocks-backup", {}, "clear"),
        ("vm-provisioning-state-blocks-backup", body(provisioningState="Failed"), "applies"),
        ("vm-provisioning-state-blocks-backup", body(provisioningState="failed"), "applies"),
        ("vm-provisioning-state-blocks-backup", body(provisioningState="Updating"), "possible"),
        ("vm-provisioning-state-blocks-backup", body(provisioningState="Whatever"), "unknown"),
        ("vm-provisioning-state-blocks-backup", body(provisioningState=None), "unknown"),
        ("vm-provisioning-state-blocks-backup", body(provisioningState=ABSENT), "unknown"),
        ("extension-in-failed-state", {}, "clear"),
        ("extension-in-failed-state", {"extensions": [extension()]}, "clear"),
        ("extension-in-failed-state", {"extensions": [extension("Failed")]}, "applies"),
        ("extension-in-failed-state", {"extensions": [extension("Updating")]}, "possible"),
        ("extension-in-failed-state", {"extensions": [extension("Odd")]}, "unknown"),
        (
            "extension-in-failed-state",
            {"extensions": [extension(view_status="ProvisioningState/failed/1")]},
            "applies",
        ),
        (
            "extension-in-failed-state",
            {"extensions": [extension(handler_status="NotReady/1001")]},
            "possible",
        ),
        (
            "extension-in-failed-state",
            {"power": "deallocated", "extensions": [extension("Failed")]},
            "applies",
        ),
        ("disk-count-over-limit", {"data_disks": [DiskShape(8)] * 31}, "clear"),
        ("disk-count-over-limit", {"data_disks": [DiskShape(8)] * 32}, "possible"),
        ("disk-count-over-limit", {"data_disks": [DiskShape(8)] * 33}, "applies"),
        ("disk-count-over-limit", body(storageProfile={"dataDisks": None}), "unknown"),
        ("unmanaged-disks", {}, "clear"),
        ("unmanaged-disks", disk(managed=False), "applies"),
        ("unmanaged-disks", os_disk(managed=False), "applies"),
        ("shared-disk-attached", disk(), "clear"),
        ("shared-disk-attached", disk(shares=1), "clear"),
        ("shared-disk-attached", disk(shares=2), "applies"),
        ("shared-disk-attached", disk(resource=False), "unknown"),
        ("write-accelerator-disk", disk(), "clear"),
        ("write-accelerator-disk", disk(accelerated=True), "possible"),
        ("write-accelerator-disk", os_disk(accelerated=True), "applies"),
        ("disk-entra-data-access", disk(auth_mode="None"), "clear"),
        ("disk-entra-data-access", disk(auth_mode="AzureActiveDirectory"), "applies"),
        ("disk-entra-data-access", disk(resource=False), "unknown"),
        ("data-disk-with-security-type", os_disk(security="TrustedLaunch"), "clear"),
        ("data-disk-with-security-type", disk(security="TrustedLaunch"), "applies"),
        ("ephemeral-os-disk", {}, "clear"),
        ("ephemeral-os-disk", os_disk(ephemeral=True), "possible"),
        ("ultra-or-premiumv2-needs-enhanced", disk(), "clear"),
        ("ultra-or-premiumv2-needs-enhanced", disk(storage="UltraSSD_LRS"), "possible"),
        ("confidential-vm-limits", body(securityProfile={"securityType": None}), "clear"),
        ("confidential-vm-limits", body(securityProfile={"securityType": "Standard"}), "clear"),
        ("confidential-vm-limits", body(securityProfile={"securityType": "Odd"}), "unknown"),
        ("trusted-launch-policy-client", body(securityProfile={"securityType": "Odd"}), "unknown"),
        (
            "trusted-launch-policy-client",
            body(securityProfile={"securityType": "TrustedLaunch"}),
            "clear",
        ),
        ("agentless-crash-consistent-ineligible", disk(shares=2), "clear"),
    ],
)
async def test_what_a_vm_shows(cause: str, shape: Any, verdict: str) -> None:
    place = Place()
    place.group.vm("web", **shape)
    assert await place.verdict(cause) == verdict


async def test_every_visible_cause_has_a_row_here() -> None:
    [table] = [mark.args[1] for mark in test_what_a_vm_shows.pytestmark]
    rows: dict[str, set[str]] = {}
    for cause, _, verdict in table:
        rows.setdefault(cause, set()).add(verdict)
    assert rows.keys() | {"classic-vm", "restore-point-limit-reached"} == set(VISIBLE)


@pytest.mark.parametrize(
    ("cause", "policy", "shape", "verdict"),
    [
        ("shared-disk-attached", "standard", disk(shares=2), "applies"),
        ("shared-disk-attached", "enhanced", disk(shares=2), "possible"),
        ("vm-offline-at-registration", "crash", {"power": "deallocated"}, "clear"),
        (
            "ultra-or-premiumv2-needs-enhanced",
            "standard",
            disk(managed=False),
            "clear",
        ),
        ("agentless-crash-consistent-ineligible", "crash", disk(managed=False), "applies"),
        (
            "agentless-crash-consistent-ineligible",
            "crash",
            {"data_disks": [DiskShape(8, resource=False), DiskShape(8, shares=2)]},
            "applies",
        ),
    ],
)
async def test_what_a_vm_shows_under_a_policy(
    cause: str, policy: str, shape: Any, verdict: str
) -> None:
    place = Place()
    place.group.vm("web", **shape)
    assert await place.verdict(cause, policy) == verdict


@pytest.mark.parametrize("gone", ["managedDisk", "id"])
@pytest.mark.parametrize("policy", ["standard", "crash"])
async def test_a_disk_of_which_nothing_is_told(gone: str, policy: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    odd: Any = {"managedDisk": None} if gone == "managedDisk" else {"managedDisk": {"id": None}}
    vm.body_patch = {"properties": {"storageProfile": {"osDisk": odd}}}
    for cause in ("shared-disk-attached", "disk-entra-data-access"):
        assert await place.verdict(cause, policy) == "unknown"


async def test_one_disk_that_was_not_read_hides_no_other() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, resource=False), DiskShape(8, shares=2)])
    assert await place.verdict("shared-disk-attached") == "applies"


@pytest.mark.parametrize(
    ("location", "verdict"),
    [("koreacentral", "possible"), ("Korea Central", "possible"), ("westeurope", "applies"),
     (None, "unknown"), ("", "unknown")],
)  # fmt: skip
async def test_a_confidential_vm_by_its_region(location: str | None, verdict: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    vm.body_patch = {**sized("Standard_DC2as_v5", "ConfidentialVM"), "location": location}
    assert await place.verdict("confidential-vm-limits") == verdict


@pytest.mark.parametrize(
    ("size", "verdict"),
    [
        ("Standard_DS2_v2_Promo", "clear"),
        ("Standard_M416s_8_v2", "clear"),
        ("Standard_M96ds_1_v3", "clear"),
        ("Standard_DC4as_cc_v5", "clear"),
        ("Standard_NG32ads_V620_v1", "clear"),
        ("Standard_D2s_v6", "possible"),
        ("Standard_D2as_v6", "clear"),
        ("Standard_A2_v2", "possible"),
        ("D2s_v5", "unknown"),
        ("Standard_", "unknown"),
    ],
)
async def test_the_size_by_its_name(size: str, verdict: str) -> None:
    place = Place()
    place.group.vm("web", body_patch=sized(size))
    assert await place.verdict("agentless-crash-consistent-ineligible", "crash") == verdict


@pytest.mark.parametrize(
    ("policy", "points", "verdict"),
    [
        (None, 15, "clear"), (None, 16, "possible"), (None, 18, "possible"), (None, 500, "applies"),
        ("standard", 17, "possible"), ("standard", 18, "applies"), ("enhanced", 18, "clear"),
        ("enhanced", 499, "clear"), ("enhanced", 500, "applies"),
    ],
)  # fmt: skip
async def test_points_without_a_lock(policy: str | None, points: int, verdict: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    place.group.collection(source=vm.id, points=points)
    assert await place.verdict("restore-point-limit-reached", policy) == verdict


@pytest.mark.parametrize(
    ("group", "verdict"),
    [
        ("AzureBackupRG_westeurope_1", "possible"),
        ("azurebackuprg_WestEurope_12", "possible"),
        ("AzureBackupRG_northeurope_1", "clear"),
        ("rg-app", "clear"),
        ("rg-other", "clear"),
        (None, "possible"),
    ],
)
async def test_a_lock_over_where_points_will_lie(group: str | None, verdict: str) -> None:
    place = Place()
    place.group.vm("web")
    on = place.prod.group(group).id if group else place.prod.id
    place.prod.lock("keep", on=on)
    report = await precheck(place.world)
    assert verdicts(report, "web")[LOCKED] == verdict
    assert told(report)["web"] == ("ready with warnings" if verdict == "possible" else "ready")


@pytest.mark.parametrize(
    ("group", "verdict"),
    [("points1-we", "possible"), ("points-we", "possible"), ("points1", "clear"),
     ("AzureBackupRG_westeurope_1", "clear")],
)  # fmt: skip
async def test_a_lock_over_the_group_that_the_policy_names(group: str, verdict: str) -> None:
    place = Place()
    place.group.vm("web")
    named = {"azureBackupRGNamePrefix": "points", "azureBackupRGNameSuffix": "-we"}
    place.vault.policy("named", patch={"properties": {"instantRPDetails": named}})
    place.prod.lock("keep", on=place.prod.group(group).id)
    assert await place.verdict(LOCKED, "named") == verdict


async def test_locks_that_were_not_read() -> None:
    place = Place()
    place.group.vm("web")
    faults.refuse(place.prod, "locks")
    report = await precheck(place.world)
    assert (verdicts(report, "web")[LOCKED], told(report)["web"]) == ("unknown", "cannot tell")


@pytest.mark.parametrize("place_of", ["vm", "vault"])
async def test_a_location_that_was_not_told(place_of: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    if place_of == "vm":
        vm.body_patch = {"location": None}
    else:
        place.vault.location = ""
    report = await precheck(place.world, "vault")
    [cause] = [each for each in report.vms[0].causes if each.cause == REGION]
    assert str(cause.verdict) == "unknown"
    gap = cause.findings[0].finding.gap
    assert gap
    assert gap.scope.lower().endswith("/web" if place_of == "vm" else "/vault")


@pytest.mark.parametrize(
    ("shape", "verdict"),
    [
        ({}, "clear"),
        ({"body_patch": sized("Standard_DC2as_v5", "ConfidentialVM")}, "possible"),
        (
            {"extensions": [ExtensionShape("ade", "Microsoft.Azure.Security",
                                           "AzureDiskEncryptionForLinux")]},
            "possible",
        ),
    ],
)  # fmt: skip
async def test_a_vault_in_another_subscription(shape: Any, verdict: str) -> None:
    place = Place()
    place.group.vm("web", **shape)
    place.world.subscription("shared").group("rg").vault("theirs")
    assert verdicts(await precheck(place.world, "theirs"), "web")[REGION] == verdict


@pytest.mark.parametrize(
    ("count", "vms", "verdict"),
    [(0, 2, "clear"), (94, 2, "clear"), (94, 8, "possible"), (95, 2, "possible"),
     (99, 1, "possible"), (99, 2, "possible"), (100, 1, "applies"), (-1, 1, "unknown")],
)  # fmt: skip
async def test_a_quota_counts_those_that_are_checked(count: int, vms: int, verdict: str) -> None:
    place = Place()
    for number in range(vms):
        place.group.vm(f"vm-{number}")
    place.vault.policy("p", patch={"properties": {"protectedItemsCount": count}})
    assert await place.verdict(QUOTA, "p", "vm-0") == verdict


async def test_a_count_that_lags_behind_the_items() -> None:
    place = Place()
    place.group.vm("web")
    policy = place.vault.policy("busy")
    for number in range(100):
        place.vault.protect(place.prod.group("rg-gone").vm(f"vm-{number}"), policy)
    assert await place.verdict(QUOTA, "busy") == "applies"


async def test_limits_are_picked_like_checks() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, shares=2)], power="deallocated")
    report = await precheck(place.world, "vault", "standard", checks=("shared-disk-attached",))
    assert verdicts(report, "web") == {"shared-disk-attached": "applies"}
    report = await precheck(place.world, "vault", "standard", checks=(LOCKED,))
    assert set(verdicts(report, "web")) == {LOCKED}


async def test_limits_are_todays_in_every_edition() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, shares=2)])
    report = await precheck(place.world, "vault", "standard", edition="2018-01")
    assert verdicts(report, "web")["shared-disk-attached"] == "applies"
    assert report.totals["shared-disk-attached"]
    assert report.remedy("shared-disk-attached")


async def test_a_failing_vm_is_told_of_what_no_check_judges() -> None:
    """A symptom's causes are looked at as far as anything shows them."""
    place = Place()
    vm = place.group.vm("web", extensions=[extension("Failed")])
    policy = place.vault.policy()
    place.vault.protect(vm, policy, status="Failed", error=NO_NETWORK)
    scanned = await scan_world(place.world)
    [symptom] = scanned.report.vms[0].symptoms
    judged = {each.cause: each.standing for each in symptom.causes if each.verdict is not None}
    assert judged
    # In a scan they stand beside no cause of the checks.
    assert "extension-in-failed-state" not in {each.cause for each in scanned.report.vms[0].causes}
