"""The report at a terminal: it fits, its totals are right, and no text of Azure acts on it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from scanner.catalogue import read
from scanner.catalogue.guests import in_guest
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.vm import Vm
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import WORST_FIRST
from scanner.report.formats.terminal_console import plain
from tests.support.facts import (
    BACKUPS,
    SUBSCRIPTION,
    agent,
    classic_vm,
    collection,
    disks,
    extension,
    gap,
    lock,
    network,
    no_agent,
    nsg,
    outbound,
    points,
    power,
    registration,
    system,
)
from tests.support.hostile import HOSTILE
from tests.support.reports import CATALOGUE, machine, printed, report

CASES: tuple[dict[str, Any], ...] = (
    {},
    {"agent": agent("2.2.20")},
    {"agent": agent(status="Not Ready", message="It says nothing. " * 20, minutes=123456)},
    {"os": system("windows"), "agent": no_agent()},
    {"os": system("windows"), "agent": agent("2.6.1198.718")},
    {"power_state": power("deallocated"), "agent": gap("agent", Reason.NOT_RUNNING)},
    {"disks": disks(*[65537] * 9)},
    {"disks": disks(30, 2048)},
    {"locks": (lock(BACKUPS),), "restore_points": points(collection(18))},
    {
        "locks": (lock(BACKUPS, name="k" * 90), lock(SUBSCRIPTION)),
        "restore_points": points(collection(9)),
    },
    {"locks": gap("locks")},
    {"extensions": (extension(state="Failed"),)},
    {"power_state": power("stopped"), "agent": gap("agent", Reason.NOT_RUNNING)},
    {"network": network(on_subnet=nsg(outbound("Deny", 100, "Internet")))},
)


NETWORK = "vm-no-internet-access"


def fleet(times: int = 1) -> list[Vm]:
    cases = [case for _ in range(times) for case in CASES]
    machines = [machine(f"vm-{number:03}", **facts) for number, facts in enumerate(cases)]
    return [*machines, *[classic_vm(registration=registration(provisioned=False))] * times]


@pytest.mark.parametrize("edition", ["2018-01", "current"])
@pytest.mark.parametrize("times", [0, 1, pytest.param(12, marks=pytest.mark.long)])
@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_too_long(edition: str, times: int, width: int) -> None:
    shown = printed(report(fleet(times), gap("locks"), edition=edition), width=width)
    # A command is one line, to be pasted.
    lines = [line for line in shown.splitlines() if not line.lstrip().startswith("fix: az ")]
    assert max(map(cell_len, lines)) <= width


def test_a_command_is_one_line() -> None:
    shown = printed(report(fleet(), gap("locks")), width=60)
    commands = [line.strip() for line in shown.splitlines() if line.lstrip().startswith("fix: az ")]
    assert commands
    assert all("--subscription" in command or "--ids" in command for command in commands)


def test_totals() -> None:
    of = report(fleet())
    shown = printed(of)
    for cause, counted in of.totals.items():
        row = next(line for line in shown.splitlines() if line.startswith(cause))
        counts = [int(cell) for cell in row.split()[1:]]
        assert counts == [counted[verdict] for verdict in WORST_FIRST]
        assert sum(counts) == len(of.vms) == len(fleet())


def test_findings_gaps_and_what_was_withdrawn() -> None:
    text = " ".join(printed(report(fleet())).split())
    assert "10 VMs with a documented cause" in text
    assert text.index("vm-006") < text.index("vm-004")
    assert "65,537 GiB" in text
    assert "Unknown verdicts by reason: 1 denied, 1 guest-only, 4 not-running" in text
    assert "1 gap: what could not be read" in text
    assert "disk-size-unsupported on 1 VM, vm-no-internet-access on 1 VM" in text
    assert "guest-only: CPU or memory use is high" in text


def all_remedies(cause: str, edition: str) -> Iterator[str]:
    """What a report may say to do about a cause: of a rule, of the cause, or its steps."""
    rules = [rule for rule in CATALOGUE.edition(edition).rules if rule.cause == cause]
    own = [rule.remedy for rule in rules if rule.remedy]
    general = CATALOGUE.causes[cause].remedy.get(edition)
    steps = " ".join(read().editions[edition].causes[cause].steps)
    yield from (in_guest(remedy, None) for remedy in (*own, general or steps))


@pytest.mark.parametrize("edition", ["2018-01", "current"])
def test_the_remedy_of_every_cause_found(edition: str) -> None:
    """For a group of causes, the remedy of the member that was found."""
    # Lines are wrapped, in long words too.
    text = "".join(printed(report(fleet(), edition=edition)).split())
    of = CATALOGUE.edition(edition)
    totals = report(fleet(), edition=edition).totals
    found = {
        cause
        for cause, counted in totals.items()
        if counted[Verdict.APPLIES] or counted[Verdict.POSSIBLE]
    }
    assert len(found) >= 7
    for cause in totals:
        remedies = [remedy for part in of.parts(cause) for remedy in all_remedies(part, edition)]
        is_shown = any("".join(remedy.split()) in text for remedy in remedies)
        assert is_shown is (cause in found), cause


def test_long_lists_are_cut_with_a_note() -> None:
    shown = printed(report(fleet(20)))
    assert re.search(r"\+160 more; -o report\.json has them all", shown)


def test_what_is_left_out_is_reported() -> None:
    asked = ScopeSummary({}, ("retired", "\x1b[1mold"), 12, 3)
    shown = printed(report([], asked=asked))
    assert all(part in shown for part in ("retired", "12 VMs", "--include-managed", "3 VMs"))
    assert "\x1b" not in shown


def is_inert(shown: str) -> None:
    assert all(char.isprintable() or char == "\n" for char in shown)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:40])
def test_hostile_text_is_inert(text: str) -> None:
    name = text.replace("/", "")
    bad = machine(
        name,
        name,
        agent=agent(status=f"Not {text}", message=text),
        disks=disks(70000),
        locks=(lock(BACKUPS, name=name),),
    )
    asked = ScopeSummary({str(SUBSCRIPTION.subscription): text}, (text,), 0, 0)
    of = report([bad], Gap(text, text, Reason.FAILED, text, text), asked=asked)
    shown = printed(of)
    is_inert(shown)
    assert max(map(cell_len, shown.splitlines())) <= 80
    if "[" in name and name.isprintable():
        assert name in shown.replace("\n", "")
    coloured = printed(of, terminal=True)
    is_inert(re.sub(r"\x1b\[[0-9;]*m", "", coloured))
    assert "\x1b]" not in coloured


@given(st.text())
def test_plain_text_is_inert(text: str) -> None:
    shown = plain(text)
    is_inert(shown.plain)
    assert len(shown.plain) == len(text)
    assert not shown.spans


@pytest.mark.parametrize(
    ("value", "coloured"),
    [pytest.param(None, True, id="NO_COLOR unset"), pytest.param("1", False, id="NO_COLOR=1")],
)
def test_no_color(monkeypatch: pytest.MonkeyPatch, value: str | None, coloured: bool) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if value:
        monkeypatch.setenv("NO_COLOR", value)
    shown = printed(report(fleet()), terminal=True)
    assert bool(re.search(r"\x1b\[[0-9;]*3[0-9]m", shown)) is coloured


@pytest.mark.parametrize("runner", ["GITHUB_ACTIONS", "TF_BUILD"])
@pytest.mark.parametrize(
    "name", ["::error::gone", ":::warning::x", "##vso[task.complete]", "###[x]"]
)
def test_no_line_is_a_command_of_the_pipeline(
    monkeypatch: pytest.MonkeyPatch, runner: str, name: str
) -> None:
    """A runner obeys ``::`` at the start of a line, ``##[`` and ``##vso[`` anywhere in one."""
    of = report([machine(name, name, agent=agent("2.2.1"))])
    assert name in printed(of)
    monkeypatch.setenv(runner, "true")
    text = printed(of)
    assert "##" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
