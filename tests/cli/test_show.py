"""`show` and `fix` read a report that was written earlier, and scan nothing."""

from __future__ import annotations

import json
import os
import re
import shlex
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Reason
from scanner.report.formats.json_v1 import to_json
from scanner.sim.backup_errors import LIMIT_REACHED
from scanner.sim.scenarios import restore_point_group
from scanner.sim.shapes import ready_agent
from scanner.sim.world import World
from tests.support.command import Command, assert_refused
from tests.support.facts import (
    BACKUPS,
    agent,
    collection,
    disks,
    extension,
    gap,
    lock,
    points,
    protection,
    system,
)
from tests.support.forks import Ran
from tests.support.hostile import NAMES
from tests.support.reports import machine, report
from tests.support.scans import scan_now

LOCKED: dict[str, Any] = {"locks": (lock(BACKUPS),), "restore_points": points(collection(18))}
CASES: dict[str, dict[str, Any]] = {
    "fine": {},
    "old": {"agent": agent("2.2.1")},
    "locked-1": LOCKED,
    "locked-2": LOCKED | {"agent": agent("2.2.1")},
    "silent": {"os": system("windows"), "agent": agent(status="Not Ready")},
    "large": {"disks": disks(70000)},
}


@pytest.fixture
def saved(run: Command) -> Path:
    """A report in a file of the folder."""
    file = run.folder / "report.json"
    file.write_bytes(to_json(report([machine(name, **case) for name, case in CASES.items()])))
    return file


def asked(run: Command, *arguments: str) -> Ran:
    ran = run.here(*arguments, "--from", "report.json")
    assert (ran.code, ran.err) == (0, ""), ran.err
    return ran


def test_a_vm(run: Command, saved: Path) -> None:
    text = " ".join(asked(run, "show", "LOCKED-2").out.split())
    assert re.match(r"report of 2026-01-15 06:00Z, \d+ d old: report\.json locked-2 ", text)
    for words in (
        "prod/rg-web", "linux, running, westeurope", "will fail", "applies linux-agent-outdated",
        "applies restore-point-cleanup-blocked-by-lock", "keep: level = CanNotDelete",
        "https://learn.microsoft.com/", "commands backupscan fix locked-2",
    ):  # fmt: skip
        assert words in text


def test_a_vm_whose_name_a_table_cut(run: Command, saved: Path) -> None:
    assert asked(run, "show", "lar…").out == asked(run, "show", "large").out


def test_an_address_is_on_one_line(run: Command, saved: Path) -> None:
    lines = asked(run, "show", "locked-2").out.splitlines()
    links = [line.strip() for line in lines if "https://" in line]
    assert links
    assert all(re.fullmatch(r"https://learn\.microsoft\.com/\S+", link) for link in links)
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (["--will-fail"], ["locked-2", "locked-1", "old", "large", "silent"]),
        (["--failing"], []),
        (["--at-risk"], []),
        (["--unread"], []),
        (["--root", "1"], ["locked-2", "locked-1"]),
    ],
    ids=lambda words: " ".join(words),
)
def test_a_list(run: Command, saved: Path, arguments: list[str], names: list[str]) -> None:
    ran = asked(run, "show", *arguments)
    shown = [line.split()[0] for line in ran.out.splitlines() if line.startswith("  ")]
    assert [name for name in shown if name in CASES] == names
    assert f"{len(names)} VM" in ran.out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["show"], "show takes one thing"),
        (["show", "old", "--failing"], "show takes one thing"),
        (["show", "older"], "Did you mean old?"),
        (["show", "locked-…"], "several VMs have a name that begins with 'locked-'. Give one:"),
        (["show", "--root", "2"], "no root 2: it has 1"),
        (["fix", "7"], "no root 7"),
        (["fix", "nobody"], "no VM 'nobody'"),
        (["fix", "1", "--shell", "bash"], "unknown shell"),
    ],
    ids=" ".join,
)
def test_what_is_refused(run: Command, saved: Path, arguments: list[str], says: str) -> None:
    assert_refused(run.here(*arguments, "--from", "report.json"), says)


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"schema": "backupscan/report/1"}', "{}" * 2, '{"schema": "other"}'],
)
def test_a_file_that_is_no_report(run: Command, text: str) -> None:
    (run.folder / "report.json").write_text(text, encoding="utf-8")
    for words in (["show", "--failing"], ["fix", "1"]):
        assert_refused(run.here(*words, "--from", "report.json"), "is not a JSON report")


def stub(folder: Path) -> Path:
    """A program called az that notes what it is given."""
    az = folder / "bin" / "az"
    az.parent.mkdir()
    az.write_text('#!/bin/sh\nfor word; do printf "%s\\n" "$word"; done >> "$NOTED"\n', "utf-8")
    az.chmod(0o755)
    return az.parent


def pasted(text: str, folder: Path) -> list[str]:
    """The words that az is given if a text is pasted into a shell."""
    noted = folder / "noted"
    environment = {"PATH": f"{stub(folder)}:/usr/bin:/bin", "NOTED": str(noted)}
    ran = subprocess.run(
        ["/bin/sh"], input=text, env=environment, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    return noted.read_text("utf-8").splitlines() if noted.exists() else []


@pytest.mark.parametrize("columns", ["40", "200"])
def test_commands_can_be_pasted(run: Command, saved: Path, tmp_path: Path, columns: str) -> None:
    ran = asked(run.with_environment(COLUMNS=columns), "fix", "1")
    commands = [line for line in ran.out.splitlines() if line and not line.startswith("#")]
    assert all(line.startswith("az ") for line in commands)
    wanted = f"{BACKUPS}/providers/Microsoft.Authorization/locks/keep"
    subscription = BACKUPS.subscription
    assert pasted(ran.out, tmp_path) == [
        "lock", "delete", "--ids", wanted, "--subscription", str(subscription),
    ]  # fmt: skip


@pytest.mark.parametrize("shell", ["az", "powershell"])
def test_the_fixes_of_a_vm(run: Command, saved: Path, shell: str) -> None:
    text = asked(run, "fix", "locked-2", "--shell", shell).out
    assert text.index("linux-agent-outdated") < text.index("restore-point-cleanup")
    starts = {"az": "az vm run-command invoke", "powershell": "Invoke-AzVMRunCommand"}
    assert f"\n{starts[shell]}" in text
    assert ("az lock delete" in text) is (shell == "az")


def test_a_vm_without_a_fix(run: Command, saved: Path) -> None:
    assert (
        "# Nothing to fix was found on it: see backupscan show fine."
        in asked(run, "fix", "fine").out
    )


def test_a_failing_vm_has_first_what_explains_its_error(run: Command) -> None:
    world = World()
    group = world.subscription("prod").group("rg-web")
    vm, kept = group.vm("full", agent=ready_agent("2.2.14")), restore_point_group(group)
    kept.collection(source=vm.id, points=18)
    kept.subscription.lock("keep", on=kept.id)
    vault = group.vault("vault")
    vault.protect(vm, vault.policy(), status="Failed", error=LIMIT_REACHED, success_days_ago=2)
    vault.job(vm, "Failed", error=LIMIT_REACHED)
    vault.job(vm, "InProgress", hours_ago=0.5)
    (run.folder / "report.json").write_bytes(to_json(scan_now(world).report))
    text = asked(run, "show", "full").out
    found = re.findall(r"^  applies +(\S+)", text, re.MULTILINE)
    lock_cause = "restore-point-cleanup-blocked-by-lock"
    limit = "restore-point-limit-reached"
    assert found == [lock_cause, limit, "linux-agent-outdated", "last-backup-failed"]
    assert "a backup is running since" in " ".join(text.split())
    listed = asked(run.with_environment(COLUMNS="200"), "show", "--failing").out.splitlines()[-1]
    causes = f"{lock_cause}, {limit}, linux-agent-outdated"
    assert re.search(rf"d ago +UserErrorRpCollectionLimitReached +{causes}", listed)
    assert "last-backup-failed" not in listed


SUCCESSES = {
    "some": (protection(), r"0\.2 d ago$"),
    "none": (replace(protection(), known_success=None), "none yet$"),
    "unread": (replace(protection(), known_success=gap("protection")), "none yet or unread$"),
}


@pytest.mark.parametrize(("backup", "shown"), SUCCESSES.values(), ids=SUCCESSES)
def test_the_last_success(run: Command, backup: Protection, shown: str) -> None:
    of = report([machine("vm", protection=backup)])
    (run.folder / "report.json").write_bytes(to_json(of))
    text = asked(run.with_environment(COLUMNS="200"), "show", "vm").out
    assert re.search(rf"last success {shown}", text, re.MULTILINE)


def test_what_was_not_read_is_said_once(run: Command) -> None:
    of = report([machine("blind", disks=gap("disks"), hardware=gap("disks"))])
    (run.folder / "report.json").write_bytes(to_json(of))
    text = " ".join(asked(run.with_environment(COLUMNS="200"), "show", "blind").out.split())
    unknown = [cause.cause for cause in of.vms[0].causes if cause.reason is Reason.DENIED]
    assert len(unknown) > 2
    assert f"unknown {', '.join(unknown)} (denied)" in text
    assert text.count(gap("disks").remedy) == 1
    # Nothing unknown is left out, also if the file does not say why.
    saved = json.loads(to_json(of))
    for cause in saved["vms"][0]["causes"]:
        cause["findings"] = []
    (run.folder / "report.json").write_text(json.dumps(saved))
    text = " ".join(asked(run.with_environment(COLUMNS="200"), "show", "blind").out.split())
    assert f"unknown {', '.join(unknown)} (denied)" in text


INJECTED = ("x\naz group delete --name all\n", "$(az group delete)", "';az group delete;'")


def hostile_reports() -> Iterator[tuple[str, bytes]]:
    """Reports that somebody changed: commands in every text, and in ids."""
    of = report([machine("bad", extensions=(extension(state="Failed"),), **LOCKED)])
    text = to_json(of).decode()
    for name in (*INJECTED, *NAMES):
        inner = json.dumps(name)[1:-1]
        texts = text.replace('"remedy":"', f'"remedy":"{inner}')
        yield f"texts {name!a}", texts.replace('"message":"', f'"message":"{inner}').encode()
        yield f"ids {name!a}", text.replace("/keep", f"/keep{inner}").encode()
        yield f"values {name!a}", text.replace('"VMSnapshotLinux"', f'"{inner}"').encode()


@pytest.mark.parametrize(("what", "data"), [*hostile_reports()], ids=lambda value: str(value)[:40])
def test_no_command_comes_from_the_file(
    run: Command, tmp_path: Path, what: str, data: bytes
) -> None:
    (run.folder / "report.json").write_bytes(data)
    for number, words in enumerate((["fix", "1"], ["fix", "bad"])):
        ran = run.here(*words, "--from", "report.json")
        assert ran.code in (0, 2)
        folder = tmp_path / str(number)
        folder.mkdir()
        assert "group" not in pasted(ran.out, folder)
        lines = [line for line in ran.out.splitlines() if line and not line.startswith("#")]
        assert all(line.startswith("az ") for line in lines)
        for line in lines:
            shlex.split(line)
    shown = run.here("show", "bad", "--from", "report.json").out
    assert all(char.isprintable() or char == "\n" for char in shown)


def test_the_last_report_is_kept_for_its_owner_alone(run: Command) -> None:
    assert_refused(run.here("show", "--failing"), "there is no last report", "--from")
    state = Path(run.environment["XDG_STATE_HOME"])
    assert run.scan_here().code == 1
    [kept] = [file for file in state.rglob("*") if file.is_file()]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    shown = run.here("show", "sql-01")
    assert shown.code == 0, shown.err
    assert f"old: {kept}" in shown.out
    assert "applies   windows-agent-unresponsive" in shown.out
    # A report of a smaller scope replaces it.
    run.scan_here("-g", "rg-web")
    assert_refused(run.here("show", "sql-01"), "no VM 'sql-01'")


@pytest.mark.parametrize("words", [[], ["--indent"]], ids=["compact", "indented"])
def test_the_kept_report_is_the_json_file(words: list[str], run: Command) -> None:
    run.scan_here("-o", "report.json", "-o", "report.csv", *words)
    [kept] = [file for file in Path(run.environment["XDG_STATE_HOME"]).rglob("*") if file.is_file()]
    assert kept.read_bytes() == (run.folder / "report.json").read_bytes()


def test_a_state_folder_that_cannot_be_written(run: Command) -> None:
    blocked = run.folder / "file"
    blocked.write_text("")
    ran = run.with_environment(XDG_STATE_HOME=str(blocked)).scan_here("-g", "rg-test")
    assert ran.code == 0
    assert "note: the report is not kept for show and fix" in ran.err


def test_quiet_prints_the_exit_line_alone(run: Command) -> None:
    blocked = run.with_environment(XDG_STATE_HOME=os.devnull)
    ran = blocked.scan_here("-q")
    assert (ran.code, ran.out) == (1, "")
    assert ran.lines == [ran.last]
    assert ran.last.startswith("exit 1: ")


def test_details_follow_the_screen_and_verbose_adds_counts(run: Command) -> None:
    screen = run.scan_here("-g", "rg-web").out
    ran = run.scan_here("-g", "rg-web", "--details", "-v")
    assert ran.out.splitlines()[2] == screen.splitlines()[2]
    assert "What the documents say" in ran.out
    assert "What the documents say" not in screen
    assert re.search(r"note: \d+ requests, 0 throttled, 0 s of waiting", ran.err)
    assert re.search(r"listing [\d.]+ s, reading and judging [\d.]+ s, writing [\d.]+ s", ran.err)
    assert ran.last.startswith("exit 1: ")


def test_on_a_terminal_a_line_says_what_was_asked_of_azure(run: Command) -> None:
    terminal = run.with_environment(FORCE_COLOR="1", COLUMNS="200")
    lines = re.sub(r"\x1b\[[\d;?]*\w", "", terminal.scan_here("-g", "rg-web").err).splitlines()
    assert any(re.fullmatch(r"\d+ requests, 0 throttled, \d+ s", line) for line in lines)
    assert "throttled" not in run.scan_here("-g", "rg-web").err


def test_the_change_since_a_baseline(run: Command) -> None:
    run.scan_here("-o", "old.json")
    text = run.scan_here("--baseline", "old.json").out
    assert "since the baseline" in text
    assert "same" in text
