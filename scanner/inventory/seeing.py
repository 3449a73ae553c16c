"""Values that may be gaps: to look at one, to keep the gap, to say what is missing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ParamSpec, TypeVar

from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason, Unseen

P = ParamSpec("P")
S = TypeVar("S")
T = TypeVar("T")


def see(value: T | Gap) -> T:
    """The value; raises ``Unseen`` if a gap stands in its place."""
    if isinstance(value, Gap):
        raise Unseen(value)
    return value


def seen_as(value: S | Gap, change: Callable[[S], T]) -> T | Gap:
    """The value changed; a gap stays the gap it is."""
    return value if isinstance(value, Gap) else change(value)


def or_gap(read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | Gap:
    """What ``read`` gives, or the gap it met."""
    try:
        return read(*args, **kwargs)
    except Unseen as unseen:
        return unseen.gap


def or_crash(read: Callable[[], T], of: ArmId, fact: str) -> T | Gap:
    """What ``read`` gives, the gap it met, or that it failed: of one fact, and of no more."""
    try:
        return read()
    except Unseen as unseen:
        return unseen.gap
    except Exception as error:  # noqa: BLE001 - everything else is read on
        return bug(of, fact, f"Reading {fact}", error)


def bug(of: ArmId, fact: str, doing: str, error: Exception) -> Gap:
    """What was not seen because we failed."""
    what = f"{doing} failed ({type(error).__name__}: {error})"
    remedy = f"{what}. This is a bug of backupscan: report it."
    return Gap(of.text, fact, Reason.FAILED, None, remedy)


def unrecorded(source: Source, path: str, fact: str) -> Unseen:
    """ARM answered, but its answer does not hold ``path``."""
    where = source.at(path).path
    remedy = f"ARM's answer holds no {where}. Look at the resource in Azure, then scan again."
    return Unseen(Gap(source.id.text, fact, Reason.NOT_RECORDED, None, remedy))


def there(value: T | None, source: Source, path: str, fact: str) -> T:
    """The value; raises ``Unseen`` where ARM left it out or gave null."""
    if value is None:
        raise unrecorded(source, path, fact)
    return value


def utc(text: str | None) -> datetime | None:
    """A time in UTC, for evidence and comparison; None where there is none or it makes no sense."""
    try:
        time = datetime.fromisoformat(text) if text else None
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC) if time else None
    except (ValueError, OverflowError):
        return None
