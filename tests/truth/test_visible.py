"""Causes that no check judges, on VMs before backup is turned on; each rule as the documents say.

Support matrix, and the pages on Enhanced, agentless and confidential VM backup; limits of the
vault and the policy; locks over where restore points will lie.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scanner.check import Verdict
from scanner.precheck import LOCKED, QUOTA, REGION
from scanner.sim import faults
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import DiskShape, ExtensionShape
from scanner.sim.vault import AGENT_SILENT, VM_GONE, ErrorShape, Vault
from scanner.sim.world import NicShape, RuleShape, World
from scanner.visible import OF_A_POLICY, VISIBLE
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
        often = {"scheduleRunTimes": [f"2026-01-01T0{hour}:00:00Z" for hour in range(4)]}
        kept = {"schedulePolicy": often, "instantRpRetentionRangeInDays": 5}
        self.vault.policy("often", patch={"properties": kept})
        self.vault.policy("odd", patch={"properties": {"instantRpRetentionRangeInDays": 0}})

    async def verdict(self, cause: str, policy: str | None = None, vm: str = "web") -> str:
        report = await precheck(self.world, "vault" if policy else None, policy)
        return verdicts(report, vm)[cause]


PAUSED = ErrorShape(400001, "UserErrorBcmDatasourceNotPresent", "The datasource is not protected.")


def extension(state: str = "Succeeded", **shape: Any) -> ExtensionShape:
    return ExtensionShape("ext", "Contoso", "Tool", provisioning_state=state, **shape)


ADE = ExtensionShape("ade", "Microsoft.Azure.Security", "AzureDiskEncryptionForLinux")


def ext(state: str = "Succeeded", **shape: Any) -> dict[str, Any]:
    return {"extensions": [extension(state, **shape)]}


def local(option: str) -> dict[str, Any]:
    return body(storageProfile={"osDisk": {"diffDiskSettings": {"option": option}}})


def image(offer: str, sku: str) -> dict[str, Any]:
    return {"image": {"publisher": "MicrosoftThings", "offer": offer, "sku": sku}}


def body(**properties: Any) -> dict[str, Any]:
    return {"body_patch": {"properties": properties}}


OWN_IMAGE = body(storageProfile={"imageReference": None})


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
        # What makes no sense of a disk is unknown, in each of its traits by itself.
        ("shared-disk-attached", disk(shares=-1), "unknown"),
        ("shared-disk-attached", disk(shares=2, auth_mode="Odd"), "applies"),
        ("disk-entra-data-access", disk(auth_mode="Odd"), "unknown"),
        ("data-disk-with-security-type", disk(security="Odd"), "unknown"),
        ("ultra-or-premiumv2-needs-enhanced", disk(storage="Odd_LRS"), "unknown"),
        ("ephemeral-os-disk", local("Odd"), "unknown"),
        # An extension is judged by what its model and its view say, the worst of both.
        ("extension-in-failed-state", ext("Failed", handler_status="NotReady/1"), "applies"),
        ("extension-in-failed-state", ext("Odd", handler_status="NotReady/1"), "possible"),
        ("extension-in-failed-state", ext(""), "unknown"),
        (
            "extension-in-failed-state",
            ext(view_status="ProvisioningState/transitioning"),
            "possible",
        ),
        (
            "extension-in-failed-state",
            {"extensions": [ExtensionShape("x", "Contoso", "FailoverAgent",
                                           handler_status="NotReady/1")]},
            "possible",
        ),
        ("os-not-supported", {}, "clear"),
        ("os-not-supported", {"view_patch": {"osName": "Windows Server 2012 R2"}}, "applies"),
        ("os-not-supported", {"view_patch": {"osName": "CoreOS"}}, "applies"),
        ("os-not-supported", {"view_patch": {"osName": ABSENT}, **OWN_IMAGE}, "possible"),
        (
            "os-not-supported",
            {"view_patch": {"osName": ABSENT}, **image("WindowsServer", "2008-R2-SP1")},
            "applies",
        ),
        (
            "os-not-supported",
            {"view_patch": {"osName": ABSENT}, **image("SQL2012SP4-WS2019", "Standard")},
            "possible",
        ),
        ("os-not-supported", {"view_patch": {"osName": "Windows Server 2019 Datacenter"}}, "clear"),
        ("os-not-supported", {"view_patch": {"osName": "Windows Server 2003"}}, "applies"),
        ("os-not-supported", {"view_patch": {"osName": "Windows Vista"}}, "applies"),
        ("os-not-supported", {"view_patch": {"osName": "rhcos"}}, "applies"),
        ("os-not-supported", {"view_patch": {"osName": "Red Hat CoreOS"}}, "applies"),
        ("os-not-supported", {"view_patch": {"osName": "ol"}, **image("x", "y")}, "possible"),
        ("os-not-supported", {"view_patch": {"osName": "ol"}}, "clear"),
        (
            "os-not-supported",
            {"power": "deallocated", **image("office-365", "win11-23h2-avd-m365")},
            "clear",
        ),
        (
            "os-not-supported",
            {"power": "deallocated", **image("WindowsServerHPCPack", "2016U2CN-WS2019")},
            "unknown",
        ),
        ("os-not-supported", {"power": "deallocated"}, "clear"),
        ("os-not-supported", {"power": "deallocated", **OWN_IMAGE}, "unknown"),
        ("extension-operations-disallowed", {}, "clear"),
        ("extension-operations-disallowed", {"allow_extension_operations": False}, "applies"),
        ("extension-operations-disallowed", {"provision_vm_agent": False}, "possible"),
        ("keyvault-permissions-missing", {}, "clear"),
        ("keyvault-permissions-missing", {"extensions": [ADE]}, "possible"),
        (
            "keyvault-permissions-missing",
            body(storageProfile={"osDisk": {"encryptionSettings": {"enabled": True}}}),
            "possible",
        ),
        ("keyvault-permissions-missing", disk(resource=False), "unknown"),
        ("encrypted-disk-too-large", {"data_disks": [DiskShape(5000)]}, "clear"),
        (
            "encrypted-disk-too-large",
            {"data_disks": [DiskShape(5000)], "extensions": [ADE]},
            "possible",
        ),
        ("vm-size-below-minimum", {}, "clear"),
        ("vm-size-below-minimum", {"body_patch": sized("Standard_B1s")}, "possible"),
        ("vm-size-below-minimum", {"body_patch": sized("Standard_G1")}, "clear"),
        ("vm-size-below-minimum", {"body_patch": sized("Standard_DS11-1_v2")}, "possible"),
        ("vm-size-below-minimum", {"body_patch": sized("Large")}, "unknown"),
    ],
)  # fmt: skip
async def test_what_a_vm_shows(cause: str, shape: Any, verdict: str) -> None:
    place = Place()
    place.group.vm("web", **shape)
    assert await place.verdict(cause) == verdict


async def test_every_visible_cause_has_rows_here() -> None:
    """One where nothing is found, and one for a sign, here or under a policy."""
    rows: dict[str, set[str]] = {}
    for test in (test_what_a_vm_shows, test_what_a_vm_shows_under_a_policy):
        [table] = [mark.args[1] for mark in test.pytestmark]
        for cause, *_, verdict in table:
            rows.setdefault(cause, set()).add(verdict)
    elsewhere = {"classic-vm", "restore-point-limit-reached", "confidential-vm-limits"}
    for cause in set(VISIBLE) - elsewhere:
        assert "clear" in rows[cause], cause
        assert rows[cause] & {"applies", "possible"}, cause


@pytest.mark.parametrize(
    ("cause", "policy", "shape", "verdict"),
    [
        ("shared-disk-attached", "standard", disk(shares=2), "applies"),
        ("shared-disk-attached", "enhanced", disk(shares=2), "possible"),
        ("vm-offline-at-registration", "crash", {"power": "deallocated"}, "clear"),
        ("vm-not-running", "crash", {"power": "deallocated"}, "clear"),
        ("vm-not-running", "standard", {"power": "deallocated"}, "possible"),
        ("os-not-supported", "crash", {"view_patch": {"osName": "CoreOS"}}, "clear"),
        (
            "extension-operations-disallowed",
            "crash",
            {"allow_extension_operations": False},
            "clear",
        ),
        (
            "trusted-launch-policy-client",
            "standard",
            body(securityProfile={"securityType": "TrustedLaunch"}),
            "possible",
        ),
        (
            "trusted-launch-policy-client",
            "standard",
            body(securityProfile={"securityType": "Odd"}),
            "unknown",
        ),
        ("trusted-launch-policy-client", "standard", {}, "clear"),
        ("agentless-crash-consistent-ineligible", "standard", disk(shares=2), "clear"),
        ("too-many-backups-per-day", "standard", {}, "clear"),
        ("too-many-backups-per-day", "enhanced", {}, "clear"),
        ("too-many-backups-per-day", "often", {}, "possible"),
        ("too-many-backups-per-day", "odd", {}, "unknown"),
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
        ("AzureBackupRG_westeurope2_1", "clear"),
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


async def test_quotas_count_the_vms_of_every_subscription() -> None:
    place = Place()
    for number in range(3):
        group = place.world.subscription(f"sub-{number}").group("rg")
        for at in range(40):
            group.vm(f"vm-{number}-{at}")
    report = await precheck(place.world, "vault", "standard")
    assert {verdicts(report, each.vm.name)[QUOTA] for each in report.vms} == {"possible"}


async def test_to_resume_an_item_takes_no_new_place() -> None:
    place = Place()
    web = place.group.vm("web")
    place.vault.protect(web, state="ProtectionStopped")
    for number in range(999):
        gone = place.group.vm(f"vm-{number}")
        place.vault.protect(gone, place.vault.policies[1]["id"])
        place.prod.remove(gone.id)
    assert await place.verdict(QUOTA, "standard") == "possible"


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


@pytest.mark.parametrize(
    ("cause", "shape", "item", "standing"),
    [
        ("extension-in-failed-state", {"extensions": [extension("Failed")]}, {}, "supported"),
        ("extension-in-failed-state", {}, {}, "contradicted"),
        ("vm-not-running", {"power": "deallocated"}, {}, "supported"),
        ("vm-not-running", {}, {}, "contradicted"),
        ("protection-paused-or-stopped", {}, {}, "contradicted"),
        ("protection-paused-or-stopped", {}, {"state": "ProtectionStopped"}, "supported"),
    ],
)
async def test_a_failing_vm_is_told_of_what_no_check_judges(
    cause: str, shape: Any, item: Any, standing: str
) -> None:
    """A symptom's causes are looked at as far as anything shows them."""
    place = Place()
    vm = place.group.vm("web", **shape)
    error = AGENT_SILENT if cause != "protection-paused-or-stopped" else PAUSED
    place.vault.protect(vm, place.vault.policy(), status="Failed", error=error, **item)
    scanned = await scan_world(place.world)
    [symptom] = scanned.report.vms[0].symptoms
    stands = {each.cause: each.standing for each in symptom.causes}
    assert stands[cause] == standing
    # In a scan they stand beside no cause of the checks.
    assert cause not in {each.cause for each in scanned.report.vms[0].causes}


async def test_a_vm_that_is_there_was_not_deleted() -> None:
    place = Place()
    vm = place.group.vm("web")
    place.vault.protect(vm, place.vault.policy(), status="Failed", error=VM_GONE)
    [symptom] = (await scan_world(place.world)).report.vms[0].symptoms
    assert {each.cause: each.standing for each in symptom.causes} == {
        "vm-deleted-or-moved": "contradicted"
    }


@pytest.mark.parametrize("denied", [True, False])
async def test_an_accelerated_disk_and_the_way_out(denied: bool) -> None:
    place = Place()
    out = RuleShape("deny-out", 100, access="Deny", direction="Outbound")
    nsg = place.group.nsg("nsg", *([out] if denied else [])).id
    accelerated = [DiskShape(8, accelerated=True)]
    place.group.vm("web", data_disks=accelerated, nics=(NicShape(nsg=nsg),))
    verdict = await place.verdict("write-accelerator-disk")
    assert verdict == ("applies" if denied else "possible")


async def test_what_was_not_read_behind_a_sign() -> None:
    """A sign does not hide that what was not read may be worse."""
    place = Place()
    both = [extension("Updating"), ExtensionShape("b", "Contoso", "B", provisioning_state="Odd")]
    place.group.vm("web", extensions=both)
    report = await precheck(place.world)
    assert verdicts(report, "web")["extension-in-failed-state"] == "possible"
    assert told(report)["web"] == "cannot tell"
    assert "not all of it was read" in str(report.against(report.vms[0]))


async def test_a_date_at_the_pace_of_the_policy_to_be_used() -> None:
    place = Place()
    vm = place.group.vm("web")
    place.group.collection(source=vm.id, points=10)
    place.prod.lock("keep", on=place.prod.id)
    [web] = (await precheck(place.world, "vault", "standard")).vms
    assert web.forecast
    assert web.forecast.full_at == place.world.now + timedelta(days=8)


async def test_without_a_policy_what_it_takes_is_not_judged() -> None:
    place = Place()
    place.group.vm("web")
    told_without = verdicts(await precheck(place.world, "vault"), "web")
    told_with = verdicts(await precheck(place.world, "vault", "standard"), "web")
    assert told_with.keys() - told_without.keys() == {*OF_A_POLICY}


async def test_nothing_judged_is_never_ready() -> None:
    place = Place()
    place.group.vm("web")
    report = await precheck(place.world, checks=("vault-quota",))
    assert told(report) == {"web": "cannot tell"}


async def test_every_vm_lists_every_cause() -> None:
    place = Place()
    place.group.vm("web")
    place.group.classic_vm("old")
    report = await precheck(place.world, "vault", "standard")
    assert len({frozenset(verdicts(report, each.vm.name)) for each in report.vms}) == 1


async def test_every_verdict_is_cited_and_shown() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, shares=2, auth_mode="AzureActiveDirectory")])
    report = await precheck(place.world, "vault", "standard")
    for cause in (each for each in report.vms[0].causes if each.cause in VISIBLE):
        for judged in cause.findings:
            finding = judged.finding
            # Of what is not there, nothing is shown.
            is_sign = finding.verdict >= Verdict.POSSIBLE
            assert not is_sign or (finding.evidence and finding.rule), cause
    [shared] = [e for e in report.vms[0].causes if e.cause == "shared-disk-attached"]
    [first] = [each.finding for each in shared.findings]
    assert first.rule
    assert first.rule.says
    [seen] = first.evidence
    assert (seen.id.type, seen.path, seen.value) == (
        "microsoft.compute/disks", "properties.maxShares", 2
    )  # fmt: skip


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        ("EncryptionAtRestWithPlatformKey", "clear"),
        ("EncryptionAtRestWithCustomerKey", "possible"),
        ("EncryptionAtRestWithPlatformAndCustomerKeys", "possible"),
        ("Whatever", "unknown"),
    ],
)
async def test_a_disk_by_the_key_that_encrypts_it(key: str, verdict: str) -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, key=key)])
    place.world.subscription("shared").group("rg").vault("theirs")
    assert verdicts(await precheck(place.world, "theirs"), "web")[REGION] == verdict


async def test_an_item_that_was_not_read_takes_its_place_in_the_vault() -> None:
    place = Place()
    place.group.vm("web")
    for number in range(1000):
        gone = place.group.vm(f"vm-{number}")
        place.vault.protect(gone, place.vault.policies[1]["id"])
        place.prod.remove(gone.id)
    odd = {"id": place.vault.items[0]["id"], "properties": 7}
    faults.broken_entry(place.prod, "protected_items", 0, odd)
    assert await place.verdict(QUOTA, "standard") == "applies"
