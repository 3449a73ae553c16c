"""What happened to VMs between two reports, and what counts of the changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from junitparser import Error, JUnitXml, Skipped

from scanner.gate.baseline import Baseline, parse_baseline
from scanner.gate.policy import Policy
from scanner.report.diff.difference import compare
from scanner.report.diff.formats import WRITERS
from tests.support.ids import words

GUID = "00000000-0000-0000-0000-00000000000{}"
FAILED, CLEAR = "applies", "clear"


def id_of(name: str, group: str = "rg", subscription: int = 1) -> str:
    place = f"/subscriptions/{GUID.format(subscription)}/resourceGroups/{group}"
    return f"{place}/providers/Microsoft.Compute/virtualMachines/{name}"


def entry(
    id_: str, last: str | None = CLEAR, state: str = "protected", lock: str = "clear"
) -> dict[str, Any]:
    """A VM of a report. ``last`` is the verdict of ``last-backup-failed``."""
    finding = {
        "message": "It is under a lock.",
        "evidence": [{"id": f"{id_}/locks/keep", "path": "level", "value": "CanNotDelete"}],
        "remedy": "Delete the lock.",
    }
    causes = [{"cause": "a-lock", "verdict": lock, "findings": [finding]}]
    if last:
        causes.append({"cause": "last-backup-failed", "verdict": last, "findings": []})
    return {"id": id_, "causes": causes, "protection": {"state": state}, "symptoms": []}


def saved(*vms: dict[str, Any], gaps: tuple[dict[str, Any], ...] = (), **head: Any) -> Baseline:
    report = {
        "schema": "backupscan/report/1", "started_at": "2026-01-01T00:00:00Z", "complete": True,
        "gaps": list(gaps), "vms": list(vms), **head,
    }  # fmt: skip
    return parse_baseline(json.dumps(report), "report.json")


WEB = id_of("web")
WAIVED = {"vm": WEB, "cause": "a-lock", "why_not": "waived"}
GAP = {"scope": WEB, "fact": "disks", "reason": "denied", "remedy": "Grant it."}
ACCEPTED = {"complete": False, "gaps": (GAP,)}


def gate(code: int) -> dict[str, Any]:
    """The decision of a report whose one gap is accepted."""
    return {"exit": code, "gaps": [{"counts": False}]}


@pytest.mark.parametrize(
    ("before", "now", "what"),
    [
        (entry(WEB), entry(WEB, FAILED), ["backups began to fail"]),
        (entry(WEB, FAILED), entry(WEB), ["backups recovered"]),
        (entry(WEB, FAILED), entry(WEB, "unknown"), []),
        (entry(WEB), entry(WEB, "not-applicable", "stopped"), ["lost protection"]),
        (entry(WEB, state="unprotected"), entry(WEB), ["gained protection"]),
        (entry(WEB, state="unknown"), entry(WEB), []),
        (None, entry(WEB), ["new VM"]),
        (entry(WEB), None, ["VM gone"]),
        (entry(WEB), entry(WEB), []),
        # A report of an older version has the error alone.
        (
            {**entry(WEB, None), "symptoms": [{"status": "Failed"}]},
            entry(WEB),
            ["backups recovered"],
        ),
    ],
    ids=[
        "fails",
        "recovers",
        "is not known any more",
        "stopped",
        "protected",
        "was not known",
        "new",
        "gone",
        "the same",
        "recovers since an older version",
    ],
)
def test_what_happened_to_a_vm(before: Any, now: Any, what: list[str]) -> None:
    old, new = (saved(*([one] if one else [])) for one in (before, now))
    assert [change.what for change in compare(old, new).vms] == what


def test_a_vm_that_an_incomplete_report_lacks_is_not_gone() -> None:
    assert compare(saved(entry(WEB)), saved(complete=False)).vms == ()


def test_new_gaps() -> None:
    gaps = [{"scope": WEB, "fact": fact, "reason": "denied", "remedy": "."} for fact in "ab"]
    difference = compare(saved(gaps=(gaps[0],)), saved(gaps=tuple(gaps)))
    assert [gap.fact for gap in difference.new_gaps] == ["b"]


def test_vms_of_one_name_show_their_group_and_then_their_subscription() -> None:
    """VMs are matched by id, and shown by a name that no other one has."""
    ids = [id_of("web"), id_of("WEB", "rg-2"), id_of("sql"), id_of("sql", subscription=2)]
    ids.append(id_of("app"))
    difference = compare(saved(), saved(*(entry(one) for one in ids)))
    assert {change.name for change in difference.vms} == {
        "web (rg)", "WEB (rg-2)", f"sql (rg, {GUID.format(1)})", f"sql (rg, {GUID.format(2)})",
        "app",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "now", "policy", "counting"),
    [
        ("clear", "applies", Policy(), 1),
        ("possible", "applies", Policy(), 1),
        ("applies", "applies", Policy(), 0),
        ("applies", "possible", Policy("possible"), 0),
        ("clear", "possible", Policy(), 0),
        ("clear", "possible", Policy("possible"), 1),
        ("clear", "applies", Policy("applies", {"a-lock": "never"}), 0),
    ],
    ids=lambda value: (
        f"{value.fail_on} {dict(value.per_cause) or ''}" if isinstance(value, Policy) else None
    ),
)
@pytest.mark.parametrize("state", ["protected", "unprotected"])
def test_what_counts(before: str, now: str, policy: Policy, counting: int, state: str) -> None:
    old = saved(entry(WEB, lock=before, state=state))
    new = saved(entry(WEB, lock=now, state=state))
    difference = compare(old, new, policy)
    is_counted = state == "protected"
    assert len(difference.counting) == (counting if is_counted else 0)
    assert difference.exit == bool(difference.counting)


@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "markdown", "html"])
def test_formats_have_what_was_found_and_what_to_do(name: str) -> None:
    old = saved(entry(WEB))
    new = saved(entry(WEB, FAILED, lock="applies"), gaps=({"scope": WEB, "fact": "disks"},))
    text = WRITERS[name](compare(old, new)).decode().replace("\\", "")
    for part in ("It is under a lock.", "Delete the lock.", "backups began to fail", "disks"):
        assert part in text


@pytest.mark.parametrize(
    ("before", "now", "head", "code"),
    [
        pytest.param("clear", "unknown", {}, 1, id="no longer read"),
        pytest.param("unknown", "clear", {}, 0, id="read again"),
        pytest.param("unknown", "unknown", {}, 0, id="not read as before"),
        pytest.param(
            "clear", "applies", {"gate": {"exit": 0, "findings": [WAIVED]}}, 0, id="waived"
        ),
        pytest.param("clear", "clear", {"complete": False}, 3, id="incomplete"),
        pytest.param("clear", "clear", {"complete": False, "gaps": (GAP,)}, 3, id="a gap"),
        pytest.param("clear", "clear", {**ACCEPTED, "gate": gate(0)}, 0, id="an accepted gap"),
        pytest.param("clear", "clear", {**ACCEPTED, "gate": gate(130)}, 3, id="interrupted"),
    ],
)
def test_it_ends_as_a_scan_with_new_only_does(
    before: str, now: str, head: dict[str, Any], code: int
) -> None:
    old, new = saved(entry(WEB, lock=before)), saved(entry(WEB, lock=now), **head)
    assert compare(old, new, Policy("unknown")).exit == code


def test_a_precheck_counts_vms_that_are_to_be_backed_up() -> None:
    scope = {"target": {"vault": None, "policy": None}}
    old, new = (
        saved(entry(WEB, state="unprotected", lock=lock), scope=scope)
        for lock in ("clear", "applies")
    )
    assert compare(old, new, Policy()).exit == 1


def test_a_cause_that_was_not_judged_again_is_not_fixed() -> None:
    old, new = saved(entry(WEB, FAILED, lock="applies")), saved(entry(WEB, None, lock="clear"))
    changes = {change.cause: change.kind for change in compare(old, new).changes}
    assert changes == {"a-lock": "fixed", "last-backup-failed": "changed"}


def test_sarif_and_junit_show_what_happened_to_vms() -> None:
    old = saved(entry(WEB), entry(id_of("app")))
    new = saved(entry(WEB, "not-applicable", "stopped"), entry(id_of("new")), gaps=(GAP,))
    difference = compare(old, new, Policy())
    [run] = json.loads(WRITERS["sarif"](difference))["runs"]
    levels = {(one["ruleId"], one["level"]) for one in run["results"] if " " in one["ruleId"]}
    assert levels == {("lost protection", "warning"), ("new VM", "none"), ("VM gone", "none")}
    [notification] = run["invocations"][0]["toolExecutionNotifications"]
    assert "disks" in notification["message"]["text"]
    [suite] = JUnitXml.fromstring(WRITERS["junit"](difference).decode())
    kinds = {case.name: [type(result) for result in case.result] for case in suite}
    assert kinds == {
        "lost protection": [Skipped], "new VM": [], "VM gone": [], "read disks": [Error],
        "last-backup-failed": [],
    }  # fmt: skip


MANAGED, GROUP = "without managed VMs", "only groups: rg"
PROTECTED = "protection: protected"


@pytest.mark.parametrize(
    ("before", "now", "is_gone"),
    [
        ([MANAGED], [MANAGED], True),
        ([MANAGED, GROUP], [MANAGED, GROUP], True),
        ([MANAGED, GROUP], [MANAGED], True),
        ([], [MANAGED], False),
        ([MANAGED], [MANAGED, GROUP], False),
        # A VM that lost its protection leaves such a scope.
        ([PROTECTED], [PROTECTED], False),
        (["only tags: a=b"], ["only tags: a=b"], False),
        (None, [GROUP], True),
    ],
    ids=words,
)
def test_a_vm_that_the_newer_scope_leaves_out_is_neither_gone_nor_fixed(
    before: list[str] | None, now: list[str], is_gone: bool
) -> None:
    old = saved(entry(WEB, lock="applies"), scope={} if before is None else {"limits": before})
    difference = compare(old, saved(scope={"limits": now}))
    assert [change.what for change in difference.vms] == (["VM gone"] if is_gone else [])
    kinds = {change.cause: change.kind for change in difference.changes}
    assert kinds["a-lock"] == ("fixed" if is_gone else "changed")
    assert bool(difference.caution) is not is_gone
