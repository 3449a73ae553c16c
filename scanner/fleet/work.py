"""Reading one subscription as a piece of work for another machine, and what came of it.

The work says what to read and where to write it. It holds no credential: who does it signs in.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from scanner.arm.graph import WithoutVms
from scanner.arm.job_details import JobBudget
from scanner.arm.limits import Limits
from scanner.fleet.azure import AzureSource
from scanner.fleet.bundle.codec import Codec
from scanner.fleet.bundle.manifest import Manifest, Part, Saved
from scanner.fleet.bundle.parts import PartWriter, read_index, read_tags
from scanner.fleet.bundle.url import folder_at
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription

if TYPE_CHECKING:
    from scanner.arm.client import Arm


class Door(Struct, frozen=True):
    """Where to sign in and what to read, as the options say. No secret is among them."""

    cloud: str | None
    endpoint: str | None
    tenant: str | None
    limits: Limits


class Work(Struct, frozen=True, kw_only=True):
    """A subscription to read."""

    door: Door
    place: str
    """The path or URL of the bundle."""
    manifest: Manifest
    """The manifest as it was when the work was given, with this part alone. A program of another
    version may read other properties."""
    subscription: Subscription
    budget: JobBudget
    expects_no_vm: bool
    """True if the subscription holds no VM, by Resource Graph."""


class Done(Struct, frozen=True, kw_only=True):
    """What came of it. What was read is in the bundle."""

    part: Part
    tags: Saved | None = None
    """The file of service tags."""
    calls: tuple[tuple[str, str, int], ...] = ()
    """Requests by subscription and call."""
    throttled: int = 0
    waited: float = 0.0
    notes: tuple[str, ...] = ()
    has_no_vm: bool | None = None
    """If no VM was expected: True if there is none, False if there is one."""


@cache
def work_codec() -> Codec[Work]:
    """Packs work."""
    return Codec(Work)


@cache
def done_codec() -> Codec[Done]:
    """Packs what came of it."""
    return Codec(Done)


async def do_work(work: Work, arm: Arm) -> Done:
    """Read a subscription and write it to the bundle. What fails is said in the part.

    Raises ``BundleError`` if what all work needs of the bundle cannot be read.
    """
    place, manifest = work.place, work.manifest
    expected = WithoutVms([work.subscription.id] if work.expects_no_vm else ())
    tags, saved = _known_tags(work)
    source = AzureSource(
        arm,
        manifest.scope,
        budget=work.budget,
        metrics=manifest.metrics,
        tags=tags,
        without_vms=expected,
    )
    found = await source.snapshot(work.subscription, _protections(place, manifest.index))
    writer = PartWriter(folder_at(place), replace(manifest, tags=saved), tags)
    writer.save(work.subscription, found, source.now())
    [part] = writer.manifest.parts
    if writer.error:
        part = replace(part, saved=None, failed=f"{writer.error}", gaps={"failed": 1})
    else:
        _keep_tags(work, writer.tags, writer.manifest.tags)
    ending = source.end(interrupted=False)
    return Done(
        part=part,
        tags=writer.manifest.tags,
        calls=tuple((*kind, number) for kind, number in arm.traffic.by_kind.items()),
        throttled=arm.traffic.throttled,
        waited=arm.traffic.waited,
        notes=tuple(note for note in ending.notes if note != arm.clock_note),
        has_no_vm=bool(expected.confirmed) if work.expects_no_vm else None,
    )


def not_done(work: Work, why: str) -> Done:
    """What came of work that could not be begun."""
    [part] = work.manifest.parts
    return Done(part=replace(part, failed=why, gaps={"failed": 1}))


_Tags = tuple[PublishedTags | None, Saved | None]
_TAGS: dict[tuple[str, datetime], _Tags] = {}
"""The service tags of the bundle that this process works for, by its place and beginning."""


def _known_tags(work: Work) -> _Tags:
    """The service tags that the bundle has already, and their file. Raises ``BundleError``."""
    saved = work.manifest.tags
    if saved and _key(work) not in _TAGS:
        _keep_tags(work, read_tags(folder_at(work.place), saved), saved)
    return _TAGS.get(_key(work), (None, None))


def _keep_tags(work: Work, tags: PublishedTags | None, saved: Saved | None) -> None:
    """Keep the service tags for other work of the bundle."""
    if tags and saved:
        _TAGS.clear()
        _TAGS[_key(work)] = tags, saved


def _key(work: Work) -> tuple[str, datetime]:
    return work.place, work.manifest.started_at


@lru_cache(maxsize=1)
def _protections(place: str, index: Saved) -> Protections:
    """The protected items of all vaults. Every piece of work of a bundle needs them."""
    return Protections(read_index(folder_at(place), index).backup)
