"""Saving what is read: each subscription as soon as it is complete, and the manifest after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scanner.errors import UsageError
from scanner.fleet.bundle.content import (
    Index,
    index_codec,
    known_fields,
    snapshot_codec,
    tags_codec,
    without_tags,
)
from scanner.fleet.bundle.files import Folder, digest, file_of, remove_unfinished, write_whole
from scanner.fleet.bundle.manifest import (
    FILE,
    INDEX,
    TAGS,
    Manifest,
    Part,
    Saved,
    tool_of,
    write_manifest,
)
from scanner.fleet.reading import display_name
from scanner.fleet.source import Ending
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.gap import Gap
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope
from scanner.inventory.snapshot import Snapshot

if TYPE_CHECKING:
    from scanner.fleet.bundle.redaction import Redactor


class Writer:
    """Writes a bundle into a folder. What cannot be written is kept as its ``error``.

    A scan that is recorded goes on without it.
    """

    def __init__(
        self, folder: Folder, manifest: Manifest, redactor: Redactor | None = None
    ) -> None:
        """``redactor`` gives pseudonyms to all that is saved."""
        self._folder, self._redactor = folder, redactor
        self.manifest = manifest
        self.error: UsageError | None = None
        self._tags: PublishedTags | None = None

    def id_of(self, subscription: ArmId) -> ArmId:
        """The id by which the bundle has a subscription."""
        return self._redactor.id(subscription) if self._redactor else subscription

    def save_index(self, index: Index) -> None:
        """Save the subscriptions and the vaults. The manifest then names every subscription."""
        if self._redactor:
            index = self._redactor.index(index)
        saved = self._save(INDEX, lambda: index_codec().pack(index))
        known = {part.id: part for part in self.manifest.parts}
        parts = (
            known.get(entry.id) or Part(entry.id, display_name(entry), None)
            for entry in index.targets.subscriptions
        )
        gaps = _by_reason((*index.targets.gaps, *index.backup.gaps))
        self._note(replace(self.manifest, index=saved, parts=tuple(parts), gaps=gaps))

    def save(self, subscription: Subscription, found: Snapshot | Gap, now: datetime) -> None:
        """Save what was read of a subscription, or why nothing was."""
        if self._redactor:
            subscription = self._redactor.subscription(subscription)
            found = self._redactor.found(found)
        part = Part(subscription.id, display_name(subscription), None, read_at=now)
        if type(found) is Gap:
            part = replace(part, failed=found.remedy, gaps=_by_reason([found]))
        else:
            self._save_tags(found.service_tags)
            kept = without_tags(found, self._tags)
            name = file_of(subscription.subscription_id)
            try:
                saved = self._save(name, lambda: snapshot_codec().pack(kept))
            except (OverflowError, ValueError, TypeError) as error:
                # An answer of ARM may have what no file can hold, such as a number of 65 bits.
                part = replace(part, failed=f"It cannot be saved ({error}).", gaps={"failed": 1})
            else:
                vms = len(found.vms.index()) + len(found.classic_vms.index())
                part = replace(part, saved=saved, vms=vms, gaps=_by_reason(found.gaps))
        parts = (part if known.id == part.id else known for known in self.manifest.parts)
        self._note(replace(self.manifest, parts=tuple(parts)))

    def _save_tags(self, tags: PublishedTags | None) -> None:
        """Save the service tags once. A scan reads them once."""
        if tags and self.manifest.tags is None:
            saved = self._save(TAGS, lambda: tags_codec().pack(tags))
            if saved:
                self._tags = tags
                self._note(replace(self.manifest, tags=saved))

    def finish(self, ending: Ending, *, interrupted: bool) -> None:
        """Save the times and the calls, after the last subscription or an interruption."""
        calls = Counter(self.manifest.calls) + Counter(ending.calls)
        notes = map(self._redactor.message, ending.notes) if self._redactor else ending.notes
        self._note(
            replace(
                self.manifest,
                started_at=min(self.manifest.started_at, ending.started_at),
                finished_at=None if interrupted else ending.finished_at,
                calls=dict(sorted(calls.items())),
                notes=tuple(dict.fromkeys((*self.manifest.notes, *notes))),
            )
        )

    def end(self, finished_at: datetime | None) -> None:
        """Save when the bundle was finished. None if it was interrupted."""
        self._note(replace(self.manifest, finished_at=finished_at))

    def _save(self, name: str, pack: Callable[[], bytes]) -> Saved | None:
        data = pack()
        try:
            write_whole(self._folder / name, data)
        except OSError as error:
            self._fail(error)
            return None
        return Saved(name, digest(data), len(data))

    def _note(self, manifest: Manifest) -> None:
        self.manifest = manifest
        try:
            write_manifest(self._folder, manifest)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        if self.error is None:
            what = f"{self._folder} cannot be written ({error.strerror})"
            self.error = UsageError(what, "Free some space, or choose another folder")
            self.error.__cause__ = error


def new_bundle(
    folder: Folder,
    scope: Scope,
    endpoint: str,
    now: datetime,
    *,
    metrics: bool,
    job_days: int,
    version: str,
    redactor: Redactor | None = None,
) -> Writer:
    """Begin a bundle in a folder that is empty or not there yet. Raises ``UsageError``.

    ``version`` is the one of this program.
    """
    make_empty(folder)
    manifest = Manifest(
        tool=tool_of(version),
        endpoint=endpoint,
        scope=scope,
        metrics=metrics,
        job_days=job_days,
        started_at=now,
        records=known_fields(),
    )
    if redactor:
        manifest = redacted_manifest(manifest, redactor)
    write_manifest(folder, manifest)
    return Writer(folder, manifest, redactor)


def redacted_manifest(manifest: Manifest, redactor: Redactor) -> Manifest:
    """The manifest of a redacted bundle that is begun. The index brings its subscriptions."""
    return replace(
        manifest,
        endpoint=redactor.endpoint(manifest.endpoint),
        scope=redactor.scope(manifest.scope),
        notes=tuple(map(redactor.message, manifest.notes)),
        redacted=redactor.fingerprint,
        finished_at=None,
        gaps={},
        index=None,
        tags=None,
        parts=(),
    )


def make_empty(folder: Folder) -> None:
    """Make a folder that only its owner may read. Raises ``UsageError`` if it holds anything."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        remove_unfinished(folder)
        names = [entry.name for entry in folder.iterdir()]
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        what = f"{folder} cannot be written ({reason})"
        raise UsageError(what, "Choose another folder") from error
    if FILE in names:
        what = f"{folder} holds a bundle already"
        raise UsageError(what, "Choose another folder, or go on with it by --resume")
    if names:
        raise UsageError(f"{folder} holds other files", "Choose an empty folder, or a new one")


def _by_reason(gaps: Iterable[Gap]) -> Mapping[str, int]:
    """Numbers of gaps by their reason, each gap once."""
    unique = {gap.key: gap for gap in gaps}
    return dict(sorted(Counter(gap.reason.value for gap in unique.values()).items()))
