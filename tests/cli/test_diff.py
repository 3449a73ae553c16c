"""`backupscan diff`: the changes between two reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Command

VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/"
LOCK = "/subscriptions/s/providers/Microsoft.Authorization/locks/keep"


def write(
    file: Path, verdicts: dict[tuple[str, str], str], root: int = 0, **fields: object
) -> Path:
    """Write a report with these verdicts, by VM and cause.

    ``root`` is the number of VMs behind one lock. ``fields`` are top-level fields of the report.
    """
    names = dict.fromkeys(name for name, _ in verdicts)
    vms = [
        {
            "id": VM + name,
            "causes": [
                {"cause": cause, "verdict": verdict}
                for (vm, cause), verdict in verdicts.items()
                if vm == name
            ],
        }
        for name in names
    ]
    roots = [{"id": LOCK, "kind": "lock", "cause": "c", "vms": root}] if root else []
    head = {"schema": "backupscan/report/1", "started_at": "2026-01-01T00:00:00Z"}
    scan = {"edition": "current", "complete": True, **fields}
    file.write_text(json.dumps({**head, **scan, "vms": vms, "roots": roots}), encoding="utf-8")
    return file


def compared(run: Command, folder: Path, before: Any, now: Any, *words: str) -> Any:
    old, new = write(folder / "old.json", before, 3), write(folder / "new.json", now, 1)
    ran = run.here("diff", str(old), str(new), *words)
    assert ran.code == 0, ran.err
    return ran


def kinds(difference: Any) -> list[str]:
    return [change["what"] for change in difference["changes"]]


@pytest.mark.parametrize(
    ("before", "now", "what"),
    [
        ("clear", "applies", "new"),
        ("unknown", "possible", "new"),
        ("applies", "clear", "fixed"),
        ("possible", "not-applicable", "fixed"),
        ("applies", "unknown", "changed"),
        ("possible", "applies", "changed"),
        ("clear", "unknown", "changed"),
        ("applies", "applies", "still"),
        pytest.param("clear", "clear", None, id="clear-clear-unchanged"),
    ],
)
def test_changes(run: Command, tmp_path: Path, before: str, now: str, what: str | None) -> None:
    difference = compared(run, tmp_path, {("a", "c"): before}, {("A", "c"): now}, "-f", "json").json
    assert kinds(difference) == ([what] if what else [])
    assert difference["roots"] == [{"id": LOCK, "cause": "c", "before": 3, "now": 1}]


def test_a_new_vm_and_a_removed_one(run: Command, tmp_path: Path) -> None:
    before, now = {("gone", "c"): "applies"}, {("came", "c"): "applies"}
    difference = compared(run, tmp_path, before, now, "-f", "json").json
    by_name = {change["id"].rpartition("/")[2]: change["what"] for change in difference["changes"]}
    assert by_name == {"gone": "fixed", "came": "new"}
    assert difference["summary"] == {"c": {"fixed": 1, "new": 1}}


def test_a_vm_missing_from_an_incomplete_report_is_not_fixed(run: Command, tmp_path: Path) -> None:
    old = write(tmp_path / "old.json", {("gone", "c"): "applies"})
    new = write(tmp_path / "new.json", {("other", "c"): "clear"}, complete=False)
    assert kinds(run.here("diff", str(old), str(new), "-f", "json=-").json) == ["changed"]


def test_a_vm_outside_the_scope_is_not_fixed(run: Command, tmp_path: Path) -> None:
    same, other = ({"subscriptions": [guid]} for guid in (VM.split("/")[2].upper(), "other"))
    old = write(tmp_path / "old.json", {("gone", "c"): "applies"}, scope=same)
    new = write(tmp_path / "new.json", {}, scope=other)
    ran = run.here("diff", str(old), str(new), "-f", "json=-")
    assert kinds(ran.json) == ["changed"]
    assert "The scopes differ: 1 subscription" in run.here("diff", str(old), str(new)).out


def test_a_precheck_and_a_scan(run: Command, tmp_path: Path) -> None:
    target = {"subscriptions": [], "target": {"vault": None, "policy": None}}
    old = write(tmp_path / "old.json", {("a", "c"): "possible"}, scope=target)
    new = write(tmp_path / "new.json", {("a", "c"): "clear"})
    assert "One is a precheck" in run.here("diff", str(old), str(new)).out


def test_reports_of_different_editions(run: Command, tmp_path: Path) -> None:
    old = write(tmp_path / "old.json", {("a", "c"): "applies"}, edition="2018-01")
    new = write(tmp_path / "new.json", {("a", "c"): "applies"})
    assert "The editions differ" in run.here("diff", str(old), str(new)).out


def test_several_formats_in_one_run(run: Command, tmp_path: Path) -> None:
    files = ["d.json", "d.jsonl", "d.csv", "d.md", "d.html", "d.sarif", "d.xml"]
    words = [word for file in files for word in ("-o", str(tmp_path / file))]
    now = {("a|b", "c"): "applies"}
    ran = compared(run, tmp_path, {("a|b", "c"): "clear"}, now, *words)
    assert "**new**" in ran.out
    for file in files:
        assert "new" in (tmp_path / file).read_text(encoding="utf-8"), file


def test_an_invalid_report(run: Command, tmp_path: Path) -> None:
    good = write(tmp_path / "good.json", {("a", "c"): "clear"})
    bad = tmp_path / "bad.json"
    for text in ("", "[]", '{"schema": 1}', '{"schema": "x", "started_at": "", "vms": []}'):
        bad.write_text(text, encoding="utf-8")
        ran = run.here("diff", str(good), str(bad))
        assert (ran.code, ran.out) == (2, "")
        assert "bad.json" in ran.last
    assert run.here("diff", str(good), str(tmp_path / "none.json")).code == 2
    assert "Did you mean csv" in run.here("diff", str(good), str(good), "-f", "cvs").last


@pytest.mark.parametrize(
    ("words", "complete", "code"),
    [
        ((), True, 0),
        (("--fail-on", "applies"), True, 1),
        (("--fail-on", "applies", "--fail-on", "c=never"), True, 0),
        (("--fail-on", "never"), True, 0),
        (("--fail-on", "never"), False, 3),
        (("--fail-on", "vault-quota=applies"), True, 2),
    ],
    ids=lambda value: " ".join(value) or "no option" if isinstance(value, tuple) else None,
)
def test_fail_on(
    run: Command, tmp_path: Path, words: tuple[str, ...], complete: bool, code: int
) -> None:
    old = write(tmp_path / "old.json", {("a", "c"): "clear"})
    new = write(tmp_path / "new.json", {("a", "c"): "applies"}, complete=complete)
    ran = run.here("diff", str(old), str(new), *words)
    assert ran.code == code
    assert not words or ran.last.startswith(f"exit {code}: ")
