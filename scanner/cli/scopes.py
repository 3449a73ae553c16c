"""The scope that the options of a command name."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner.cli.scope_names import excluded_names, wanted_names
from scanner.fleet.names import parse_protection
from scanner.inventory.scope import Scope


def parse_scope(
    wanted: Sequence[list[str] | None],
    excluded: Sequence[list[str] | None],
    vms_file: Path | None = None,
    *,
    include_managed: bool,
    protected_only: bool,
    unprotected_only: bool,
) -> Scope:
    """The scope. ``wanted`` and ``excluded`` are the names by their kind.
    ``vms_file`` has more ids of VMs.

    They are in the order of ``parse_names``. Raises ``UsageError``.
    """
    return Scope(
        wanted_names(tuple(wanted), vms_file),
        excluded_names(tuple(excluded)),
        include_managed,
        parse_protection(protected=protected_only, unprotected=unprotected_only),
    )
