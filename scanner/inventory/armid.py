"""The id of an ARM resource."""

from __future__ import annotations

from functools import total_ordering

_PROVIDERS = "providers"


@total_ordering
class ArmId:
    """An ARM resource id; two that differ only in case are equal.

    ARM returns the same id in different casing from different listings (the resource group in
    capitals, ``/Subscriptions``, ``resourcegroups``), so ids are compared here and never as text.

    Raises ``ValueError`` for text that is no id.
    """

    __slots__ = ("_key", "text")

    def __init__(self, text: str) -> None:
        key = text.lower()
        if "//" in key or key.endswith("/"):
            key = "/" * key.startswith("/") + "/".join(filter(None, key.split("/")))
        if not key.startswith("/") or key == "/":
            raise ValueError(f"not an ARM resource id: {text!r}")
        self.text = text
        self._key = key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ArmId) and self._key == other._key

    def __lt__(self, other: ArmId) -> bool:
        return self._key < other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"ArmId({self.text!r})"

    def __contains__(self, other: ArmId) -> bool:
        """Whether ``other`` is this resource or lies below it."""
        return other._key == self._key or other._key.startswith(f"{self._key}/")

    @property
    def name(self) -> str:
        """The last segment, in the casing given."""
        return self.text.rpartition("/")[2] or self.text.rstrip("/").rpartition("/")[2]

    @property
    def subscription(self) -> str | None:
        """The subscription's GUID in lower case; None outside a subscription."""
        return self._after("subscriptions", at=0)

    @property
    def group(self) -> ArmId | None:
        """The id of the resource group the resource lies in, itself if it is one."""
        return self._first(4) if self._after("resourcegroups", at=2) else None

    @property
    def resource_group(self) -> str | None:
        """The resource group's name, in the casing given; None outside a group."""
        return self._parts()[3] if self._after("resourcegroups", at=2) else None

    @property
    def subscription_id(self) -> ArmId | None:
        """The id of the subscription as a scope."""
        return self._first(2) if self.subscription else None

    @property
    def parent(self) -> ArmId | None:
        """The resource that a child resource (a subnet, a rule) lies in; None for others."""
        at = self._provider_at()
        below = len(self._segments) - (at or 0)
        return self._first(len(self._segments) - 2) if at is not None and below > 4 else None

    @property
    def scope(self) -> ArmId | None:
        """What an extension resource (a lock, say) is attached to; None for tenant-wide ones."""
        at = self._provider_at()
        return self._first(at) if at else None

    @property
    def type(self) -> str | None:
        """The resource type in lower case, such as ``microsoft.compute/disks``."""
        at = self._provider_at()
        if at is None or at + 1 == len(self._segments):
            return None
        namespace, *rest = self._segments[at + 1 :]
        return "/".join((namespace, *rest[::2]))

    @property
    def _segments(self) -> list[str]:
        return self._key.split("/")[1:]

    def _provider_at(self) -> int | None:
        """Where the last ``providers`` stands; ids are pairs, so a name of that word is none."""
        ats = [at * 2 for at, word in enumerate(self._segments[::2]) if word == _PROVIDERS]
        return ats[-1] if ats else None

    def _after(self, word: str, *, at: int) -> str | None:
        segments = self._segments
        found = len(segments) > at + 1 and segments[at] == word
        return segments[at + 1] if found else None

    def _first(self, count: int) -> ArmId:
        # Its parts were vetted with this id: nothing is parsed again.
        first = object.__new__(ArmId)
        first.text = "/" + "/".join(self._parts()[:count])
        first._key = "/" + "/".join(self._segments[:count])
        return first

    def _parts(self) -> list[str]:
        """The segments in the casing given."""
        return [segment for segment in self.text.split("/") if segment]


def parse_id(text: str | None) -> ArmId | None:
    """The id; None for text that is no id, and for no text."""
    try:
        return ArmId(text) if text else None
    except ValueError:
        return None
