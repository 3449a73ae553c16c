"""What holds for every check, ours and those of other installed packages."""

import ast
import re
from collections.abc import Iterator
from functools import cache, partial
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

import checks as ours
from scanner.catalogue import load
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.disks import Encryption
from scanner.inventory.facts.extensions import ExtensionOperations
from scanner.inventory.facts.machine import GuestSystem, Provisioning
from scanner.inventory.facts.restore_points import GroupLock
from scanner.inventory.gap import Reason, Unseen
from scanner.inventory.vm import FACTS, Vm
from scanner.judging.check import Check, Fleet, Verdict
from scanner.judging.engine import judge_in_fleet, judge_vm
from scanner.judging.panel import Panel, make_panel
from scanner.judging.verdict import CauseVerdict, cite
from tests.support.facts import (
    BACKUPS,
    CLASSIC_ID,
    EDITIONS,
    GROUP,
    VM_ID,
    agent,
    classic_agent,
    classic_vm,
    cloud_service,
    collection,
    disks,
    extension,
    gap,
    guest_load,
    hardware,
    image,
    kind,
    lock,
    network,
    no_agent,
    nsg,
    operations,
    outbound,
    plan,
    points,
    policy,
    power,
    protection,
    registration,
    source,
    system,
    vm,
)
from tests.support.verdicts import shown_of
from tests.support.vetted import vetted_checks

CATALOGUE = load()
CHECKS = vetted_checks(CATALOGUE)
EVERY = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
IN_EACH_EDITION = pytest.mark.parametrize("edition", EDITIONS)
FLEET = Fleet(newcomers=2)
OTHER_VAULT = ArmId(
    "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-backup"
    "/providers/Microsoft.RecoveryServices/vaults/theirs"
)
ADE = source("resources[1]").evidence("type", "AzureDiskEncryption")
KEBAB = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

LINUX: tuple[dict[str, Any], ...] = (
    {},
    {"os": system("linux", asked=False)},
    {"agent": agent("2.2.1")},
    {"agent": agent(status="Not Ready")},
    {"agent": no_agent()},
    {"power_state": power("deallocated"), "agent": gap("agent", Reason.NOT_RUNNING)},
    {"disks": disks(30, 2048, 70000)},
    {"disks": disks(*[32767] * 20)},
    {"locks": (lock(BACKUPS),)},
    {"locks": (lock(BACKUPS),), "restore_points": points(collection(18))},
    {"locks": (lock(GROUP),), "restore_points": points()},
    {"power_state": power("stopped"), "agent": gap("agent", Reason.NOT_RUNNING)},
    {"image": image("MicrosoftSQLServer", "sql2022")},
    {"extensions": ()},
    {"extensions": (extension(state="Failed"), extension(version="1.0.15.0"))},
    {"extensions": (extension("Microsoft.SqlServer.Management.SqlIaaSAgent"),)},
    {"extension_operations": operations(allowed=False)},
    {"protection": protection(by=policy(crash_consistent=True))},
    {"network": network(on_nic=nsg(outbound("Deny", 100, "Internet")))},
    {"network": network(on_subnet=nsg(outbound("Deny", 100, "0.0.0.0/1")), private=True)},
    {"hardware": hardware(kind(is_os=True), kind("shared", shares=2))},
    {"hardware": hardware(kind(is_os=True), kind("ultra", storage="UltraSSD_LRS"))},
    {"hardware": hardware(kind(is_os=True), kind("fast", accelerated=True))},
    {"hardware": hardware(kind(is_os=True, accelerated=True))},
    {"hardware": hardware(kind(is_os=True), kind("odd", auth_mode="AzureActiveDirectory"))},
    {"hardware": hardware(kind(is_os=True), kind("odd", security_type="TrustedLaunch"))},
    {"hardware": hardware(kind(is_os=True, unmanaged=True))},
    {"hardware": hardware(kind(is_os=True, ephemeral=True), size="Standard_B1s")},
    {"hardware": hardware(*[kind(str(number), is_os=not number) for number in range(40)])},
    {"hardware": hardware(security="TrustedLaunch")},
    {"hardware": hardware(security="ConfidentialVM"), "plan": plan(policy(), of=OTHER_VAULT)},
    {"plan": plan(policy(enhanced=True), "northeurope"), "restore_points": points(collection(17))},
    {"plan": plan(policy(crash_consistent=True)), "hardware": hardware(size="Standard_D4s_v6")},
    {"plan": plan(policy(), of=OTHER_VAULT), "encryption": Encryption(ADE, None)},
    {"encryption": Encryption(ADE, ADE), "disks": disks(30, 8000)},
    {"protection": protection("stopped", by=policy())},
    {"protection": protection("unprotected")},
    {"provisioning": Provisioning("Failed", source())},
    {"provisioning": Provisioning("Updating", source())},
    {"guest": GuestSystem("CoreOS", source())},
    {"guest_load": guest_load()},
    {"guest_load": guest_load(cpu=95, memory=95)},
    {"guest_load": guest_load(cpu=gap("guest_load"), memory=gap("guest_load"))},
    {"guest": GuestSystem(None, source()), "image": image(None, None)},
    {"restore_points": points(collection(600))},
    {"restore_points": points(), "group_locks": (GroupLock(BACKUPS, lock(BACKUPS)),)},
    {"extension_operations": ExtensionOperations(True, False, source()), "agent": no_agent()},
)
CLASSIC: tuple[dict[str, Any], ...] = (
    {},
    {"os": system("linux")},
    {"registration": registration(provisioned=False)},
    {"agent": classic_agent("2.2.19", "NotReady"), "os": system("linux")},
    {"agent": classic_agent("2.2.19"), "os": system("linux")},
    {"cloud_service": cloud_service(3)},
)
VMS = [
    *(vm(**facts) for facts in LINUX),
    *(vm(**facts | {"os": system("windows")}) for facts in LINUX),
    *(classic_vm(**facts) for facts in CLASSIC),
]


class Recording(dict[str, Any]):
    """Facts that record which of them were read."""

    def __init__(self, facts: Any) -> None:
        super().__init__(facts)
        self.read: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.read.add(key)
        return super().get(key, default)


def run(check: Check, of: Vm, edition: str) -> None:
    """Call a check as the engine does, without the engine."""
    chosen = CATALOGUE.edition(edition)
    try:
        if check.unless and check.unless(of):
            return
        if check.scope == "fleet":
            list(check.judge(of, chosen, FLEET))
        elif check.each is None:
            list(check.judge(of, chosen))
        else:
            for item in attrgetter(check.each)(of):
                list(check.judge(of, chosen, item))
                if check.skips:
                    check.skips(of, item)
    except Unseen:
        pass


@cache
def panel_of(check: Check, edition: str) -> Panel:
    """What one check judges in an edition. It is asked about many VMs."""
    return make_panel([check], CATALOGUE.edition(edition), CATALOGUE)


def judged_by(check: Check, of: Vm, edition: str) -> tuple[CauseVerdict, ...]:
    """The verdicts of the engine by one check, once all VMs are judged."""
    panel = panel_of(check, edition)
    return judge_in_fleet(panel, of, judge_vm(panel, of), FLEET)


def is_settled(check: Check, of: Vm) -> bool:
    """True if the check has an answer before it needs its facts."""
    try:
        return bool(check.unless and check.unless(of))
    except Unseen:
        return False


def verdicts(check: Check, of: Vm, edition: str) -> list[Verdict]:
    return [judged.verdict for judged in judged_by(check, of, edition)]


def is_about(check: Check, of: Vm, edition: str) -> bool:
    """True if the check is for VMs of this kind in an edition."""
    is_of_family = check.family is None or of.os.family == check.family
    classic = check.deployment or check.cause in CATALOGUE.edition(edition).classic
    models = check.deployments if classic else ("resource-manager",)
    return is_of_family and of.deployment in models


def judged_in(check: Check, edition: str) -> str | None:
    """The cause that a check judges in an edition: its own, its group, or None."""
    chosen = CATALOGUE.edition(edition)
    return next((cause for cause in chosen.causes if check.cause in chosen.parts(cause)), None)


def unknown_if_judged(check: Check, edition: str) -> list[Verdict]:
    return [Verdict.UNKNOWN] if judged_in(check, edition) else []


def files() -> Iterator[Path]:
    assert ours.__file__
    yield from Path(ours.__file__).parent.rglob("*.py")


def test_there_are_checks() -> None:
    assert len(CHECKS) >= 5
    assert len({check.id for check in CHECKS}) == len(CHECKS)


@EVERY
def test_its_declaration_is_valid(check: Check) -> None:
    assert KEBAB.fullmatch(check.id)
    assert check.cause in CATALOGUE.causes
    assert check.summary.endswith(".")
    assert check.reads
    assert set(check.reads) <= FACTS.keys()
    assert check.each is None or check.each.partition(".")[0] in check.reads


@EVERY
def test_its_cause_has_a_test_file(check: Check) -> None:
    name = f"test_{check.cause.replace('-', '_')}.py"
    assert (Path(__file__).parent / "checks" / name).is_file()


@EVERY
def test_its_module_is_named_after_its_cause(check: Check) -> None:
    assert check.judge.__module__ == f"checks.{check.cause.replace('-', '_')}"


@pytest.mark.parametrize("path", list(files()), ids=lambda path: path.name)
def test_a_module_of_checks_catches_no_exception(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Try | ast.TryStar)]


@EVERY
@IN_EACH_EDITION
def test_it_judges_every_vm_without_a_crash(check: Check, edition: str) -> None:
    for of in VMS:
        for verdict in judged_by(check, of, edition):
            assert verdict.cause == judged_in(check, edition)
            assert verdict.findings
            assert verdict.reason is not Reason.FAILED
            for judged in verdict.findings:
                is_member = judged.finding.reason is Reason.GUEST_ONLY
                assert is_member or judged.check in (check.id, check.cause)
                assert judged.finding.message
                assert judged.finding.evidence or judged.finding.verdict < Verdict.POSSIBLE


@EVERY
def test_it_reads_the_facts_that_it_declares_and_no_others(check: Check) -> None:
    read: set[str] = set()
    for of in VMS:
        for edition in filter(partial(judged_in, check), EDITIONS):
            if is_about(check, of, edition):
                facts = Recording(of.seen)
                run(check, Vm(of.id, of.location, of.tags, facts), edition)
                read |= facts.read
    assert read == {*check.reads, *check.helps}


@EVERY
@IN_EACH_EDITION
def test_without_any_fact_it_is_never_clear(check: Check, edition: str) -> None:
    """It has no fact, or every fact is a gap with the same reason."""
    found = {}
    for reason in (None, *Reason):
        facts = {} if reason is None else {fact: gap(fact, reason) for fact in FACTS}
        blank = Vm(CLASSIC_ID if check.deployment == "classic" else VM_ID, None, None, facts)
        found[reason] = verdicts(check, blank, edition)
    assert found == dict.fromkeys((None, *Reason), unknown_if_judged(check, edition))


@EVERY
@IN_EACH_EDITION
def test_without_one_of_its_facts_it_is_never_clear(check: Check, edition: str) -> None:
    for of in VMS:
        if is_about(check, of, edition):
            for fact in check.reads:
                blind = Vm(of.id, None, None, {**of.seen, fact: gap(fact)})
                if not is_settled(check, blind):
                    found = verdicts(check, blind, edition)
                    assert found == unknown_if_judged(check, edition), fact


def found_by(check: Check, of: Vm, edition: str) -> list[tuple[Verdict, str]]:
    """The findings of a check itself, without those of other members of its group."""
    judged = judge_vm(panel_of(check, edition), of)
    return [
        (attributed.finding.verdict, attributed.finding.message)
        for cause in judged
        for attributed in cause.findings
        if attributed.check == check.id
    ]


@EVERY
@IN_EACH_EDITION
def test_judged_briefly_it_has_the_same_verdicts(check: Check, edition: str) -> None:
    """Only what no report shows is left out."""
    panel = panel_of(check, edition)
    for of in VMS:
        whole, brief = (judge_vm(panel, of, briefly=briefly) for briefly in (False, True))
        assert [shown_of(cause) for cause in whole] == [shown_of(cause) for cause in brief]


@EVERY
def test_it_finds_the_same_in_editions_with_the_same_rules(check: Check) -> None:
    """The engine relies on it, and does not ask again."""
    oldest, current = CATALOGUE.editions
    if not oldest.differs(current, check.cause):
        for of in VMS:
            assert found_by(check, of, oldest.id) == found_by(check, of, current.id)


@EVERY
@IN_EACH_EDITION
def test_clear_cites_the_facts_that_were_read(check: Check, edition: str) -> None:
    chosen = CATALOGUE.edition(edition)
    for of in VMS:
        for verdict in judged_by(check, of, edition):
            for judged in verdict.findings:
                if judged.finding.verdict is Verdict.CLEAR and is_about(check, of, edition):
                    assert all(fact in cite(judged, chosen) for fact in check.reads)
