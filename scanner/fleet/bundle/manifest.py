"""What a bundle says of itself: its format, its scope, its times, its files and their checksums."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct

from scanner.fleet.bundle.codec import id_from_text, id_to_text
from scanner.fleet.bundle.files import BundleError, Folder, digest, read_whole, write_whole
from scanner.inventory.armid import ArmId
from scanner.inventory.scope import Scope

FILE = "manifest.json"
INDEX = "index.msgpack.zst"
TAGS = "service-tags.msgpack.zst"
SCHEMA = "backupscan/bundle"
VERSION = 1
"""The format of the files. A bundle of an older version is read, one of a newer version is not."""
_MOST_BYTES = 64 * 1024**2
_FIRST_LINE = b'{"sha256":"%s",\n'


class Saved(Struct, frozen=True):
    """A file of a bundle."""

    file: str
    """Its name in the folder of the bundle."""
    sha256: str
    bytes: int


class Part(Struct, frozen=True):
    """What the bundle has of one subscription."""

    id: ArmId
    name: str
    saved: Saved | None
    """None if it was not read."""
    failed: str | None = None
    """Why it was not read or saved. None if it was, or if nobody has tried yet."""
    read_at: datetime | None = None
    """UTC."""
    vms: int = 0
    gaps: Mapping[str, int] = {}
    """Numbers of gaps by their reason."""


class Manifest(Struct, frozen=True, kw_only=True):
    """What a bundle holds. Times are in UTC."""

    schema: str = SCHEMA
    version: int = VERSION
    tool: Mapping[str, str]
    """Name and version of the program that wrote it."""
    endpoint: str
    """The Resource Manager that was read."""
    scope: Scope
    """The VMs that were read, by the options of that time."""
    metrics: bool
    """True if CPU and memory were read of VMs whose backup failed in its snapshot."""
    job_days: int
    """How far back the backup jobs were read."""
    started_at: datetime
    finished_at: datetime | None = None
    """None if it was interrupted."""
    calls: Mapping[str, int] = {}
    """Numbers of requests by the name of the call."""
    gaps: Mapping[str, int] = {}
    """Numbers of gaps of subscriptions and vaults, by their reason."""
    notes: tuple[str, ...] = ()
    """What holds for all that was read."""
    records: Mapping[str, str]
    """The fields of each kind of record that were read, separated by spaces."""
    redacted: str | None = None
    """The fingerprint of the key of its pseudonyms. None if names are as Azure has them."""
    index: Saved | None = None
    """The file of the subscriptions and the vaults. None if it was interrupted before."""
    tags: Saved | None = None
    """The file of the service tags, which are the same in all subscriptions. None without any."""
    parts: tuple[Part, ...] = ()
    """The subscriptions, by id."""

    @property
    def is_whole(self) -> bool:
        """True if every subscription of the scope was read."""
        return self.finished_at is not None and all(part.saved for part in self.parts)

    @property
    def read_until(self) -> datetime:
        """When it was finished or, of an interrupted one, when the last subscription was read."""
        times = (part.read_at for part in self.parts if part.read_at)
        return self.finished_at or max(times, default=self.started_at)


def tool_of(version: str) -> dict[str, str]:
    """The program of a version, as a manifest names what wrote it."""
    return {"name": "backupscan", "version": version}


def write_manifest(folder: Folder, manifest: Manifest) -> None:
    """Write the manifest. Raises ``OSError``."""
    content = msgspec.json.format(_ENCODER.encode(manifest), indent=1).lstrip(b"{\n")
    write_whole(folder / FILE, _FIRST_LINE % digest(content).encode() + content + b"\n")


def read_manifest(folder: Folder) -> Manifest:
    """The manifest of a bundle. Raises ``BundleError``."""
    file = folder / FILE
    if not file.is_file() and folder.exists():
        what = f"{folder} is no bundle: it is a folder without {FILE}"
        raise BundleError(what, "Name the folder of a bundle")
    data = read_whole(file, _MOST_BYTES)
    head = _head(file, data)
    if head.version > VERSION:
        what = f"{file} has format {head.version} of backupscan {head.tool.get('version', '?')}"
        raise BundleError(f"{what}, and this version reads up to {VERSION}", "Install that version")
    first, _, content = data.partition(b"\n")
    if first + b"\n" != _FIRST_LINE % digest(content.removesuffix(b"\n")).encode():
        raise BundleError(f"{file} was changed: its checksum is another one", _AGAIN)
    try:
        return _DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BundleError(f"{file} is no manifest of a bundle ({error})", _AGAIN) from error


_AGAIN = "Make the bundle again, or copy it again"


class _Head(Struct):
    """What a manifest of every version has."""

    schema: str
    version: int
    tool: dict[str, Any]


def _head(file: Folder, data: bytes) -> _Head:
    try:
        head = msgspec.json.decode(data, type=_Head)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BundleError(f"{file} is no manifest of a bundle ({error})", _AGAIN) from error
    if head.schema != SCHEMA:
        what = f"{file} is no manifest of a bundle (its schema is {head.schema[:80]!r})"
        raise BundleError(what, "Name the folder of a bundle")
    return head


_ENCODER = msgspec.json.Encoder(enc_hook=id_to_text)
_DECODER = msgspec.json.Decoder(Manifest, dec_hook=id_from_text)
