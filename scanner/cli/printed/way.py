"""Prints the way from a VM to a target: as an outline on a terminal, or as JSON."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from rich.console import Console
from rich.text import Text

from scanner.inventory.armid import ArmId
from scanner.network.azure_view import AzureView
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
        indent = 2 * depth
        text = Text(log_line(line), "bold" if is_heading else "")
        for part in text.wrap(console, console.width - indent):
            part.rstrip()
            console.print(Text(" " * indent).append_text(part), no_wrap=True)


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
    if way.proxies:
        yield 0, "Perhaps through an HTTP proxy, which is a setting of the guest", True
        yield from ((1, str(proxy), False) for proxy in way.proxies)
    if way.azure:
        yield from _azure_lines(way.azure)
    answers = way.azure.answers if way.azure else ()
    shown = {*way.why, *(text for it in answers for text in it.unanswered)}
    if unread := [text for text in way.unread if text not in shown]:
        yield 0, "Not read", True
        yield from ((1, text, False) for text in unread)
    yield 0, "Not visible", True
    yield from ((1, text, False) for text in way.not_visible)


def _azure_lines(view: AzureView) -> Iterator[tuple[int, str, bool]]:
    of = f": {ArmId(view.watcher).name}" if view.watcher else ""
    yield 0, f"Azure's own answers{of}", True
    if view.not_asked:
        yield 1, view.not_asked, False
    for it in view.answers:
        yield 1, f"To {it.address}", True
        if it.access:
            rule = f" by the rule {it.rule}" if it.rule else ""
            ours = _compared(it.access, it.our_access)
            yield 2, f"Security groups: {it.access}{rule}{ours}", False
        if it.next_hop:
            hop = " ".join(filter(None, (it.next_hop, it.next_hop_address)))
            table = f", by {ArmId(it.route_table).name}" if it.route_table else ""
            ours = _compared(hop, it.our_next_hop)
            yield 2, f"Next hop: {hop}{table}{ours}", False
        missing = (f"Not answered: {text}" for text in it.unanswered)
        others = dict.fromkeys((*it.differs, *missing))
        yield from ((2, text, False) for text in others)


def _compared(theirs: str, ours: str | None) -> str:
    """How Azure's answer is to that of configuration."""
    if ours is None:
        return " (configuration leaves it open)"
    is_same = theirs.lower() == ours.lower()
    return " (as configuration says)" if is_same else f" (configuration says {ours})"


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
    hop = passage.next_hop or "an unknown next hop"
    prefix = f", {passage.prefix} to {hop}" if passage.prefix else ""
    ports = f" for source ports {passage.source_ports}" if passage.source_ports else ""
    why = f" ({passage.why})" if passage.why else ""
    return f"{order}{access}{passage.name}{prefix}{ports}: {effect}{why}"
