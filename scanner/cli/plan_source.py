"""Reads what lives, for ``plan``: from Azure or from a bundle."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.arm.job_details import JobBudget
from scanner.cli.bundles import Bundles, open_source
from scanner.cli.file_limit import raise_file_limit
from scanner.cli.progress import ScanProgress
from scanner.cli.run_plan import Source
from scanner.cli.source import Reading
from scanner.errors import UsageError
from scanner.fleet.bundle.manifest import read_manifest
from scanner.fleet.world import AZURE, BUNDLE, Elsewhere, ReadWorld, read_world
from scanner.inventory.armid import ArmId
from scanner.inventory.scope import Names, Scope

if TYPE_CHECKING:
    from scanner.cli.connect import Connect


def plan_source(bundles: Bundles, connect: Connect, scope: Scope, *, quiet: bool) -> Source:
    """What lives in Azure, read once, or what a bundle has. ``quiet`` leaves out all notes.

    Raises ``UsageError`` for a bundle with pseudonyms, which has nothing that a plan names.
    """
    if bundles.bundle is not None and read_manifest(bundles.bundle).redacted:
        what = f"{bundles.bundle} has pseudonyms, and a plan has names"
        raise UsageError(what, "Name the bundle that it was made of, or give --live")
    whole = replace(scope, wanted=Names())
    place = BUNDLE if bundles.bundle else AZURE

    def read(
        subscriptions: Iterable[str], is_named: Callable[[ArmId], bool], elsewhere: Elsewhere
    ) -> ReadWorld:
        # The subscriptions of a plan need not be visible, and a name of the scope has to be.
        reading = Reading(whole, JobBudget(), policies_of=is_named, reads_empty=True)
        source = open_source(bundles, reading, connect)

        async def open_and_read() -> ReadWorld:
            with ScanProgress((), quiet=quiet) as progress:
                async with source(progress.notify) as opened:
                    progress.traffic = opened.traffic
                    return await read_world(opened, scope.wanted, subscriptions, place, elsewhere)

        raise_file_limit()
        return asyncio.run(open_and_read())

    return read
