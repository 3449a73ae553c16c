"""``backupscan role`` prints the least rights, as the table of calls has them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.command import assert_refused, run_here

POSTS = {
    "Microsoft.Network/networkWatchers/nextHop/action",
    "Microsoft.Network/networkWatchers/ipFlowVerify/action",
    "Microsoft.RecoveryServices/locations/backupStatus/action",
    "Microsoft.RecoveryServices/locations/backupPreValidateProtection/action",
}
POLLS = {
    "Microsoft.Network/locations/operations/read",
    "Microsoft.Network/locations/operationResults/read",
}
WATCHERS = "Microsoft.Network/networkWatchers/read"
METRICS = "Microsoft.Insights/Metrics/Read"


def role_of(*options: str) -> Any:
    ran = run_here("role", *options)
    assert (ran.code, ran.err) == (0, "")
    return ran.json


def test_a_scan_needs_reads_alone() -> None:
    role = role_of()
    assert all(action.lower().endswith("/read") for action in role["Actions"])
    assert "Microsoft.Compute/virtualMachines/read" in role["Actions"]
    assert role["IsCustom"] is True
    assert role["NotActions"] == []
    assert role["AssignableScopes"] == ["/subscriptions/SUBSCRIPTION-ID"]


@pytest.mark.parametrize(
    ("option", "added"),
    [
        ("--ask-azure", {*POSTS, *POLLS, WATCHERS}),
        ("--metrics", {METRICS}),
        ("--use-graph", {"Microsoft.ResourceGraph/resources/read"}),
    ],
    ids=["--ask-azure", "--metrics", "--use-graph"],
)
def test_an_option_adds_its_rights(option: str, added: set[str]) -> None:
    more = {*role_of(option)["Actions"]} - {*role_of()["Actions"]}
    assert {action.lower() for action in more} == {action.lower() for action in added}


def test_scopes() -> None:
    group = "/providers/Microsoft.Management/managementGroups/all"
    subscription = "/subscriptions/051b77e6-e767-4e20-bd12-aaa9434b271e"
    role = role_of("--scope", group, "--scope", subscription)
    assert role["AssignableScopes"] == [group, subscription]


@pytest.mark.parametrize("scope", ["", "prod", "/", "/subscriptions/", "/locations/westeurope"])
def test_a_scope_that_is_none(scope: str) -> None:
    assert_refused(run_here("role", "--scope", scope), "no id of a subscription")
