"""What the README says is what the code does."""

import re
from typing import Any

from typer.main import get_command

from scanner.cli import app

from .tables import README, filled

TEXT = README.read_text(encoding="utf-8")


def test_its_tables_are_those_of_the_code() -> None:
    assert filled(TEXT) == TEXT, "run: make readme"


def test_every_command_and_option_it_shows_is_there() -> None:
    root: Any = get_command(app)
    blocks = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    shown = [line.partition("#")[0].split() for line in lines if line.startswith("backupscan ")]
    assert shown
    for _, name, *words in shown:
        command = root.commands[name]
        options = {
            option for each in command.params for option in (*each.opts, *each.secondary_opts)
        }
        used = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
        assert used <= options, f"backupscan {name} has no {used - options}"
