"""A source whose subscriptions the workers of a cluster read, into a bundle."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scanner import __version__
from scanner.cli.source import OpenSource, Reading, from_azure

if TYPE_CHECKING:
    from scanner.arm.notices import Notify
    from scanner.cli.connect import Connect
    from scanner.cli.engine import Engine
    from scanner.fleet.bundle.files import Folder
    from scanner.fleet.source import Source


def open_spread(
    engine: Engine,
    reading: Reading,
    connect: Connect,
    folder: Folder,
    *,
    resumes: bool,
    only_failed: bool,
) -> OpenSource:
    """A source whose subscriptions the workers of a cluster read, into a bundle in a folder.

    Raises ``ScanError`` for a folder that cannot be used, before anything is read of Azure.
    """
    from scanner.cli.worker import read_subscription
    from scanner.fleet.bundle.parts import PartsWriter
    from scanner.fleet.bundle.resuming import resume_bundle, vet_endpoint
    from scanner.fleet.bundle.writer import make_empty, new_bundle
    from scanner.fleet.dask import open_cluster
    from scanner.fleet.spread import SpreadSource

    kept = None
    if resumes:
        begun, kept = resume_bundle(folder, only_failed=only_failed, version=__version__)
        manifest = begun.manifest
        budget = replace(reading.budget, days=manifest.job_days)
        reading = replace(reading, scope=manifest.scope, metrics=manifest.metrics, budget=budget)
    else:
        make_empty(folder)
    days = reading.budget.days
    # A later precheck or plan may name any vault.
    reading = replace(reading, policies_of=lambda _: True)

    @asynccontextmanager
    async def opened(notify: Notify) -> AsyncIterator[Source]:
        async with (
            from_azure(reading, connect)(notify) as azure,
            open_cluster(engine.address) as cluster,
        ):
            if kept is None:
                writer = new_bundle(
                    folder, azure.scope, azure.endpoint, azure.now(),
                    metrics=reading.metrics, job_days=days, version=__version__,
                )  # fmt: skip
                manifest = writer.manifest
            else:
                manifest = begun.manifest
                vet_endpoint(manifest, azure.endpoint)
            limits = engine.door.limits
            # What is counted for the tenant is shared by all tasks that run at the same time.
            door = replace(engine.door, limits=limits.shared_by(cluster.slots))
            submit = cluster.submit(read_subscription)
            parts = PartsWriter(folder, manifest)
            yield SpreadSource(azure, parts, door, reading.budget, submit, kept)

    return opened
