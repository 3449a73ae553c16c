"""A plugin that fails, prints, exits or hangs costs its own causes, and turns no gate green."""

from __future__ import annotations

import shutil
import signal
import time
from pathlib import Path
from typing import Any

import pytest

import scanner
from scanner.sim.server import Door
from tests.support.command import Command, assert_refused, command
from tests.support.forks import Ran
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
    "raises-a-name-that-raises": (
        "raise type('Meta', (type,), {'__name__': EXITS})('Odd', (Exception,), {})",
        "Odd",
    ),
    "raises-a-class-that-raises": (
        "raise type('Odd', (Exception,), {'__class__': EXITS})",
        "Odd",
    ),
    "raises-an-odd-gap": (
        "raise Unseen(type('Odd', (), {'__repr__': lambda self: sys.exit(0)})())",
        "SystemExit: 0",
    ),
    "raises-a-gap-that-raises": (
        "raise type('Odd', (Unseen,), {'__init__': lambda self: None, 'gap': EXITS})",
        "Odd",
    ),
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
    options = ("-f", "json=-", "--evidence", "all", "--fail-on", "never")
    return plugged.scan(*options)


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


A_CHECK_OF = """
class Function:
    'Something.'
    def __call__(self, vm: Vm, edition: Edition) -> Iterator[Finding]:
        yield clear("It is fine.")
    {body}
class Text(str):
    __hash__ = str.__hash__
    def __eq__(self, other): sys.exit(0)
    def __format__(self, how): sys.exit(0)
found_check = check({id}, cause="disk-size-unsupported", reads={reads}){of}(Function())
"""


def a_check_of(
    body: str = "", check_id: str = "'stranger-one'", reads: str = "('os',)", of: str = ""
) -> str:
    """The source of a check whose function is an object with more methods."""
    return A_CHECK_OF.format(body=body, id=check_id, reads=reads, of=of)


DECLARED = {
    "a function that exits if it is unwrapped": (
        a_check_of("def __getattr__(self, name): sys.exit(0)"),
        "the check stranger-one of stranger cannot be used: SystemExit: 0",
    ),
    "a function that fails if it is unwrapped": (
        a_check_of("@property\n    def __wrapped__(self): raise RuntimeError('odd')"),
        "the check stranger-one of stranger cannot be used: RuntimeError: odd",
    ),
    "a function that exits if it is shown": (
        a_check_of("def __repr__(self): sys.exit(0)"),
        "the check stranger-one of stranger cannot be used: SystemExit: 0",
    ),
    "a function that exits if it is compared": (
        a_check_of("def __hash__(self): sys.exit(0)\n    def __eq__(self, other): sys.exit(0)"),
        "the check stranger-one of stranger cannot be used: SystemExit: 0",
    ),
    "an id that exits": (a_check_of(check_id="Text('stranger-one')"), "no printable word"),
    "a fact that exits": (a_check_of(reads="(Text('os'),)"), "has reads=('os',), which is no"),
}
"""What a check declares, and how it is refused."""


@pytest.mark.parametrize(("source", "refusal"), DECLARED.values(), ids=DECLARED)
def test_what_a_check_declares_runs_no_code_unguarded(
    run: Command, source: str, refusal: str
) -> None:
    plugged = with_plugin(run, source)
    assert_refused(plugged("checks"), "stranger", refusal)
    left_out = plugged.scan("-g", "rg-web", "--skip-bad-plugins", "--fail-on", "never")
    assert left_out.code == 3, left_out.err
    assert "note: left out: " in left_out.err


def test_what_no_guard_stops_is_never_a_clean_scan(run: Command) -> None:
    """An error whose description raises it again, out of the scanner's own code."""
    source = """
class Odd(BaseException):
    def __str__(self): raise self
    def __getattr__(self, name): raise self
import scanner.cli.run
def fail(*_, **__): raise Odd
scanner.cli.run.to_report = fail
"""
    ran = with_plugin(run, source + a_check("one", CLEAR)).scan("-f", "json=-")
    assert (ran.code, ran.out) == (2, "")
    assert ran.last == "exit 2: internal error. Run again with --no-plugins"


AT_IMPORT = {
    "exits-with-0": ("sys.exit(0)", "SystemExit: 0"),
    "exits-at-once": ("os._exit(0)", "SystemExit: os._exit(0)"),
    "interrupts": ("raise KeyboardInterrupt", "KeyboardInterrupt"),
    "cancels": ("raise asyncio.CancelledError", "CancelledError"),
    "ends-a-generator": ("raise GeneratorExit", "GeneratorExit"),
    "raises-a-base-exception": ("raise BaseException('odd')", "BaseException: odd"),
    "raises-a-surrogate": (r"raise ValueError('\ud800')", "ValueError: ?"),
    "raises-a-file-that-raises": (
        "raise type('Odd', (SyntaxError,), {'filename': EXITS})",
        "Odd",
    ),
}


@pytest.mark.parametrize("name", AT_IMPORT)
def test_a_plugin_that_fails_at_import_ends_the_command(run: Command, name: str) -> None:
    body, how = AT_IMPORT[name]
    ran = with_plugin(run, body)("checks")
    assert_refused(ran, "stranger (entry point one)", how)
    assert ("stranger.py:6" in ran.last) is (name != "raises-a-file-that-raises")


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
    ran = with_plugin(run, source).anew("explain", "no-such-cause-anywhere-xyz")
    assert ran.code == 2
    assert time.monotonic() - began < 30


HOSTILE_FILE = "import os; os.write(2, b'NOISE'); os._exit(0)"


@pytest.mark.parametrize("name", ["checks/__init__.py", "typer.py"])
def test_no_module_of_the_current_folder_is_imported(run: Command, name: str) -> None:
    (run.folder / name).parent.mkdir(exist_ok=True)
    (run.folder / name).write_text(HOSTILE_FILE, encoding="utf-8")
    ran = run.anew("checks", "-f", "json")
    assert ran.json["checks"], ran.err
    assert "NOISE" not in ran.err


def copy_project(folder: Path, described: str, files: str, comma: str = "") -> Path:
    """The project in a folder, described in another one there. A file there lists all files."""
    sources = Path(scanner.__file__).parent.parent
    for package in ("scanner", "checks"):
        shutil.copytree(
            sources / package, folder / package, ignore=shutil.ignore_patterns("__pycache__")
        )
    own = [f"{file.relative_to(folder)}{comma}" for file in folder.rglob("*") if file.is_file()]
    metadata = "Name: backupscan\nVersion: 1.0\n"
    (folder / described).mkdir()
    for name, text in {
        files: "\n".join(own),
        "METADATA": metadata,
        "PKG-INFO": metadata,
        "entry_points.txt": "[backupscan.checks]\nbuiltin = checks\n",
    }.items():
        (folder / described / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def installed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project, installed in a folder."""
    return copy_project(tmp_path_factory.mktemp("site"), "backupscan-1.0.dist-info", "RECORD", ",,")


@pytest.mark.parametrize("file", ["foreign.py", "disk_size_unsupported/__init__.py"])
def test_a_file_that_another_package_puts_among_the_checks(
    run: Command, installed_folder: Path, file: str
) -> None:
    installed = run.with_environment(PYTHONPATH=f"{installed_folder}")
    assert installed.anew("checks", "-f", "json", "--no-plugins").json["checks"]
    foreign = installed_folder / "checks" / file
    foreign.parent.mkdir(exist_ok=True)
    foreign.write_text(HOSTILE_FILE, encoding="utf-8")
    ran = installed.anew("checks", "--no-plugins")
    foreign.unlink()
    if foreign.parent.name != "checks":
        foreign.parent.rmdir()
    assert_refused(ran, f"{foreign} is among the built-in checks", "not a file of backupscan")


def test_a_new_check_in_a_folder_of_sources_is_no_foreign_file(
    run: Command, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """What setuptools lists there is what was there when it was installed."""
    folder = copy_project(tmp_path_factory.mktemp("sources"), "backupscan.egg-info", "SOURCES.txt")
    (folder / "checks" / "added.py").write_text("", encoding="utf-8")
    ran = run.with_environment(PYTHONPATH=f"{folder}").anew("checks", "--no-plugins")
    assert (ran.code, ran.err) == (0, "")


def test_the_entry_point_of_another_package_makes_no_check_built_in(run: Command) -> None:
    plugged = with_plugin(run, a_check("one", CLEAR), module="checks")
    assert_refused(plugged("checks"), "of stranger has the id of another check")
    assert plugged("checks", "--no-plugins").code == 0


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
    with with_plugin(run, source).fork(
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
        while is_first: time.sleep(0.01)
    except Exception:
        pass
    {CLEAR}"""
    plugged = with_plugin(run, a_check("one", loop))
    ran = plugged.scan("--check", "stranger-one", "--fail-on", "never", "-f", "json=-")
    assert ran.code == 3
    [gap] = [gap for gap in ran.json["gaps"] if gap["fact"] == "check stranger-one"]
    assert "stranger failed (it took too long)" in gap["remedy"]
