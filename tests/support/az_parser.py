"""What az's own parser accepts: read from azure-cli, and as the table that tests hold."""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import venv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1] / "commands"
TABLE = HERE / "az.json"


def install_az(folder: Path) -> Path:
    """Install azure-cli into a new environment, which takes minutes, and give its Python."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "azure-cli"], check=True)
    return python


def read_az(python: Path, commands: Iterable[str], config: Path) -> dict[str, Any]:
    """What ``read_az.py`` prints about commands. ``config`` is a folder for az's own files."""
    words = [shlex.split(command)[1:] for command in sorted(commands)]
    environment = {"AZURE_CONFIG_DIR": str(config), "AZURE_CORE_COLLECT_TELEMETRY": "no"}
    ran = subprocess.run(
        [python, HERE / "read_az.py"],
        input=json.dumps(words),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise ValueError(message)


def parse(command: str, table: dict[str, Any]) -> argparse.Namespace:
    """Parse a command as az does, by the table; raises ``ValueError``."""
    words = shlex.split(command)[1:]
    names = [name for name in table if words[: len(name.split())] == name.split()]
    if not names:
        raise ValueError(f"not in the table: {command}")
    name = max(names, key=len)
    parser = _Parser(add_help=False, allow_abbrev=False)
    for option in table[name]["options"]:
        count = option["values"]
        action: dict[str, Any] = {"action": "store_true"} if count == 0 else {"nargs": count}
        if count != 0 and "choices" in option:
            # az compares choices without case.
            choices = {choice.lower() for choice in option["choices"]}
            action |= {"choices": choices, "type": str.lower}
        parser.add_argument(*option["names"], required=option["required"], **action)
    rest = words[len(name.split()) :]
    parsed = parser.parse_args(rest)
    given = set(rest)
    for needed in table[name]["needed"]:
        if "--ids" not in given and not given & set(needed):
            raise ValueError(f"{needed[0]} or --ids is needed: {command}")
    return parsed
