"""What PowerShell cmdlets accept, by the syntax of their help pages."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).parents[1] / "commands" / "powershell.json"
CMDLETS: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))["cmdlets"]
BUILT_IN = {"Where-Object", "Out-Null"}
_PARAMETER = re.compile(
    r"\[\[-(?P<may_positional>\w+)\] <[^>]+>\]|\[-(?P<must_positional>\w+)\] <[^>]+>"
    r"|\[-(?P<may>\w+)(?: <[^>]+>)?\]|-(?P<must>\w+) <[^>]+>"
)
_STRING = re.compile(r"'(?:[^']|'')*'")


class Stage(NamedTuple):
    """A cmdlet of a pipeline, with its parameters and their values."""

    cmdlet: str
    given: dict[str, str]
    is_first: bool


def stages(command: str) -> list[Stage]:
    """The cmdlets of a command, with strings emptied. Built-in cmdlets are left out."""
    plain = _STRING.sub(lambda string: string[0] if string[0][1:-1].isalnum() else "''", command)
    found = []
    for statement in plain.split(";"):
        for number, part in enumerate(statement.split("|")):
            words = re.sub(r"^\s*\$\w+ = ", "", part).split()
            # A statement without a cmdlet sets a property.
            if words and not words[0].startswith("$") and words[0] not in BUILT_IN:
                pairs = pairwise((*words, ""))
                given = {word[1:]: value for word, value in pairs if re.match(r"-[A-Za-z]", word)}
                found.append(Stage(words[0], given, number == 0))
    return found


def objections(stage: Stage) -> str:
    """Why a cmdlet does not accept its parameters. Empty if it does."""
    known = CMDLETS.get(stage.cmdlet)
    if known is None:
        return f"{stage.cmdlet} is not in the table"
    for name, allowed in known.get("values", {}).items():
        value = stage.given.get(name, allowed[0]).strip("'")
        # The value may be a string that was emptied: an asterisk.
        if value and value not in allowed:
            return f"{stage.cmdlet} -{name} takes no {value}"
    piped = set() if stage.is_first else set(known.get("pipeline", ()))
    problems = [_misfit(syntax, set(stage.given), piped) for syntax in known["syntax"]]
    return "" if "" in problems else f"{stage.cmdlet}: {'; '.join(problems)}"


def _misfit(syntax: str, given: set[str], piped: set[str]) -> str:
    """What a parameter set has not, or needs. Empty if it fits."""
    may: set[str] = set()
    must: set[str] = set()
    for match in _PARAMETER.finditer(syntax):
        (kind, name), *_ = [(key, value) for key, value in match.groupdict().items() if value]
        (must if kind.startswith("must") else may).add(name)
    if unknown := given - may - must:
        return f"it has no -{', -'.join(sorted(unknown))}"
    missing = must - given - piped
    return f"it needs -{', -'.join(sorted(missing))}" if missing else ""
