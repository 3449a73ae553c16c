"""What could not be read, and why."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Reason(StrEnum):
    """Why something was not seen, the worst first."""

    DENIED = "denied"
    FAILED = "failed"
    NOT_RECORDED = "not-recorded"
    NOT_RUNNING = "not-running"
    GUEST_ONLY = "guest-only"

    @property
    def is_missing(self) -> bool:
        """Whether a read was needed and did not happen (a VM that is off is not a failed read)."""
        return self in (Reason.DENIED, Reason.FAILED, Reason.NOT_RECORDED)


class Gap(Struct, frozen=True, gc=False):
    """A fact that could not be read."""

    scope: str
    """ARM id of what was asked for: a subscription for a listing, a resource for a single read."""
    fact: str
    """What is missing: a fact by its name on the view of a VM, or what was to be listed."""
    reason: Reason
    action: str | None
    """The ARM action that reads it, such as ``Microsoft.Compute/disks/read``."""
    remedy: str
    """What happened and what to do about it, one sentence each."""


class Unseen(Exception):  # noqa: N818 - a signal to the engine, not an error
    """A fact was touched that was not read; only the engine catches it."""

    def __init__(self, gap: Gap) -> None:
        super().__init__(gap)
        self.gap = gap
