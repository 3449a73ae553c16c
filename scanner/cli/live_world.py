"""Reads what lives over a connection, for ``plan``. Imported late, because it imports Azure."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from scanner.cli.connect import Connect
from scanner.cli.file_limit import raise_file_limit
from scanner.cli.progress import ScanProgress
from scanner.fleet.world import ReadWorld, read_world
from scanner.inventory.armid import ArmId
from scanner.inventory.scope import Scope

Source = Callable[[Iterable[str], Callable[[ArmId], bool]], ReadWorld]
"""From GUIDs of subscriptions, and the vaults whose policies are needed, to what lives there."""


def live_world(connect: Connect, scope: Scope) -> Source:
    """What lives in Azure, read once, with notes on stderr."""

    def read(subscriptions: Iterable[str], is_named: Callable[[ArmId], bool]) -> ReadWorld:
        async def connect_and_read() -> ReadWorld:
            with ScanProgress(()) as progress:
                async with connect(progress.notify) as arm:
                    return await read_world(arm, scope, subscriptions, is_named)

        raise_file_limit()
        return asyncio.run(connect_and_read())

    return read
