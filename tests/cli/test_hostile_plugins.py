"""A plugin that fails, prints, exits or hangs costs its own causes, and turns no gate green."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.sim.server import Door
from tests.support.command import Command, Ran, assert_refused, command
from tests.support.plugins import a_check, with_plugin

CLEAR = 'yield clear("It is fine.")'
RAISED = {
    "exits-with-0": ("sys.exit(0)", "SystemExit: 0"),
    "exits-with-a-text": ("sys.exit('enough')", "SystemExit: enough"),
    "exits-at-once": ("os._exit(0)", "SystemExit: os._exit(0)"),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "ends-a-generator": ("raise GeneratorExit", "GeneratorExit"),
    "cancels": ("raise asyncio.CancelledError", "CancelledError"),
    "raises-a-base-exception": ("raise BaseException('odd')", "BaseException: odd"),
    "raises-a-text-that-raises": (
        "raise type('Odd', (Exception,), {'__str__': lambda self: sys.exit(0)})",
        "Odd",
    ),
    "raises-a-surrogate": (r"raise ValueError('\ud800')", "ValueError: ?"),
    "raises-a-long-text": ("raise ValueError('x' * 10_000_000)", "ValueError: xxx"),
    "recurses": ("return judged_recurses.judge(vm, edition)", "RecursionError"),
    "runs-out-of-memory": ("raise MemoryError", "MemoryError"),
}
"""What a check does, and how the report says so."""
YIELDED = {
    "returns-none": ("return None", "NoneType"),
    "yields-nothing": ("yield from ()", "it found nothing, not even clear"),
    "yields-a-number": ("yield 1", "it yielded 1, which is no finding"),
    "yields-verdict-99": ("yield Finding(99, 'Odd.')", "the verdict 99, which is no Verdict"),
    "yields-a-subclass": (
        "yield type('Odd', (Finding,), {})(Verdict.CLEAR, 'Fine.')",
        "no finding",
    ),
    "yields-no-text": ("yield clear(None)", "its message has None in place of a text"),
    "yields-no-words": ("yield clear(' ')", "its message is empty"),
    "yields-a-surrogate": (r"yield clear('\ud800')", "a character that cannot be encoded"),
    "yields-unknown-alone": ("yield Finding(Verdict.UNKNOWN, 'Odd.')", "unknown finding without a"),
    "yields-odd-evidence": ("yield clear('Fine.', 'seen')", "the evidence 'seen', which is none"),
    "yields-an-odd-rule": ("yield Finding(Verdict.CLEAR, 'F.', rule='r')", "the rule 'r'"),
    "yields-odd-roots": ("yield Finding(Verdict.CLEAR, 'F.', roots=('r',))", "the root 'r'"),
    "yields-for-ever": ("while True: yield clear('Fine.')", "more than 1,000 findings"),
    "sets-a-fact": ("vm.seen['agent'] = None; " + CLEAR, "does not support item assignment"),
    "removes-the-facts": ("vm.seen.clear(); " + CLEAR, "no attribute 'clear'"),
    "sets-an-attribute": ("vm.name = 'other'; " + CLEAR, "FrozenInstanceError"),
    "sets-a-part-of-a-fact": ("vm.os.family = 'linux'; " + CLEAR, "immutable type"),
}
FAILING = RAISED | YIELDED
BEHAVED = {
    "prints": "print('NOISE'); " + CLEAR,
    "writes": r"os.write(1, b'NOISE\n'); sys.__stdout__.write('NOISE\n'); " + CLEAR,
    "says-too-much": "yield clear('x' * 1_000_000)",
    "replaces-stdout": "sys.stdout = None; " + CLEAR,
    "exits-at-the-end": "atexit.register(os._exit, 0); " + CLEAR,
}
"""Checks that have an answer, whatever else they do."""
EARLY = a_check("exits-in-unless", CLEAR, ", unless=lambda vm: sys.exit(0)")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def ran(door: Door, folder: Path) -> Ran:
    """One scan with all hostile checks together: they cannot disturb one another either."""
    bodies = {name: body for name, (body, _) in FAILING.items()} | BEHAVED
    source = EARLY + "".join(a_check(name, body) for name, body in bodies.items())
    plugged = with_plugin(command(door, folder), "print('NOISE')" + source)
    return plugged.scan("-f", "json=-", "--evidence", "all", "--fail-on", "never")


@pytest.fixture(scope="module")
def report(ran: Ran) -> Any:
    return ran.json


def test_the_gate_is_not_green_and_stdout_holds_the_report_alone(ran: Ran) -> None:
    assert ran.code == 3
    assert ran.last.startswith("exit 3: ")
    assert ran.out.startswith("{")
    assert ran.json["complete"] is False
    assert "NOISE" in ran.err
    assert "NOISE" not in ran.out


@pytest.mark.parametrize("name", [*FAILING, "exits-in-unless"])
def test_a_check_that_fails_is_a_gap_of_every_vm(report: Any, name: str) -> None:
    how = FAILING[name][1] if name in FAILING else "SystemExit: 0"
    gaps = [gap for gap in report["gaps"] if gap["fact"] == f"check stranger-{name}"]
    assert len(gaps) == len({gap["scope"] for gap in gaps})
    assert {gap["scope"] for gap in gaps} == {
        vm["id"] for vm in report["vms"] if findings(vm, name)[0]["verdict"] == "unknown"
    }
    assert gaps
    for gap in gaps:
        assert gap["remedy"].startswith(f"The check stranger-{name} of stranger failed (")
        assert how in gap["remedy"]
        assert "stranger.py:" in gap["remedy"]
        assert len(gap["remedy"]) < 1000


@pytest.mark.parametrize("name", BEHAVED)
def test_a_check_that_answers_is_heard(report: Any, name: str) -> None:
    verdicts = {finding["verdict"] for vm in report["vms"] for finding in findings(vm, name)}
    assert verdicts <= {"clear", "not-applicable", "unknown"}
    assert "clear" in verdicts
    assert not [gap for gap in report["gaps"] if gap["fact"] == f"check stranger-{name}"]


def findings(vm: Any, name: str) -> Any:
    """The findings of one hostile check on a VM."""
    found = [
        finding
        for cause in vm["causes"]
        for finding in cause.get("findings", ())
        if finding["check"] == f"stranger-{name}"
    ]
    assert found, f"{vm['name']} has no finding of {name}"
    return found


def test_the_other_causes_are_judged_as_without_plugins(report: Any, run: Command) -> None:
    alone = run.scan("-f", "json=-", "--evidence", "all", "--no-plugins").json
    assert others(report) == others(alone)


def others(report: Any) -> Any:
    """The verdicts of all VMs but of the cause that the hostile checks judge."""
    return {
        (vm["id"], cause["cause"]): cause["verdict"]
        for vm in report["vms"]
        for cause in vm["causes"]
        if cause["cause"] != "disk-size-unsupported"
    }


AT_IMPORT = {
    "exits-with-0": ("sys.exit(0)", "SystemExit: 0"),
    "exits-at-once": ("os._exit(0)", "SystemExit: os._exit(0)"),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "cancels": ("raise asyncio.CancelledError", "CancelledError"),
    "ends-a-generator": ("raise GeneratorExit", "GeneratorExit"),
    "raises-a-base-exception": ("raise BaseException('odd')", "BaseException: odd"),
    "raises-a-surrogate": (r"raise ValueError('\ud800')", "ValueError: ?"),
}


@pytest.mark.parametrize("name", AT_IMPORT)
def test_a_plugin_that_fails_at_import_ends_the_command(run: Command, name: str) -> None:
    body, how = AT_IMPORT[name]
    ran = with_plugin(run, body)("checks")
    assert_refused(ran, "stranger (entry point one)", "stranger.py:4", how)


def test_a_plugin_that_is_left_out_makes_the_report_incomplete(run: Command) -> None:
    plugged = with_plugin(run, "sys.exit(0)")
    ran = plugged.scan("--skip-bad-plugins", "--fail-on", "never", "-f", "json=-")
    assert ran.code == 3
    assert "note: left out: stranger (entry point one)" in ran.err
    [gap] = [gap for gap in ran.json["gaps"] if gap["fact"] == "checks"]
    assert gap["scope"] == "stranger"
    assert "SystemExit: 0" in gap["remedy"]


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["checks", "-f", "json"], id="checks"),
        pytest.param(["explain", "disk-size-unsupported", "-f", "json"], id="explain"),
        pytest.param(["demo", "--check", "disk-size", "-f", "json=-"], id="demo"),
    ],
)
def test_no_plugin_is_imported_if_none_is_wanted(run: Command, arguments: list[str]) -> None:
    plugged = with_plugin(run, "print('NOISE'); sys.exit(0)")
    refused, ran = plugged(*arguments), plugged(*arguments, "--no-plugins")
    assert refused.code == 2
    assert "NOISE" in refused.err
    assert ran.code != 2
    assert ran.json
    assert "NOISE" not in ran.err


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("atexit.register(os._exit, 0)", id="handler at exit"),
        pytest.param("threading.Thread(target=time.sleep, args=(60,)).start()", id="a thread"),
        pytest.param("sys.excepthook = lambda *_: os._exit(0)", id="hook of exceptions"),
        pytest.param("sys.exit = lambda *_: os._exit(0)", id="another sys.exit"),
    ],
)
def test_what_a_plugin_leaves_behind_does_not_change_the_exit_code(run: Command, body: str) -> None:
    source = f"{body}\n" + a_check("one", CLEAR)
    began = time.monotonic()
    ran = with_plugin(run, source)("explain", "no-such-cause-anywhere-xyz")
    assert ran.code == 2
    assert time.monotonic() - began < 30


PINS = [
    pytest.param(["stranger==1.0"], None, id="as installed"),
    pytest.param(["Stranger == 1.0"], None, id="in other letters"),
    pytest.param(["stranger==1.1"], "stranger==1.0 is not pinned", id="another version"),
    pytest.param(["other==1.0"], "stranger==1.0 is not pinned", id="another package"),
    pytest.param(
        ["stranger==1.0", "other==2"], "other==2 is pinned, but no such", id="one that is missing"
    ),
    pytest.param(["stranger"], "Give NAME==VERSION", id="no version"),
]


@pytest.mark.parametrize(("pins", "refusal"), PINS)
def test_plugins_are_pinned(run: Command, pins: list[str], refusal: str | None) -> None:
    plugged = with_plugin(run, a_check("one", CLEAR))
    options = [word for pin in pins for word in ("--pin-plugin", pin)]
    ran = plugged.scan("--check", "stranger-one", "--fail-on", "never", "-f", "json=-", *options)
    if refusal:
        assert_refused(ran, refusal)
    else:
        assert ran.json["vms"]


def test_a_configuration_pins_plugins(run: Command) -> None:
    plugged = with_plugin(run, a_check("one", CLEAR))
    (run.folder / "own.toml").write_text('[scan]\npin-plugin = ["other==1.0"]\n', encoding="utf-8")
    ran = plugged("--config", "own.toml", "scan", "--arm-endpoint", run.url)
    assert ran.code == 2
    assert "the installed package stranger==1.0 is not pinned" in ran.last


SLEEPING = "print('BEGUN', file=sys.stderr, flush=True); time.sleep(2)"


@pytest.mark.parametrize("phase", ["import", "check"])
def test_a_user_interrupts_a_plugin(run: Command, phase: str) -> None:
    once = f"if not hasattr(sys, 'slept'): sys.slept = True; {SLEEPING}\n    {CLEAR}"
    source = SLEEPING if phase == "import" else a_check("one", once)
    with with_plugin(run, source).start(
        "scan", "--arm-endpoint", run.url, "--check", "stranger-one", "-f", "json=-"
    ) as process:
        assert process.stderr
        while "BEGUN" not in (line := process.stderr.readline()):
            assert line, "the plugin was not used"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert (phase == "import") is (out == "")


def test_a_check_that_takes_too_long_is_unknown(run: Command) -> None:
    loop = f"""
    is_first, sys.used = not hasattr(sys, "used"), True
    try:
        while is_first: pass
    except Exception:
        pass
    {CLEAR}"""
    plugged = with_plugin(run, a_check("one", loop))
    ran = plugged.scan("--check", "stranger-one", "--fail-on", "never", "-f", "json=-")
    assert ran.code == 3
    [gap] = [gap for gap in ran.json["gaps"] if gap["fact"] == "check stranger-one"]
    assert "stranger failed (it took too long)" in gap["remedy"]
