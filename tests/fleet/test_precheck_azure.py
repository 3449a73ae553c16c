"""`precheck --ask-azure`: the answers of Azure Backup itself next to ours."""

from __future__ import annotations

import json

import pytest

from scanner.arm.calls import POSTS
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.arm.token import SharedToken
from scanner.gate.decide import decide
from scanner.gate.policy import Policy
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.scope import Scope
from scanner.inventory.target import Target
from scanner.report.formats.json_v1 import to_json
from scanner.report.text import blockers
from scanner.report.write import WRITERS
from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World
from tests.support.fleets.unprotected import unprotected_fleet
from tests.support.prechecks import readiness_of
from tests.support.reports import printed
from tests.support.scans import Scanned, scan_world


async def ask_azure(world: World, vault: str | None = None) -> Scanned:
    """A precheck that also asks the service."""
    target = Target(vault, ask_azure=True)
    scope = Scope(protection="unprotected")
    return await scan_world(world, scope=scope, target=target, posts=POSTS)


def posted(scanned: Scanned) -> set[str]:
    """The last part of every path that was not just read."""
    return {
        request.path.rpartition("/")[2] for request in scanned.azure.log if request.method != "GET"
    }


async def test_the_service_is_asked_about_every_vm() -> None:
    scanned = await ask_azure(unprotected_fleet(), "vault")
    healthy, elsewhere, silent = map(scanned.vm, ("healthy", "elsewhere", "silent"))
    assert healthy.azure
    assert (healthy.azure.protection, healthy.azure.validation) == ("NotProtected", "Succeeded")
    assert not healthy.disagrees
    assert elsewhere.azure
    assert elsewhere.azure.code == "UserErrorVMVaultLocationMismatch"
    assert not elsewhere.disagrees
    # The service does not look at the agent, so its answer is no disagreement.
    assert not silent.disagrees
    vms = {vm["name"]: vm for vm in json.loads(to_json(scanned.report))["vms"]}
    answer = vms["silent"]["protection"]["azure"]
    assert not answer["disagrees"]
    assert "agent" in answer["not_covered"]
    assert posted(scanned) == {"backupStatus", "backupPreValidateProtection"}


def answers(status: str | None = None, validation: str | None = None) -> dict[str, bytes]:
    """Answers of the service by route, in place of those of the simulated one."""
    bodies = {}
    if status is not None:
        bodies["backup_status"] = json.dumps({"protectionStatus": status}).encode()
    if validation is not None:
        bodies["backup_validation"] = json.dumps({"status": validation}).encode()
    return bodies


WARNED, NOT_READY, UNKNOWN = "ready with warnings", "not ready", "cannot tell"


@pytest.mark.parametrize(
    ("bodies", "readiness", "disagrees"),
    [
        pytest.param(answers("NotProtected", "Succeeded"), "ready", False, id="ready"),
        pytest.param(answers("notprotected", "SUCCEEDED"), "ready", False, id="any casing"),
        pytest.param(answers("Protected"), WARNED, True, id="protected"),
        pytest.param(answers("Protecting"), WARNED, True, id="protecting"),
        pytest.param(answers("ProtectionFailed"), WARNED, True, id="protection failed"),
        pytest.param(answers("Succeeded"), UNKNOWN, False, id="a validation as status"),
        pytest.param(answers("Invalid"), UNKNOWN, False, id="invalid status"),
        pytest.param(answers(""), UNKNOWN, False, id="empty status"),
        pytest.param(answers(validation="NotProtected"), UNKNOWN, False,
                     id="a status as validation"),
        pytest.param(answers(validation="Failed"), NOT_READY, True, id="failed validation"),
        pytest.param(answers(validation="Whatever"), UNKNOWN, False,
                     id="undocumented validation"),
        pytest.param(answers("Invalid", "Failed"), NOT_READY, True,
                     id="invalid status and failed validation"),
    ],
)  # fmt: skip
async def test_the_answers_count(bodies: dict[str, bytes], readiness: str, disagrees: bool) -> None:
    world = World()
    prod = world.subscription("prod")
    prod.group("rg-app").vm("web")
    prod.group("rg-backup").vault("vault")
    for route, body in bodies.items():
        faults.broken_body(prod, route, body)
    report = (await ask_azure(world, "vault")).report
    [web] = report.vms
    assert (str(web.readiness), web.disagrees) == (readiness, disagrees)
    assert report.complete is ("Invalid" not in str(bodies) and readiness != UNKNOWN)
    assert web.azure
    # A refusal of the service gates like `applies`, any other objection like `possible`.
    gates = decide(report, Policy("applies")).code == 1
    assert gates is bool(web.azure.is_refused)
    gates = decide(report, Policy("possible")).code == 1
    assert gates is bool(web.azure.objection)
    if disagrees:
        for name in ("markdown", "html", "csv"):
            assert "the service says otherwise" in WRITERS[name](report).decode(), name
        assert "DISAGREES" in printed(report, width=120)


async def test_the_service_accepts_what_we_refuse() -> None:
    world = unprotected_fleet()
    accepted = json.dumps({"status": "Succeeded"}).encode()
    faults.broken_body(world.subscriptions[0], "backup_validation", accepted)
    scanned = await ask_azure(world, "vault")
    elsewhere = scanned.vm("elsewhere")
    assert elsewhere.disagrees
    assert "the service has nothing against it" in blockers(elsewhere, scanned.report)


async def test_the_service_knows_an_unread_vault() -> None:
    world = World()
    vm = world.subscription("prod").group("rg-app").vm("web")
    hidden = world.subscription("hidden")
    vault = hidden.group("rg").vault("secret")
    vault.protect(vm, vault.policy())
    faults.refuse(hidden, "vaults")
    report = (await ask_azure(world)).report
    [web] = report.vms
    assert web.azure
    assert (web.azure.protection, web.disagrees) == ("Protected", False)
    assert "Azure says: Protected by secret" in printed(report, width=120)


async def test_without_a_vault_the_service_is_asked_for_the_status_alone() -> None:
    scanned = await ask_azure(unprotected_fleet())
    assert posted(scanned) == {"backupStatus"}
    assert readiness_of(scanned.report)["elsewhere"] == "ready"
    vms = {vm["name"]: vm for vm in json.loads(to_json(scanned.report))["vms"]}
    assert vms["healthy"]["protection"]["azure"]["validation"] is None


async def test_a_refused_question_is_a_gap() -> None:
    world = unprotected_fleet()
    faults.refuse(world.subscriptions[0], "backup_validation")
    report = (await ask_azure(world, "vault")).report
    actions = {gap.action for gap in report.gaps}
    assert "Microsoft.RecoveryServices/locations/backupPreValidateProtection/action" in actions
    assert not any("Reader role" in gap.remedy for gap in report.gaps)
    assert not report.complete


async def test_a_client_without_posts_sends_none() -> None:
    world = unprotected_fleet()
    azure = SimulatedArm(world)
    token = SharedToken(SimulatedCredential())
    arm = Arm(CLOUDS["public"], token, SimulatedTransport(azure), lambda: world.now)
    scope = ArmId(world.subscriptions[0].id)
    answer = await arm.ask(POSTS[0], scope, "westeurope", {"resourceId": world.vms[0].id})
    assert isinstance(answer, Gap)
    assert azure.log == []
