"""Numbers, limits and suggestions as a person reads them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from scanner.catalogue.values import Limit

_MOST_NAMED = 40
"""Names that an error lists."""


def limit_text(limit: Limit) -> str:
    """``18``, ``2.2.53.1``, ``ultrassd_lrs, premiumv2_lrs``."""
    return ", ".join(limit) if isinstance(limit, tuple) else str(limit)


def counted(number: int, noun: str) -> str:
    """``1 VM``, ``2,000 VMs``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def unread_text(count: int) -> str:
    """How much was not read: ``1 thing could not be read``."""
    return f"{counted(count, 'thing')} could not be read"


def nearest(name: str, known: list[str]) -> str:
    """What to do about an unknown name: the known one closest to it, else the known ones."""
    return did_you_mean(name, known) or f"Choose one of {first_of(known)}"


def did_you_mean(name: str, known: Iterable[str], likeness: float = 0.45) -> str:
    """The known name that is most like an unknown one, as a question. Empty if none is so like.

    ``likeness`` is the least ratio of ``difflib``, from 0 to 1.
    """
    close = get_close_matches(name, [*dict.fromkeys(known)], n=1, cutoff=likeness)
    return f"Did you mean {close[0]}?" if close else ""


def first_of(names: Iterable[str]) -> str:
    """The first names in their order, and how many more there are."""
    ordered = sorted(names)
    hidden = len(ordered) - _MOST_NAMED
    return ", ".join([*ordered[:_MOST_NAMED], *([f"{hidden:,} more"] if hidden > 0 else [])])
