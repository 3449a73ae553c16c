"""vault-region-or-subscription: facts and verdicts.

Source: Support matrix for Azure VM backups.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.scope import Scope
from scanner.sim.backup_errors import ErrorShape
from scanner.sim.shapes import DiskShape
from tests.support.fleets.backed_up import BackupFleet
from tests.support.prechecks import ENCRYPTION, Place, precheck, sized, verdicts_of
from tests.support.verdicts import verdict_of

CAUSE = "vault-region-or-subscription"


@pytest.mark.parametrize("unplaced", ["vm", "vault"])
async def test_no_location(unplaced: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    if unplaced == "vm":
        vm.body_patch = {"location": None}
    else:
        place.vault.location = ""
    report = await precheck(place.world, "vault")
    [cause] = [cause for cause in report.vms[0].causes if cause.cause == CAUSE]
    assert verdict_of(cause) == "unknown (not-recorded)"
    gap = cause.findings[0].finding.gap
    assert gap
    assert gap.scope.lower().endswith("/web" if unplaced == "vm" else "/vault")


@pytest.mark.parametrize(
    ("shape", "verdict"),
    [
        pytest.param({}, "clear", id="ordinary VM"),
        pytest.param(
            sized("Standard_DC2as_v5", "ConfidentialVM"), "possible", id="confidential VM"
        ),
        pytest.param({"extensions": [ENCRYPTION]}, "possible", id="Azure Disk Encryption"),
    ],
)
async def test_a_vault_in_another_subscription(shape: Any, verdict: str) -> None:
    place = Place()
    place.group.vm("web", **shape)
    place.world.subscription("shared").group("rg").vault("theirs")
    assert verdicts_of(await precheck(place.world, "theirs"), "web")[CAUSE] == verdict


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        ("EncryptionAtRestWithPlatformKey", "clear"),
        ("EncryptionAtRestWithCustomerKey", "possible"),
        ("EncryptionAtRestWithPlatformAndCustomerKeys", "possible"),
        ("Whatever", "unknown (not-recorded)"),
    ],
)
async def test_a_disk_by_the_key_that_encrypts_it(key: str, verdict: str) -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, key=key)])
    place.world.subscription("shared").group("rg").vault("theirs")
    assert verdicts_of(await precheck(place.world, "theirs"), "web")[CAUSE] == verdict


async def test_a_key_that_was_seen_outweighs_a_disk_that_was_not() -> None:
    place = Place()
    key = DiskShape(8, key="EncryptionAtRestWithCustomerKey")
    place.group.vm("web", os_disk=DiskShape(30, resource=False), data_disks=[key])
    place.world.subscription("shared").group("rg").vault("theirs")
    assert verdicts_of(await precheck(place.world, "theirs"), "web")[CAUSE] == "possible"


async def test_an_item_whose_id_names_another_vault() -> None:
    """It is no entry of the vault whose items were listed."""
    place = Place()
    item = place.vault.protect(place.group.vm("web"), place.vault.policies[0]["id"])
    item["id"] = item["id"].replace("/vaults/vault/", "/vaults/elsewhere/")
    report = await precheck(place.world, scope=Scope())
    assert verdicts_of(report, "web")[CAUSE] == "unknown (failed)"


@pytest.mark.parametrize(
    ("vault", "vm", "verdict"),
    [
        pytest.param("westeurope", "westeurope", "clear", id="the same"),
        pytest.param("West Europe", "westeurope", "clear", id="the vault's in words"),
        pytest.param("westeurope", "WEST EUROPE", "clear", id="the VM's in words"),
        pytest.param("northeurope", "westeurope", "applies", id="another"),
        pytest.param("", "westeurope", "unknown (not-recorded)", id="the vault's was not read"),
    ],
)
async def test_a_scan_compares_the_regions_of_a_vm_and_its_vault(
    vault: str, vm: str, verdict: str
) -> None:
    fleet = BackupFleet()
    fleet.vault.location = vault
    fleet.protected_vm().body_patch = {"location": vm}
    assert (await fleet.scan()).verdict("web", CAUSE) == verdict


async def test_a_vault_that_was_not_read_is_not_clear() -> None:
    """The item's id names a vault that no listing has."""
    fleet = BackupFleet()
    vm = fleet.group.vm("web")
    item = fleet.vault.protect(vm, fleet.policy)
    item["id"] = item["id"].replace("/vaults/vault/", "/vaults/another/")
    verdict = (await fleet.scan()).verdict("web", CAUSE)
    assert verdict.startswith("unknown")


async def test_a_vm_without_backup_has_no_vault_to_compare() -> None:
    fleet = BackupFleet()
    fleet.group.vm("web")
    assert (await fleet.scan()).verdict("web", CAUSE) == "not-applicable"


async def test_the_error_of_the_region_is_supported_by_the_regions() -> None:
    fleet = BackupFleet()
    fleet.vault.location = "northeurope"
    error = ErrorShape(400175, "UserErrorVMVaultLocationMismatch", "Location mismatch.")
    fleet.protected_vm(status="Failed", error=error)
    [symptom] = (await fleet.scan()).vm("web").symptoms
    assert [(cause.cause, cause.standing) for cause in symptom.causes] == [(CAUSE, "supported")]
