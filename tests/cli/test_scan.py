"""The ``backupscan scan`` command: exit codes, the JSON contract, scope, output streams."""

import json
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.report.formats import FORMATS
from scanner.report.standing import Standing
from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.shapes import DiskShape
from scanner.sim.world import World
from tests.support.command import Command, assert_refused, command, opened
from tests.support.fleets.small import fleet

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
ALL = ["web-01", "web-02", "web-03", "sql-01", "test-01", "off-01"]
MANAGED = ["aks-node-1", "burst_1"]
TOP = [
    "schema", "tool", "edition", "started_at", "finished_at", "complete", "scope", "summary",
    "gate", "checks", "roots", "orphans", "gaps", "notes", "guest_only", "vms",
]  # fmt: skip
VM = [
    "id", "name", "resource_group", "subscription_id", "location", "os", "power_state",
    "protection", "causes", "symptoms", "standing", "subscription",
]  # fmt: skip
CAUSE = ["cause", "verdict", "findings", "reason", "superseded"]
FINDING = ["check", "verdict", "message", "evidence", "remedy"]
EVIDENCE = ["id", "path", "value", "seen_at"]
GAP = ["scope", "fact", "reason", "action", "remedy"]
VERDICTS = {"applies", "possible", "unknown", "clear", "not-applicable"}


def names(report: Any) -> list[str]:
    return sorted(vm["name"] for vm in report["vms"])


def vm_id(world: World, name: str) -> str:
    return next(vm.id for vm in world.vms if vm.name == name)


def test_a_full_scan(run: Command) -> None:
    ran = run.scan_here("--details", "-o", "report.json")
    report = json.loads((run.folder / "report.json").read_text(encoding="utf-8"))
    assert (ran.code, ran.last) == (1, "exit 1: 3 of 6 VMs at or above 'applies'")
    assert ran.lines == [ran.last]
    assert report["complete"] is True
    assert names(report) == sorted(ALL)
    assert all(name in ran.out for name in ("web-02", "web-03", "sql-01"))
    assert "Traceback" not in ran.err


def test_the_details_of_a_single_vm_come_without_asking(run: Command) -> None:
    several, one = run.scan_here("-g", "rg-web"), run.scan_here("-g", "rg-sql")
    details = "What the documents say"
    assert (details in several.out, details in one.out) == (False, True)
    assert run.scan_here("-g", "rg-sql", "-q").out == ""


def test_an_unread_listing_is_exit_code_3(tmp_path: Path) -> None:
    world = fleet()
    faults.refuse(world, "locks")
    with opened(SimulatedArm(world)) as door:
        run = command(door, tmp_path)
        ran = run.scan_here("-o", "report.json", "--check", "restore-point-lock")
    assert ran.code == 3, ran.err
    assert re.fullmatch(r"exit 3: .+", ran.last)
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["complete"] is False
    assert [list(gap) for gap in report["gaps"]] == [GAP] * 2
    for gap in report["gaps"]:
        assert (gap["fact"], gap["reason"]) == ("locks", "denied")
        assert gap["action"] == "Microsoft.Authorization/locks/read"
        assert gap["scope"].startswith("/subscriptions/")
        assert gap["remedy"]
    causes = [cause for vm in report["vms"] for cause in vm["causes"]]
    assert {cause["reason"] for cause in causes} == {"denied"}


@pytest.mark.parametrize("edition", ["2018-01", "current"])
def test_json_v1_is_the_contract(run: Command, edition: str) -> None:
    report = run.report("--edition", edition)
    assert list(report) == TOP
    assert report["schema"] == "backupscan/report/1"
    assert list(report["tool"]) == ["name", "version"]
    assert report["edition"] == edition
    assert TIME.fullmatch(report["started_at"])
    assert TIME.fullmatch(report["finished_at"])
    assert list(report["summary"]) == ["vms", "causes", "orphans", "standings"]
    standings = report["summary"]["standings"]
    assert [*standings] == [*Standing]
    assert standings == {
        word: sum(vm["standing"] == word for vm in report["vms"]) for word in standings
    }
    ids = [vm["id"].lower() for vm in report["vms"]]
    assert ids == sorted(ids)
    order = list(report["summary"]["causes"])
    assert all([cause["cause"] for cause in vm["causes"]] == order for vm in report["vms"])
    for vm in report["vms"]:
        assert [name for name in vm if name not in ("tags", "guest")] == VM
        for cause in vm["causes"]:
            left_out = {name for name in CAUSE[3:] if name not in cause}
            assert list(cause) == [name for name in CAUSE if name not in left_out]
            assert cause["verdict"] in VERDICTS
            assert ("reason" in cause) is (cause["verdict"] == "unknown")
            assert bool(cause["findings"]) is (cause["verdict"] not in ("clear", "not-applicable"))
            for finding in cause["findings"]:
                assert [name for name in finding if name not in ("rule", "roots")] == FINDING
                assert ("rule" not in finding) or finding["verdict"] in ("applies", "possible")
                assert finding["verdict"] in VERDICTS
                assert finding["evidence"] or finding["verdict"] not in ("applies", "possible")
                for shown in finding["evidence"]:
                    assert list(shown) == EVIDENCE
                    assert TIME.fullmatch(shown["seen_at"])
    for cause, counted in report["summary"]["causes"].items():
        assert sum(counted.values()) == report["summary"]["vms"] == len(report["vms"])
        verdicts = [
            judged["verdict"]
            for vm in report["vms"]
            for judged in vm["causes"]
            if judged["cause"] == cause
        ]
        assert counted == {verdict: verdicts.count(verdict) for verdict in counted}


def test_superseded_shape(run: Command) -> None:
    world = World()
    group = world.subscription("s").group("g")
    group.vm("large")
    group.vm("huge", data_disks=[DiskShape(2048)])
    with opened(SimulatedArm(world)) as door:
        ran = command(door, run.folder).scan_here(
            "-f", "json=-", "--check", "disk-size-unsupported"
        )
    assert ran.code == 0, ran.err
    old = {vm["name"]: vm["causes"][0].get("superseded") for vm in ran.json["vms"]}
    assert old["large"] is None
    assert list(old["huge"]) == ["edition", "verdict", "why"]
    assert (old["huge"]["edition"], old["huge"]["verdict"]) == ("2018-01", "applies")


def test_only_json_on_stdout(run: Command) -> None:
    ran = run.scan("-f", "json=-")
    assert list(ran.json) == TOP
    assert ran.lines == ["exit 1: 3 of 6 VMs at or above 'applies'"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("--fail-on never", 0),
        ("--fail-on possible", 1),
        ("--vm WEB-01", 0),
        ("--vm web-02", 1),
        ("--vm off-01", 0),
        ("--vm off-01 --fail-on unknown", 1),
        ("-s retired", 4),
        ("-s retired --allow-empty", 0),
        ("-s retired --fail-on never", 4),
        ("--tag owner=nobody", 4),
        ("--tag owner=nobody --allow-empty", 0),
    ],
)
def test_exit_codes(run: Command, world: World, line: str, code: int) -> None:
    words = [vm_id(world, word.lower()).upper() if "-0" in word else word for word in line.split()]
    ran = run.scan_here(*words)
    assert ran.code == code, ran.err
    assert re.fullmatch(rf"exit {code}: .+", ran.last)
    assert ran.lines == [ran.last]


WEB = ["web-01", "web-02", "web-03"]


NO_WEB_01 = [name for name in ALL if name != "web-01"]
SCOPES = {
    "-s prod": [*WEB, "sql-01"],
    "-s PROD,test": ALL,
    "-s prod -s test": ALL,
    "-s {prod}": [*WEB, "sql-01"],
    "-g RG-Web": WEB,
    "-g rg-web,rg-test": [*WEB, "test-01"],
    "--vm {web-01}": ["web-01"],
    "--vm {web-01} --vm {test-01}": ["web-01", "test-01"],
    "--tag owner=web": ["web-01"],
    "--tag owner=web --tag owner=data": ["web-01", "web-02"],
    "--tag owner=data -g rg-web": ["web-02"],
    "-m below": ["test-01", "off-01"],
    "-m top": ALL,
    "-m top --exclude-management-group below": [*WEB, "sql-01"],
    "--exclude-subscription prod": ["test-01", "off-01"],
    "--exclude-resource-group rg-web": ["sql-01", "test-01", "off-01"],
    "--exclude-tag owner=web": NO_WEB_01,
    "--exclude-vm {web-01}": NO_WEB_01,
    "--exclude-vm {web-01} --exclude-tag a=b": NO_WEB_01,
    "--include-managed": [*ALL, *MANAGED],
    "--include-managed -g MC_aks": ["aks-node-1"],
    "-g MC_aks": [],
}


@pytest.mark.parametrize(("line", "expected"), SCOPES.items(), ids=SCOPES)
def test_scope(run: Command, world: World, line: str, expected: list[str]) -> None:
    """Names in braces are replaced by ids."""
    ids = {vm.name: vm.id for vm in world.vms}
    ids |= {found.name: found.subscription_id for found in world.subscriptions}
    report = run.report(*(word.format_map(ids) for word in line.split()))
    assert names(report) == sorted(expected)
    assert report["gaps"] == []


def test_what_is_left_out_is_counted(run: Command) -> None:
    scope = run.report("--exclude-tag", "owner=web")["scope"]
    assert (scope["managed_left_out"], scope["excluded"]) == (2, 1)
    assert scope["disabled_subscriptions"] == ["retired"]


@pytest.mark.parametrize("missing", ["-g", "--exclude-resource-group"])
def test_a_missing_group_is_reported(run: Command, missing: str) -> None:
    ran = run.scan_here("-g", "rg-web", missing, "rg-wbe")
    assert "rg-wbe" in ran.err + ran.out


@pytest.mark.parametrize("option", ["-s", "-g", "--vm", "-m"])
def test_an_empty_name_is_refused(run: Command, option: str) -> None:
    assert run.scan_here(option, "").code == 2


def test_a_name_that_two_subscriptions_have(tmp_path: Path) -> None:
    world = World()
    for number in (1, 2):
        guid = f"00000000-0000-0000-0000-00000000000{number}"
        world.subscription("same", id=guid).group("g").vm(f"vm-{number}")
    with opened(SimulatedArm(world)) as door:
        ran = command(door, tmp_path).scan_here("-f", "json=-", "-s", "same")
    assert ran.code == 2 or names(ran.json) == ["vm-1", "vm-2"]


def test_a_slow_scan_is_interrupted(tmp_path: Path) -> None:
    world = fleet()
    prod, test = world.subscriptions[:2]
    faults.slow(test, "locks", 60.0)
    arm = SimulatedArm(world)
    with opened(arm) as door:
        words = ("scan", "--arm-endpoint", door.url, "-o", "report.json")
        with command(door, tmp_path).fork(*words) as process:
            until = time.monotonic() + 20
            locks = {f"{part.id}/providers/Microsoft.Authorization/locks" for part in (prod, test)}
            while time.monotonic() < until and not locks <= {request.path for request in arm.log}:
                time.sleep(0.02)
            time.sleep(1.0)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=15)
    assert process.returncode == 130, err
    assert err.splitlines()[-1].startswith("exit 130: ")
    assert "Traceback" not in err + out
    report = json.loads((tmp_path / "report.partial.json").read_text(encoding="utf-8"))
    assert report["complete"] is False
    assert names(report) == sorted([*WEB, "sql-01"])
    assert [gap["scope"] for gap in report["gaps"]] == [test.id]


def test_a_scan_that_is_interrupted_before_any_vm_was_read(tmp_path: Path) -> None:
    world = fleet()
    faults.slow(world, "vaults", 60.0)
    arm = SimulatedArm(world)
    with opened(arm) as door:
        words = ("scan", "--arm-endpoint", door.url, "-o", "report.json")
        with command(door, tmp_path).fork(*words) as process:
            until = time.monotonic() + 20
            while time.monotonic() < until and not any("vaults" in asked.path for asked in arm.log):
                time.sleep(0.02)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=15)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    report = json.loads((tmp_path / "report.partial.json").read_text(encoding="utf-8"))
    assert (report["complete"], report["vms"]) == (False, [])
    unread = {gap["scope"] for gap in report["gaps"]}
    prod, test, *_ = world.subscriptions
    assert unread == {prod.id, test.id}


@pytest.mark.parametrize("output", [[], ["-f", "json=-"]], ids=["table", "JSON"])
def test_a_reader_that_closes_the_pipe_is_no_finding(run: Command, output: list[str]) -> None:
    scan = ["scan", "--arm-endpoint", run.url, "--fail-on", "never"]
    with run.fork(*scan, *output) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        err = process.stderr.read()
        process.wait(30)
    assert "Traceback" not in err
    assert "internal error" not in err
    assert process.returncode not in (1, 120), err


def test_a_terminal_that_lacks_characters(tmp_path: Path) -> None:
    world = World()
    world.subscription("s").group("g").vm("na\N{CJK UNIFIED IDEOGRAPH-4E00}me", agent=None)
    with opened(SimulatedArm(world)) as door:
        narrow = command(door, tmp_path).with_environment(
            PYTHONUTF8=None, PYTHONIOENCODING="cp1252"
        )
        assert narrow.anew("scan", "--arm-endpoint", door.url, "--count", "all").code == 1


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({}, id="no variable"),
        pytest.param({"NO_COLOR": "1"}, id="NO_COLOR"),
        pytest.param({"NO_COLOR": "1", "TERM": "xterm"}, id="NO_COLOR and TERM"),
    ],
)
def test_no_colour_in_a_pipe(run: Command, variables: dict[str, str]) -> None:
    ran = run.with_environment(**variables).scan()
    assert ran.code == 1
    assert "\x1b" not in ran.out


def test_json_lines_are_the_vms_of_the_json_report(run: Command, tmp_path: Path) -> None:
    ran = run.scan_here("-o", "vms.jsonl", "-o", "report.json")
    assert ran.code == 1
    lines = (tmp_path / "vms.jsonl").read_text(encoding="utf-8").splitlines()
    vms = [json.loads(line) for line in lines]
    whole = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["vms"]
    assert list(vms.pop()) == ["gate"]
    for line, vm in zip(sorted(vms, key=lambda vm: vm["id"].lower()), whole, strict=True):
        assert line == vm


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("-g rg-sql", 1),
        ("-g rg-sql --fail-on never", 0),
        ("-g rg-test", 0),
        ("--tag owner=nobody", 4),
        ("--tag owner=nobody --allow-empty", 0),
    ],
)
def test_the_exit_code_is_the_same_with_all_formats(run: Command, line: str, code: int) -> None:
    words = line.split()
    assert run.scan_here(*words).code == code
    outputs = [word for name in FORMATS for word in ("-f", f"{name}=o.{name}")]
    assert run.scan_here(*words, *outputs).code == code


@pytest.mark.parametrize("name", FORMATS)
def test_the_exit_code_is_the_same_with_one_format(run: Command, name: str) -> None:
    assert run.scan_here("-g", "rg-sql", "-f", f"{name}=out").code == 1


def test_a_check_for_planning_runs_if_it_is_selected(run: Command) -> None:
    report = run.report("--check", "vm-not-running")
    assert {vm["causes"][0]["verdict"] for vm in report["vms"]} == {"clear", "possible"}
    without = run.report("--exclude-check", "vm-not-running")
    causes = {cause["cause"] for vm in without["vms"] for cause in vm["causes"]}
    assert "vm-not-running" not in causes
    assert "disk-size-unsupported" in causes


def test_evidence_of_clear_causes_on_request(run: Command) -> None:
    only = ("--check", "disk-size-unsupported", "-g", "rg-web")
    for which, shown in (("found", False), ("all", True)):
        causes = [vm["causes"][0] for vm in run.report(*only, "--evidence", which)["vms"]]
        assert {cause["verdict"] for cause in causes} == {"clear"}
        assert all(bool(cause["findings"]) is shown for cause in causes)
    refused = run.scan_here("--evidence", "some")
    assert (refused.code, "found" in refused.last) == (2, True)


def test_a_healthy_vm_takes_little_more_than_three_kilobytes(run: Command) -> None:
    """A cause takes about 70 bytes. The shape is frozen, so each cause keeps its `findings`."""
    world = World()
    group = world.subscription("contoso-production").group("rg-production-web")
    vault = group.vault("vault-production-westeurope")
    vault.protect(group.vm("web-production-01"), vault.policy("DefaultPolicy"))
    with opened(SimulatedArm(world)) as door:
        [vm] = command(door, run.folder).report()["vms"]
    assert {cause["verdict"] for cause in vm["causes"]} == {"clear", "not-applicable"}
    assert len(json.dumps(vm, separators=(",", ":"))) <= 3400


def test_a_misspelt_check_for_planning(run: Command) -> None:
    refused = run.scan("--check", "vault-quotas")
    assert refused.code == 2
    assert "Did you mean vault-quota?" in refused.err


@pytest.mark.parametrize("name", ["high-cpu-or-memory", "high-memory"])
def test_a_check_of_metrics_without_metrics(run: Command, name: str) -> None:
    assert_refused(run.scan_here("--check", name), f"--check {name} finds nothing", "--metrics")


def test_metrics_from_the_environment(run: Command) -> None:
    asking = run.with_environment(BACKUPSCAN_SCAN_METRICS="1")
    checks = asking.report("--check", "snapshot-status-or-snapshot-failed")["checks"]
    assert {"high-cpu", "high-memory"} <= checks.keys()
    assert not {"high-cpu", "high-memory"} & run.report()["checks"].keys()
