"""What a precheck prints first, and the scripts for the VMs that are ready."""

from __future__ import annotations

import io
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from scanner.inventory.scope import Scope
from scanner.inventory.target import Target
from scanner.judging.check import Finding, Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import AttributedFinding, CauseVerdict
from scanner.report.formats.enabling import to_enabling, to_ids
from scanner.report.formats.precheck_screen import print_precheck
from scanner.report.formats.screen_parts import MOST_LINES
from scanner.report.formats.terminal_console import open_console
from scanner.report.report import Report
from scanner.sim.demo import grow
from scanner.sim.world import World
from tests.support.facts import agent, gap
from tests.support.hostile import HOSTILE
from tests.support.reports import machine, report
from tests.support.scans import scan_now
from tests.support.screens import crowded


def printed(of: Report, width: int = 80) -> str:
    out = io.StringIO()
    print_precheck(of, open_console(file=out, width=width))
    return out.getvalue()


@pytest.fixture(scope="module")
def demo() -> Report:
    return scan_now(grow(1, 60), target=Target(), scope=Scope(protection="unprotected")).report


@pytest.mark.parametrize("width", [80, 120, 200])
def test_it_is_one_screen(demo: Report, width: int) -> None:
    lines = printed(demo, width).splitlines()
    assert len(lines) < MOST_LINES
    assert max(map(cell_len, lines)) <= width


def with_verdict(vm: JudgedVm, number: int, causes: Sequence[str]) -> JudgedVm:
    """The VM with one verdict, each time of another cause: it applies, is possible, is unread."""
    verdict = (Verdict.APPLIES, Verdict.POSSIBLE, Verdict.UNKNOWN)[number % 3]
    cause = causes[number % len(causes)]
    unread = gap(cause) if verdict is Verdict.UNKNOWN else None
    found = AttributedFinding("check", Finding(verdict, "It is so.", gap=unread))
    reason = unread.reason if unread else None
    return replace(vm, causes=(CauseVerdict(cause, verdict, reason, (found,)),))


@pytest.mark.parametrize("width", [80, 120])
def test_it_is_one_screen_if_every_list_is_long(width: int) -> None:
    of = crowded()
    causes = [*of.edition.causes]
    vms = (with_verdict(vm, number, causes) for number, vm in enumerate(of.vms))
    text = printed(replace(of, vms=tuple(vms), target=Target()), width)
    assert len(text.splitlines()) < MOST_LINES
    assert text.count("more in --details") == 3
    assert text.rstrip().endswith("-f enable=enable.sh")


def row(text: str, why: str) -> str:
    return next(line for line in text.splitlines() if why in line)


def test_what_bars_is_grouped_with_at_most_three_names() -> None:
    old = [machine(f"old-{number}", agent=agent("2.2.1")) for number in range(5)]
    # The protection of the facts is a policy in force.
    of = replace(
        report([*old, machine("unread", disks=gap("disks")), machine("good")]), target=Target()
    )
    text = printed(of, 120)
    assert row(text, "linux-agent-outdated").split() == [
        "5", "linux-agent-outdated", "prod/rg-web:", "old-0", "old-1", "old-2", "+2",
    ]  # fmt: skip
    assert row(text, "disks of prod: denied").split()[-1] == "unread"
    assert row(text, "READY   prod").split() == ["READY", "prod/rg-web:", "good"]
    for count, readiness in (
        (1, "ready"),
        (0, "ready with warnings"),
        (1, "cannot tell"),
        (5, "not ready"),
    ):
        assert f"{count}  {readiness}" in text


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:40])
def test_hostile_text_is_inert(text: str) -> None:
    name = text.replace("/", "")
    of = replace(report([machine(name, name, agent=agent("2.2.1"))]), target=Target(text, text))
    shown = printed(of)
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert max(map(cell_len, shown.splitlines())) <= 80


def ready_world() -> World:
    world = World()
    group = world.subscription("prod").group("rg-new")
    group.vm("new-1")
    group.vm("new-2")
    group.vault("vault-prod", "westeurope").policy("Daily policy")
    return world


def test_the_ids_and_the_commands_of_ready_vms(tmp_path: Path) -> None:
    world = ready_world()
    of = scan_now(world, target=Target("vault-prod", "Daily policy")).report
    ids = to_ids(of).decode().splitlines()
    assert [id_.lower() for id_ in ids] == [vm.id.lower() for vm in world.vms]
    script = to_enabling(of).decode()
    commands = [line for line in script.splitlines() if line.startswith("az ")]
    [first, second] = [shlex.split(command) for command in commands]
    assert first[1:4] == ["backup", "protection", "enable-for-vm"]
    options = dict(zip(first[4::2], first[5::2], strict=True))
    vault = {"--vault-name": "vault-prod", "--policy-name": "Daily policy"}
    place = {"--subscription": of.vms[0].vm.id.subscription}
    group = options.pop("--resource-group")
    assert options == {"--vm": ids[0], **vault, **place}
    assert group.lower() == "rg-new"
    assert second != first
    # It does nothing until somebody has read it.
    file = tmp_path / "enable.sh"
    file.write_text(script, "utf-8")
    ran = subprocess.run(["/bin/sh", str(file)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "Read this script" in ran.stderr


@pytest.mark.parametrize(
    ("target", "missing"),
    [(Target(), "--vault and --policy"), (Target("vault-prod"), "--policy")],
    ids=["no vault", "no policy"],
)
def test_without_a_vault_or_a_policy_there_is_no_command(target: Target, missing: str) -> None:
    script = to_enabling(scan_now(ready_world(), target=target).report).decode()
    assert f"new-1: name {missing}\n" in script
    assert "Turns on backup for 0 VMs of 2, 2 of them ready." in script
    assert not [line for line in script.splitlines() if line.startswith("az ")]
