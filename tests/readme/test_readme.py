"""The README agrees with the code."""

import re
from typing import Any

from typer.main import get_command

from scanner.cli import app

from .tables import README, filled

TEXT = README.read_text(encoding="utf-8")


def test_tables_are_up_to_date() -> None:
    assert filled(TEXT) == TEXT, "run: make readme"


def test_every_shown_command_and_option_exists() -> None:
    root: Any = get_command(app)
    blocks = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    shown = [line.partition("#")[0].split() for line in lines if line.startswith("backupscan ")]
    assert shown
    for _, name, *words in shown:
        command = root.commands[name]
        options = {
            option for param in command.params for option in (*param.opts, *param.secondary_opts)
        }
        used = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
        assert used <= options, f"backupscan {name} has no {used - options}"
