"""Ports: the ranges of rules, and the ranges from which a guest takes its source ports."""

from __future__ import annotations

import re
from collections.abc import Iterable

from scanner.inventory.evidence import Source
from scanner.inventory.gap import unrecorded

_FACT = "network"
Ports = tuple[int, int]
"""The lowest and the highest port of a range."""
EVERY_PORT: Ports = (0, 65535)

CLIENT_PORTS: dict[str | None, Ports] = {
    # Service overview and network port requirements for Windows, 2025-01; the default of
    # ip_local_port_range (Linux kernel documentation, ip-sysctl).
    "windows": (49152, 65535),
    "linux": (32768, 60999),
    None: (32768, 65535),
}
"""The source ports of a guest's connections, by its family. None: it is not known."""


_RANGE = re.compile(r"(?P<first>[0-9]{1,5})(?:-(?P<last>[0-9]{1,5}))?")


def port_range(text: str, at: Source, path: str) -> Ports:
    """A range of ARM: ``*``, ``443`` or ``80-90``. Raises ``Unseen`` if it is none.

    The first port is not above the last one, and no port is above 65535 (REST API reference,
    Security Rules: "Integer or range between 0 and 65535").
    """
    found = text.strip()
    if found == "*":
        return EVERY_PORT
    if known := _RANGE.fullmatch(found):
        first = int(known["first"])
        last = int(known["last"] or first)
        if first <= last <= EVERY_PORT[1]:
            return first, last
    raise unrecorded(at, f"{path} that is a port range, only {text!r}", _FACT)


def segments(whole: Ports, ranges: Iterable[Ports]) -> tuple[Ports, ...]:
    """A range cut where one of the others begins or ends. Within a segment no rule differs."""
    first, last = whole
    cuts = {start for low, high in ranges for start in (low, high + 1)}
    starts = [first, *sorted(cut for cut in cuts if first < cut <= last)]
    return tuple(zip(starts, [*(start - 1 for start in starts[1:]), last], strict=True))


def ports_text(ports: tuple[Ports, ...]) -> str:
    """Adjacent ranges as one: ``49152-65535``."""
    joined: list[Ports] = []
    for first, last in sorted(ports):
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in joined)
