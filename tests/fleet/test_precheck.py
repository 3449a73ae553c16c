"""VMs before backup is turned on: the causes and the limits that would bite."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from rich.console import Console

from scanner.arm.calls import POSTS
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.arm.signin import SharedToken
from scanner.catalogue import load
from scanner.cli.questions import make_questions
from scanner.cli.run import to_report
from scanner.errors import ScopeError
from scanner.fleet.scan import Outcome, scan
from scanner.gate.decision import Policy, decide
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.scope import Names, Scope
from scanner.inventory.target import Target
from scanner.judging.check import Verdict
from scanner.report.formats.json_v1 import to_json
from scanner.report.formats.terminal import print_report
from scanner.report.report import Report
from scanner.report.text import blockers
from scanner.report.write import WRITERS
from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.backup_errors import AGENT_SILENT, NO_NETWORK, ErrorShape
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import NOT_READY_UNRESPONSIVE, DiskShape
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.vault import Vault
from scanner.sim.world import World
from tests.support.prechecks import Place, extension, precheck, readiness_of, verdicts_of
from tests.support.scans import Silent, scan_world

LOCK = "restore-point-cleanup-blocked-by-lock"
PAUSED = ErrorShape(400001, "UserErrorBcmDatasourceNotPresent", "The datasource is not protected.")


async def prechecked(world: World, scope: Scope) -> Outcome:
    token = SharedToken(SimulatedCredential())
    transport = SimulatedTransport(SimulatedArm(world))
    arm = Arm(CLOUDS["public"], token, transport, lambda: world.now)
    return await scan(arm, scope, make_questions("current", (), target=Target()), Silent())


def fleet() -> World:
    """VMs of every kind, none of them backed up but one."""
    world = World()
    prod = world.subscription("prod")
    group = prod.group("rg-app")
    group.vm("well")
    group.vm("silent", os="windows", agent=NOT_READY_UNRESPONSIVE)
    group.vm("off", power="deallocated")
    group.vm("large", data_disks=[DiskShape(40_000)])
    group.vm("many", data_disks=[DiskShape(64)] * 33)
    prod.group("rg-north", "northeurope").vm("elsewhere")
    group.classic_vm("classic")
    vault = prod.group("rg-backup").vault("vault")
    vault.policy("daily")
    vault.policy("crash", crash_consistent=True)
    vault.policy("full", patch={"properties": {"protectedItemsCount": 100}})
    vault.policy("nearly", patch={"properties": {"protectedItemsCount": 96}})
    vault.policy("uncounted", patch={"properties": {"protectedItemsCount": None}})
    vault.protect(group.vm("protected"), f"{vault.own_id}/backupPolicies/daily")
    prod.group("rg-empty").vault("new").policy("daily")
    return world


def in_words(report: Report) -> str:
    shown = io.StringIO()
    print_report(report, Console(file=shown, width=120))
    return shown.getvalue()


async def test_readiness_with_a_vault_and_a_policy() -> None:
    report = await precheck(fleet(), "vault", "daily")
    assert readiness_of(report) == {
        "well": "ready",
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
    assert verdicts_of(report, "well")["vault-quota"] == "clear"
    assert report.scope.by_protection == 1
    assert decide(report, Policy("applies"), allow_empty=False).code == 1


async def test_without_a_vault_only_the_vm_is_judged() -> None:
    report = await precheck(fleet())
    assert readiness_of(report)["elsewhere"] == "ready"
    assert verdicts_of(report, "well")["vault-quota"] == "not-applicable"


async def test_a_crash_consistent_policy_needs_no_agent() -> None:
    report = await precheck(fleet(), "vault", "crash")
    assert readiness_of(report)["silent"] == "ready"
    [silent] = [each for each in report.vms if each.vm.name == "silent"]
    assert silent.protection_state == "unprotected"


@pytest.mark.parametrize(
    ("policy", "verdict", "ready"),
    [
        ("full", "applies", "not ready"),
        ("nearly", "possible", "ready with warnings"),
        ("uncounted", "unknown (not-recorded)", "cannot tell"),
    ],
)
async def test_the_quota_of_a_policy(policy: str, verdict: str, ready: str) -> None:
    report = await precheck(fleet(), "vault", policy)
    assert verdicts_of(report, "well")["vault-quota"] == verdict
    assert readiness_of(report)["well"] == ready


async def test_a_vault_that_protects_nothing_yet_has_policies_too() -> None:
    assert readiness_of(await precheck(fleet(), "new", "daily"))["well"] == "ready"


CRASH = "agentless-crash-consistent-ineligible"
NEWER = "ultra-or-premiumv2-needs-enhanced"
TRUSTED = "trusted-launch-policy-client"
CONFIDENTIAL = "confidential-vm-limits"


async def test_a_disk_whose_type_its_resource_alone_has() -> None:
    """A VM's body leaves it out while the VM is off."""
    world = World()
    prod = world.subscription("prod")
    vm = prod.group("rg-app").vm("web", os_disk=DiskShape(30, storage="PremiumV2_LRS"))
    managed = {"storageAccountType": ABSENT}
    vm.body_patch = {"properties": {"storageProfile": {"osDisk": {"managedDisk": managed}}}}
    prod.group("rg-backup").vault("vault").policy("standard")
    assert verdicts_of(await precheck(world, "vault", "standard"), "web")[NEWER] == "applies"


@pytest.mark.parametrize("unread", ["disks", "backup_policies"])
async def test_what_was_not_read_of_disks_or_policies(unread: str) -> None:
    world = World()
    prod = world.subscription("prod")
    prod.group("rg-app").vm("web", data_disks=[DiskShape(64)])
    prod.group("rg-backup").vault("vault").policy("crash", crash_consistent=True)
    faults.refuse(prod, unread)
    report = await precheck(world, "vault", "crash")
    assert readiness_of(report) == {"web": "cannot tell"}
    assert verdicts_of(report, "web")[CRASH] == "unknown (denied)"


@pytest.mark.parametrize("deleted", [True, False])
@pytest.mark.parametrize("vault", ["vault", "new", None])
async def test_an_item_that_lies_idle_in_some_vault(vault: str | None, deleted: bool) -> None:
    world = World()
    prod = world.subscription("prod")
    old, vm = prod.group("rg-backup").vault("vault"), prod.group("rg-app").vm("web")
    prod.group("rg-empty").vault("new")
    old.protect(vm, state="ProtectionStopped", patch={"isScheduledForDeferredDelete": deleted})
    report = await precheck(world, vault)
    assert readiness_of(report) == {"web": "ready with warnings"}
    shown = in_words(report)
    assert f"{'soft-deleted' if deleted else 'stopped'} in the vault vault" in shown


async def test_every_format_for_people_says_how_ready_and_why() -> None:
    report = await precheck(fleet(), "vault", "daily")
    [off] = [each for each in report.vms if each.vm.name == "off"]
    assert blockers(off, report) == (
        "vm-not-running", "vm-offline-at-registration", "linux-agent-outdated (not-running)"
    )  # fmt: skip
    for name in ("markdown", "html", "csv"):
        text = WRITERS[name](report).decode()
        assert "ready with warnings" in text, name
        assert "not ready" in text, name
    shown = " ".join(in_words(report).split())
    assert "off ready with warnings vm-not-running, vm-offline-at-registration, linux" in shown


async def test_whether_it_is_backed_up_is_not_known() -> None:
    world = fleet()
    faults.refuse(world.subscription("hidden"), "vaults")
    report = await precheck(world, "vault", "daily")
    ready = readiness_of(report)
    assert ready["well"] == "cannot tell"
    assert ready["silent"] == "not ready"
    assert "backup unknown" in in_words(report)


async def test_items_that_cannot_be_counted() -> None:
    world = fleet()
    faults.refuse(world.subscriptions[0], "protected_items")
    report = await precheck(world, "vault")
    assert readiness_of(report)["well"] == "cannot tell"
    assert decide(report, Policy("never"), allow_empty=False).code == 3


_OF_ANOTHER = (
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-empty/providers"
    "/Microsoft.RecoveryServices/vaults/new/backupPolicies/daily"
)
"""The vault that is named has a policy of this name, too."""


async def test_a_policy_that_cannot_be_understood_is_there_all_the_same() -> None:
    world = World()
    prod = world.subscription("prod")
    prod.group("rg-app").vm("web")
    odd = {"properties": {"schedulePolicy": 7}}
    prod.group("rg-backup").vault("vault").policy("odd", patch=odd)
    report = await precheck(world, "vault", "odd")
    assert readiness_of(report) == {"web": "cannot tell"}
    assert not report.complete


async def test_a_policy_by_its_id() -> None:
    world = fleet()
    group = f"{world.subscriptions[0].id}/resourcegroups/rg-backup"
    policy = f"{group}/providers/Microsoft.RecoveryServices/vaults/vault/backupPolicies/Daily/"
    report = await precheck(world, "vault", policy)
    assert readiness_of(report)["well"] == "ready"


@pytest.mark.parametrize(
    ("vault", "policy", "says"),
    [
        ("valt", None, "Did you mean vault"),
        ("vault", "dayly", "Did you mean daily"),
        ("vault", _OF_ANOTHER, "there is no|has no policy"),
    ],
)
async def test_what_is_not_there(vault: Any, policy: Any, says: str) -> None:
    with pytest.raises(ScopeError, match=says):
        await precheck(fleet(), vault, policy)


async def test_the_json_report_has_the_readiness() -> None:
    report = json.loads(to_json(await precheck(fleet(), "vault", "daily")))
    ready = {each["name"]: each["protection"]["readiness"] for each in report["vms"]}
    assert ready["well"] == "ready"
    findings = [
        finding
        for vm in report["vms"]
        for cause in vm["causes"]
        if cause["cause"] == "vault-region-or-subscription"
        for finding in cause["findings"]
    ]
    assert all(each["evidence"] for each in findings)
    assert any(each["remedy"] for each in findings)


async def asked(world: World, vault: str | None = None) -> tuple[Report, SimulatedArm]:
    azure = SimulatedArm(world)
    token = SharedToken(SimulatedCredential())
    arm = Arm(CLOUDS["public"], token, SimulatedTransport(azure), lambda: world.now, posts=POSTS)
    questions = make_questions("current", (), target=Target(vault, ask_azure=True))
    outcome = await scan(arm, Scope(protection="unprotected"), questions, Silent())
    return to_report(questions, outcome), azure


async def test_the_services_own_answers_stand_beside_ours() -> None:
    report, azure = await asked(fleet(), "vault")
    answers = {each.vm.name: each for each in report.vms}
    well, elsewhere, silent = (answers[name] for name in ("well", "elsewhere", "silent"))
    assert well.azure
    assert (well.azure.protection, well.azure.validation) == ("NotProtected", "Succeeded")
    assert not well.disagrees
    assert elsewhere.azure
    assert elsewhere.azure.code == "UserErrorVMVaultLocationMismatch"
    assert not elsewhere.disagrees
    # The service does not look at the agent, so it says nothing otherwise.
    assert not silent.disagrees
    told = json.loads(to_json(report))["vms"]
    [of_silent] = [each["protection"]["azure"] for each in told if each["name"] == "silent"]
    assert not of_silent["disagrees"]
    assert "agent" in of_silent["not_covered"]
    posts = {entry.path.rpartition("/")[2] for entry in azure.log if entry.method != "GET"}
    assert posts == {"backupStatus", "backupPreValidateProtection"}


def answers(status: str | None = None, validation: str | None = None) -> dict[str, bytes]:
    """The service's own words in place of what it would say."""
    told = {
        "backup_status": {"protectionStatus": status},
        "backup_validation": {"status": validation},
    }
    given = {"backup_status": status, "backup_validation": validation}
    return {route: json.dumps(told[route]).encode() for route in told if given[route] is not None}


@pytest.mark.parametrize(
    ("said", "ready", "disagrees"),
    [
        (answers("NotProtected", "Succeeded"), "ready", False),
        (answers("notprotected", "SUCCEEDED"), "ready", False),
        (answers("Protected"), "ready with warnings", True),
        (answers("Succeeded"), "cannot tell", False),
        (answers(validation="NotProtected"), "cannot tell", False),
        (answers("Protecting"), "ready with warnings", True),
        (answers("ProtectionFailed"), "ready with warnings", True),
        (answers(validation="Failed"), "not ready", True),
        (answers("Invalid"), "cannot tell", False),
        (answers(""), "cannot tell", False),
        (answers(validation="Whatever"), "cannot tell", False),
        # What one answer objects to the other does not undo.
        (answers("Invalid", "Failed"), "not ready", True),
    ],
)
async def test_the_services_word_counts(
    said: dict[str, bytes], ready: str, disagrees: bool
) -> None:
    world = World()
    prod = world.subscription("prod")
    prod.group("rg-app").vm("web")
    prod.group("rg-backup").vault("vault")
    for route, body in said.items():
        faults.broken_body(prod, route, body)
    report, _ = await asked(world, "vault")
    [web] = report.vms
    assert (str(web.readiness), web.disagrees) == (ready, disagrees)
    assert report.complete is ("Invalid" not in str(said) and ready != "cannot tell")
    assert web.azure
    # What the service says against a VM counts for a gate: a refusal more than a sign.
    hit = decide(report, Policy("applies"), allow_empty=False).code == 1
    assert hit is bool(web.azure.is_refused)
    hit = decide(report, Policy("possible"), allow_empty=False).code == 1
    assert hit is bool(web.azure.objection)
    if disagrees:
        for name in ("markdown", "html", "csv"):
            assert "the service says otherwise" in WRITERS[name](report).decode(), name
        assert "DISAGREES" in in_words(report)


async def test_a_service_that_has_nothing_against_another_region() -> None:
    world = fleet()
    said = json.dumps({"status": "Succeeded"}).encode()
    faults.broken_body(world.subscriptions[0], "backup_validation", said)
    report, _ = await asked(world, "vault")
    [elsewhere] = [each for each in report.vms if each.vm.name == "elsewhere"]
    assert elsewhere.disagrees
    assert "the service has nothing against it" in blockers(elsewhere, report)


async def test_the_service_knows_a_vault_that_was_not_read() -> None:
    world = World()
    prod = world.subscription("prod")
    vm = prod.group("rg-app").vm("web")
    hidden = world.subscription("hidden")
    vault = hidden.group("rg").vault("secret")
    vault.protect(vm, vault.policy())
    faults.refuse(hidden, "vaults")
    report, _ = await asked(world)
    [web] = report.vms
    assert web.azure
    assert (web.azure.protection, web.disagrees) == ("Protected", False)
    assert "Azure says: Protected by secret" in in_words(report)


async def test_without_a_vault_only_whether_it_is_protected_is_asked() -> None:
    report, azure = await asked(fleet())
    posts = {entry.path.rpartition("/")[2] for entry in azure.log if entry.method != "GET"}
    assert posts == {"backupStatus"}
    assert readiness_of(report)["elsewhere"] == "ready"
    [of_well] = [each for each in json.loads(to_json(report))["vms"] if each["name"] == "well"]
    assert of_well["protection"]["azure"]["validation"] is None


async def test_a_precheck_reads_no_job() -> None:
    world = fleet()
    vault = next(each for each in world.subscriptions[0].of_type(Vault.type))
    assert isinstance(vault, Vault)
    vm = world.subscriptions[0].group("rg-app").vm("failing")
    vault.protect(vm, vault.policy("p"), status="Failed")
    vault.job(vm, "Failed", error=NO_NETWORK, listed=False)
    faults.refuse(world.subscriptions[0], "backup_jobs", "backup_job")
    report, azure = await asked(world, "vault")
    assert report.complete
    assert not any("backupjobs" in each.path.lower() for each in azure.log)


async def test_vms_that_are_named_and_backed_up_are_named_again() -> None:
    world = fleet()
    vm = next(each for each in world.vms if each.name == "protected")
    outcome = await prechecked(world, Scope(Names(vms=(ArmId(vm.id),)), protection="unprotected"))
    assert outcome.vms == ()
    assert outcome.named_left_out == (ArmId(vm.id),)


async def test_a_vault_that_may_be_among_those_that_were_not_read() -> None:
    world = fleet()
    faults.refuse(world.subscription("hidden"), "vaults")
    with pytest.raises(ScopeError, match="not among those that could be read"):
        await precheck(world, "theirs")


async def test_a_vault_that_is_listed_twice_is_one_vault() -> None:
    world = fleet()
    vaults = world.subscriptions[0].of_type(Vault.type)
    first = next(each for each in vaults if isinstance(each, Vault) and each.name == "vault")
    faults.broken_entry(world.subscriptions[0], "vaults", 1, first.body)
    report = await precheck(world, "vault", "daily")
    assert readiness_of(report)["well"] == "ready"


async def test_a_refused_question_is_a_gap() -> None:
    world = fleet()
    faults.refuse(world.subscriptions[0], "backup_validation")
    report, _ = await asked(world, "vault")
    actions = {gap.action for gap in report.gaps}
    assert "Microsoft.RecoveryServices/locations/backupPreValidateProtection/action" in actions
    assert not any("Reader role" in gap.remedy for gap in report.gaps)
    assert not report.complete


async def test_nothing_is_asked_unless_opted_in() -> None:
    world = fleet()
    azure = SimulatedArm(world)
    token = SharedToken(SimulatedCredential())
    arm = Arm(CLOUDS["public"], token, SimulatedTransport(azure), lambda: world.now)
    [vm, *_] = world.vms
    scope = ArmId(world.subscriptions[0].id)
    answer = await arm.ask(POSTS[0], scope, "westeurope", {"resourceId": vm.id})
    assert isinstance(answer, Gap)
    assert azure.log == []


@pytest.mark.parametrize("gone", ["managedDisk", "id"])
@pytest.mark.parametrize("policy", ["standard", "crash"])
async def test_a_disk_of_which_nothing_is_told(gone: str, policy: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    odd: Any = {"managedDisk": None} if gone == "managedDisk" else {"managedDisk": {"id": None}}
    vm.body_patch = {"properties": {"storageProfile": {"osDisk": odd}}}
    for cause in ("shared-disk-attached", "disk-entra-data-access"):
        assert await place.verdict(cause, policy) == "unknown (not-recorded)"


async def test_limits_are_picked_like_checks() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, shares=2)], power="deallocated")
    report = await precheck(place.world, "vault", "standard", checks=("shared-disk-attached",))
    assert verdicts_of(report, "web") == {"shared-disk-attached": "applies"}
    report = await precheck(place.world, "vault", "standard", checks=(LOCK,))
    assert set(verdicts_of(report, "web")) == {LOCK}


async def test_an_edition_judges_the_causes_that_it_names() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, shares=2), DiskShape(2048)])
    report = await precheck(place.world, "vault", "standard", edition="2018-01")
    verdicts = verdicts_of(report, "web")
    assert verdicts["disk-size-unsupported"] == "applies"
    assert verdicts.keys() == set(load().edition("2018-01").causes)


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
@pytest.mark.parametrize("checks", [(), ("disk-size-unsupported",)])
async def test_the_causes_of_a_failed_backup_are_all_judged(
    cause: str, shape: Any, item: Any, standing: str, checks: tuple[str, ...]
) -> None:
    """Whatever is picked, and also what is judged for planning alone."""
    place = Place()
    vm = place.group.vm("web", **shape)
    error = AGENT_SILENT if cause != "protection-paused-or-stopped" else PAUSED
    place.vault.protect(vm, place.vault.policy(), status="Failed", error=error, **item)
    scanned = await scan_world(place.world, checks=checks)
    [symptom] = scanned.report.vms[0].symptoms
    standings = {each.cause: each.standing for each in symptom.causes}
    assert standings[cause] == standing


async def test_a_date_at_the_pace_of_the_policy_to_be_used() -> None:
    place = Place()
    vm = place.group.vm("web")
    place.group.collection(source=vm.id, points=10)
    place.prod.lock("keep", on=place.prod.id)
    [web] = (await precheck(place.world, "vault", "standard")).vms
    assert web.forecast
    assert web.forecast.full_at == place.world.now + timedelta(days=8)


async def test_what_no_vault_or_policy_is_named_for_is_not_applicable() -> None:
    place = Place()
    place.group.vm("web")
    without = verdicts_of(await precheck(place.world), "web")
    of_a_policy = {"too-many-backups-per-day", "agentless-crash-consistent-ineligible"}
    for cause in {"vault-region-or-subscription", "vault-quota", *of_a_policy}:
        assert without[cause] == "not-applicable", cause
    by_policy = verdicts_of(await precheck(place.world, "vault", "standard"), "web")
    assert by_policy.keys() == without.keys()
    assert {by_policy[cause] for cause in of_a_policy} == {"clear"}


async def test_nothing_judged_is_never_ready() -> None:
    place = Place()
    place.group.vm("web")
    report = await precheck(place.world, checks=("vault-quota",))
    assert readiness_of(report) == {"web": "cannot tell"}


async def test_every_vm_lists_every_cause() -> None:
    place = Place()
    place.group.vm("web")
    place.group.classic_vm("old")
    report = await precheck(place.world, "vault", "standard")
    assert len({frozenset(verdicts_of(report, each.vm.name)) for each in report.vms}) == 1


async def test_every_verdict_is_cited_and_shown() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, shares=2, auth_mode="AzureActiveDirectory")])
    report = await precheck(place.world, "vault", "standard")
    for cause in report.vms[0].causes:
        for judged in cause.findings:
            finding = judged.finding
            # Of what is not there, nothing is shown.
            is_sign = finding.verdict >= Verdict.POSSIBLE
            assert not is_sign or (finding.evidence and finding.rule), cause
    [shared] = [e for e in report.vms[0].causes if e.cause == "shared-disk-attached"]
    first, of_the_others = (each.finding for each in shared.findings)
    assert of_the_others.verdict is Verdict.CLEAR
    assert first.rule
    assert first.rule.says
    [seen] = first.evidence
    assert (seen.id.type, seen.path, seen.value) == (
        "microsoft.compute/disks", "properties.maxShares", 2
    )  # fmt: skip


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        pytest.param(Scope(protection="unprotected-or-named"), {"web"}, id="by default"),
        pytest.param(Scope(), {"web", "protected"}, id="with those that are protected"),
    ],
)
async def test_vms_that_are_protected_are_looked_at_on_request(
    scope: Scope, names: set[str]
) -> None:
    place = Place()
    place.group.vm("web")
    place.vault.protect(place.group.vm("protected"), place.vault.policies[0]["id"])
    report = await precheck(place.world, "vault", "enhanced", scope=scope)
    assert readiness_of(report).keys() == names


async def test_a_protected_vm_that_is_named_is_judged_by_the_policy_that_is_named() -> None:
    """A change of its policy: a shared disk can be left out under an Enhanced one."""
    place = Place()
    vm = place.group.vm("web", data_disks=[DiskShape(8, shares=2)])
    place.vault.protect(vm, place.vault.policies[0]["id"])
    named = Scope(Names(vms=(ArmId(vm.id),)), protection="unprotected-or-named")
    cause = "shared-disk-attached"
    in_force = await precheck(place.world, scope=named)
    assert verdicts_of(in_force, "web")[cause] == "applies"
    enhanced = await precheck(place.world, "vault", "enhanced", scope=named)
    assert verdicts_of(enhanced, "web")[cause] == "possible"


async def test_who_is_protected_takes_no_new_place() -> None:
    place = Place()
    full = place.vault.policy("full", patch={"properties": {"protectedItemsCount": 99}})
    for number in range(2):
        place.vault.protect(place.group.vm(f"protected-{number}"), full)
    place.group.vm("web")
    report = await precheck(place.world, "vault", "full", scope=Scope())
    assert verdicts_of(report, "web")["vault-quota"] == "possible"
    assert "With the" not in str(report.vms)
