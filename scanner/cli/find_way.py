"""Reads the way of one VM over a connection."""

from __future__ import annotations

import asyncio
import sys

from scanner.cli.connect import Connect
from scanner.cli.progress import ScanProgress
from scanner.fleet.bundle import open_bundle
from scanner.fleet.bundle.files import Folder
from scanner.fleet.reach import find_way, find_way_in
from scanner.fleet.wanted_target import WantedTarget
from scanner.gate.decision import Exit
from scanner.inventory.scope import Names
from scanner.network.way import Way
from scanner.report.text import time_text


def find(
    name: str, names: Names, wanted: WantedTarget, connect: Connect, *, ask_azure: bool
) -> Way:
    """The way of a VM, with notes on stderr while it is read. Raises ``ScanError``."""

    async def connect_and_find() -> Way:
        with ScanProgress(()) as progress:
            async with connect(progress.notify) as arm:
                return await find_way(arm, name, names, wanted, ask_azure=ask_azure)

    return asyncio.run(connect_and_find())


def find_in_bundle(
    folder: Folder, name: str, names: Names, wanted: WantedTarget, *, salvage: bool
) -> Way:
    """The way of a VM in a bundle, with its age on stderr. Raises ``ScanError``."""
    bundle = open_bundle(folder, salvage=salvage)
    way = find_way_in(bundle, name, names, wanted)
    read = bundle.manifest.read_until
    sys.stderr.write(f"from the bundle {folder}, read until {time_text(read)}\n")
    return way


def exit_code(way: Way) -> Exit:
    """As of a scan: what is stopped outranks what was not read."""
    if way.verdict == "stopped":
        return Exit.FINDINGS
    return Exit.INCOMPLETE if way.unread or way.verdict != "reached" else Exit.OK
