"""Readiness: what would stop a backup of VMs that are not backed up yet."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.gate.decide import decide
from scanner.gate.policy import Policy
from scanner.report.formats.json_v1 import to_json
from scanner.report.text import blockers
from scanner.report.write import WRITERS
from scanner.sim import faults
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import DiskShape
from scanner.sim.world import World
from tests.support.fleets.unprotected import unprotected_fleet
from tests.support.prechecks import Place, precheck, readiness_of, verdicts_of
from tests.support.reports import printed

CRASH = "agentless-crash-consistent-ineligible"


async def test_readiness_for_a_vault_and_a_policy() -> None:
    report = await precheck(unprotected_fleet(), "vault", "daily")
    assert readiness_of(report) == {
        "healthy": "ready",
        "silent": "not ready",
        "off": "ready with warnings",
        "large": "ready with warnings",
        "many": "not ready",
        "elsewhere": "not ready",
        "classic": "not ready",
    }
    assert verdicts_of(report, "elsewhere")["vault-region-or-subscription"] == "applies"
    assert verdicts_of(report, "many")["disk-count-over-limit"] == "applies"
    assert verdicts_of(report, "classic")["classic-vm"] == "applies"
    assert verdicts_of(report, "healthy")["vault-quota"] == "clear"
    assert report.scope.by_protection == 1
    assert decide(report, Policy("applies")).code == 1


async def test_without_a_vault_only_the_vm_is_judged() -> None:
    report = await precheck(unprotected_fleet())
    assert readiness_of(report)["elsewhere"] == "ready"
    assert verdicts_of(report, "healthy")["vault-quota"] == "not-applicable"


async def test_a_crash_consistent_policy_needs_no_agent() -> None:
    report = await precheck(unprotected_fleet(), "vault", "crash")
    assert readiness_of(report)["silent"] == "ready"
    [silent] = [judged for judged in report.vms if judged.vm.name == "silent"]
    assert silent.protection_state == "unprotected"


@pytest.mark.parametrize(
    ("policy", "verdict", "readiness"),
    [
        ("full", "applies", "not ready"),
        ("nearly", "possible", "ready with warnings"),
        ("uncounted", "unknown (not-recorded)", "cannot tell"),
    ],
)
async def test_the_quota_of_a_policy(policy: str, verdict: str, readiness: str) -> None:
    report = await precheck(unprotected_fleet(), "vault", policy)
    assert verdicts_of(report, "healthy")["vault-quota"] == verdict
    assert readiness_of(report)["healthy"] == readiness


async def test_a_vault_without_items_has_policies_too() -> None:
    assert readiness_of(await precheck(unprotected_fleet(), "new", "daily"))["healthy"] == "ready"


async def test_only_the_disk_resource_has_the_type() -> None:
    """The body of a VM that is off may leave the type out."""
    world = World()
    prod = world.subscription("prod")
    vm = prod.group("rg-app").vm("web", os_disk=DiskShape(30, storage="PremiumV2_LRS"))
    managed = {"storageAccountType": ABSENT}
    vm.body_patch = {"properties": {"storageProfile": {"osDisk": {"managedDisk": managed}}}}
    prod.group("rg-backup").vault("vault").policy("standard")
    verdicts = verdicts_of(await precheck(world, "vault", "standard"), "web")
    assert verdicts["ultra-or-premiumv2-needs-enhanced"] == "applies"


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param({"managedDisk": None}, id="managedDisk null"),
        pytest.param({"managedDisk": {"id": None}}, id="id null"),
    ],
)
@pytest.mark.parametrize("policy", ["standard", "crash"])
async def test_a_disk_without_its_resource(patch: Any, policy: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    vm.body_patch = {"properties": {"storageProfile": {"osDisk": patch}}}
    for cause in ("shared-disk-attached", "disk-entra-data-access"):
        assert await place.verdict(cause, policy) == "unknown (not-recorded)"


@pytest.mark.parametrize("route", ["disks", "backup_policies"])
async def test_unread_disks_or_policies(route: str) -> None:
    world = World()
    prod = world.subscription("prod")
    prod.group("rg-app").vm("web", data_disks=[DiskShape(64)])
    prod.group("rg-backup").vault("vault").policy("crash", crash_consistent=True)
    faults.refuse(prod, route)
    report = await precheck(world, "vault", "crash")
    assert readiness_of(report) == {"web": "cannot tell"}
    assert verdicts_of(report, "web")[CRASH] == "unknown (denied)"


async def test_a_policy_with_a_senseless_schedule_can_be_named() -> None:
    world = World()
    prod = world.subscription("prod")
    prod.group("rg-app").vm("web")
    odd = {"properties": {"schedulePolicy": 7}}
    prod.group("rg-backup").vault("vault").policy("odd", patch=odd)
    report = await precheck(world, "vault", "odd")
    assert readiness_of(report) == {"web": "cannot tell"}
    assert not report.complete


@pytest.mark.parametrize(
    ("patch", "state"),
    [
        pytest.param({}, "stopped", id="stopped"),
        pytest.param({"isScheduledForDeferredDelete": True}, "soft-deleted", id="soft-deleted"),
    ],
)
@pytest.mark.parametrize("vault", ["vault", "new", None])
async def test_an_idle_item_in_any_vault_is_a_warning(
    vault: str | None, patch: Any, state: str
) -> None:
    world = World()
    prod = world.subscription("prod")
    old, vm = prod.group("rg-backup").vault("vault"), prod.group("rg-app").vm("web")
    prod.group("rg-empty").vault("new")
    old.protect(vm, state="ProtectionStopped", patch=patch)
    report = await precheck(world, vault)
    assert readiness_of(report) == {"web": "ready with warnings"}
    assert f"{state} in the vault vault" in printed(report, width=120)


async def test_unread_protection_leaves_a_ready_vm_unknown() -> None:
    world = unprotected_fleet()
    faults.refuse(world.subscription("hidden"), "vaults")
    report = await precheck(world, "vault", "daily")
    readiness = readiness_of(report)
    assert readiness["healthy"] == "cannot tell"
    assert readiness["silent"] == "not ready"
    assert "backup unknown" in printed(report, width=120)


async def test_unread_items_cannot_be_counted() -> None:
    world = unprotected_fleet()
    faults.refuse(world.subscriptions[0], "protected_items")
    report = await precheck(world, "vault")
    assert readiness_of(report)["healthy"] == "cannot tell"
    assert decide(report, Policy("never")).code == 3


async def test_every_format_shows_readiness_and_what_is_behind_it() -> None:
    report = await precheck(unprotected_fleet(), "vault", "daily")
    [off] = [judged for judged in report.vms if judged.vm.name == "off"]
    assert blockers(off, report) == (
        "vm-not-running", "vm-offline-at-registration", "linux-agent-outdated (not-running)",
        "unsupported-agent-needs-storage-egress (not-running)",
    )  # fmt: skip
    for name in ("markdown", "html", "csv"):
        text = WRITERS[name](report).decode()
        assert "ready with warnings" in text, name
        assert "not ready" in text, name
    shown = " ".join(printed(report, width=120).split())
    assert "off ready with warnings vm-not-running, vm-offline-at-registration, linux" in shown


async def test_the_json_report_has_the_readiness() -> None:
    report = json.loads(to_json(await precheck(unprotected_fleet(), "vault", "daily")))
    readiness = {vm["name"]: vm["protection"]["readiness"] for vm in report["vms"]}
    assert readiness["healthy"] == "ready"
    findings = [
        finding
        for vm in report["vms"]
        for cause in vm["causes"]
        if cause["cause"] == "vault-region-or-subscription"
        for finding in cause["findings"]
    ]
    assert all(finding["evidence"] for finding in findings)
    assert any(finding["remedy"] for finding in findings)
