"""VM ids in a file: one a line, or in JSON as ``az vm list`` and ``ConvertTo-Json`` print it."""

from __future__ import annotations

import json
from typing import Any

from scanner.errors import UsageError
from scanner.fleet.names import parse_vm_id
from scanner.inventory.armid import ArmId

_JSON_BEGINS = ("[", "{", '"')
"""No line with an id and no comment begins so."""
_LISTS = ("value", "data")
_NEXT_PAGE = ("nextlink", "@odata.nextlink", "skip_token", "skiptoken", "$skiptoken")
"""What a list has next to its entries if it is not the whole list."""
"""Members that hold the entries, in what ``az rest`` and ``az graph query`` print.

PowerShell 5.1 wraps some lists in ``value``.
"""


def parse_ids(text: str, file: str) -> tuple[ArmId, ...]:
    """VM ids in the text of a file: one a line, or in JSON.

    JSON is an id, an object with the member ``id`` (in any case), or a list of either. Raises
    ``UsageError`` for other text, or no id.
    """
    entries = _in_json(text, file) if text.lstrip().startswith(_JSON_BEGINS) else _in_lines(text)
    found = tuple(parse_vm_id(entry, f"{file}:{place}:") for place, entry in entries)
    if not found:
        # An empty file must not widen a scope to everything.
        raise UsageError(f"{file} holds no id", "Write one VM id a line, or save 'az vm list'")
    return found


def _in_lines(text: str) -> list[tuple[str, str]]:
    """Number and text of every line that is more than a comment."""
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    return [(f"{number}", line) for number, line in enumerate(lines, 1) if line]


def _in_json(text: str, file: str) -> list[tuple[str, str]]:
    """Place and id of every entry. Raises ``UsageError`` for other JSON, or none."""
    try:
        entries = _entries(json.loads(text, object_pairs_hook=_with_one_id))
    except json.JSONDecodeError as error:
        what = f"{file}:{error.lineno}:{error.colno}: it begins as JSON and is none ({error.msg})"
        raise UsageError(what, "Save 'az vm list' again, or write one VM id a line") from error
    except (ValueError, RecursionError) as error:
        what = "it is nested too deep" if isinstance(error, RecursionError) else f"{error}"
        raise UsageError(f"{file} cannot be used ({what[:200]})", _SAVE) from error
    return [(f" entry {at}", _id_of(entry, f"{file}: entry {at}")) for at, entry in entries]


def _with_one_id(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object with its names in lower case. Raises ``ValueError`` if it has two ids."""
    ids = [value for name, value in pairs if name.lower() == "id"]
    if any(value != ids[0] for value in ids):
        raise ValueError("an object in it has two ids")
    return {name.lower(): value for name, value in pairs}


def _entries(whole: Any) -> list[tuple[int, Any]]:
    """The entries, numbered from 1. Raises ``ValueError`` for a page that more follow."""
    if isinstance(whole, dict) and "id" not in whole:
        if any(whole.get(name) for name in _NEXT_PAGE):
            raise ValueError("it is one page of a list, and more pages follow")
        whole = next((whole[name] for name in _LISTS if isinstance(whole.get(name), list)), whole)
    return [*enumerate(whole if isinstance(whole, list) else [whole], 1)]


def _id_of(entry: Any, place: str) -> str:
    """The id in an entry. Raises ``UsageError`` if there is none."""
    id_ = entry.get("id") if isinstance(entry, dict) else entry
    if isinstance(id_, str):
        return id_
    has = "has no id" if isinstance(entry, dict) else f"is {json.dumps(entry)[:80]}, no id"
    raise UsageError(f"{place} {has}", _SAVE)


_SAVE = "Save what 'az vm list' prints: a list of objects with the member id"
