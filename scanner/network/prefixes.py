"""Sets of IPv4 addresses, as sorted intervals."""

from __future__ import annotations

import ipaddress
from bisect import bisect_right
from collections.abc import Iterable

from scanner.network.tag_names import TAGS


class Addresses:
    """A set of IPv4 addresses.

    Kept as disjoint, sorted, inclusive intervals of integers, so that a service tag of a
    thousand prefixes is combined in one pass.
    """

    __slots__ = ("intervals",)

    def __init__(self, intervals: Iterable[tuple[int, int]] = ()) -> None:
        merged: list[tuple[int, int]] = []
        for first, last in sorted(intervals):
            if merged and first <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
            else:
                merged.append((first, last))
        self.intervals = tuple(merged)

    @classmethod
    def of(cls, *prefixes: str) -> Addresses:
        """The addresses of prefixes. Raises ``ValueError`` if a text is not an IPv4 prefix."""
        return cls(_interval(prefix) for prefix in prefixes)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Addresses) and self.intervals == other.intervals

    def __hash__(self) -> int:
        return hash(self.intervals)

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.intervals)

    def __or__(self, other: Addresses) -> Addresses:
        return Addresses((*self.intervals, *other.intervals))

    def __and__(self, other: Addresses) -> Addresses:
        if self is other or other._spans(self):
            return self
        return Addresses(
            (max(first, start), min(last, end))
            for first, last in self.intervals
            for start, end in other._overlapping(first, last)
        )

    def __sub__(self, other: Addresses) -> Addresses:
        if self is other:
            return Addresses()
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
            f"{ipaddress.IPv4Address(first)}-{ipaddress.IPv4Address(last)}"
            for first, last in self.intervals[:4]
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


def _interval(prefix: str) -> tuple[int, int]:
    network = ipaddress.IPv4Network(prefix.strip(), strict=False)
    return int(network.network_address), int(network.broadcast_address)


def ipv4_addresses(prefixes: Iterable[str]) -> Addresses:
    """The addresses of the IPv4 prefixes in a list. Known service tags and IPv6 prefixes add none.

    Raises ``ValueError`` if a text is none of the three.
    """
    return Addresses.of(*(prefix for prefix in prefixes if not _is_without_ipv4(prefix.strip())))


def _is_without_ipv4(text: str) -> bool:
    return text == "*" or _is_tag(text) or _is_ipv6(text)


def _is_tag(text: str) -> bool:
    """True for the name of a known service, which a region or a part of it may follow."""
    name, dot, part = text.lower().partition(".")
    return name in TAGS and part.isalnum() is bool(dot)


def _is_ipv6(text: str) -> bool:
    try:
        ipaddress.IPv6Network(text, strict=False)
    except ValueError:
        return False
    return True


EVERY = Addresses.of("0.0.0.0/0")
"""All IPv4 addresses."""
