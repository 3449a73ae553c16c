"""Names of subscriptions, groups and VMs as the command line gives them."""

from __future__ import annotations

from typing import Literal

from scanner.errors import UsageError
from scanner.inventory.armid import VM_TYPES, ArmId
from scanner.inventory.scope import Names

_QUOTED = 150
"""Characters of a wrong id in a message."""


def parse_names(
    subscriptions: list[str],
    management_groups: list[str],
    resource_groups: list[str],
    vms: list[str],
    tags: list[str],
    *,
    prefix: str = "--",
) -> Names:
    """Names as the command line gives them, comma lists too.

    Raises ``UsageError`` with the name of the option, which begins with ``prefix``.
    """
    return Names(
        _split_names(subscriptions, f"{prefix}subscription"),
        _split_names(management_groups, f"{prefix}management-group"),
        _split_names(resource_groups, f"{prefix}resource-group"),
        tuple(parse_vm_id(text, f"{prefix}vm") for text in _split_names(vms, f"{prefix}vm")),
        tuple(_parse_tag(text, f"{prefix}tag") for text in tags),
    )


def parse_vm_id(text: str, option: str) -> ArmId:
    """The id of a VM. ``option`` begins messages. Raises ``UsageError`` for other text."""
    try:
        found = ArmId(text)
    except ValueError:
        found = None
    # Half of a surrogate pair is valid JSON, but no report can be written with it.
    is_one = text.isprintable() and "," not in text
    is_vm = found is not None and found.type in VM_TYPES and is_one
    if found is None or not (is_vm and found.resource_group):
        form = "/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/virtualMachines/…"
        raise UsageError(f"{option} {text[:_QUOTED]!r} is no VM id", f"Give {form}")
    return found


def parse_protection(
    *, protected: bool, unprotected: bool
) -> Literal["protected", "unprotected"] | None:
    """The VMs to scan by their protection. Raises ``UsageError`` for both options at once."""
    if protected and unprotected:
        what = "--protected-only and --unprotected-only exclude each other"
        raise UsageError(what, "Leave out one, or both")
    return "protected" if protected else "unprotected" if unprotected else None


def _split_names(values: list[str], option: str) -> tuple[str, ...]:
    """The names in the values of an option, separated by commas."""
    parts = tuple(part.strip() for value in values for part in value.split(","))
    if not all(parts):
        # An unset variable in a script must not widen a scope to everything.
        raise UsageError(f"{option} has an empty name", "Name it, or leave the option out")
    return parts


def _parse_tag(text: str, option: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not key or not equals:
        raise UsageError(f"{option} {text!r} has no '='", "Give KEY=VALUE")
    return key, value
