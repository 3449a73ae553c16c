"""`backupscan checks`: every loaded check with its needs, every other cause with the reason."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.arm.calls import BY_FACT, CALLS
from scanner.catalogue import load
from scanner.inventory.gap import Reason
from scanner.inventory.vm import FACTS
from scanner.judging.check import Check
from scanner.judging.plugins import discover
from scanner.sim import faults
from scanner.sim.routes import ROUTES
from tests.support.command import run_here
from tests.support.fleets.every_read import Fleet
from tests.support.pairs import one_of
from tests.support.scans import scan_world

CATALOGUE = load()
VM_READ = "Microsoft.Compute/virtualMachines/read"
SCOPE = "Microsoft.Resources/subscriptions/read"
# Findings of a VM do not depend on these rights.
NOT_IN_DOUBT = (
    "Microsoft.ClassicCompute/virtualMachines/read",
    "Microsoft.Network/publicIPAddresses/read",
    # The fleet has no vault with items.
    "Microsoft.RecoveryServices/vaults/backupJobs/read",
    "Microsoft.RecoveryServices/vaults/backupPolicies/read",
    "Microsoft.RecoveryServices/vaults/backupProtectedItems/read",
)


CHECKS = [installed.check for installed in discover(CATALOGUE)]
NOT_IN_EVERY_SCAN = {
    check.id for check in CHECKS if check.when == "planning" or "guest_load" in check.reads
}


def run(*words: str) -> tuple[int, str, str]:
    ran = run_here("checks", *words, COLUMNS="80")
    return ran.code, ran.out, ran.err


@pytest.fixture(scope="module")
def listing() -> Any:
    code, out, err = run("-f", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def by_id(listing: Any, name: str) -> Any:
    return next(check for check in listing["checks"] if check["id"] == name)


def test_a_check_with_all_it_needs(listing: Any) -> None:
    assert listing["schema"] == "backupscan/checks/1"
    assert by_id(listing, "windows-agent") == {
        "id": "windows-agent",
        "package": "backupscan",
        "summary": "The Windows VM agent is missing, Not Ready or old.",
        "cause": "windows-agent-unresponsive",
        "editions": ["2018-01", "current"],
        "reads": ["os", "power_state", "agent"],
        "helps": ["protection", "plan"],
        # The edition of 2018 judges classic VMs, too.
        "rights": [VM_READ, "Microsoft.ClassicCompute/virtualMachines/read"],
        "when": "always",
    }
    assert by_id(listing, "vmsnapshotlinux-version")["editions"] == ["2018-01"]
    assert by_id(listing, "same-cloud-service")["rights"] == [
        "Microsoft.ClassicCompute/virtualMachines/read"
    ]


def test_every_cause_is_judged_or_has_a_reason(listing: Any) -> None:
    reasons = {cause["cause"]: cause["why"] for cause in listing["not_judged"]}
    judged = {check["cause"] for check in listing["checks"]}
    assert not reasons.keys() & judged
    groups = set(CATALOGUE.causes) - reasons.keys() - judged
    for group in groups:
        members = {part for edition in CATALOGUE.editions for part in edition.parts(group)}
        assert members & judged, f"{group} is neither judged nor listed with a reason"
    assert groups == {"snapshot-status-or-snapshot-failed"}
    assert reasons["antivirus-blocks-extension"] == "Only the guest knows."
    assert "disk-count-over-limit" in judged
    assert "no loaded check" in reasons["snapshot-limit-of-disk-reached"]
    guest_only = {cause.id for cause in CATALOGUE.causes.values() if cause.guest_only}
    assert guest_only - reasons.keys() == {"high-cpu-or-memory"}


def test_at_a_terminal(listing: Any) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    for check in listing["checks"]:
        assert f"{check['id']} ({check['package']})" in out
        assert all(right in out for right in check["rights"])
    assert all(cause["cause"] in out for cause in listing["not_judged"])


def test_an_unknown_format() -> None:
    code, out, err = run("-f", "jsn")
    assert (code, out) == (2, "")
    assert "Did you mean json" in err


def test_every_fact_has_its_calls() -> None:
    assert {fact for facts in BY_FACT.values() for fact in facts} == set(FACTS)
    calls = (call for facts in BY_FACT.values() for group in facts.values() for call in group)
    assert all(call in CALLS for call in calls)


@pytest.mark.parametrize(
    "right", one_of(sorted({call.action for call in CALLS} - {VM_READ, SCOPE}), one_in=3)
)
async def test_listed_rights_are_the_needed_rights(listing: Any, right: str) -> None:
    """Refusing a right makes only those checks unknown that list it."""
    fleet = Fleet()
    routes = [route.name for route in ROUTES if route.action.lower() == right.lower()]
    faults.refuse(fleet.prod, *routes)
    in_doubt = set()
    for edition in ("2018-01", "current"):
        report = (await scan_world(fleet.world, edition=edition)).report
        in_doubt |= {
            judged.check
            for vm in report.vms
            for cause in vm.causes
            for judged in cause.findings
            if judged.finding.reason is Reason.DENIED
        }
    # A member of a cause has its own name.
    in_doubt = {
        check["id"] for check in listing["checks"] if in_doubt & {check["id"], check["cause"]}
    }
    named = {check["id"] for check in listing["checks"] if right in check["rights"]}
    of_2018 = {check["id"] for check in listing["checks"] if "2018-01" in check["editions"]}
    assert in_doubt & of_2018 == (
        set() if right in NOT_IN_DOUBT else (named & of_2018) - NOT_IN_EVERY_SCAN
    )
    # Other checks need only a part of a fact, or a fact that only helps.
    assert in_doubt <= named | {check.id for check in CHECKS if helps(check, right)}


def helps(check: Check, right: str) -> bool:
    """True if the right gives a fact that the check uses only if it was read."""
    calls = (
        call
        for model in check.deployments
        for fact in check.helps
        for call in BY_FACT[model].get(fact, ())
    )
    return any(call.action == right for call in calls)
