"""What `--help` prints fits a terminal of 80 columns, and says something of every option."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.cli import command_line
from tests.support.command import run_here

ROOT: Any = command_line()
COMMANDS = sorted(ROOT.commands)


def help_of(*words: str) -> str:
    ran = run_here(*words, "--help", COLUMNS="80")
    assert ran.code == 0
    return ran.out


def test_no_summary_of_a_command_is_cut() -> None:
    _, _, shown = help_of().partition("Commands:\n")
    summaries = dict(line.split(maxsplit=1) for line in shown.splitlines())
    assert sorted(summaries) == COMMANDS
    for summary in summaries.values():
        assert summary.endswith("."), summary
        assert not summary.endswith("..."), summary


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_explained(command: str) -> None:
    for option in ROOT.commands[command].params:
        if option.name != "help":
            assert option.help, f"{command} --{option.name}"
            assert option.help[0].isupper(), option.help


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_is_too_long(command: str) -> None:
    assert max(map(len, help_of(command).splitlines())) <= 80


def test_the_default_of_fail_on_is_shown() -> None:
    assert "default: (applies)" in " ".join(help_of("scan").split())
