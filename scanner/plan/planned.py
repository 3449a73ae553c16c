"""What a plan says: resources as they will be, in the language of ARM bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from msgspec import Struct

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.origin import Origin

Action = Literal["create", "change", "delete"]
"""``create`` gives the whole body. ``change`` gives the parts of it that the plan sets."""


class NotAPlan(Exception):  # noqa: N818 - becomes the one line of a command
    """A file that is no plan: what it is, and what to do."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(what, remedy)
        self.what, self.remedy = what, remedy


class Unknown(Struct, frozen=True):
    """The place of a value in a body that nobody knows until the change is applied."""


UNKNOWN = Unknown()


class Planned(Struct, frozen=True, kw_only=True, gc=False):
    """One change of one ARM resource, or of a part of it."""

    id: ArmId
    action: Action
    origin: Origin
    body: Any = None
    """The body after the change, with ``UNKNOWN`` in it. None if the resource is deleted."""
    before: Any = None
    """The same parts before the change, by the plan. None if the plan does not say."""
    is_whole: bool = False
    """True if both bodies are the whole resource, as what-if shows it."""
    is_withdrawn: bool = False
    """True if the change takes away what an association gave."""
    is_replaced: bool = False
    """True if the resource is deleted and created again under the same id."""
    may_live: bool = False
    """True if it is written whole, whether it lives already or not (ARM templates)."""

    @property
    def changes_nothing(self) -> bool:
        """True if it only says what lives and stays as it is."""
        return self.action == "change" and self.body == {}


_NO_FOLDERS: Mapping[tuple[str, ...], str] = {}


class Contents(Struct, frozen=True, kw_only=True):
    """All that the files of one change say."""

    planned: tuple[Planned, ...] = ()
    notes: tuple[str, ...] = ()
    """What the reader of a report needs to know of the plan as a whole."""
    gaps: tuple[Gap, ...] = ()
    """Parts that the tool which made the plan left out. Their resources are not known."""
    changes: int = 0
    """How many resources the plan changes, of any type."""
    named: frozenset[str] = frozenset()
    """GUIDs of the subscriptions that it names, in lower case."""
    unscoped_locks: tuple[Origin, ...] = ()
    """Locks to be on something that is not known yet: it may be on any resource."""
    new_groups: frozenset[ArmId] = frozenset()
    """The resource groups that it creates: nothing lives in them."""
    folders: Mapping[tuple[str, ...], str] = _NO_FOLDERS
    """The folders of local modules, by the names that lead to them."""

    def __add__(self, other: Contents) -> Contents:
        return Contents(
            planned=(*self.planned, *other.planned),
            notes=(*self.notes, *other.notes),
            gaps=(*self.gaps, *other.gaps),
            changes=self.changes + other.changes,
            named=self.named | other.named,
            unscoped_locks=(*self.unscoped_locks, *other.unscoped_locks),
            new_groups=self.new_groups | other.new_groups,
            folders={**self.folders, **other.folders},
        )

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """GUIDs of the subscriptions that have what it changes, the VMs that it protects, and what
        it names."""
        of_ids = (change.id.subscription for change in self.planned)
        of_vms = (vm.subscription for change in self.planned if (vm := protected_vm(change)))
        return tuple(sorted({*filter(None, (*of_ids, *of_vms)), *self.named} - {UNKNOWN_NAME}))


_IN_NO_NAME = "<>%&\\?#"
"""What no name of a resource has (Azure naming rules): it would be an encoding, or a query."""
_IN_NO_ID = re.compile(f"[{re.escape(_IN_NO_NAME)}]")


def resource_id(value: object) -> ArmId | None:
    """The id that a plan says. None for anything else: an expression, or what no resource has.

    A text that ARM takes for no id, or for the id of another resource, is never a new resource.
    """
    if not isinstance(value, str) or not value.isprintable() or _IN_NO_ID.search(value):
        return None
    is_padded = value != value.strip() or " /" in value or "/ " in value
    return None if is_padded else parse_id(value)


def stand_in(address: str) -> str:
    """A name in place of one that is not known, by the address of what has it."""
    return "".join(
        char if char.isprintable() and char not in f"{_IN_NO_NAME}/ " else f"u{ord(char):04x}"
        for char in address
    )


def protected_vm(item: Planned) -> ArmId | None:
    """The VM that a protected item is of. None if the plan leaves it open, and for all others."""
    properties = item.body.get("properties") if isinstance(item.body, Mapping) else None
    source = properties.get("sourceResourceId") if isinstance(properties, Mapping) else None
    return resource_id(source)


UNKNOWN_NAME = "unknown-until-apply"
"""The subscription or group in the id of a resource whose plan does not say it."""


def after_apply(scope: ArmId, what: str, origin: Origin | None = None) -> Gap:
    """The gap of what a plan leaves open."""
    by = f" by {origin}" if origin else ""
    remedy = f"The plan{by} sets it when it is applied. Judge again after that: backupscan scan."
    return Gap(scope.text, what, Reason.AFTER_APPLY, None, remedy, what)


def odd_body(scope: ArmId, origin: Origin, path: str = "") -> Gap:
    """The gap of a body that is not of the form that ARM documents, at a property path."""
    at = f" at {path}" if path else ""
    remedy = f"{origin} is not of the documented form{at}. Look at it in the plan."
    return Gap(scope.text, "a body of the documented form", Reason.FAILED, None, remedy)


def holes(body: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of all unknown values in a body."""
    if isinstance(body, Unknown):
        yield path
    elif isinstance(body, dict):
        for name, value in body.items():
            yield from holes(value, (*path, name))
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from holes(value, (*path, index))
