"""Prints the way from a VM to a target: as an outline on a terminal, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from scanner.inventory.armid import ArmId
from scanner.network.way import Passage, Place, Way
from scanner.report.escape import log_line

SCHEMA = "backupscan/reach/1"
_PLACES = {
    "NIC": "Security group of the interface",
    "subnet": "Security group of the subnet",
    "routes": "Routes",
    "way out": "Way out",
}
_EFFECTS = {
    "no match": "does not decide",
    "passes": "lets pass",
    "leaves": "leads to the internet",
    "detours": "leads elsewhere",
    "stops": "stops",
    "may stop": "may stop",
    "unread": "may decide",
}
_VERDICTS = {
    "reached": "reached",
    "stopped": "stopped",
    "possible": "possible: it may be stopped, or a part of it is",
    "unknown": "unknown: something that decides was not read",
}


def to_json(way: Way) -> bytes:
    """The way as JSON; its keys are the names of the fields."""
    content = {"schema": SCHEMA, **msgspec.to_builtins(way)}
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def print_way(way: Way, console: Console) -> None:
    """Print the way from the interface to the verdict, readable at 80 columns."""
    for depth, line, is_heading in _lines(way):
        text = Text(log_line(line), "bold" if is_heading else "")
        console.print(Padding(text, (0, 0, 0, 2 * depth), expand=False))


def _lines(way: Way) -> Iterator[tuple[int, str, bool]]:
    """Depth and text of each line, and whether it is a heading."""
    over = f"{way.protocol.upper()} {way.port}"
    tags = f" (service tags {way.service_tags})" if way.service_tags else ""
    yield 0, f"From {ArmId(way.vm).name} to {way.target}, {over}{tags}", True
    if way.interface:
        address = f", address {way.address}" if way.address else ""
        yield 1, f"Interface {ArmId(way.interface).name}{address}", False
    for place in way.places:
        of = f": {ArmId(place.resource).name}" if place.resource else ""
        yield 1, f"{_PLACES[place.name]}{of}", True
        yield from _place_lines(place)
    yield 0, f"Verdict: {_VERDICTS[way.verdict]}", True
    for why in way.why:
        yield 1, why, False
    if way.passes and way.verdict == "possible":
        yield 1, f"Certainly reached: {way.passes}", False
    if unread := [text for text in way.unread if text not in way.why]:
        yield 0, "Not read", True
        yield from ((1, text, False) for text in unread)
    yield 0, "Not visible", True
    yield from ((1, text, False) for text in way.not_visible)


def _place_lines(place: Place) -> Iterator[tuple[int, str, bool]]:
    for passage in place.passages:
        yield 2, _passage_text(passage), False
    if place.unread:
        yield 2, f"Not read: {place.unread}", False


def _passage_text(passage: Passage) -> str:
    """``100 Deny deny-all: stops 100 %``."""
    share = passage.share if passage.share not in (None, "100 %") else ""
    effect = " ".join(filter(None, (_EFFECTS[passage.effect], share)))
    order = "" if passage.priority is None else f"{passage.priority} "
    access = f"{passage.access} " if passage.access else ""
    prefix = f" [{passage.prefix}]" if passage.prefix else ""
    ports = f" for source ports {passage.source_ports}" if passage.source_ports else ""
    why = f" ({passage.why})" if passage.why else ""
    return f"{order}{access}{passage.name}{prefix}{ports}: {effect}{why}"
