"""Reading a bundle: every file is checked against the manifest before anything is judged."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from scanner.fleet.bundle.codec import Codec, Malformed, T
from scanner.fleet.bundle.content import (
    Index,
    index_codec,
    known_fields,
    snapshot_codec,
    tags_codec,
    with_tags,
)
from scanner.fleet.bundle.files import BundleError, Folder, digest, read_whole
from scanner.fleet.bundle.manifest import FILE, INDEX, Manifest, Part, Saved, read_manifest
from scanner.fleet.bundle.older import lacking, unpack_older
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.snapshot import Snapshot

_AGAIN = "Make the bundle again, or leave such files out by --salvage"


class Bundle:
    """A saved set of snapshots, one for each subscription. Iteration reads one at a time."""

    def __init__(self, folder: Folder, manifest: Manifest, *, salvage: bool) -> None:
        self.folder, self.manifest = folder, manifest
        self._salvage = salvage
        self._lacking = lacking(manifest.records, known_fields())
        self._parts = {part.id: part for part in manifest.parts}
        self._index: Index | None = self._read_index()

    def __iter__(self) -> Iterator[Snapshot]:
        """The snapshots that it has, by the order of its subscriptions. Raises ``BundleError``."""
        for part in self.manifest.parts:
            found = self.snapshot(part.id)
            if isinstance(found, Snapshot):
                yield found

    @property
    def index(self) -> Index:
        """The subscriptions and the vaults. Raises ``BundleError``."""
        if self._index is None:
            self._index = self._read_index()
        return self._index

    def forget_index(self) -> None:
        """Free the memory of the index, which is read again if it is asked for again."""
        self._index = None

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Why it has nothing of some of its subscriptions. With ``salvage`` files may add more."""
        return tuple(_gap(part) for part in self.manifest.parts if part.saved is None)

    def snapshot(self, subscription: ArmId) -> Snapshot | Gap:
        """What was read of a subscription, or why it has nothing of it.

        Raises ``BundleError`` if its file cannot be used, unless such files are left out.
        """
        part = self._parts[subscription]
        if part.saved is None:
            return _gap(part)
        try:
            found = self._read(part.saved, snapshot_codec(), Snapshot)
            if found.subscription.id != subscription:
                raise self._refused(part.saved, "it is of another subscription")
        except BundleError as error:
            if not self._salvage:
                raise
            return Gap(part.id.text, "virtual_machines", Reason.FAILED, None, f"{error}")
        return with_tags(found, self._tags)

    def vet(self) -> None:
        """Raise ``BundleError`` for a file that was changed, unless such files are left out."""
        if not self._salvage:
            saved = (self.manifest.tags, *(part.saved for part in self.manifest.parts))
            for file in filter(None, saved):
                self._bytes(file)

    @cached_property
    def _tags(self) -> PublishedTags | None:
        """The service tags. None if there are none, or if their file is left out."""
        if self.manifest.tags is None:
            return None
        try:
            return self._read(self.manifest.tags, tags_codec(), PublishedTags)
        except BundleError:
            if not self._salvage:
                raise
            return None

    def _read_index(self) -> Index:
        if self.manifest.index is None:
            what = f"{self.folder / FILE} names no {INDEX}: it was interrupted before the vaults"
            raise BundleError(f"{what} were read", "Go on with it by --resume")
        return self._read(self.manifest.index, index_codec(), Index)

    def _read(self, saved: Saved, codec: Codec[T], kind: type[T]) -> T:
        data = self._bytes(saved)
        try:
            if self._lacking:
                return unpack_older(codec, kind, data, self._lacking)
            return codec.unpack(data)
        except Malformed as error:
            raise self._refused(saved, f"{error}") from None

    def _bytes(self, saved: Saved) -> bytes:
        if Path(saved.file).name != saved.file:
            raise self._refused(saved, "it is in another folder")
        data = read_whole(self.folder / saved.file, saved.bytes)
        if len(data) != saved.bytes:
            raise self._refused(saved, f"it has {len(data):,} of {saved.bytes:,} bytes")
        if digest(data) != saved.sha256:
            raise self._refused(saved, "it was changed: its checksum is another one")
        return data

    def _refused(self, saved: Saved, why: str) -> BundleError:
        return BundleError(f"{self.folder / saved.file} cannot be used ({why})", _AGAIN)


def open_bundle(folder: Folder, *, salvage: bool = False) -> Bundle:
    """The bundle in a folder: its manifest, its index, and its snapshots by iteration.

    ``salvage`` leaves out files of subscriptions that cannot be used. Such a subscription is a gap.
    Raises ``BundleError`` for what is no bundle, was made by a newer version, or was changed.
    """
    bundle = Bundle(folder, read_manifest(folder), salvage=salvage)
    bundle.vet()
    return bundle


def _gap(part: Part) -> Gap:
    """Why a bundle has nothing of a subscription."""
    why = part.failed or "The bundle was interrupted before it was read. Go on with it by --resume."
    return Gap(part.id.text, "virtual_machines", Reason.FAILED, None, why)
