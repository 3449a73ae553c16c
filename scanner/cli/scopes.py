"""The scope that the options of a command name."""

from __future__ import annotations

from collections.abc import Sequence

from scanner.fleet.names import parse_names, parse_protection
from scanner.inventory.scope import Scope


def parse_scope(
    wanted: Sequence[list[str] | None],
    excluded: Sequence[list[str] | None],
    *,
    include_managed: bool,
    protected_only: bool,
    unprotected_only: bool,
) -> Scope:
    """The scope. ``wanted`` and ``excluded`` are the names of each kind.

    They are in the order of ``parse_names``. Raises ``UsageError``.
    """
    return Scope(
        parse_names(*(names or [] for names in wanted)),
        parse_names(*(names or [] for names in excluded), prefix="--exclude-"),
        include_managed,
        parse_protection(protected=protected_only, unprotected=unprotected_only),
    )
