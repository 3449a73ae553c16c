"""From the address of a planned resource to the file and line of its block."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from msgspec.structs import replace

from scanner.inventory.origin import Origin
from scanner.plan.planned import Contents
from scanner.plan.traversal import steps

_HEAD = re.compile(
    r'^[ \t]*resource[ \t]+"?(?P<type>[A-Za-z0-9_-]+)"?[ \t]+"?(?P<name>[A-Za-z0-9_-]+)"?[ \t]*\{?',
    re.MULTILINE,
)
Block = tuple[str, str, str]
"""The folder of a block, its type and its name."""


def locate(contents: Contents, files: Mapping[str, str]) -> Contents:
    """The contents with file and line of every resource that the files have.

    ``files`` are texts by their paths in the folder of the configuration.
    """
    blocks = find_blocks(files)

    def located(origin: Origin) -> Origin:
        block = _block(origin.address, contents.folders)
        place = blocks.get(block) if block else None
        return replace(origin, file=place[0], line=place[1]) if place else origin

    return replace(
        contents,
        planned=tuple(replace(one, origin=located(one.origin)) for one in contents.planned),
        unscoped_locks=tuple(map(located, contents.unscoped_locks)),
    )


def find_blocks(files: Mapping[str, str]) -> dict[Block, tuple[str, int]]:
    """The file and line of every block of a resource."""
    found: dict[Block, tuple[str, int]] = {}
    for path, text in sorted(files.items()):
        folder = posixpath.dirname(path) or "."
        for match in _HEAD.finditer(text):
            key = (folder, match["type"], match["name"])
            found.setdefault(key, (path, text.count("\n", 0, match.start()) + 1))
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
