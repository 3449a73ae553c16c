"""A redacted copy of a bundle."""

from __future__ import annotations

from scanner.errors import UsageError
from scanner.fleet.bundle.content import known_fields
from scanner.fleet.bundle.files import Folder
from scanner.fleet.bundle.manifest import FILE, Manifest
from scanner.fleet.bundle.reader import Bundle
from scanner.fleet.bundle.redaction.redactor import Redactor
from scanner.fleet.bundle.writer import Writer, make_empty, redacted_manifest


def redact_bundle(bundle: Bundle, folder: Folder, redactor: Redactor) -> Manifest:
    """Write a bundle with pseudonyms into a new folder. The other one stays as it is.

    Raises ``BundleError`` for a file that cannot be used, ``UsageError`` for a folder that cannot
    be written, and for a bundle of another version or with pseudonyms.
    """
    manifest = bundle.manifest
    if manifest.redacted:
        raise UsageError(f"{bundle.folder / FILE} has pseudonyms already", "Name another bundle")
    if manifest.records != known_fields():
        what = f"{bundle.folder / FILE} was made by backupscan {manifest.tool.get('version', '?')}"
        raise UsageError(f"{what}, which reads other properties", "Redact it with that version")
    make_empty(folder)
    writer = Writer(folder, redacted_manifest(manifest, redactor), redactor)
    writer.save_index(bundle.index)
    saved = {part.id: part for part in manifest.parts}
    for subscription in bundle.index.targets.subscriptions:
        part = saved.get(subscription.id)
        # What an interrupted bundle did not get to stays unread.
        if part and (part.saved or part.failed):
            found = bundle.snapshot(subscription.id)
            writer.save(subscription, found, part.read_at or manifest.started_at)
    writer.end(manifest.finished_at)
    if writer.error:
        raise writer.error
    return writer.manifest
