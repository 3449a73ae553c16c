"""Sets of IP addresses, as sorted intervals of whole numbers."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from socket import AF_INET, AF_INET6, inet_pton

_IPV6 = 2**32
"""The number of the IPv6 address ``::``. The IPv4 addresses come before it."""
_LAST = _IPV6 + 2**128
_IPV4_BYTES = 4
_LENGTHS = {str(length): length for length in range(129)}
"""The lengths of prefixes."""


class Addresses:
    """A set of IPv4 and IPv6 addresses.

    Kept as disjoint, sorted, inclusive intervals of whole numbers, so that a service tag of a
    thousand prefixes is combined in one pass. IPv4 addresses are their own numbers, and IPv6
    addresses follow them.
    """

    __slots__ = ("_count", "_hash", "intervals")

    def __init__(self, intervals: Iterable[tuple[int, int]] = ()) -> None:
        self.intervals = tuple(_merged(sorted(intervals)))
        self._hash = hash(self.intervals)
        self._count: int | None = None

    @classmethod
    def _sorted(cls, intervals: list[tuple[int, int]]) -> Addresses:
        """A set of intervals that are sorted and do not touch."""
        made = cls.__new__(cls)
        made.intervals = tuple(intervals)
        made._hash = hash(made.intervals)
        made._count = None
        return made

    @classmethod
    def of(cls, *prefixes: str) -> Addresses:
        """The addresses of prefixes. Raises ``ValueError`` if a text is no prefix."""
        return cls(interval(prefix) for prefix in prefixes)

    @classmethod
    def union(cls, parts: Iterable[Addresses]) -> Addresses:
        """The addresses of all parts together."""
        found = [part for part in parts if part.intervals]
        if len(found) <= 1:
            return found[0] if found else NONE
        return cls(chain.from_iterable([part.intervals for part in set(found)]))

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Addresses)
            and self._hash == other._hash
            and self.intervals == other.intervals
        )

    def __hash__(self) -> int:
        return self._hash

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __len__(self) -> int:
        """How many addresses. Raises ``OverflowError`` for most sets of IPv6: use ``count``."""
        return self.count

    @property
    def count(self) -> int:
        """How many addresses."""
        if self._count is None:
            self._count = sum(last - first + 1 for first, last in self.intervals)
        return self._count

    def __contains__(self, number: int) -> bool:
        """True if the address of this number is in the set."""
        at = bisect_right(self.intervals, (number, _LAST))
        return bool(at) and self.intervals[at - 1][1] >= number

    def covers(self, other: Addresses) -> bool:
        """True if every address of the other set is in this one."""
        return not other - self

    def __or__(self, other: Addresses) -> Addresses:
        if not other or self is other:
            return self
        return Addresses((*self.intervals, *other.intervals)) if self else other

    def __and__(self, other: Addresses) -> Addresses:
        if not self or self is other or other._spans(self):
            return self
        if self._spans(other):
            return other
        few, many = self.intervals, other.intervals
        if len(few) > len(many):
            few, many = many, few
        shared: list[tuple[int, int]] = []
        for whole in few:
            first, last = whole
            for at in range(_first_overlapping(many, first), len(many)):
                start, end = many[at]
                if start > last:
                    break
                shared.append((max(start, first), min(end, last)))
        return Addresses._sorted(shared)

    def __sub__(self, other: Addresses) -> Addresses:
        if not other or not self:
            return self
        if self is other or other._spans(self):
            return NONE
        remaining: list[tuple[int, int]] = []
        taken = other.intervals
        for whole in self.intervals:
            first, last = whole
            for at in range(_first_overlapping(taken, first), len(taken)):
                start, end = taken[at]
                if start > last:
                    break
                if first < start:
                    remaining.append((first, start - 1))
                first = end + 1
            if first <= last:
                remaining.append((first, last))
        return Addresses._sorted(remaining)

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{address_text(first)}-{address_text(last)}" for first, last in self.intervals[:4]
        )
        return f"Addresses({shown}{', …' if len(self.intervals) > 4 else ''})"

    def _spans(self, other: Addresses) -> bool:
        """True if our only interval contains the other set. Most rules cover all addresses."""
        if len(self.intervals) != 1 or not other.intervals:
            return False
        first, last = self.intervals[0]
        return first <= other.intervals[0][0] and other.intervals[-1][1] <= last


def _first_overlapping(intervals: tuple[tuple[int, int], ...], first: int) -> int:
    """The index of the first interval that does not end before ``first``."""
    at = bisect_right(intervals, (first, -1))
    return at - 1 if at and intervals[at - 1][1] >= first else at


def _merged(intervals: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted intervals. Any two that touch or overlap become one."""
    merged: list[tuple[int, int]] = []
    if not intervals:
        return merged
    start, end = intervals[0]
    for interval in intervals:
        first, last = interval
        if first > end + 1:
            merged.append((start, end))
            start, end = interval
        elif last > end:
            end = last
    merged.append((start, end))
    return merged


def address_text(number: int) -> str:
    """An address as people write it."""
    if number < _IPV6:
        return str(ipaddress.IPv4Address(number))
    return str(ipaddress.IPv6Address(number - _IPV6))


def number(address: str) -> int:
    """The number of an address. Raises ``ValueError`` if the text is none."""
    packed = _packed(address) or ipaddress.ip_address(address).packed
    return int.from_bytes(packed) + (_IPV6 if len(packed) > _IPV4_BYTES else 0)


def _packed(text: str) -> bytes | None:
    """An address as the system reads it, in a twentieth of the time of ``ipaddress``."""
    try:
        return inet_pton(AF_INET6 if ":" in text else AF_INET, text)
    except (OSError, ValueError):
        return None


def interval(prefix: str) -> tuple[int, int]:
    """The first and the last number of a prefix. Raises ``ValueError`` if the text is none."""
    text = prefix.strip()
    address, _, written = text.partition("/")
    packed, length = _packed(address), _LENGTHS.get(written)
    if packed is not None and length is not None and length <= 8 * len(packed):
        host_bits = 8 * len(packed) - length
        zero = 0 if len(packed) == _IPV4_BYTES else _IPV6
        first = zero + (int.from_bytes(packed) >> host_bits << host_bits)
        return first, first + (1 << host_bits) - 1
    network = ipaddress.ip_network(text, strict=False)
    zero = 0 if network.version == 4 else _IPV6
    return zero + int(network.network_address), zero + int(network.broadcast_address)


def by_length(prefixes: Iterable[str]) -> tuple[tuple[int, Addresses], ...]:
    """The addresses of prefixes by the length of the prefix.

    Raises ``ValueError`` if a text is no prefix.
    """
    intervals: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for prefix in prefixes:
        first, last = interval(prefix)
        host_bits = (last - first + 1).bit_length() - 1
        intervals[(32 if first < _IPV6 else 128) - host_bits].append((first, last))
    return tuple((length, Addresses(found)) for length, found in intervals.items())


NONE = Addresses()
EVERY_IPV4 = Addresses.of("0.0.0.0/0")
EVERY_IPV6 = Addresses.of("::/0")
EVERY = EVERY_IPV4 | EVERY_IPV6
PRIVATE = Addresses.of(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.168.0.0/16", "224.0.0.0/3", "fc00::/7", "fe80::/10", "ff00::/8", "::/8",
)  # fmt: skip
"""What is not of the internet (IANA, special-purpose address registries)."""
PUBLIC = EVERY - PRIVATE
