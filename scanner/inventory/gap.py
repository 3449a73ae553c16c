"""What could not be read, and why; and how to handle a value that may be a gap."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import ParamSpec, TypeVar, final

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


class Reason(StrEnum):
    """Why something was not seen, the worst first."""

    DENIED = "denied"
    FAILED = "failed"
    NOT_RECORDED = "not-recorded"
    AFTER_APPLY = "after-apply"
    NOT_RUNNING = "not-running"
    GUEST_ONLY = "guest-only"

    @property
    def is_missing(self) -> bool:
        """Whether a read was needed and did not happen (a VM that is off is not a failed read)."""
        return self in (Reason.DENIED, Reason.FAILED, Reason.NOT_RECORDED)


@final
class Gap(Struct, frozen=True, gc=False, tag_field="_is", tag="gap"):
    """A fact that could not be read.

    Saved, its tag tells it from what may be in the place of it.
    """

    scope: str
    """ARM id of what was asked for: a subscription for a listing, a resource for a single read."""
    fact: str
    """What is missing: a fact by its name on the view of a VM, or what was to be listed."""
    reason: Reason
    action: str | None
    """The ARM action that reads it, such as ``Microsoft.Compute/disks/read``."""
    remedy: str
    """What happened and what to do about it, one sentence each."""
    what: str = ""
    """The call that failed, or the property that ARM's answer lacks. Empty: the fact itself."""

    @property
    def key(self) -> tuple[str, str]:
        """What identifies a gap, whichever facts it is behind: the scope and what was asked."""
        return self.scope.lower(), self.what or self.fact

    @property
    def missing_right(self) -> str | None:
        """The action to grant, which the remedy names. None if something else is wrong, such as the
        sign-in."""
        is_named = self.action is not None and self.action in self.remedy
        return self.action if self.reason is Reason.DENIED and is_named else None

    def of_fact(self, fact: str) -> Gap:
        """The same gap as the reason why a fact is missing."""
        if self.fact == fact:
            return self
        what = self.what or self.fact
        return Gap(self.scope, fact, self.reason, self.action, self.remedy, what)


class Unseen(Exception):  # noqa: N818 - a signal to the engine, not an error
    """A fact was touched that was not read; only the engine catches it."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(gap)
        self.gap = gap


def require(value: T | Gap) -> T:
    """The value. Raises ``Unseen`` if it is a gap."""
    if type(value) is Gap:
        raise Unseen(value)
    return value


def map_value(value: S | Gap, change: Callable[[S], T]) -> T | Gap:
    """The value changed; a gap stays the gap it is."""
    return value if type(value) is Gap else change(value)


def catch_gap(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Gap:
    """What ``read`` gives, or the gap it met."""
    try:
        return read(*args, **kwargs)
    except Unseen as unseen:
        return unseen.gap


def guard(of: ArmId, fact: str, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Gap:
    """What ``read`` gives, the gap it met, or that it failed: of one fact, and of no more."""
    try:
        return read(*args, **kwargs)
    except Unseen as unseen:
        return unseen.gap
    except AttributeError as error:
        return _unread(error, of, fact) or bug(of, fact, f"Reading {fact}", error)
    except Exception as error:  # noqa: BLE001 - everything else is read on
        return bug(of, fact, f"Reading {fact}", error)


def _unread(error: AttributeError, of: ArmId, fact: str) -> Gap | None:
    """The gap of a property that a record lacks. None for any other error.

    A saved record lacks what the scanner did not read when it was saved.
    """
    if error.name not in getattr(type(error.obj), "__struct_fields__", ()):
        return None
    what = f"{type(error.obj).__name__}.{error.name}"
    remedy = f"The bundle was made before the scanner read {what}. Make the bundle again."
    return Gap(of.text, fact, Reason.NOT_RECORDED, None, remedy, what)


def bug(of: ArmId, fact: str, doing: str, error: Exception) -> Gap:
    """What was not seen because we failed, or the machine that we run on."""
    what = f"{doing} failed ({type(error).__name__}: {error})"
    is_machine = isinstance(error, OSError | MemoryError)
    todo = "Check this machine, then scan again" if is_machine else "Report this bug of backupscan"
    remedy = f"{what}. {todo}."
    return Gap(of.text, fact, Reason.FAILED, None, remedy)


def unrecorded(source: Source, path: str, fact: str) -> Unseen:
    """ARM answered, but its answer does not hold ``path``."""
    where = source.at(path).path
    remedy = f"ARM's answer holds no {where}. Look at the resource in Azure, then scan again."
    return Unseen(Gap(source.id.text, fact, Reason.NOT_RECORDED, None, remedy, where))


def present(value: T | None, source: Source, path: str, fact: str) -> T:
    """The value; raises ``Unseen`` where ARM left it out or gave null."""
    if value is None:
        raise unrecorded(source, path, fact)
    return value
