"""The first screen: 50 lines for a fleet of any size, and the numbers of the report."""

import io
import json
import re
from dataclasses import replace
from datetime import datetime

import msgspec
import pytest
from rich.cells import cell_len

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.vm import Vm
from scanner.judging.check import Verdict
from scanner.judging.symptoms import LAST_BACKUP_FAILED
from scanner.report.formats.html import to_html
from scanner.report.formats.json_v1 import to_json
from scanner.report.formats.screen import print_screen
from scanner.report.formats.screen_parts import MOST_LINES
from scanner.report.formats.terminal_console import open_console
from scanner.report.overview import Overview
from scanner.report.report import Report
from tests.support.facts import (
    BACKUPS,
    gap,
    lock,
)
from tests.support.hostile import HOSTILE
from tests.support.reports import machine, report
from tests.support.screens import (
    ago,
    crowded,
    fleet,
    guid,
    protected,
    since,
    without_failures,
)

WITH_EXIT_LINE = 1


def printed(of: Report, width: int = 80) -> str:
    out = io.StringIO()
    print_screen(Overview(of), open_console(file=out, width=width))
    return out.getvalue()


@pytest.mark.parametrize("width", [80, 120, 200])
@pytest.mark.parametrize(("times", "subscriptions"), [(0, 0), (1, 1), (3, 2), (30, 9)])
def test_it_is_one_screen(times: int, subscriptions: int, width: int) -> None:
    lines = printed(fleet(times, subscriptions), width).splitlines()
    assert len(lines) + WITH_EXIT_LINE <= MOST_LINES
    assert max(map(cell_len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize("width", [80, 120])
def test_it_is_one_screen_if_every_list_is_long(width: int) -> None:
    text = printed(crowded(), width)
    assert len(text.splitlines()) + WITH_EXIT_LINE <= MOST_LINES
    for words in ("3 disabled subscriptions", "30 not known", "+28 more errors", "NOT READ"):
        assert words in text


def number_before(text: str, words: str) -> int:
    found = re.search(rf"([\d,]+) +{words}", text)
    assert found, words
    return int(found.group(1).replace(",", ""))


def test_the_numbers() -> None:
    of = fleet(3, 2)
    text = printed(of, 120)
    assert number_before(text, "VMs ") == len(of.vms)
    for standing, count in of.standing_counts.items():
        assert number_before(text, standing) == count or standing == "not backed up"
    assert number_before(text, "not backed up") == of.standing_counts["not backed up"]  # type: ignore[index]


def row(text: str, name: str) -> list[str]:
    return next(line.split() for line in text.splitlines() if line.split()[:1] == [name])


def test_a_vm_of_unread_backup_is_not_called_backed_up() -> None:
    unread = machine("unread", protection=gap("protection"))
    vms = [machine("on", protection=protected()), unread, machine("on-too", protection=protected())]
    text = printed(report(vms), 120)
    assert re.search(r"3 VMs +2 backed up \(67 %\) +0 not backed up +1 not known", text)
    assert row(text, "rg-web")[1:3] == ["3", "2"]


def test_causes_are_split_by_backup_and_off_is_not_unread() -> None:
    text = printed(fleet(), 120)
    # Applies, possible: of VMs that are backed up or may be. Then of the others. Off, unread.
    assert row(text, "linux-agent-outdated")[1:] == ["1", "-", "1", "-", "1", "-"]
    locked = row(text, "restore-point-cleanup-blocked-by-lock")
    assert locked[1:] == ["1", "3", "-", "-", "-", "1"]


def test_what_is_not_shown_is_counted() -> None:
    text = printed(fleet(30, 9), 120)
    for words in ("+4 more errors", "+5 more subscriptions", "+1 more resource", "retired, old +1"):
        assert words in text
    assert "more: backupscan show --unread" in text


def test_failing_vms_are_grouped_by_error() -> None:
    of = report([machine("too-old", protection=protected(days=9))])
    text = printed(of, 120)
    assert "no recent recovery point" in text
    assert "prod/rg-web: too-old" in text
    assert "9 d ago" in text


SUCCESSES: dict[str, tuple[list[datetime | Gap | None], str]] = {
    "one": ([ago(6)], "6 d ago"),
    "several": ([ago(5), ago(2.2)], "2-5 d ago"),
    "none": ([None, None], "none yet"),
    "unread": ([gap("protection")], "unread"),
    "some are missing": ([ago(4), None, None, gap("protection")], "4 d ago, 2 none yet, 1 unread"),
    "none is known": ([None, gap("protection")], "1 none yet, 1 unread"),
}


@pytest.mark.parametrize(("successes", "shown"), SUCCESSES.values(), ids=SUCCESSES)
def test_the_last_successes_of_a_group(successes: list[datetime | Gap | None], shown: str) -> None:
    vms = [
        machine(
            f"vm-{number}",
            protection=msgspec.structs.replace(protected(failed=True), known_success=success),
        )
        for number, success in enumerate(successes)
    ]
    [line] = [line for line in printed(report(vms), 120).splitlines() if "recovery point" in line]
    assert re.search(rf" - +{len(vms)} +{shown}$", line), line


DISKS = "Microsoft.Compute/disks/read"
NOT_READ = {
    "denied": (
        (Reason.DENIED, f"AuthorizationFailed. Grant {DISKS} on it, then scan again."),
        "disks of prod: denied, grant Reader on it",
    ),
    "no sign-in": (
        (Reason.DENIED, "The sign-in was not accepted (Expired). Sign in again, then scan again."),
        "disks of prod: denied. The sign-in was not accepted (Expired)",
    ),
    "failed": (
        (Reason.FAILED, "InternalServerError (500). Scan again."),
        "disks of prod: failed. InternalServerError (500)",
    ),
}


@pytest.mark.parametrize(("why", "shown"), NOT_READ.values(), ids=NOT_READ)
def test_a_right_is_named_only_where_it_is_missing(why: tuple[Reason, str], shown: str) -> None:
    unread = Gap(f"/subscriptions/{guid(1)}", "disks", why[0], DISKS, why[1])
    of = report([machine("vm")], unread)
    assert f"NOT READ  {shown}\n" in printed(of, 120)
    assert (f"needs {DISKS}" in to_html(of).decode()) is ("grant" in shown)


def test_the_change_since_the_baseline() -> None:
    of = fleet()
    text = to_json(of).decode()
    same = printed(since(of, text), 120)
    assert "same" in same
    assert re.findall(r"^.*\bNEW\b", same, re.MULTILINE) == ["NOTHING NEW"]
    older = without_failures(json.loads(text))
    changed = printed(since(of, json.dumps(older)), 120)
    failing = of.standing_counts["failing"]  # type: ignore[index]
    assert re.search(rf"failing .*\+{failing}$", changed, re.MULTILINE)
    assert re.search(rf"fine +-{failing}$", changed, re.MULTILINE)
    assert "NEW" in changed
    new = re.search(r"findings since the baseline: (\d+) new, \d+ old$", changed, re.MULTILINE)
    assert new
    assert int(new.group(1)) == failing
    # What is new is named, what counts first.
    rows = changed.partition("\nNEW ")[2].splitlines()[1 : 1 + min(3, failing)]
    assert all(re.search(rf"^  new  .*{LAST_BACKUP_FAILED}  applies  counts$", row) for row in rows)
    for vm in older["vms"]:
        if vm["standing"] == "will fail":
            vm["causes"].append({"cause": "gone", "verdict": "applies", "findings": []})
    gone = printed(since(of, json.dumps(older)), 120)
    assert re.search(r" new, \d+ old, \d+ unseen$", gone, re.MULTILINE)


def test_it_has_no_evidence_and_no_command_of_azure() -> None:
    text = printed(fleet(3, 2), 120)
    assert "az " not in text
    assert " = " not in text
    assert "https://" not in text


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:40])
def test_hostile_text_is_inert(text: str) -> None:
    name = text.replace("/", "")
    bad: Vm = machine(name, name, locks=(lock(BACKUPS, name=name),))
    of = report(
        [bad, replace(bad, id=ArmId(f"{bad.id}2"))], Gap(text, text, Reason.FAILED, text, text)
    )
    shown = printed(replace(of, notes=(text,)))
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert max(map(cell_len, shown.splitlines())) <= 80


def test_every_verdict_is_counted_once() -> None:
    of = fleet(3, 2)
    for cause in Overview(of).causes:
        totals = of.totals[cause.cause]
        assert cause.applies + cause.idle_applies == totals[Verdict.APPLIES]
        assert cause.possible + cause.idle_possible == totals[Verdict.POSSIBLE]
        assert cause.off + cause.unread <= totals[Verdict.UNKNOWN]
