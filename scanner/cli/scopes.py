"""The scope that the options of a command name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scanner.cli.user_files import IDS_BYTES, read_text
from scanner.fleet.id_file import parse_ids
from scanner.fleet.names import parse_names, parse_protection
from scanner.inventory.scope import Names, Scope

Lists = tuple[Sequence[str] | None, ...]
"""Subscriptions, management groups, resource groups, ids of VMs, tags, as they were typed."""


def wanted_names(lists: Lists, vms_file: Path | None) -> Names:
    """The names of a scope, with the ids in a file. Raises ``UsageError``."""
    names = parse_names(*([*(typed or ())] for typed in lists))
    in_file = parse_ids(read_text(vms_file, IDS_BYTES), f"{vms_file}") if vms_file else ()
    return replace(names, vms=(*names.vms, *in_file))


def excluded_names(lists: Lists) -> Names:
    """The names that a scope leaves out. Raises ``UsageError``."""
    return parse_names(*([*(typed or ())] for typed in lists), prefix="--exclude-")


def parse_scope(
    wanted: Lists,
    excluded: Lists,
    vms_file: Path | None = None,
    *,
    include_managed: bool,
    protected_only: bool,
    unprotected_only: bool,
) -> Scope:
    """The scope of a command that takes VMs with backup and without. Raises ``UsageError``."""
    return Scope(
        wanted_names(wanted, vms_file),
        excluded_names(excluded),
        include_managed,
        parse_protection(protected=protected_only, unprotected=unprotected_only),
    )
