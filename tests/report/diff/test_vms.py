"""What happened to VMs between two reports, and what counts of the changes."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.gate.baseline import Baseline, parse_baseline
from scanner.gate.policy import Policy
from scanner.report.diff.difference import compare
from scanner.report.diff.formats import WRITERS

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
    difference = compare(old, new)
    is_counted = state == "protected"
    assert len(difference.counting(policy, new)) == (counting if is_counted else 0)


@pytest.mark.parametrize("name", ["json", "jsonl", "csv", "markdown", "html"])
def test_formats_have_what_was_found_and_what_to_do(name: str) -> None:
    old = saved(entry(WEB))
    new = saved(entry(WEB, FAILED, lock="applies"), gaps=({"scope": WEB, "fact": "disks"},))
    text = WRITERS[name](compare(old, new)).decode().replace("\\", "")
    for words in ("It is under a lock.", "Delete the lock.", "backups began to fail", "disks"):
        assert words in text
