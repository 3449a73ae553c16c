"""The code of checks runs on a time budget, which no code that runs long escapes quietly."""

import io
import os
import subprocess
import sys
import time

import pytest

from scanner.judging.containment import OutOfTime, UserInterrupt, checks_at_work, interruptible

ENDLESS = """
from scanner.judging.containment import checks_at_work, interruptible
import time

@interruptible
def stubborn(who):
    while True:
        try:
            time.sleep(60)
        except BaseException:
            pass

with checks_at_work(0.1):
    stubborn("the check stubborn")
"""


@interruptible
def spin(_who: str) -> None:
    while True:
        pass


@interruptible
def sleep(_who: str) -> None:
    time.sleep(60)


@interruptible
def compute(_who: str) -> int:
    return sum(number for number in iter(int, 1))


@pytest.mark.parametrize("endless", [spin, sleep, compute], ids=lambda function: function.__name__)
def test_a_call_that_takes_too_long_is_interrupted(endless: object) -> None:
    assert callable(endless)
    began = time.monotonic()
    with checks_at_work(0.1), pytest.raises(OutOfTime):
        endless("the check")
    assert time.monotonic() - began < 10


def test_many_short_calls_may_take_long() -> None:
    with checks_at_work(0.05):
        for _ in range(30):
            pause("the check")


@interruptible
def pause(_who: str) -> None:
    time.sleep(0.01)


def test_our_own_code_may_take_long() -> None:
    with checks_at_work(0.05):
        time.sleep(0.3)


def test_code_that_catches_everything_ends_the_process() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", ENDLESS], capture_output=True, text=True, timeout=60, check=False
    )
    line = "exit 2: the check stubborn takes too long and cannot be interrupted."
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr == f"{line} Leave it out or uninstall it.\n"


class InterruptedOutput(io.StringIO):
    """A stdout that a signal interrupts while it is flushed for the second time."""

    flushed = 0

    def flush(self) -> None:
        self.flushed += 1
        if self.flushed == 2:
            raise UserInterrupt


def test_an_interrupt_at_the_end_leaves_stdout_where_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdout", InterruptedOutput())
    before = os.fstat(1)
    with pytest.raises(UserInterrupt), checks_at_work(5):
        assert not os.path.samestat(before, os.fstat(1))
    assert os.path.samestat(before, os.fstat(1))
