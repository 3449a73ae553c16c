"""Scripts that would mend the findings: filled in, quoted, and stopped until they are read."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from scanner.catalogue import load
from scanner.inventory.armid import ArmId
from scanner.report.fixes import fixes, steps, to_powershell, to_shell
from scanner.report.inert import visible
from scanner.report.report import Report
from tests.checks.builders import BACKUPS, agent, collection, lock, no_agent, points, system

from .test_terminal import machine, report
from .test_writers import NAMES, waived

OUTDATED: dict[str, Any] = {"agent": agent("2.2.1")}


def commands(script: bytes) -> list[str]:
    lines = script.decode().splitlines()
    return [line for line in lines if line.startswith(("az ", "Invoke-", "Remove-", "Restart-"))]


def test_every_fix_is_of_a_cause_and_complete() -> None:
    known = load().causes
    for fix in fixes():
        assert fix.cause in known
        assert fix.az
        assert fix.powershell
        assert fix.changes
        assert fix.risk
        assert bool(fix.undo_az) == bool(fix.undo_powershell)


def test_what_frees_most_vms_comes_first() -> None:
    locked: dict[str, Any] = {"locks": (lock(BACKUPS),), "restore_points": points(collection(18))}
    of = report([machine("one", **OUTDATED), machine("two", **locked), machine("three", **locked)])
    told = list(steps(of))
    assert [(each.fix.cause, each.vms) for each in told] == [
        ("restore-point-cleanup-blocked-by-lock", 2),
        ("linux-agent-outdated", 1),
    ]
    [first, second] = commands(to_shell(of))
    assert shlex.split(first)[:4] == ["az", "lock", "delete", "--ids"]
    assert shlex.split(second)[4:6] == ["--ids", told[1].target.text]


def test_waived_findings_need_nothing() -> None:
    of = waived(report([machine("one", **OUTDATED)]))
    assert not list(steps(of))
    assert "Nothing that a command mends" in to_shell(of).decode()


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_one_word_and_no_line(name: str) -> None:
    vm = machine(name.replace("/", "_"), name, **OUTDATED)
    [command] = commands(to_shell(report([vm])))
    words = shlex.split(command)
    assert words[words.index("--ids") + 1] == visible(vm.id.text)
    lines = to_shell(report([vm])).decode().splitlines()
    assert all(line.startswith(("#", "az ", "set ", "echo ")) or not line for line in lines)


@pytest.mark.parametrize("name", [*NAMES, "it's", "it\u2019s", "'; Remove-Item C:\\ #"], ids=ascii)
def test_powershell_quotes_its_own_quotes(name: str) -> None:
    vm = machine(name.replace("/", "_"), os=system("windows"), agent=no_agent())
    [command] = commands(to_powershell(report([vm])))
    literal = command.removeprefix("Restart-AzVM -Id ")
    assert literal.startswith("'")
    assert literal.endswith("'")
    inner = literal[1:-1]
    for quote in "'\u2018\u2019\u201a\u201b":
        inner = inner.replace(quote * 2, "")
    assert not set(inner) & set("'\u2018\u2019\u201a\u201b")


def test_a_script_that_was_not_read_does_nothing(tmp_path: Path) -> None:
    shell = shutil.which("sh")
    assert shell
    file = tmp_path / "fix.sh"
    file.write_bytes(to_shell(some()))
    ran = subprocess.run([shell, file], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "Read this script" in ran.stderr
    assert subprocess.run([shell, "-n", file], check=False).returncode == 0


def some() -> Report:
    return report([machine("one", **OUTDATED)])


def test_a_lock_is_put_back_where_it_was() -> None:
    locked: dict[str, Any] = {"locks": (lock(BACKUPS),), "restore_points": points(collection(18))}
    text = to_shell(report([machine("two", **locked)])).decode()
    undo = next(line for line in text.splitlines() if "Undo: az rest" in line)
    words = shlex.split(undo)
    uri = words[words.index("--uri") + 1]
    assert ArmId(uri.partition("?")[0]).scope == BACKUPS
