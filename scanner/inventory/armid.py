"""The id of an ARM resource."""

from __future__ import annotations

from functools import lru_cache, total_ordering

_PROVIDERS = "providers"
_PROVIDERS_PART = f"/{_PROVIDERS}/"
VM_TYPES = ("microsoft.compute/virtualmachines", "microsoft.classiccompute/virtualmachines")
"""The types of VMs in lower case: of Resource Manager, and classic."""


@total_ordering
class ArmId:
    """An ARM resource id. Ids that differ only in casing are equal.

    ARM returns the same id in different casing from different listings (the resource group in
    capitals, ``/Subscriptions``, ``resourcegroups``), so ids are never compared as text.

    Raises ``ValueError`` if the text is not an id. An id has no empty segment, and none that is
    ``.`` or ``..``: in the path of a request it would lead to another resource. A slash at the end
    is ignored.
    """

    __slots__ = ("_hash", "text")

    def __init__(self, text: str) -> None:
        key = text.lower().removesuffix("/")
        # Few ids have a segment that begins with a dot.
        if key[:1] != "/" or "//" in text or ("/." in key and _has_dots(key)):
            raise ValueError(f"not an ARM resource id: {text!r}")
        self.text = text
        # A fleet has many ids, and lower case takes as much memory again.
        self._hash = hash(key)

    @property
    def key(self) -> str:
        """The text to compare. To sort by it takes less time than to compare ids."""
        return self.text.lower().removesuffix("/")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ArmId) or self._hash != other._hash:
            return False
        return self.text == other.text or self.key == other.key

    def __lt__(self, other: ArmId) -> bool:
        return self.key < other.key

    def __hash__(self) -> int:
        return self._hash

    def __reduce__(self) -> tuple[type[ArmId], tuple[str]]:
        """Made again from its text: another process has other hashes."""
        return ArmId, (self.text,)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"ArmId({self.text!r})"

    def __contains__(self, other: ArmId) -> bool:
        """True if ``other`` is this resource or is below it."""
        return f"{other.key}/".startswith(f"{self.key}/")

    def is_directly_in(self, path: str) -> bool:
        """True if the id ends with a path, such as ``/disks/`` in lower case, and one name."""
        _, found, name = self.key.rpartition(path)
        return bool(found and name) and "/" not in name

    @property
    def name(self) -> str:
        """The last segment, in the original casing."""
        return self.text.removesuffix("/").rpartition("/")[2]

    @property
    def subscription(self) -> str | None:
        """The subscription's GUID in lower case. None outside a subscription."""
        return self._value_of("subscriptions", at=0)

    @property
    def group(self) -> ArmId | None:
        """The id of the resource group, which may be this id. None outside a resource group."""
        return self._id_of_first(4) if self._value_of("resourcegroups", at=2) else None

    @property
    def resource_group(self) -> str | None:
        """The resource group's name, in the original casing. None outside a resource group."""
        return self._parts()[3] if self._value_of("resourcegroups", at=2) else None

    @property
    def subscription_id(self) -> ArmId | None:
        """The id of the subscription, which may be this id. None outside a subscription."""
        return self._id_of_first(2) if self.subscription else None

    @property
    def parent(self) -> ArmId | None:
        """The parent of a child resource, such as the network of a subnet. None for others."""
        segments = self._segments
        at = _provider_at(segments)
        below = len(segments) - (at or 0)
        return self._id_of_first(len(segments) - 2) if at is not None and below > 4 else None

    @property
    def top_level(self) -> ArmId | None:
        """The resource that has no parent: this one, or the one that it is below, such as a vault.

        None for the id of no resource.
        """
        at = _provider_at(self._segments)
        return None if at is None else self._id_of_first(at + 4)

    @property
    def scope(self) -> ArmId | None:
        """What an extension resource, such as a lock, is attached to. None if tenant-wide."""
        at = _provider_at(self._segments)
        return self._id_of_first(at) if at else None

    @property
    def type(self) -> str | None:
        """The resource type in lower case, such as ``microsoft.compute/disks``."""
        key = f"{self.key}/"
        at = key.rfind(_PROVIDERS_PART)
        # As in ``_provider_at``. Without a list of all segments it takes half of the time.
        while at >= 0 and key.count("/", 0, at) % 2:
            at = key.rfind(_PROVIDERS_PART, 0, at + len(_PROVIDERS_PART) - 1)
        namespace, *rest = key[at + len(_PROVIDERS_PART) : -1].split("/")
        return "/".join((namespace, *rest[::2])) if at >= 0 and namespace else None

    @property
    def _segments(self) -> list[str]:
        """The segments in lower case."""
        return self.key.split("/")[1:]

    def _value_of(self, keyword: str, *, at: int) -> str | None:
        """The segment after a keyword, which must be at an index."""
        parts = self.text.split("/", at + 3)
        is_found = len(parts) > at + 2 and parts[at + 1].lower() == keyword
        return (parts[at + 2].lower() or None) if is_found else None

    def _id_of_first(self, count: int) -> ArmId:
        """The id that the first ``count`` segments make."""
        return _part_of_valid(_first_segments(self.text, count))

    def _parts(self) -> list[str]:
        """The segments in the original casing."""
        return self.text.removesuffix("/").split("/")[1:]


def _provider_at(segments: list[str]) -> int | None:
    """Index of the last ``providers`` segment.

    Segments come in pairs of a keyword and a value, so a resource called ``providers`` is not
    mistaken for the keyword.
    """
    keywords = segments[::2]
    if _PROVIDERS not in keywords:
        return None
    return 2 * (len(keywords) - 1 - keywords[::-1].index(_PROVIDERS))


@lru_cache(maxsize=1024)
def _part_of_valid(text: str) -> ArmId:
    """The id that a part of a valid id's text makes. Cached: the ids of a fleet have few groups."""
    made = object.__new__(ArmId)
    made.text = text
    made._hash = hash(made.key)
    return made


def _first_segments(text: str, count: int) -> str:
    return "/".join(text.split("/", count + 1)[: count + 1])


def _has_dots(key: str) -> bool:
    """True if a segment is ``.`` or ``..``."""
    return not {".", ".."}.isdisjoint(key.split("/"))


def parse_id(text: str | None) -> ArmId | None:
    """The id, or None if there is no text or the text is not an id."""
    try:
        return ArmId(text) if text else None
    except ValueError:
        return None
