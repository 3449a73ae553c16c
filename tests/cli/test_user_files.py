"""Files that a user names: what is no regular file, too large, too deep, or says a thing twice."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.command import Command, assert_refused

VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/a"
VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "AZURE_FEDERATED_TOKEN_FILE")
MIB = 1024 * 1024
Given = Callable[[Path], Path]


def device(_: Path) -> Path:
    return Path("/dev/zero")


def pipe(file: Path) -> Path:
    os.mkfifo(file)
    return file


def folder(file: Path) -> Path:
    file.mkdir()
    return file


def nothing(file: Path) -> Path:
    return file


def link_to_nothing(file: Path) -> Path:
    file.symlink_to("none")
    return file


def link_to_a_device(file: Path) -> Path:
    file.symlink_to("/dev/zero")
    return file


def a_gibibyte(file: Path) -> Path:
    with file.open("wb") as opened:
        opened.truncate(1024 * MIB)
    return file


def binary(file: Path) -> Path:
    file.write_bytes(b"\xc3\x28")
    return file


def unmarked(file: Path) -> Path:
    file.write_text(VM, encoding="utf-16-le")
    return file


def utf_32(file: Path) -> Path:
    file.write_text(VM, encoding="utf-32")
    return file


UNREADABLE: dict[str, tuple[Given, str]] = {
    "device": (device, "is a device"),
    "pipe without a writer": (pipe, "is a pipe"),
    "folder": (folder, "is a folder"),
    "no file": (nothing, "No such file"),
    "link to nothing": (link_to_nothing, "No such file"),
    "link to a device": (link_to_a_device, "is a device"),
    "a gibibyte": (a_gibibyte, "MiB"),
    "UTF-16 without its mark": (unmarked, "UTF-16 without a byte order mark"),
    "UTF-32": (utf_32, "is not text in UTF-8 or UTF-16"),
    "no text": (binary, "is not text in UTF-8 or UTF-16 (invalid continuation byte at byte 0)"),
}
OPTIONS = {
    "configuration": ("--config", "{}", "config"),
    "baseline": ("scan", "--new-only", "--baseline", "{}"),
    "older report": ("diff", "{}", "none.json"),
    "list of ids": ("precheck", "--vms-file", "{}"),
}


@pytest.mark.parametrize(("given", "says"), UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("words", OPTIONS.values(), ids=OPTIONS)
def test_a_file_that_cannot_be_read(
    run: Command, tmp_path: Path, words: tuple[str, ...], given: Given, says: str
) -> None:
    file = str(given(tmp_path / "given"))
    assert_refused(run.here(*(word.format(file) for word in words)), file, says)


@pytest.mark.parametrize("name", ["backupscan.toml", "pyproject.toml"])
@pytest.mark.parametrize("given", [folder, link_to_nothing, link_to_a_device, pipe])
def test_a_configuration_that_is_found_and_is_no_file(
    run: Command, tmp_path: Path, given: Given, name: str
) -> None:
    given(tmp_path / name)
    assert_refused(run.here("config"), name)


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("given", [device, pipe, folder, a_gibibyte])
def test_a_variable_that_names_no_regular_file(
    run: Command, tmp_path: Path, given: Given, variable: str
) -> None:
    file = str(given(tmp_path / "given"))
    assert_refused(run.with_environment(**{variable: file}).scan_here(), variable, file)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_encodings(run: Command, tmp_path: Path, encoding: str) -> None:
    def write(name: str, text: str) -> None:
        # Python writes a mark in UTF-16 unless the order of bytes is named.
        mark = "\ufeff" if encoding == "utf-16-be" else ""
        (tmp_path / name).write_text(f"{mark}{text}", encoding=encoding)

    write("c.toml", '[scan]\nfail-on = ["never"]\n')
    assert "fail-on = ['never']  (file)" in run.here("--config", "c.toml", "config").out
    write("r.json", report())
    assert run.here("diff", "r.json", "r.json").code == 0
    write("ids.txt", f"{VM},\n")
    assert "ids.txt:1" in run.here("precheck", "--vms-file", "ids.txt").last
    write("ids.json", json.dumps([{"id": f"{VM}/x"}]))
    assert "ids.json: entry 1" in run.here("precheck", "--vms-file", "ids.json").last


DEEP = {
    "key of 200,000 parts": ("a" + ".a" * 200_000 + " = 1\n", "more than 1,000 dots"),
    "brackets": ("x = " + "[" * 5_000, "nested too deep"),
    "number of 5,000 digits": (f"x = {'9' * 5_000}", "too many digits"),
    "nested value": (f"[scan]\nedition = {'[' * 150}{']' * 150}\n", "scan.edition is [["),
    "nested keys": (f"[scan]\nedition{'.a' * 900} = 1\n", "scan.edition is {"),
    "long value": (f"[scan]\njob-days = '{'9' * 9_000}'\n", "scan.job-days is '99"),
}


@pytest.mark.parametrize(("text", "says"), DEEP.values(), ids=DEEP)
def test_a_configuration_that_costs_too_much(
    run: Command, tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "backupscan.toml").write_text(text, encoding="utf-8")
    assert_refused(run.here("config"), "backupscan.toml", says)


@pytest.mark.parametrize("scope", ["/..", "/../..", "/.", "//x", "/resourceGroups/../../other"])
def test_a_waiver_with_steps_of_a_path(run: Command, tmp_path: Path, scope: str) -> None:
    (tmp_path / "backupscan.toml").write_text(
        '[[waiver]]\ncause = "vault-quota"\nreason = "known"\nowner = "ops"\n'
        f'expires = 2099-01-01\nscope = "/subscriptions/s{scope}"\n',
        encoding="utf-8",
    )
    assert_refused(run.here("config"), "backupscan.toml", "no ARM id")


def report(**members: Any) -> str:
    cause = {"cause": "c", "verdict": "clear"}
    usual = {
        "schema": "backupscan/report/1",
        "started_at": "2026-01-01T00:00:00Z",
        "vms": [{"id": VM, "causes": [cause]}],
    }
    return json.dumps(usual | members)


def vms(*listed: tuple[str, list[str]]) -> list[Any]:
    """VMs by id, each with a verdict of these causes."""
    return [
        {"id": id_, "causes": [{"cause": cause, "verdict": "clear"} for cause in causes]}
        for id_, causes in listed
    ]


ROOT = {"id": f"{VM}/lock", "cause": "c", "kind": "lock", "vms": 1}
TWICE = {
    "VM": (report(vms=vms((VM, ["c"]), (VM.upper(), ["d"]))), "virtualmachines/a twice"),
    "VM without causes": (report(vms=vms((VM, []), (VM, []))), "twice"),
    "cause": (report(vms=vms((VM, ["c", "c"]))), "and c twice"),
    "root": (report(roots=[ROOT, ROOT]), "twice"),
    "member": (report().replace('"vms"', '"vms": [], "vms"'), "has a member twice"),
    "member of a VM": (report().replace('"id"', '"id": "/x", "id"'), "has a member twice"),
    "member that is not used": ('{"x": {"y": 1, "y": 2}}', "has a member twice"),
}


@pytest.mark.parametrize(("text", "says"), TWICE.values(), ids=TWICE)
def test_a_report_that_says_a_thing_twice(
    run: Command, tmp_path: Path, text: str, says: str
) -> None:
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    ran = run.here("diff", "r.json", "r.json")
    assert_refused(ran, "r.json is not a JSON report of backupscan")
    assert says in ran.last.lower()


NO_REPORT = {
    "nested member": report(x=0).replace("0}", "[" * 100_000),
    "number of 5,000 digits": report(x=0).replace("0}", "9" * 5_000 + "}"),
    "text in place of VMs": report(vms="none"),
    "unknown verdict": report().replace("clear", "fine"),
    "no id": report(vms=vms(("no id", []))),
    "not a number": report(roots=[ROOT | {"vms": float("nan")}]),
    "endless number": report(roots=[ROOT | {"vms": float("inf")}]),
    "half of a surrogate pair": report(vms=vms((f"{VM}\ud800", ["c"]))),
    "endless name of the schema": report(schema="x" * 9_000),
}


@pytest.mark.parametrize("text", NO_REPORT.values(), ids=NO_REPORT)
def test_no_report(run: Command, tmp_path: Path, text: str) -> None:
    (tmp_path / "r.json").write_text(text, encoding="utf-8")
    assert_refused(run.here("diff", "r.json", "r.json"), "r.json")
