"""What fixes a cause, step by step, with commands that a person reads before running them.

Commands may have fields in braces. Without a value for one of its fields, a command is left out.

- ``{id}``, ``{name}``, ``{group}``, ``{subscription}`` and ``{parent}`` (the name of the resource
  that contains it) are about the resource that the commands change.
- ``{seen.x}`` is what the finding shows at ``x``.
- ``{item.id}``, ``{item.vault}`` and ``{item.subscription}`` are about the protected item that the
  finding shows: its id, the id of its vault, and the subscription of both.
- ``{guest.update}`` and ``{guest.restart}`` are the commands for the VM agent in the guest of the
  VM, by its family in ``guests.toml``. ``Step.says`` may have the fields of ``in_guest``.

A command names its subscription even if it takes a whole id: ``az lock delete`` and the cmdlets of
Az.Compute look for the rest of the id in the subscription that happens to be selected.
"""

from __future__ import annotations

from msgspec import Struct

from scanner.catalogue.values import Family

Commands = tuple[str, ...]


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to do; a step without commands is done in the guest or by hand."""

    says: str
    az: Commands = ()
    powershell: Commands = ()
    system: Family | None = None
    """The only operating system that it is for."""
    only_where: str = ""
    """What must be true before its commands run, a comment in a script; empty for nothing."""


class Fix(Struct, frozen=True, kw_only=True):
    """What fixes the findings of a cause: steps in order, the risk, and how to undo them.

    The catalogue has commands with fields, a report fills them in.
    """

    cause: str
    conditions: tuple[str, ...] = ()
    """Conditions of the rules whose findings it fixes; empty for all rules of the cause."""
    on: tuple[str, ...] = ()
    """ARM types of the resource behind findings that it changes; empty if it changes the VM."""
    steps: tuple[Step, ...]
    changes: str
    risk: str
    undo_az: Commands = ()
    undo_powershell: Commands = ()
