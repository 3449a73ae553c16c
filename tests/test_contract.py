"""What every check must keep, ours and whatever is installed beside them."""

import ast
import re
from collections.abc import Iterator
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

import checks as ours
from scanner.catalogue import Edition, load
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.disks import Encryption
from scanner.inventory.facts.extensions import ExtensionOperations
from scanner.inventory.facts.machine import GuestSystem, Provisioning
from scanner.inventory.facts.restore_points import GroupLock
from scanner.inventory.gap import Reason, Unseen
from scanner.inventory.vm import FACTS, Vm
from scanner.judging.check import Check, Fleet, Verdict
from scanner.judging.engine import judge_in_fleet, judge_vm
from scanner.judging.panel import make_panel
from scanner.judging.plugins import discover
from scanner.judging.verdict import CauseVerdict, cite
from tests.support.facts import (
    BACKUPS,
    CLASSIC_ID,
    EDITIONS,
    GROUP,
    VM_ID,
    agent,
    classic_vm,
    cloud_service,
    collection,
    disks,
    extension,
    gap,
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

CATALOGUE = load()
CHECKS = [each.check for each in discover(CATALOGUE)]
EVERY = pytest.mark.parametrize("each", CHECKS, ids=lambda each: each.id)
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
    {"guest": GuestSystem(None, source()), "image": image(None, None)},
    {"restore_points": points(collection(600))},
    {"restore_points": points(), "group_locks": (GroupLock(BACKUPS, lock(BACKUPS)),)},
    {"extension_operations": ExtensionOperations(True, False, source()), "agent": no_agent()},
)
CLASSIC: tuple[dict[str, Any], ...] = (
    {},
    {"os": system("linux")},
    {"registration": registration(provisioned=False)},
    {"cloud_service": cloud_service(3)},
)
WORLD = [
    *(vm(**facts) for facts in LINUX),
    *(vm(**facts | {"os": system("windows")}) for facts in LINUX),
    *(classic_vm(**facts) for facts in CLASSIC),
]


class Recording(dict[str, Any]):
    """Facts that remember which were touched."""

    def __init__(self, seen: Any) -> None:
        super().__init__(seen)
        self.touched: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.touched.add(key)
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
                if not (check.skips and check.skips(of, item)):
                    list(check.judge(of, chosen, item))
    except Unseen:
        pass


def judged_by(check: Check, of: Vm, edition: Edition) -> tuple[CauseVerdict, ...]:
    """What the engine makes of a check, once all VMs are judged."""
    panel = make_panel([check], edition, CATALOGUE)
    return judge_in_fleet(panel, of, judge_vm(panel, of), FLEET)


def is_settled(check: Check, of: Vm) -> bool:
    """Whether the check has an answer before it needs its facts."""
    try:
        return bool(check.unless and check.unless(of))
    except Unseen:
        return False


def verdicts(check: Check, of: Vm, edition: str) -> list[Verdict]:
    return [each.verdict for each in judged_by(check, of, CATALOGUE.edition(edition))]


def is_about(check: Check, of: Vm) -> bool:
    family = check.family is None or of.os.family == check.family
    return family and check.deployment == of.deployment


def judged_in(check: Check, edition: str) -> str | None:
    """The cause that a check serves in an edition: its own, the group it is of, or none."""
    chosen = CATALOGUE.edition(edition)
    return next((each for each in chosen.causes if check.cause in chosen.parts(each)), None)


def unknown_if_judged(check: Check, edition: str) -> list[Verdict]:
    return [Verdict.UNKNOWN] if judged_in(check, edition) else []


def files() -> Iterator[Path]:
    assert ours.__file__
    yield from Path(ours.__file__).parent.rglob("*.py")


def test_there_are_checks() -> None:
    assert len(CHECKS) >= 5
    assert len({each.id for each in CHECKS}) == len(CHECKS)


@EVERY
def test_declares(each: Check) -> None:
    assert KEBAB.fullmatch(each.id)
    assert each.cause in CATALOGUE.causes
    assert each.summary.endswith(".")
    assert each.reads
    assert set(each.reads) <= FACTS.keys()
    assert each.each is None or each.each.partition(".")[0] in each.reads


@EVERY
def test_has_a_test(each: Check) -> None:
    name = f"test_{each.cause.replace('-', '_')}.py"
    assert (Path(__file__).parent / "checks" / name).is_file()


@EVERY
def test_its_module_is_named_as_its_cause(each: Check) -> None:
    assert each.judge.__module__ == f"checks.{each.cause.replace('-', '_')}"


@pytest.mark.parametrize("path", list(files()), ids=lambda path: path.name)
def test_catches_nothing(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Try | ast.TryStar)]


@EVERY
@IN_EACH_EDITION
def test_judges_without_crash(each: Check, edition: str) -> None:
    for of in WORLD:
        for stands in judged_by(each, of, CATALOGUE.edition(edition)):
            assert stands.cause == judged_in(each, edition)
            assert stands.findings
            assert stands.reason is not Reason.FAILED
            for judged in stands.findings:
                beside = judged.finding.reason is Reason.GUEST_ONLY
                assert beside or judged.check in (each.id, each.cause)
                assert judged.finding.message
                assert judged.finding.evidence or judged.finding.verdict < Verdict.POSSIBLE


@EVERY
def test_reads_what_it_declares_and_nothing_else(each: Check) -> None:
    touched: set[str] = set()
    for of in WORLD:
        if is_about(each, of):
            for edition in filter(partial(judged_in, each), EDITIONS):
                seen = Recording(of.seen)
                run(each, Vm(of.id, of.location, of.tags, seen), edition)
                touched |= seen.touched
    assert touched == {*each.reads, *each.helps}


@EVERY
@IN_EACH_EDITION
@pytest.mark.parametrize("reason", [None, *Reason])
def test_nothing_seen_is_never_clear(each: Check, edition: str, reason: Reason | None) -> None:
    seen = {} if reason is None else {fact: gap(fact, reason) for fact in FACTS}
    blank = Vm(CLASSIC_ID if each.deployment == "classic" else VM_ID, None, None, seen)
    assert verdicts(each, blank, edition) == unknown_if_judged(each, edition)


@EVERY
@IN_EACH_EDITION
def test_without_one_of_its_facts_never_clear(each: Check, edition: str) -> None:
    for of in WORLD:
        if is_about(each, of):
            for fact in each.reads:
                blind = Vm(of.id, None, None, {**of.seen, fact: gap(fact)})
                if is_settled(each, blind):
                    continue
                told = verdicts(each, blind, edition)
                assert told == unknown_if_judged(each, edition), fact


@EVERY
def test_what_an_edition_is_to_a_check_are_its_rules(each: Check) -> None:
    """The engine does not ask again by rules that are the same."""
    then, now = (make_panel([each], edition, CATALOGUE) for edition in CATALOGUE.editions)
    if CATALOGUE.editions[0].differs(CATALOGUE.editions[1], each.cause):
        return
    for of in WORLD:
        found = [[(j.check, j.finding.verdict, j.finding.message) for c in judge_vm(panel, of)
                  for j in c.findings if j.check == each.id] for panel in (then, now)]  # fmt: skip
        assert found[0] == found[1]


@EVERY
@IN_EACH_EDITION
def test_clear_names_what_it_read(each: Check, edition: str) -> None:
    chosen = CATALOGUE.edition(edition)
    for of in WORLD:
        for stands in judged_by(each, of, chosen):
            for judged in stands.findings:
                if judged.finding.verdict is Verdict.CLEAR and is_about(each, of):
                    assert all(fact in cite(judged, chosen) for fact in each.reads)
