"""The ``$filter`` of a request: clauses joined by ``and``, as Azure's REST reference has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NamedTuple

_CLAUSE = re.compile(r"'?([\w/]+)'?\s+(eq|ge|le|gt|lt|ne)\s+(?:'([^']*)'|(\S+))", re.IGNORECASE)
_SUBSTRING = re.compile(r"substringof\(\s*'([^']*)'\s*,\s*(\w+)\s*\)", re.IGNORECASE)


class Clause(NamedTuple):
    """One clause, such as ``resourceType eq 'Microsoft.Compute/disks'``."""

    name: str
    """In lower case."""
    operator: str
    """``eq``, ``ge``, … or ``has`` for ``substringof``."""
    value: str


def clauses(filter_: str) -> list[Clause]:
    """The clauses of a filter, in its order."""
    found = [
        Clause(name.lower(), operator.lower(), quoted or bare)
        for name, operator, quoted, bare in _CLAUSE.findall(filter_)
    ]
    return found + [Clause(name.lower(), "has", part) for part, name in _SUBSTRING.findall(filter_)]


def asks_only(filter_: str, *names: str) -> bool:
    """True if the filter has clauses and all are about these names, or there is no filter."""
    asked = {clause.name for clause in clauses(filter_)}
    return bool(asked) and asked <= set(names) if filter_ else True


def at_scope(filter_: str) -> bool:
    """True if the filter asks for what lies at or above the scope."""
    return "atscope()" in filter_.replace(" ", "").lower()


def passes(values: Mapping[str, object], filter_: str) -> bool:
    """True if the values meet every clause about one of them; texts are compared without case.

    The names are in lower case. A clause about another name decides nothing.
    """
    return all(
        _holds(clause, values[clause.name]) for clause in clauses(filter_) if clause.name in values
    )


def _holds(clause: Clause, value: object) -> bool:
    if isinstance(value, datetime):
        bound = _time(clause.value)
        below, above = value < bound, value > bound
    else:
        text, bound_text = str(value).lower(), clause.value.lower()
        if clause.operator == "has":
            return bound_text in text
        below, above = text < bound_text, text > bound_text
    match clause.operator:
        case "ge" | "gt":
            return not below
        case "le" | "lt":
            return not above
        case "ne":
            return below or above
        case _:
            return not below and not above


def _time(text: str) -> datetime:
    """A time as clients write it, with or without an offset."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
