"""The known answers for recorded plans, judged without what lives in Azure."""

from __future__ import annotations

import pytest

from tests.support.plans import BREAK, over_nothing, recorded, verdicts

OPEN, UNREAD = "unknown (after-apply)", "unknown (failed)"


@pytest.mark.parametrize(
    ("name", "edition", "vm", "cause", "expected"),
    [
        ("greenfield.json", "current", "vm1", "extension-operations-disallowed", "applies"),
        ("greenfield.json", "current", "vm1", "ultra-or-premiumv2-needs-enhanced", "applies"),
        ("greenfield.json", "current", "vm1", "vault-region-or-subscription", "applies"),
        ("greenfield.json", "current", "vm1", "disk-size-unsupported", "possible"),
        ("greenfield.json", "2018-01", "vm1", "disk-size-unsupported", "applies"),
        ("greenfield.json", "2018-01", "vm1", "vm-no-internet-access", "applies"),
        ("greenfield.json", "current", "vm1", "linux-agent-outdated", OPEN),
        ("greenfield.json", "current", "vm1", "vault-quota", "clear"),
        ("greenfield.json", "current", "vm1", "restore-point-cleanup-blocked-by-lock", UNREAD),
        ("azapi.json", "current", "vm-azapi", "backup-extension-not-loading", "applies"),
        ("azapi.json", "current", "vm-azapi", "disk-size-unsupported", "possible"),
        ("azapi.json", "current", "vm-azapi", "vault-region-or-subscription", UNREAD),
        ("azapi.json", "2018-01", "vm-azapi", "vm-no-internet-access", "applies"),
        ("legacy-vm.json", "current", "legacy-101", "unmanaged-disks", "applies"),
        ("legacy-vm.json", "current", "legacy-101", "vm-size-below-minimum", "possible"),
        ("legacy-vm.json", "current", "legacy-win", "disk-size-unsupported", OPEN),
        ("what-if-unevaluated.json", "2018-01", "vm1", "vm-no-internet-access", OPEN),
        ("what-if-unevaluated.json", "current", "vm1", "disk-size-unsupported", OPEN),
    ],
)
def test_verdict(name: str, edition: str, vm: str, cause: str, expected: str) -> None:
    assert verdicts(over_nothing(recorded(name)), edition)[vm, cause] == expected


@pytest.mark.parametrize(
    ("name", "vms"),
    [
        (BREAK, 2),
        ("../../../examples/plans/cure.json", 0),
        ("modules-for-each-count-locals.json", 5),
    ],
)
def test_vms_that_a_plan_creates_or_changes(name: str, vms: int) -> None:
    assert len({vm for vm, _ in verdicts(over_nothing(recorded(name)))}) == vms


def test_a_vm_that_lives_is_unknown_if_nobody_read_it() -> None:
    found = verdicts(over_nothing(recorded(BREAK)))
    assert {found["sql-003", cause] for vm, cause in found if vm == "sql-003"} <= {
        UNREAD,
        "not-applicable",
    }


def test_what_a_plan_leaves_open_is_never_a_failure() -> None:
    found = verdicts(over_nothing(recorded("modules-for-each-count-locals.json")))
    assert OPEN in found.values()
    assert not [key for key, verdict in found.items() if verdict == "unknown (not-recorded)"]


def test_a_lock_on_something_that_is_not_known_may_be_on_any_vm() -> None:
    """A lock whose scope comes from a local value: the plan does not say which."""
    plan, lock = recorded("greenfield.json"), recorded("unknowns-and-data.json")
    world = over_nothing(plan)
    locked = over_nothing(
        plan | {"resource_changes": [*plan["resource_changes"], *_late_lock(lock)]}
    )
    [snapshot], [other] = world.after.snapshots, locked.after.snapshots
    assert len(other.locks.gaps) > len(snapshot.locks.gaps)


def _late_lock(plan: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    address = "azurerm_management_lock.late"
    return [one for one in plan["resource_changes"] if one["address"] == address]
