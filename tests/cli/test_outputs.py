"""Outputs that cannot be written, and standard streams that are closed, full or left."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.server import Door
from tests.support.command import SECONDS, Command, assert_refused, command, opened
from tests.support.fleets.small import fleet
from tests.support.forks import Ran
from tests.support.pairs import pairs

CLOSED = -3
Given = Callable[[Path], Path]


def in_proc(_: Path) -> Path:
    return Path("/proc/report.json")


def in_sys(_: Path) -> Path:
    return Path("/sys/report.json")


def folder(file: Path) -> Path:
    file.mkdir()
    return file


def in_a_file(file: Path) -> Path:
    file.touch()
    return file / "report.json"


def in_no_folder(file: Path) -> Path:
    return file.parent / "none" / "report.json"


def pipe_without_reader(file: Path) -> Path:
    os.mkfifo(file)
    return file


def link(file: Path) -> Path:
    victim = file.with_name("victim")
    victim.write_text("kept", encoding="utf-8")
    file.symlink_to(victim)
    return file


def link_to_nothing(file: Path) -> Path:
    file.symlink_to(file.with_name("nothing"))
    return file


def link_to_itself(file: Path) -> Path:
    file.symlink_to(file)
    return file


def long_name(file: Path) -> Path:
    return file.with_name(f"{'x' * 251}.json")


UNWRITABLE = [
    in_proc,
    in_sys,
    folder,
    in_a_file,
    in_no_folder,
    pipe_without_reader,
    link,
    link_to_nothing,
    link_to_itself,
    long_name,
]


@pytest.mark.parametrize("given", UNWRITABLE)
@pytest.mark.parametrize(
    "words", [("demo",), ("diff", "none.json", "none.json")], ids=["demo", "diff"]
)
def test_an_unwritable_output_is_refused_before_anything_is_read(
    run: Command, tmp_path: Path, words: tuple[str, ...], given: Given
) -> None:
    file = given(tmp_path / "report.json")
    before = sorted(tmp_path.rglob("*"))
    ran = run.here(*words, "-o", "good.csv", "-o", str(file))
    assert ran.code == 2
    assert ran.out == ""
    assert str(file)[-40:] in ran.last
    assert len(ran.lines) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_the_current_folder_was_removed(run: Command, tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    words = f"rmdir {gone}; exec {sys.executable} -m scanner demo -o report.json"
    ran = subprocess.run(
        ["/bin/sh", "-c", words],
        cwd=gone,
        env={**run.environment, "PATH": "/bin:/usr/bin"},
        capture_output=True,
        timeout=SECONDS,
        text=True,
        check=False,
    )
    assert_refused(Ran(ran.returncode, ran.stdout, ran.stderr), "the current folder was removed")


def test_a_link_is_not_followed(run: Command, tmp_path: Path) -> None:
    file = link(tmp_path / "report.json")
    assert_refused(run.here("demo", "-o", str(file)), "a link to", "name the file itself")
    assert (tmp_path / "victim").read_text(encoding="utf-8") == "kept"


def test_a_report_is_for_its_owner_alone(run: Command, tmp_path: Path) -> None:
    (tmp_path / "report.json").touch(mode=0o644)
    run.scan_here("-o", "report.json", "-o", "vms.jsonl", "-o", "page.html")
    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600}
    assert len(list(tmp_path.iterdir())) == 3, "a temporary file is left"


def test_a_shared_folder_with_a_link_in_place_of_the_temporary_file(
    run: Command, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("kept", encoding="utf-8")
    (tmp_path / ".report.json.part").symlink_to(victim)
    run.scan_here("-o", "report.json")
    assert victim.read_text(encoding="utf-8") == "kept"
    assert not (tmp_path / "report.json").is_symlink()


def ran_with(run: Command, *words: str, file_bytes: int | None = None, **streams: int) -> Ran:
    """Scan with other standard streams, or with a limit on the size of files.

    A closed stream is given as ``CLOSED``.
    """
    closed = [name for name, number in streams.items() if number == CLOSED]
    with TemporaryFile() as out, TemporaryFile() as err:
        files = {"stdout": out.fileno(), "stderr": err.fileno()}
        redirected = {name: number for name, number in streams.items() if number != CLOSED}
        with run.fork(
            *("scan", "--arm-endpoint", run.url, *words),
            streams=tuple((files | redirected).values()),
            closed=closed,
            resources={} if file_bytes is None else {"RLIMIT_FSIZE": (file_bytes, file_bytes)},
        ) as process:
            code = process.wait(SECONDS)
        out.seek(0)
        err.seek(0)
        return Ran(code, out.read().decode(), err.read().decode())


@pytest.fixture
def full() -> Iterator[int]:
    """A device that is always full."""
    number = os.open("/dev/full", os.O_WRONLY)
    yield number
    os.close(number)


@pytest.fixture
def left() -> Iterator[int]:
    """A pipe whose reader left."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


@pytest.mark.parametrize(
    ("state", "stream"), pairs(["closed", "full", "left"], ["stdout", "stderr"], one_in=2)
)
def test_a_standard_stream_changes_no_exit_code(
    run: Command, full: int, left: int, state: str, stream: str
) -> None:
    number = {"closed": CLOSED, "full": full, "left": left}[state]
    ran = ran_with(run, "-o", "report.json", **{stream: number})
    assert ran.code == 1
    assert json.loads((run.folder / "report.json").read_bytes())["complete"] is True
    assert "Traceback" not in ran.err
    if stream == "stdout":
        assert ran.last == "exit 1: 3 of 6 VMs at or above 'applies'"
        assert ("note: stdout cannot be written" in ran.err) is (state == "full")
    else:
        assert "documented cause" in ran.out


@pytest.mark.parametrize("state", ["closed", "full"])
def test_both_standard_streams(run: Command, full: int, state: str) -> None:
    number = {"closed": CLOSED, "full": full}[state]
    ran = ran_with(run, "-o", "report.json", stdout=number, stderr=number)
    assert ran.code == 1
    assert json.loads((run.folder / "report.json").read_bytes())["complete"] is True


def test_a_report_that_a_full_disk_cuts_is_no_report(run: Command, full: int) -> None:
    ran = ran_with(run, "-f", "json=-", "-o", "report.csv", stdout=full)
    assert_refused(ran, "stdout cannot be written (No space left on device)")
    assert (run.folder / "report.csv").stat().st_size


def test_a_command_without_a_report_on_a_full_disk(run: Command, full: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "scanner", "explain", "400196"],
        env=dict(run.environment),
        stdout=full,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        _, err = process.communicate(timeout=SECONDS)
    assert_refused(Ran(process.returncode, "", err), "stdout: No space left on device")


@pytest.mark.parametrize("growing", ["vms.jsonl", "/dev/full"])
def test_a_full_disk_loses_neither_the_scan_nor_another_output(run: Command, growing: str) -> None:
    outputs = ("-f", f"jsonl={growing}", "-o", "report.html", "-o", "report.sh")
    ran = ran_with(run, *outputs, file_bytes=16_000)
    assert ran.code == 2
    note, _ = ran.lines
    assert note.startswith("note: the report is not kept for show and fix (File too large)")
    assert f"{growing} cannot be written" in ran.last
    assert "report.html cannot be written (File too large)" in ran.last
    assert "report.sh" not in ran.last
    assert (run.folder / "report.sh").read_text(encoding="utf-8").startswith("#!/bin/sh")
    assert not (run.folder / "report.html").exists()
    assert "documented cause" in ran.out
    left = {file.name for file in run.folder.iterdir()}
    assert left <= {"report.sh", "vms.partial.jsonl"}, "a temporary file is left"
    if growing == "vms.jsonl":
        # Lines that a full disk cuts short are partial.
        text = (run.folder / "vms.partial.jsonl").read_text(encoding="utf-8")
        assert all(json.loads(line)["id"] for line in text.splitlines())


def test_the_last_line_names_an_unwritten_output_and_what_was_not_read(run: Command) -> None:
    words = ("demo", "--vms", "20", "--fail-on", "never")
    plain = run.with_environment(TF_BUILD="True").here(*words)
    assert plain.code == 3
    assert "##vso[task.complete result=SucceededWithIssues]" in plain.err
    ran = run.with_environment(TF_BUILD="True").here(*words, "-f", "json=/dev/full")
    assert ran.code == 2
    assert "task.complete" not in ran.err
    assert "/dev/full cannot be written (No space left on device)" in ran.last
    assert ran.last.endswith("things could not be read")
    assert ran.err.count("exit 2: ") == 1


def test_a_link_to_standard_output(run: Command, tmp_path: Path) -> None:
    with (tmp_path / "out.json").open("wb") as out:
        ran = ran_with(run, "-f", "json=/dev/stdout", stdout=out.fileno())
    assert_refused(ran, "/dev/stdout cannot be written (a link to standard output: name it -)")


def test_a_report_goes_to_the_reader_of_a_pipe(run: Command, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with subprocess.Popen(["/bin/cat", tmp_path / "pipe"], stdout=subprocess.PIPE) as reader:
        scan = partial(run, "scan", "--arm-endpoint", run.url, "-g", "rg-web")
        ran = scan("-f", f"json={tmp_path / 'pipe'}")
        out, _ = reader.communicate(timeout=SECONDS)
    assert ran.code == 1
    assert len(json.loads(out)["vms"]) == 3
    assert [file.name for file in tmp_path.iterdir()] == ["pipe"]


@pytest.mark.parametrize("given", [pipe_without_reader, folder, in_no_folder])
def test_a_summary_that_cannot_be_written_changes_nothing(
    run: Command, tmp_path: Path, given: Given
) -> None:
    file = str(given(tmp_path / "summary.md"))
    pipeline = run.with_environment(GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY=file)
    ran = pipeline.scan_here("-g", "rg-web")
    assert ran.code == 1
    assert f"note: {file} cannot be written" in ran.err


def test_a_sign_in_that_fails_leaves_the_old_report(run: Command, tmp_path: Path) -> None:
    for name in ("vms.jsonl", "report.json"):
        (tmp_path / name).write_text("old", encoding="utf-8")
    wrong = run.with_environment(AZURE_CLIENT_SECRET="wrong")
    assert wrong.scan_here("-o", "vms.jsonl", "-o", "report.json").code == 2
    assert {file.read_text(encoding="utf-8") for file in tmp_path.iterdir()} == {"old"}


@pytest.fixture(scope="module")
def unread() -> Iterator[Door]:
    world = fleet()
    faults.refuse(world.subscriptions[1], "virtual_machines")
    with opened(SimulatedArm(world)) as door:
        yield door


@pytest.mark.parametrize(
    ("words", "code"), [((), 1), (("--fail-on", "never"), 3), (("-s", "test"), 3)], ids=str
)
def test_the_last_line_says_what_was_not_read(
    unread: Door, tmp_path: Path, words: tuple[str, ...], code: int
) -> None:
    ran = command(unread, tmp_path).scan_here(*words, "-o", "vms.jsonl")
    assert ran.code == code
    assert ran.last.endswith("1 thing could not be read")
    # Without a VM, the report is partial.
    [lines] = tmp_path.glob("vms*.jsonl")
    last = lines.read_text(encoding="utf-8").splitlines()[-2]
    assert json.loads(last)["gap"]["reason"] == "denied"
