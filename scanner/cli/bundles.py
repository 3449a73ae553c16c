"""The options of a command that save a bundle, or judge one, and the source that they make."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scanner import __version__
from scanner.cli.config import is_typed
from scanner.cli.engine import Engine
from scanner.cli.pseudonyms import make_redactor
from scanner.cli.source import OpenSource, Reading, from_azure
from scanner.cli.spread import open_spread
from scanner.errors import UsageError

if TYPE_CHECKING:
    import typer

    from scanner.arm.notices import Notify
    from scanner.cli.connect import Connect
    from scanner.fleet.bundle.files import Folder
    from scanner.fleet.source import Source

_OF_AZURE = (
    "tenant", "cloud", "arm_endpoint", "request_timeout", "deadline", "max_wait", "max_views",
    "max_calls", "plan_calls", "use_graph", "engine", "job_days", "max_job_details", "ask_azure",
    "management_group", "exclude_management_group",
)  # fmt: skip
"""Options of reading Azure, which a bundle was read with."""
_OF_SCOPE = (
    "subscription", "management_group", "resource_group", "vm", "vms_file", "tag",
    "exclude_subscription", "exclude_management_group", "exclude_resource_group", "exclude_vm",
    "exclude_tag", "include_managed", "protected_only", "unprotected_only", "job_days", "metrics",
)  # fmt: skip
"""Options of what is read, which an interrupted bundle has."""


class Bundles(Struct, frozen=True):
    """What the options say of bundles. Without any, Azure is read and nothing is saved."""

    record: Folder | None = None
    """The folder to save a bundle in."""
    resume: Folder | None = None
    """The folder of a bundle to go on with."""
    only_failed: bool = False
    """True to read again what had gaps."""
    bundle: Folder | None = None
    """The folder of the bundle to judge."""
    salvage: bool = False
    """True to leave out files of the bundle that cannot be used."""
    engine: Engine | None = None
    """The cluster that reads the subscriptions. None for this process."""
    redacts: bool = False
    """True to save pseudonyms in place of names."""
    key_file: Path | None = None
    """The file with the key of the pseudonyms. None for a new key."""
    judges: bool = True
    """True if what is read is judged, too."""


def parse_bundles(
    context: typer.Context,
    *,
    record: Folder | None = None,
    resume: Folder | None = None,
    only_failed: bool = False,
    bundle: Folder | None = None,
    salvage: bool = False,
    redact: bool = False,
    key_file: Path | None = None,
    record_option: str = "--record",
    engine: Engine | None = None,
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
    if redact and not (record or resume):
        raise UsageError("--redact is about what is saved", f"Give {record_option} too")
    if key_file is not None and not redact:
        raise UsageError("--redact-key-file is about pseudonyms", "Give --redact too")
    if resume is not None:
        _refuse(context, ("plan_calls",), "--resume", "counts the calls of a whole scan")
    if resume is not None and not redact:
        _refuse(context, _OF_SCOPE, "--resume", "says what is read, and the bundle says so itself")
    if salvage and bundle is None:
        raise UsageError("--salvage is about the files of a bundle", "Give --bundle too")
    if only_failed and resume is None:
        raise UsageError("--only-failed is about what a bundle lacks", "Give --resume too")
    if engine and not (record or resume):
        what = "--engine dask writes what every worker reads to a bundle"
        raise UsageError(what, f"Give {record_option}, a folder or URL that all workers reach")
    if engine and redact:
        what = "--engine dask sends no key of pseudonyms to workers"
        raise UsageError(what, "Leave out --redact, then copy the bundle by backupscan redact")
    return Bundles(
        record,
        resume,
        only_failed,
        bundle,
        salvage,
        engine=engine,
        redacts=redact,
        key_file=key_file,
        judges=record_option == "--record",
    )


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
    place = bundles.resume or bundles.record
    if bundles.engine is not None and place is not None:
        return open_spread(
            bundles.engine, reading, connect, place,
            resumes=bundles.resume is not None, only_failed=bundles.only_failed,
        )  # fmt: skip
    if bundles.resume is not None:
        return _resumed(bundles, bundles.resume, reading, connect)
    if bundles.record is not None:
        return _recorded(bundles, bundles.record, reading, connect)
    return from_azure(reading, connect)


def _from_bundle(folder: Folder, reading: Reading, *, salvage: bool) -> OpenSource:
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


def _recorded(bundles: Bundles, folder: Folder, reading: Reading, connect: Connect) -> OpenSource:
    from scanner.fleet.bundle.source import RecordedSource
    from scanner.fleet.bundle.writer import make_empty, new_bundle

    make_empty(folder)
    metrics, days = reading.metrics, reading.budget.days
    redactor = make_redactor(bundles.key_file, is_new=True) if bundles.redacts else None
    # A later precheck or plan may name any vault.
    reading = replace(reading, policies_of=lambda _: True)

    @asynccontextmanager
    async def opened(notify: Notify) -> AsyncIterator[Source]:
        async with from_azure(reading, connect)(notify) as azure:
            writer = new_bundle(
                folder,
                azure.scope,
                azure.endpoint,
                azure.now(),
                metrics=metrics,
                job_days=days,
                version=__version__,
                redactor=redactor,
            )
            yield RecordedSource(azure, writer)

    return opened


def _resumed(bundles: Bundles, folder: Folder, reading: Reading, connect: Connect) -> OpenSource:
    from scanner.fleet.bundle.resuming import resume_bundle, vet_endpoint, vet_scope
    from scanner.fleet.bundle.source import RecordedSource

    redactor = make_redactor(bundles.key_file, is_new=False) if bundles.redacts else None
    writer, kept = resume_bundle(
        folder, only_failed=bundles.only_failed, version=__version__, redactor=redactor
    )
    manifest = writer.manifest
    if redactor:
        vet_scope(folder, manifest, reading.scope, redactor)
        if bundles.judges:
            what = f"{folder} has pseudonyms, which cannot be judged with what is read now"
            raise UsageError(what, "Go on with it by collect, then judge it by --bundle")
    reading = replace(
        reading,
        scope=reading.scope if redactor else manifest.scope,
        metrics=manifest.metrics,
        policies_of=lambda _: True,
        budget=replace(reading.budget, days=manifest.job_days),
    )

    @asynccontextmanager
    async def opened(notify: Notify) -> AsyncIterator[Source]:
        async with from_azure(reading, connect)(notify) as azure:
            vet_endpoint(
                manifest, redactor.endpoint(azure.endpoint) if redactor else azure.endpoint
            )
            yield RecordedSource(azure, writer, kept)

    return opened
