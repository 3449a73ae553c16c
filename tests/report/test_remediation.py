"""Scripts that fix the findings: filled in, quoted, and stopped until somebody reads them."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scanner.catalogue import fixes, load
from scanner.inventory.armid import ArmId
from scanner.report.escape import printable
from scanner.report.formats.scripts import to_json, to_powershell, to_shell
from scanner.report.remediation import remediations
from scanner.report.report import Report
from tests.support.facts import (
    BACKUPS,
    agent,
    collection,
    extension,
    lock,
    no_agent,
    operations,
    points,
    power,
    system,
)
from tests.support.hostile import NAMES, hostile
from tests.support.reports import machine, report, waived

OUTDATED: dict[str, Any] = {"agent": agent("2.2.1")}
LOCKED: dict[str, Any] = {"locks": (lock(BACKUPS),), "restore_points": points(collection(18))}
WORDS = ("az ", "Invoke-", "Remove-", "Restart-", "Set-", "Get-", "Stop-")


def commands(script: bytes) -> list[str]:
    return [line for line in script.decode().splitlines() if line.startswith(WORDS)]


def test_every_fix_is_complete_and_names_known_rules() -> None:
    catalogue = load()
    rules = {
        (rule.cause, rule.condition) for edition in catalogue.editions for rule in edition.rules
    }
    for fix in fixes():
        assert fix.cause in catalogue.causes
        assert all((fix.cause, condition) in rules for condition in fix.conditions)
        assert fix.steps
        assert fix.changes
        assert fix.risk.startswith(("Low", "Medium", "High"))
        assert bool(fix.undo_az) == bool(fix.undo_powershell)
        for step in fix.steps:
            assert step.says
            assert bool(step.az) == bool(step.powershell)


def test_the_fix_for_most_vms_comes_first() -> None:
    of = report([machine("one", **OUTDATED), machine("two", **LOCKED), machine("three", **LOCKED)])
    found = list(remediations(of))
    assert [(remediation.fix.cause, remediation.vms) for remediation in found] == [
        ("restore-point-cleanup-blocked-by-lock", 2),
        ("linux-agent-outdated", 1),
    ]
    [first, second] = commands(to_shell(of))
    assert shlex.split(first)[:4] == ["az", "lock", "delete", "--ids"]
    assert shlex.split(second)[4:6] == ["--ids", found[1].target.text]


def test_commands_for_possible_causes_and_last_resorts_are_comments() -> None:
    few: dict[str, Any] = {"locks": (lock(BACKUPS),), "restore_points": points(collection(12))}
    silent: dict[str, Any] = {"os": system("windows"), "agent": no_agent()}
    stopped: dict[str, Any] = {"power_state": power("stopped")}
    of = report([machine("few", **few), machine("silent", **silent), machine("off", **stopped)])
    text = to_shell(of).decode()
    assert commands(text.encode()) == []
    for command in ("az lock delete", "az vm restart", "az vm deallocate"):
        assert f"\n# {command}" in text
    assert "Step 1. No command reaches a silent agent" in text


def test_the_failed_extension_by_its_name() -> None:
    failed = extension(state="Failed", name="myBackup")
    [command] = commands(to_shell(report([machine("one", extensions=(failed,))])))
    words = shlex.split(command)
    assert words[words.index("--name") + 1] == "myBackup"


def test_a_vm_without_extension_operations_loses_no_extension() -> None:
    of = report([machine("one", extension_operations=operations(allowed=False))])
    [command] = commands(to_shell(of))
    assert command.endswith("osProfile.allowExtensionOperations=true")


def test_an_extension_without_a_name_is_removed_by_its_usual_name() -> None:
    """A handler reports the type of an extension, but not its name, and the portal lists none."""
    handler = msgspec.structs.replace(extension(state="Failed"), named=None)
    of = report([machine("one", extensions=(handler,))])
    assert commands(to_shell(of)) == []
    text = to_shell(of).decode()
    assert "# az vm extension delete" in text
    assert "--name VMSnapshotLinux\n" in text
    assert "Only if the VM runs Linux, and the extension was not removed by its name" in text
    assert "runs Windows" not in text
    assert "Remove-AzVMExtension" in to_powershell(of).decode()


def test_fixes_as_json() -> None:
    of = report([machine("one", **OUTDATED), machine("two", **LOCKED)])
    [root, outdated] = json.loads(to_json(of))["fixes"]
    assert root["steps"][0]["az"][0].startswith(f"az lock delete --ids {root['target']} ")
    assert root["undo_az"]
    assert outdated["target"] == machine("one").id.text
    assert outdated["check_again"].startswith("backupscan scan --vm /subscriptions/")
    assert (root["verdict"], root["vms"]) == ("applies", 1)


def test_waived_findings_need_no_fix() -> None:
    of = waived(report([machine("one", **OUTDATED)]))
    assert not list(remediations(of))
    assert "No finding has a known fix" in to_shell(of).decode()


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_one_word_on_one_line(name: str) -> None:
    vm = machine(name.replace("/", "_"), name, **OUTDATED)
    [command] = commands(to_shell(report([vm])))
    words = shlex.split(command)
    assert words[words.index("--ids") + 1] == printable(vm.id.text)
    lines = to_shell(report([vm])).decode().splitlines()
    assert all(line.startswith(("#", "az ", "set ", "echo ")) or not line for line in lines)


@pytest.mark.parametrize("name", [*NAMES, "it's", "it\u2019s", "'; Remove-Item C:\\ #"], ids=ascii)
def test_powershell_quotes_its_own_quotes(name: str) -> None:
    vm = machine(name.replace("/", "_"), os=system("windows"), agent=no_agent())
    lines = to_powershell(report([vm])).decode().splitlines()
    [literal] = [line.partition(" -Name ")[2] for line in lines if "Restart-AzVM" in line]
    assert literal.startswith("'")
    assert literal.endswith("'")
    inner = literal[1:-1]
    for quote in "'\u2018\u2019\u201a\u201b":
        inner = inner.replace(quote * 2, "")
    assert not set(inner) & set("'\u2018\u2019\u201a\u201b")


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_script_runs_az_and_nothing_else(tmp_path: Path, name: str) -> None:
    """Run without the line that stops it, with an empty PATH and a stub of az that prints."""
    shell = shutil.which("sh")
    assert shell
    text = to_shell(hostile(name)).decode()
    stub = "az() { printf '%s\\n' \"$@\"; }\n"
    file = tmp_path / "fix.sh"
    lines = [line for line in text.splitlines() if not line.startswith("echo 'Read this")]
    file.write_text(stub + "\n".join(lines) + "\n", encoding="utf-8")
    environment = {"PATH": "", "LC_ALL": "C.UTF-8"}
    ran = subprocess.run(
        [shell, file], capture_output=True, check=False, env=environment, cwd=tmp_path
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert printable(name.replace("/", "_")) in ran.stdout.decode()
    assert list(tmp_path.iterdir()) == [file]


def test_an_unread_script_does_nothing(tmp_path: Path) -> None:
    shell = shutil.which("sh")
    assert shell
    file = tmp_path / "fix.sh"
    file.write_bytes(to_shell(one_outdated()))
    ran = subprocess.run([shell, file], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "Read this script" in ran.stderr
    assert subprocess.run([shell, "-n", file], check=False).returncode == 0


def one_outdated() -> Report:
    return report([machine("one", **OUTDATED)])


@pytest.mark.parametrize("level", ["CanNotDelete", "ReadOnly"])
def test_undo_puts_the_same_lock_back(level: str) -> None:
    locked = {**LOCKED, "locks": (lock(BACKUPS, level=level),)}
    text = to_shell(report([machine("two", **locked)])).decode()
    undo = next(line for line in text.splitlines() if "Undo: az rest" in line)
    words = shlex.split(undo)
    uri = words[words.index("--uri") + 1]
    assert ArmId(uri.partition("?")[0]).scope == BACKUPS
    body = json.loads(words[words.index("--body") + 1])
    assert body == {"properties": {"level": level}}


def test_powershell_names_the_subscription_before_a_group() -> None:
    """The selected subscription may have a group of the same name."""
    lines = to_powershell(one_outdated()).decode().splitlines()
    index = next(n for n, line in enumerate(lines) if line.startswith("Invoke-AzVMRunCommand"))
    assert lines[index - 1].startswith("Set-AzContext -Subscription ")
    for fix in fixes():
        for commands_ in (*(step.powershell for step in fix.steps), fix.undo_powershell):
            # A REST call has its subscription in its path.
            named = any("Invoke-AzRestMethod" not in command for command in commands_)
            assert not named or commands_[0].startswith("Set-AzContext -Subscription")
            # From an id Az.Compute reads only group and name, and it fails on some group names.
            assert not any("AzVM -Id" in command for command in commands_)


def test_deleting_a_lock_names_its_subscription() -> None:
    """``az lock delete`` ignores the subscription of an id."""
    [command] = commands(to_shell(report([machine("two", **LOCKED)])))
    words = shlex.split(command)
    assert words[words.index("--subscription") + 1] == machine("two").id.subscription


def test_deleting_a_lock_on_a_subscription_is_a_comment() -> None:
    subscription = machine("two").id.subscription_id
    assert subscription
    locked = {**LOCKED, "locks": (lock(subscription),)}
    of = report([machine("two", **locked)])
    text = to_shell(of).decode()
    assert commands(text.encode()) == []
    assert "\n# az lock delete --ids /subscriptions/" in text
    assert "Risk: High" in text
    assert "Only if narrower locks protect" in text
