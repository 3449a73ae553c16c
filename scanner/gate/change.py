"""How a verdict changed since an older report: new, worse, better, old, fixed or unseen."""

from __future__ import annotations

from enum import StrEnum

from scanner.judging.check import Verdict


class Change(StrEnum):
    """How the verdict of a cause on a VM changed."""

    NEW = "new"
    """Nothing was found before."""
    WORSE = "worse"
    BETTER = "better"
    """Still found, and no longer as bad."""
    OLD = "old"
    """Found as before."""
    FIXED = "fixed"
    """Found before, and not any more."""
    UNSEEN = "unseen"
    """Found before, and no longer read."""

    @property
    def is_new(self) -> bool:
        """True if the older report does not have a finding that is as bad."""
        return self in (Change.NEW, Change.WORSE)


def change_of(before: Verdict | None, now: Verdict | None, *, was_read: bool) -> Change | None:
    """How a verdict changed. None if nothing was found, before and now.

    A verdict is None if a report does not have it. ``was_read`` is true if the newer report would
    have every finding of the VM.
    """
    was_found, is_found = _is_found(before), _is_found(now)
    if is_found and not was_found:
        return Change.NEW
    if was_found and not is_found:
        # A finding whose facts can no longer be read is not fixed.
        is_unread = now is Verdict.UNKNOWN or (now is None and not was_read)
        return Change.UNSEEN if is_unread else Change.FIXED
    if not is_found or before is None or now is None:
        return None
    if now == before:
        return Change.OLD
    return Change.WORSE if now > before else Change.BETTER


def _is_found(verdict: Verdict | None) -> bool:
    return verdict is not None and verdict >= Verdict.POSSIBLE
