"""The names of a scope, as ``scan`` and ``precheck`` take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from scanner.cli.user_files import IDS_BYTES, read_text
from scanner.fleet.id_file import parse_ids
from scanner.fleet.names import parse_names
from scanner.inventory.scope import Names

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
