"""What fixes a cause, step by step, with commands that a person reads before running them.

Commands may have fields in braces: ``{id}``, ``{name}``, ``{group}``, ``{subscription}``,
``{parent}`` (the name of the resource that contains it), and ``{seen.x}`` for what the finding
shows at ``x``. Without a value for one of its fields, a command is left out.

A command names its subscription even if it takes a whole id: ``az lock delete`` and the cmdlets of
Az.Compute look for the rest of the id in the subscription that happens to be selected.
"""

from __future__ import annotations

from msgspec import Struct

Commands = tuple[str, ...]


class Step(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to do; a step without commands is done in the guest or by hand."""

    says: str
    az: Commands = ()
    powershell: Commands = ()
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
