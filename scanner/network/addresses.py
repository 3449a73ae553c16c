"""Sets of IP addresses, as sorted intervals of whole numbers."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable
from functools import reduce
from operator import or_

_IPV6 = 2**32
"""The number of the IPv6 address ``::``. The IPv4 addresses come before it."""


class Addresses:
    """A set of IPv4 and IPv6 addresses.

    Kept as disjoint, sorted, inclusive intervals of whole numbers, so that a service tag of a
    thousand prefixes is combined in one pass. IPv4 addresses are their own numbers, and IPv6
    addresses follow them.
    """

    __slots__ = ("_hash", "intervals")

    def __init__(self, intervals: Iterable[tuple[int, int]] = ()) -> None:
        merged: list[tuple[int, int]] = []
        for first, last in sorted(intervals):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self.intervals = tuple(merged)
        self._hash = hash(self.intervals)

    @classmethod
    def of(cls, *prefixes: str) -> Addresses:
        """The addresses of prefixes. Raises ``ValueError`` if a text is no prefix."""
        return cls(interval(prefix) for prefix in prefixes)

    @classmethod
    def union(cls, parts: Iterable[Addresses]) -> Addresses:
        """The addresses of all parts together."""
        return reduce(or_, parts, NONE)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Addresses) and self.intervals == other.intervals

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
        return sum(last - first + 1 for first, last in self.intervals)

    def covers(self, other: Addresses) -> bool:
        """True if every address of the other set is in this one."""
        return not other - self

    def __or__(self, other: Addresses) -> Addresses:
        if not other or self is other:
            return self
        return Addresses((*self.intervals, *other.intervals)) if self else other

    def __and__(self, other: Addresses) -> Addresses:
        if self is other or other._spans(self):
            return self
        if self._spans(other):
            return other
        return Addresses(
            (max(first, start), min(last, end))
            for first, last in self.intervals
            for start, end in other._overlapping(first, last)
        )

    def __sub__(self, other: Addresses) -> Addresses:
        if not other or not self:
            return self
        if self is other:
            return NONE
        remaining: list[tuple[int, int]] = []
        for first, last in self.intervals:
            at = first
            for start, end in other._overlapping(first, last):
                if at < start:
                    remaining.append((at, start - 1))
                at = max(at, end + 1)
            if at <= last:
                remaining.append((at, last))
        return Addresses(remaining)

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

    def _overlapping(self, first: int, last: int) -> Iterable[tuple[int, int]]:
        """The intervals that share an address with ``first`` to ``last``."""
        at = max(0, bisect_right(self.intervals, (first, -1)) - 1)
        while at < len(self.intervals) and self.intervals[at][0] <= last:
            if self.intervals[at][1] >= first:
                yield self.intervals[at]
            at += 1


def address_text(number: int) -> str:
    """An address as people write it."""
    if number < _IPV6:
        return str(ipaddress.IPv4Address(number))
    return str(ipaddress.IPv6Address(number - _IPV6))


def interval(prefix: str) -> tuple[int, int]:
    """The first and the last number of a prefix. Raises ``ValueError`` if the text is none."""
    network = ipaddress.ip_network(prefix.strip(), strict=False)
    start = 0 if network.version == 4 else _IPV6
    return start + int(network.network_address), start + int(network.broadcast_address)


def prefix_length(prefix: str) -> int:
    """The length of a prefix. Raises ``ValueError`` if the text is none."""
    return ipaddress.ip_network(prefix.strip(), strict=False).prefixlen


NONE = Addresses()
EVERY_IPV4 = Addresses.of("0.0.0.0/0")
EVERY = Addresses.of("0.0.0.0/0", "::/0")
PRIVATE = Addresses.of(
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.168.0.0/16", "224.0.0.0/3", "fc00::/7", "fe80::/10", "ff00::/8", "::/8",
)  # fmt: skip
"""What is not of the internet (IANA, special-purpose address registries)."""
PUBLIC = EVERY - PRIVATE
