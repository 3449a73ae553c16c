"""What every check must keep, ours and whatever is installed beside them."""

import ast
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import checks as ours
from scanner.catalogue import load
from scanner.check import Check, Verdict
from scanner.discover import discover
from scanner.engine import cited, judge, seat
from scanner.inventory.gap import Reason, Unseen
from scanner.inventory.vm import FACTS, Vm
from tests.checks.builders import (
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
    image,
    lock,
    network,
    no_agent,
    nsg,
    operations,
    outbound,
    points,
    policy,
    power,
    protection,
    registration,
    system,
    vm,
)  # fmt: skip

CATALOGUE = load()
CHECKS = [each.check for each in discover(CATALOGUE)]
EVERY = pytest.mark.parametrize("each", CHECKS, ids=lambda each: each.id)
IN_EACH_EDITION = pytest.mark.parametrize("edition", EDITIONS)
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
        if check.each is None:
            list(check.judge(of, chosen))
        else:
            for item in getattr(of, check.each):
                list(check.judge(of, chosen, item))
    except Unseen:
        pass


def verdicts(check: Check, of: Vm, edition: str) -> list[Verdict]:
    judged = judge(seat([check], CATALOGUE.edition(edition), CATALOGUE), of)
    return [each.verdict for each in judged]


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
    assert each.each is None or each.each in each.reads


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
        for stands in judge(seat([each], CATALOGUE.edition(edition), CATALOGUE), of):
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
                if each.unless and each.unless(blind):
                    continue
                told = verdicts(each, blind, edition)
                assert told == unknown_if_judged(each, edition), fact


@EVERY
def test_what_an_edition_is_to_a_check_are_its_rules(each: Check) -> None:
    """The engine does not ask again by rules that are the same."""
    then, now = (seat([each], edition, CATALOGUE) for edition in CATALOGUE.editions)
    if CATALOGUE.editions[0].differs(CATALOGUE.editions[1], each.cause):
        return
    for of in WORLD:
        found = [[(j.check, j.finding.verdict, j.finding.message) for c in judge(panel, of)
                  for j in c.findings if j.check == each.id] for panel in (then, now)]  # fmt: skip
        assert found[0] == found[1]


@EVERY
@IN_EACH_EDITION
def test_clear_names_what_it_read(each: Check, edition: str) -> None:
    chosen = CATALOGUE.edition(edition)
    for of in WORLD:
        for stands in judge(seat([each], chosen, CATALOGUE), of):
            for judged in stands.findings:
                if judged.finding.verdict is Verdict.CLEAR and is_about(each, of):
                    assert all(fact in cited(judged, chosen) for fact in each.reads)
