"""Backup policies as read: their schedule and type, and the VMs that need no agent by them."""

from __future__ import annotations

import pytest

from scanner.sim import faults
from scanner.sim.shapes import NOT_READY_UNRESPONSIVE
from tests.support.fleets.backed_up import BackupFleet, protection_of

AGENT = "windows-agent-unresponsive"


async def test_a_day_named_twice_is_one_day() -> None:
    fleet = BackupFleet()
    days = ("Monday", "monday", "Friday")
    fleet.protected_vm(policy=fleet.vault.policy("weekly", "Weekly", days=days))
    policy = protection_of(await fleet.scan()).policy
    assert policy
    assert policy.per_day == pytest.approx(2 / 7)


@pytest.mark.parametrize(
    ("field", "value"), [("policyType", "V3"), ("snapshotConsistencyType", "Whatever")]
)
async def test_an_undocumented_type_is_a_gap(field: str, value: str) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(policy=fleet.vault.policy("odd", patch={"properties": {field: value}}))
    [gap] = (await fleet.scan()).report.gaps
    assert f"properties.{field}" in gap.remedy


async def test_the_type_may_be_in_the_schedule_alone() -> None:
    fleet = BackupFleet()
    no_type = {"properties": {"policyType": None}}
    fleet.protected_vm(policy=fleet.vault.policy("new", enhanced=True, patch=no_type))
    policy = protection_of(await fleet.scan()).policy
    assert policy
    assert policy.is_enhanced


@pytest.mark.parametrize(
    ("state", "expected"), [("Protected", "not-applicable"), ("ProtectionStopped", "applies")]
)
async def test_a_crash_consistent_policy_in_force_needs_no_agent(state: str, expected: str) -> None:
    fleet = BackupFleet()
    vm = fleet.group.vm("sql", os="windows", agent=NOT_READY_UNRESPONSIVE)
    fleet.vault.protect(vm, fleet.vault.policy("crash", crash_consistent=True), state=state)
    assert (await fleet.scan()).verdict("sql", AGENT) == expected


async def test_an_unread_policy_is_taken_to_need_the_agent() -> None:
    fleet = BackupFleet()
    vm = fleet.group.vm("sql", os="windows", agent=NOT_READY_UNRESPONSIVE)
    fleet.vault.protect(vm, fleet.vault.policy("crash", crash_consistent=True))
    faults.refuse(fleet.prod, "backup_policies")
    scanned = await fleet.scan()
    assert scanned.verdict("sql", AGENT) == "applies"
    assert [gap.fact for gap in scanned.report.gaps] == ["policy"]
    [judged] = [judged for judged in scanned.vm("sql").causes if judged.cause == AGENT]
    assert "Its policy was not read" in judged.findings[0].finding.message


@pytest.mark.parametrize(
    ("crash_consistent", "verdict"),
    [
        pytest.param(True, "not-applicable", id="crash-consistent"),
        pytest.param(False, "unknown (not-running)", id="application-consistent"),
    ],
)
async def test_a_deallocated_vm_under_a_policy(crash_consistent: bool, verdict: str) -> None:
    """If no agent is needed, it does not matter that a deallocated VM has none."""
    fleet = BackupFleet()
    vm = fleet.group.vm("sql", os="windows", power="deallocated")
    fleet.vault.protect(vm, fleet.vault.policy("p", crash_consistent=crash_consistent))
    assert (await fleet.scan()).verdict("sql", AGENT) == verdict
