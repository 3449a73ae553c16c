"""The options of a command that save a bundle, or judge one, and the source that they make."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scanner import __version__
from scanner.cli.config import is_typed
from scanner.errors import UsageError

if TYPE_CHECKING:
    import typer

    from scanner.arm.job_details import JobBudget
    from scanner.arm.notices import Notify
    from scanner.cli.connect import Connect
    from scanner.fleet.azure import AzureSource
    from scanner.fleet.source import Source
    from scanner.inventory.armid import ArmId
    from scanner.inventory.scope import Scope
    from scanner.inventory.target import Target

_OF_AZURE = (
    "tenant", "cloud", "arm_endpoint", "request_timeout", "deadline", "max_wait", "max_views",
    "job_days", "max_job_details", "ask_azure", "management_group", "exclude_management_group",
)  # fmt: skip
"""Options of reading Azure, which a bundle was read with."""
_OF_SCOPE = (
    "subscription", "management_group", "resource_group", "vm", "tag", "exclude_subscription",
    "exclude_management_group", "exclude_resource_group", "exclude_vm", "exclude_tag",
    "include_managed", "protected_only", "unprotected_only", "job_days", "metrics",
)  # fmt: skip
"""Options of what is read, which an interrupted bundle has."""


class Bundles(Struct, frozen=True):
    """What the options say of bundles. Without any, Azure is read and nothing is saved."""

    record: Path | None = None
    """The folder to save a bundle in."""
    resume: Path | None = None
    """The folder of a bundle to go on with."""
    only_failed: bool = False
    """True to read again what had gaps."""
    bundle: Path | None = None
    """The folder of the bundle to judge."""
    salvage: bool = False
    """True to leave out files of the bundle that cannot be used."""


class Reading(Struct, frozen=True):
    """What is read for a command."""

    scope: Scope
    budget: JobBudget
    metrics: bool = False
    target: Target | None = None
    policies_of: Callable[[ArmId], bool] = lambda _: False
    """Accepts vaults whose policies are read although they back up no VM of the scope."""
    reads_empty: bool = False
    """True to read what may be around a VM also where there is none."""


OpenSource = Callable[["Notify"], AbstractAsyncContextManager["Source"]]
"""Opens a source that reports long waits."""


def parse_bundles(
    context: typer.Context,
    *,
    record: Path | None = None,
    resume: Path | None = None,
    only_failed: bool = False,
    bundle: Path | None = None,
    salvage: bool = False,
    record_option: str = "--record",
    reads: bool = True,
) -> Bundles:
    """What the options say. ``record_option`` is the name of that option. ``reads`` is False if
    nothing is to be read.

    Raises ``UsageError`` for options that contradict one another."""
    given = {record_option: record, "--resume": resume, "--bundle": bundle}
    names = [name for name, folder in given.items() if folder is not None]
    if len(names) > 1:
        raise UsageError(f"{names[0]} and {names[1]} exclude each other", "Give one of them")
    if bundle is not None:
        _refuse(context, _OF_AZURE, "--bundle", "says how Azure is read, and a bundle was read")
    elif not reads:
        _refuse(context, _OF_AZURE, "give --live", "says how Azure is read, and nothing is read")
    if resume is not None:
        _refuse(context, _OF_SCOPE, "--resume", "says what is read, and the bundle says so itself")
    if salvage and bundle is None:
        raise UsageError("--salvage is about the files of a bundle", "Give --bundle too")
    if only_failed and resume is None:
        raise UsageError("--only-failed is about what a bundle lacks", "Give --resume too")
    return Bundles(record, resume, only_failed, bundle, salvage)


def _refuse(context: typer.Context, names: tuple[str, ...], option: str, why: str) -> None:
    """Raise ``UsageError`` if one of the options is on the command line."""
    for parameter in context.command.params:
        if parameter.name in names and is_typed(context, parameter.name):
            what = f"{parameter.opts[-1]} {why}"
            raise UsageError(what, f"Leave out {parameter.opts[-1]}, or {option}")


def open_source(bundles: Bundles, reading: Reading, connect: Connect) -> OpenSource:
    """The source that the options ask for.

    Raises ``ScanError`` for a folder that cannot be used, before anything is read of Azure.
    """
    if bundles.bundle is not None:
        return _from_bundle(bundles.bundle, reading, salvage=bundles.salvage)
    if bundles.resume is not None:
        return _resumed(bundles.resume, reading, connect, only_failed=bundles.only_failed)
    if bundles.record is not None:
        return _recorded(bundles.record, reading, connect)
    return _from_azure(reading, connect)


def _from_bundle(folder: Path, reading: Reading, *, salvage: bool) -> OpenSource:
    from scanner.fleet.bundle.reader import open_bundle
    from scanner.fleet.bundle.source import BundleSource
    from scanner.inventory.target import Target

    bundle = open_bundle(folder, salvage=salvage)
    target = reading.target or Target()
    source = BundleSource(
        bundle,
        reading.scope,
        target=target,
        metrics=reading.metrics,
        policies_of=reading.policies_of,
    )

    @asynccontextmanager
    async def opened(_notify: Notify) -> AsyncIterator[Source]:
        yield source

    return opened


def _from_azure(
    reading: Reading, connect: Connect
) -> Callable[[Notify], AbstractAsyncContextManager[AzureSource]]:
    from scanner.fleet.azure import AzureSource
    from scanner.inventory.target import Target

    @asynccontextmanager
    async def opened(notify: Notify) -> AsyncIterator[AzureSource]:
        async with connect(notify) as arm:
            yield AzureSource(
                arm,
                reading.scope,
                target=reading.target or Target(),
                budget=reading.budget,
                metrics=reading.metrics,
                policies_of=reading.policies_of,
                reads_empty=reading.reads_empty,
            )

    return opened


def _recorded(folder: Path, reading: Reading, connect: Connect) -> OpenSource:
    from scanner.fleet.bundle.source import RecordedSource
    from scanner.fleet.bundle.writer import make_empty, new_bundle

    make_empty(folder)
    metrics, days = reading.metrics, reading.budget.days
    # A later precheck or plan may name any vault.
    reading = replace(reading, policies_of=lambda _: True)

    @asynccontextmanager
    async def opened(notify: Notify) -> AsyncIterator[Source]:
        async with _from_azure(reading, connect)(notify) as azure:
            writer = new_bundle(
                folder,
                azure.scope,
                azure.endpoint,
                azure.now(),
                metrics=metrics,
                job_days=days,
                version=__version__,
            )
            yield RecordedSource(azure, writer)

    return opened


def _resumed(folder: Path, reading: Reading, connect: Connect, *, only_failed: bool) -> OpenSource:
    from scanner.fleet.bundle.resuming import resume_bundle, vet_endpoint
    from scanner.fleet.bundle.source import RecordedSource

    writer, kept = resume_bundle(folder, only_failed=only_failed, version=__version__)
    manifest = writer.manifest
    reading = replace(
        reading,
        scope=manifest.scope,
        metrics=manifest.metrics,
        policies_of=lambda _: True,
        budget=replace(reading.budget, days=manifest.job_days),
    )

    @asynccontextmanager
    async def opened(notify: Notify) -> AsyncIterator[Source]:
        async with _from_azure(reading, connect)(notify) as azure:
            vet_endpoint(manifest, azure.endpoint)
            yield RecordedSource(azure, writer, kept)

    return opened
