"""Bundles that several machines write: a part for each subscription, and one manifest for all."""

from __future__ import annotations

from msgspec.structs import replace

from scanner.fleet.bundle.codec import Codec, Malformed, T
from scanner.fleet.bundle.content import Index, index_codec, snapshot_codec, tags_codec, with_tags
from scanner.fleet.bundle.files import OF_BUNDLE, BundleError, Folder, digest, read_whole
from scanner.fleet.bundle.manifest import Manifest, Part, Saved
from scanner.fleet.bundle.writer import Writer
from scanner.inventory.facts.network import PublishedTags
from scanner.inventory.snapshot import Snapshot


class PartWriter(Writer):
    """Writes the file of one subscription. The manifest is written by who gave the work."""

    def __init__(self, folder: Folder, manifest: Manifest, tags: PublishedTags | None) -> None:
        """``tags`` are the service tags that the bundle has already."""
        super().__init__(folder, manifest)
        self._tags = tags

    @property
    def tags(self) -> PublishedTags | None:
        """The service tags that the bundle has now."""
        return self._tags

    def _save_tags(self, tags: PublishedTags | None) -> None:
        """Save the service tags under a name of their content: others may save them, too."""
        if tags and self._tags is None:
            data = tags_codec().pack(tags)
            name = f"service-tags-{digest(data)[:16]}{OF_BUNDLE}"
            if saved := self._save(name, lambda: data):
                self._tags = tags
                self._note(replace(self.manifest, tags=saved))

    def _note(self, manifest: Manifest) -> None:
        self.manifest = manifest


class PartsWriter(Writer):
    """Writes the manifest and the index of a bundle whose parts are written by others."""

    @property
    def folder(self) -> Folder:
        """Where the bundle is."""
        return self._folder

    def take(self, part: Part, tags: Saved | None) -> None:
        """Take a part that was written, and the file of service tags that was written with it."""
        parts = (part if known.id == part.id else known for known in self.manifest.parts)
        tags = self.manifest.tags or tags
        self._note(replace(self.manifest, parts=tuple(parts), tags=tags))


def read_index(folder: Folder, saved: Saved) -> Index:
    """The index of a bundle. Raises ``BundleError``."""
    return _read(folder, saved, index_codec())


def read_tags(folder: Folder, saved: Saved) -> PublishedTags:
    """The service tags of a bundle. Raises ``BundleError``."""
    return _read(folder, saved, tags_codec())


def read_part(folder: Folder, saved: Saved, tags: PublishedTags | None) -> Snapshot:
    """A part of a bundle, with the service tags that it names. Raises ``BundleError``."""
    return with_tags(_read(folder, saved, snapshot_codec()), tags)


def _read(folder: Folder, saved: Saved, codec: Codec[T]) -> T:
    """What a file of this version holds. Raises ``BundleError``."""
    file = folder / saved.file
    data = read_whole(file, saved.bytes)
    if digest(data) != saved.sha256:
        raise BundleError(f"{file} cannot be used (its checksum is another one)", "Scan again")
    try:
        return codec.unpack(data)
    except Malformed as error:
        raise BundleError(f"{file} cannot be used ({error})", "Scan again") from None
