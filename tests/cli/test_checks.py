"""`backupscan checks`: every loaded check with what it needs, every other cause with why not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from scanner.arm.calls import BY_FACT, CALLS
from scanner.catalogue import load
from scanner.cli import app
from scanner.inventory.gap import Reason
from scanner.inventory.vm import FACTS
from scanner.judging.check import Check
from scanner.judging.plugins import discover
from scanner.sim import faults
from scanner.sim.routes import ROUTES
from tests.support.fleets.every_read import Fleet
from tests.support.scans import scan_world

CATALOGUE = load()
VM_READ = "Microsoft.Compute/virtualMachines/read"
SCOPE = "Microsoft.Resources/subscriptions/read"
# Without these no VM is found, or what is found of a VM does not depend on it.
NOT_IN_DOUBT = (
    "Microsoft.ClassicCompute/virtualMachines/read",
    "Microsoft.Network/publicIPAddresses/read",
)


CHECKS = [each.check for each in discover(CATALOGUE)]
FOR_PLANNING = {each.id for each in CHECKS if each.when == "planning"}


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["checks", *words], env={"COLUMNS": "80"})
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture(scope="module")
def told() -> Any:
    code, out, err = run("-f", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def by_id(told: Any, name: str) -> Any:
    return next(each for each in told["checks"] if each["id"] == name)


def test_a_check_is_told_with_all_it_needs(told: Any) -> None:
    assert told["schema"] == "backupscan/checks/1"
    assert by_id(told, "windows-agent") == {
        "id": "windows-agent",
        "package": "backupscan",
        "summary": "The Windows VM agent is missing, Not Ready or old.",
        "cause": "windows-agent-unresponsive",
        "editions": ["2018-01", "current"],
        "reads": ["os", "power_state", "agent"],
        "rights": [VM_READ],
        "when": "always",
    }
    assert by_id(told, "vmsnapshotlinux-version")["editions"] == ["2018-01"]
    assert by_id(told, "same-cloud-service")["rights"] == [
        "Microsoft.ClassicCompute/virtualMachines/read"
    ]


def test_every_cause_is_judged_or_told_why_not(told: Any) -> None:
    open_causes = {each["cause"] for each in told["not_judged"]}
    judged = {each["cause"] for each in told["checks"]}
    assert not open_causes & judged
    groups = set(CATALOGUE.causes) - open_causes - judged
    for group in groups:
        members = {part for edition in CATALOGUE.editions for part in edition.parts(group)}
        assert members & judged, f"{group} is neither judged nor told"
    assert groups == {"snapshot-status-or-snapshot-failed"}
    why = {each["cause"]: each["why"] for each in told["not_judged"]}
    assert why["antivirus-blocks-extension"] == "Only the guest knows."
    assert "Metrics of Azure Monitor" in why["high-cpu-or-memory"]
    assert "disk-count-over-limit" in judged
    assert "no loaded check" in why["snapshot-limit-of-disk-reached"]
    guest_only = {each.id for each in CATALOGUE.causes.values() if each.guest_only}
    assert guest_only <= open_causes


def test_at_a_terminal(told: Any) -> None:
    code, out, err = run()
    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    for each in told["checks"]:
        assert f"{each['id']} ({each['package']})" in out
        assert all(right in out for right in each["rights"])
    assert all(each["cause"] in out for each in told["not_judged"])


def test_an_unknown_format() -> None:
    code, out, err = run("-f", "jsn")
    assert (code, out) == (2, "")
    assert "Did you mean json" in err


def test_every_fact_has_its_calls() -> None:
    assert {fact for facts in BY_FACT.values() for fact in facts} == set(FACTS)
    calls = (call for facts in BY_FACT.values() for each in facts.values() for call in each)
    assert all(call in CALLS for call in calls)


@pytest.mark.parametrize("right", sorted({call.action for call in CALLS} - {VM_READ, SCOPE}))
async def test_the_rights_told_are_those_that_are_needed(told: Any, right: str) -> None:
    """Refused, a right leaves just the checks in doubt that name it."""
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
    # A member of a cause goes by its own name.
    found = {each["id"] for each in told["checks"] if in_doubt & {each["id"], each["cause"]}}
    named = {each["id"] for each in told["checks"] if right in each["rights"]}
    of_the_article = {each["id"] for each in told["checks"] if "2018-01" in each["editions"]}
    assert found & of_the_article == (
        set() if right in NOT_IN_DOUBT else (named & of_the_article) - FOR_PLANNING
    )
    # Others need a part of a fact alone, or a fact that only helps.
    assert found <= named | {each.id for each in CHECKS if helps(each, right)}


def helps(check: Check, right: str) -> bool:
    """Whether a right gives a fact that a check looks at where it was read."""
    calls = (call for fact in check.helps for call in BY_FACT[check.deployment].get(fact, ()))
    return any(call.action == right for call in calls)
