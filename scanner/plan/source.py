"""From the address of a planned resource to the file and line of its block."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from msgspec.structs import replace

from scanner.inventory.origin import Origin
from scanner.plan.planned import Contents, Planned, Unknown
from scanner.plan.traversal import steps

_HEAD = re.compile(
    r'^[ \t]*resource[ \t]+"?(?P<type>[A-Za-z0-9_-]+)"?[ \t]+"?(?P<name>[A-Za-z0-9_-]+)"?[ \t]*\{?',
    re.MULTILINE,
)
Block = tuple[str, str, str]
"""The folder of a block, its type and its name."""
_HIDDEN = {"security_rule": "securityRules", "route": "routes"}
"""Blocks that a plan may not show, and the members that they become."""


class Place(NamedTuple):
    """Where a block is, and its text."""

    file: str
    line: int
    text: str


def locate(contents: Contents, files: Mapping[str, str], folder: str = "") -> Contents:
    """The contents with file and line of every resource that the files have.

    ``files`` are texts by their paths in the folder of the configuration. ``folder`` is its path
    in the repository, which begins the paths that are shown.
    """
    blocks = find_blocks(files)

    def place_of(origin: Origin) -> Place | None:
        block = _block(origin.address, contents.folders)
        return blocks.get(block) if block else None

    def located(origin: Origin) -> Origin:
        place = place_of(origin)
        if place is None:
            return origin
        return replace(
            origin, file=posixpath.normpath(posixpath.join(folder, place.file)), line=place.line
        )

    def shown(one: Planned) -> Planned:
        place = place_of(one.origin)
        body = one.body if place is None else _without_hidden(one, place.text)
        return replace(one, origin=located(one.origin), body=body)

    return replace(
        contents,
        planned=tuple(map(shown, contents.planned)),
        unscoped_locks=tuple(map(located, contents.unscoped_locks)),
    )


def _without_hidden(one: Planned, text: str) -> Any:
    """The body without the rules or routes that its block does not have."""
    properties = one.body.get("properties") if isinstance(one.body, dict) else None
    if not isinstance(properties, dict):
        return one.body
    empty: dict[str, Any] = {
        member: []
        for name, member in _HIDDEN.items()
        if isinstance(properties.get(member), Unknown) and not _writes(name, text)
    }
    return {**one.body, "properties": {**properties, **empty}}


def _writes(name: str, text: str) -> bool:
    """True if a block has blocks of a name, ``dynamic`` ones too."""
    return re.search(rf'(?:^|\W){name}"?\s*[{{=]', text) is not None


def find_blocks(files: Mapping[str, str]) -> dict[Block, Place]:
    """The place of every block of a resource."""
    found: dict[Block, Place] = {}
    for path, text in sorted(files.items()):
        folder = posixpath.dirname(path) or "."
        for match in _HEAD.finditer(text):
            key = (folder, match["type"], match["name"])
            # A formatted block ends with a brace at the start of a line.
            end = text.find("\n}", match.end())
            whole = text[match.start() : end if end > 0 else len(text)]
            line = text.count("\n", 0, match.start()) + 1
            found.setdefault(key, Place(path, line, whole))
    return found


def _block(address: str, folders: Mapping[tuple[str, ...], str]) -> Block | None:
    """The block that declares a resource. None if its module is not in the configuration."""
    if address.startswith("/"):
        return None
    parts = steps(address)
    modules = []
    while len(parts) > 2 and parts[0].name == "module":
        modules.append(parts[1].name)
        parts = parts[2:]
    if len(parts) != 2:
        return None
    folder = folders.get(tuple(modules), "." if not modules else None)
    return None if folder is None else (folder, parts[0].name, parts[1].name)
