"""The options of a command that save a bundle, or judge one, and the source that they make."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scanner.cli.config import is_typed
from scanner.errors import UsageError

if TYPE_CHECKING:
    import typer

    from scanner.arm.job_details import JobBudget
    from scanner.arm.notices import Notify
    from scanner.cli.connect import Connect
    from scanner.fleet.azure import AzureSource
    from scanner.fleet.bundle.redaction import Redactor
    from scanner.fleet.source import Source
    from scanner.inventory.scope import Scope
    from scanner.inventory.target import Target

_OF_AZURE = (
    "tenant", "cloud", "arm_endpoint", "request_timeout", "deadline", "max_wait", "max_views",
    "job_days", "max_job_details", "ask_azure", "management_group", "exclude_management_group",
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
    key: str | None = None
    """The key of the pseudonyms that are saved in place of names. None to save names."""
    judges: bool = True
    """True if what is read is judged, too."""


class Reading(Struct, frozen=True):
    """What is read for a command."""

    scope: Scope
    budget: JobBudget
    metrics: bool = False
    target: Target | None = None


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
    redact: bool = False,
    key_file: Path | None = None,
    record_option: str = "--record",
) -> Bundles:
    """What the options say. ``record_option`` is the name of that option.

    Raises ``UsageError`` for options that contradict one another."""
    given = {record_option: record, "--resume": resume, "--bundle": bundle}
    names = [name for name, folder in given.items() if folder is not None]
    if len(names) > 1:
        raise UsageError(f"{names[0]} and {names[1]} exclude each other", "Give one of them")
    if bundle is not None:
        _refuse(context, _OF_AZURE, "--bundle", "says how Azure is read, and a bundle was read")
    if redact and not (record or resume):
        raise UsageError("--redact is about what is saved", f"Give {record_option} too")
    if resume is not None and not redact:
        _refuse(context, _OF_SCOPE, "--resume", "says what is read, and the bundle says so itself")
    if salvage and bundle is None:
        raise UsageError("--salvage is about the files of a bundle", "Give --bundle too")
    if only_failed and resume is None:
        raise UsageError("--only-failed is about what a bundle lacks", "Give --resume too")
    key = parse_key(key_file, is_new=record is not None) if redact else None
    if key_file is not None and not redact:
        raise UsageError("--redact-key-file is about pseudonyms", "Give --redact too")
    judges = record_option == "--record"
    return Bundles(record, resume, only_failed, bundle, salvage, key, judges)


def parse_key(file: Path | None, *, is_new: bool) -> str:
    """The key in a file or, of a bundle that is new, a new one, which is printed once.

    Raises ``UsageError``.
    """
    from scanner.fleet.bundle.redaction.key import new_key, read_key

    if file is not None:
        return read_key(file)
    if not is_new:
        raise UsageError("pseudonyms need the key of the bundle", "Give --redact-key-file")
    key = new_key()
    sys.stderr.write(
        f"key of the pseudonyms: {key}\n"
        "Keep it in a file for --redact-key-file: who has it can recognize names.\n"
    )
    return key


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
        return _resumed(bundles, bundles.resume, reading, connect)
    if bundles.record is not None:
        return _recorded(bundles, bundles.record, reading, connect)
    return _from_azure(reading, connect)


def _from_bundle(folder: Path, reading: Reading, *, salvage: bool) -> OpenSource:
    from scanner.fleet.bundle.reader import open_bundle
    from scanner.fleet.bundle.source import BundleSource
    from scanner.inventory.target import Target

    bundle = open_bundle(folder, salvage=salvage)
    target = reading.target or Target()
    source = BundleSource(bundle, reading.scope, target=target, metrics=reading.metrics)

    @asynccontextmanager
    async def opened(_notify: Notify) -> AsyncIterator[Source]:
        yield source

    return opened


def _from_azure(
    reading: Reading, connect: Connect, *, all_policies: bool = False
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
                all_policies=all_policies,
            )

    return opened


def make_redactor(key: str | None) -> Redactor | None:
    """What gives pseudonyms by a key. None without one."""
    from scanner.fleet.bundle.redaction import Key, Redactor

    return None if key is None else Redactor(Key(key.encode()))


def _recorded(bundles: Bundles, folder: Path, reading: Reading, connect: Connect) -> OpenSource:
    from scanner.fleet.bundle.source import RecordedSource
    from scanner.fleet.bundle.writer import make_empty, new_bundle

    make_empty(folder)
    metrics, days = reading.metrics, reading.budget.days
    redactor = make_redactor(bundles.key)

    @asynccontextmanager
    async def opened(notify: Notify) -> AsyncIterator[Source]:
        async with _from_azure(reading, connect, all_policies=True)(notify) as azure:
            writer = new_bundle(
                folder, azure.scope, azure.endpoint, azure.now(), metrics=metrics, job_days=days,
                redactor=redactor,
            )  # fmt: skip
            yield RecordedSource(azure, writer)

    return opened


def _resumed(bundles: Bundles, folder: Path, reading: Reading, connect: Connect) -> OpenSource:
    from scanner.fleet.bundle.resuming import resume_bundle, vet_endpoint, vet_scope
    from scanner.fleet.bundle.source import RecordedSource

    redactor = make_redactor(bundles.key)
    writer, kept = resume_bundle(folder, only_failed=bundles.only_failed, redactor=redactor)
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
        budget=replace(reading.budget, days=manifest.job_days),
    )

    @asynccontextmanager
    async def opened(notify: Notify) -> AsyncIterator[Source]:
        async with _from_azure(reading, connect, all_policies=True)(notify) as azure:
            vet_endpoint(
                manifest, redactor.endpoint(azure.endpoint) if redactor else azure.endpoint
            )
            yield RecordedSource(azure, writer, kept)

    return opened
