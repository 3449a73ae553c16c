"""The protection state of a VM, from one item or several."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from scanner.gate.decide import decide
from scanner.gate.policy import Policy
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Gap
from scanner.inventory.scope import Scope
from scanner.report.write import WRITERS
from scanner.sim import faults
from scanner.sim.backup_errors import NO_NETWORK
from tests.support.fleets.backed_up import BackupFleet, protection_of

STOPPED = "ProtectionStopped"
DELETED = {"isScheduledForDeferredDelete": True}


@pytest.mark.parametrize(
    ("reported", "patch", "state"),
    [
        pytest.param("Protected", {}, "protected", id="protected"),
        pytest.param("IRPending", {}, "pending", id="pending"),
        pytest.param("ProtectionError", {}, "error", id="error"),
        pytest.param("ProtectionPaused", {}, "paused", id="paused"),
        pytest.param("BackupsSuspended", {}, "suspended", id="suspended"),
        pytest.param(STOPPED, {}, "stopped", id="stopped"),
        pytest.param(STOPPED, DELETED, "soft-deleted", id="soft-deleted"),
    ],
)
async def test_every_documented_state(reported: str, patch: Any, state: str) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(state=reported, patch=patch)
    assert protection_of(await fleet.scan()).state == state


@pytest.mark.parametrize(
    "state",
    [
        pytest.param(None, id="null"),
        pytest.param("", id="empty"),
        pytest.param("Whatever", id="undocumented"),
    ],
)
async def test_any_other_state_is_unknown(state: str | None) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(patch={"protectionState": state})
    scanned = await fleet.scan()
    gap = scanned.vm("web").protection
    assert isinstance(gap, Gap)
    assert gap.reason == "not-recorded"
    assert gap in scanned.report.gaps


@pytest.mark.parametrize(
    ("patch", "path", "value"),
    [
        pytest.param({}, "properties.protectionState", STOPPED, id="stopped"),
        pytest.param(DELETED, "properties.isScheduledForDeferredDelete", True, id="soft-deleted"),
    ],
)
async def test_the_evidence_is_the_state_as_reported(patch: Any, path: str, value: Any) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(policy=None, state=STOPPED, patch=patch)
    [evidence] = protection_of(await fleet.scan()).evidence
    assert (evidence.path, evidence.value) == (path, value)


@pytest.mark.parametrize(
    ("field", "patch"),
    [
        pytest.param("policyId", {"policyId": None}, id="policy"),
        pytest.param(
            "sourceResourceId", {"sourceResourceId": None, "virtualMachineId": None}, id="VM"
        ),
    ],
)
async def test_an_item_without_its_policy_or_vm_is_a_gap(field: str, patch: Any) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(patch=patch)
    scanned = await fleet.scan()
    [gap] = scanned.report.gaps
    assert gap.reason == "not-recorded"
    assert f"properties.{field}" in gap.remedy
    assert decide(scanned.report, Policy("applies")).code == 3


async def test_a_stopped_item_needs_no_policy() -> None:
    fleet = BackupFleet()
    fleet.protected_vm(policy=None, state=STOPPED)
    scanned = await fleet.scan()
    assert scanned.report.complete
    assert protection_of(scanned).known_policy is None


@pytest.mark.parametrize("route", ["vaults", "protected_items"])
@pytest.mark.parametrize(
    ("state", "is_known"),
    [
        pytest.param("Protected", True, id="protected"),
        pytest.param(STOPPED, False, id="stopped"),
    ],
)
async def test_an_unread_vault_may_protect_what_is_stopped_in_another(
    route: str, state: str, is_known: bool
) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(state=state)
    hidden = fleet.world.subscription("hidden")
    hidden.group("rg").vault("secret")
    faults.refuse(hidden, route)
    scanned = await fleet.scan(scope=Scope(protection="protected"))
    assert isinstance(scanned.vm("web").protection, Protection) is is_known


async def test_a_stopped_item_and_one_of_an_unknown_state() -> None:
    fleet = BackupFleet()
    vm = fleet.protected_vm(patch={"protectionState": "Whatever"})
    fleet.group.vault("old").protect(vm, state=STOPPED)
    assert isinstance((await fleet.scan()).vm("web").protection, Gap)


async def test_soft_deleted_in_one_vault_and_protected_in_another() -> None:
    fleet = BackupFleet()
    vm = fleet.group.vm("web")
    fleet.group.vault("old").protect(vm, state=STOPPED, patch=DELETED)
    fleet.vault.protect(vm, fleet.policy)
    assert protection_of(await fleet.scan()).state == "protected"


@pytest.mark.parametrize(
    "healthy", [pytest.param(0, id="healthy first"), pytest.param(1, id="healthy last")]
)
@pytest.mark.parametrize(
    ("state", "patch", "is_failure", "is_gap"),
    [
        pytest.param("ProtectionError", {}, True, False, id="error"),
        pytest.param("IRPending", {"lastBackupStatus": "Failed"}, True, False, id="pending"),
        pytest.param(
            "Protected", {"protectionState": "Whatever"}, False, True, id="undocumented state"
        ),
        pytest.param("Protected", {"protectionState": None}, False, True, id="no state"),
        pytest.param(
            "Protected", {"lastBackupStatus": "Whatever"}, False, True, id="undocumented status"
        ),
        pytest.param("Protected", {"policyId": None}, True, True, id="no policy"),
        pytest.param(STOPPED, {}, False, False, id="stopped"),
    ],
)
async def test_items_of_one_vm_in_two_vaults(
    state: str, patch: Any, is_failure: bool, is_gap: bool, healthy: int
) -> None:
    """A failure and a gap of either item count, whichever vault is read first."""
    fleet = BackupFleet()
    vm = fleet.group.vm("web")
    vaults = [fleet.group.vault("a"), fleet.group.vault("b")]
    vaults[healthy].protect(vm, vaults[healthy].policy())
    other = vaults[1 - healthy]
    other.protect(vm, other.policy(), state=state, status="Failed", error=NO_NETWORK, patch=patch)
    scanned = await fleet.scan()
    assert protection_of(scanned).is_backed_up
    assert scanned.symptom_codes("web") == [NO_NETWORK.title] * is_failure
    assert scanned.report.complete is not is_gap


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        pytest.param("protected", {"on", "unseen"}, id="protected"),
        pytest.param("unprotected", {"off", "stopped", "unseen"}, id="unprotected"),
    ],
)
async def test_a_scope_by_protection_keeps_the_vms_that_may_belong_to_it(
    wanted: Any, expected: set[str]
) -> None:
    fleet = BackupFleet()
    fleet.protected_vm("on")
    fleet.protected_vm("stopped", policy=None, state=STOPPED)
    fleet.protected_vm("unseen", patch={"protectionState": "?"})
    fleet.group.vm("off")
    scanned = await fleet.scan(scope=Scope(protection=wanted))
    assert {judged.vm.name for judged in scanned.report.vms} == expected
    assert scanned.report.scope.by_protection == 4 - len(expected)


async def test_unread_protection_is_no_empty_cell_in_csv() -> None:
    fleet = BackupFleet()
    fleet.protected_vm(patch={"lastRecoveryPoint": "soon"})
    faults.refuse(fleet.prod, "backup_policies")
    text = WRITERS["csv"]((await fleet.scan()).report).decode()
    first = next(csv.DictReader(io.StringIO(text)))
    assert (first["policy"], first["last_success"]) == ("unread", "unread")
