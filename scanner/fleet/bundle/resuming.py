"""Going on with a bundle that was interrupted: what it has is not read again."""

from __future__ import annotations

from contextlib import suppress

from msgspec.structs import replace

from scanner.errors import UsageError
from scanner.fleet.bundle.content import Index, known_fields
from scanner.fleet.bundle.files import BundleError, Folder, remove_unfinished
from scanner.fleet.bundle.manifest import FILE, Manifest, read_manifest, tool_of
from scanner.fleet.bundle.reader import Bundle
from scanner.fleet.bundle.redaction.redactor import Redactor
from scanner.fleet.bundle.writer import Writer
from scanner.inventory.armid import ArmId
from scanner.inventory.scope import Scope
from scanner.inventory.snapshot import Snapshot


class Kept:
    """What a bundle has already. A file that cannot be used is read again."""

    def __init__(self, folder: Folder, manifest: Manifest, *, only_failed: bool) -> None:
        """``only_failed`` keeps nothing that has gaps."""
        self._bundle: Bundle | None = None
        self.index: Index | None = None
        """The subscriptions and the vaults."""
        self._parts = {
            part.id for part in manifest.parts if part.saved and not (only_failed and part.gaps)
        }
        try:
            self._bundle = Bundle(folder, manifest, salvage=True)
        except BundleError:
            return
        # Azure cannot be asked about pseudonyms, so the subscriptions are listed again.
        if not (manifest.redacted or (only_failed and manifest.gaps)):
            self.index = self._bundle.index

    def snapshot(self, subscription: ArmId) -> Snapshot | None:
        """What was read of a subscription. None if it has to be read."""
        if self._bundle is None or subscription not in self._parts:
            return None
        found = self._bundle.snapshot(subscription)
        return found if isinstance(found, Snapshot) else None


def resume_bundle(
    folder: Folder, *, only_failed: bool, version: str, redactor: Redactor | None = None
) -> tuple[Writer, Kept]:
    """What writes the rest of a bundle, and what it has.

    Raises ``UsageError`` for a bundle that another version would have to go on with, or another
    key of pseudonyms.
    """
    manifest = read_manifest(folder)
    vet_key(folder, manifest, redactor)
    if manifest.records != known_fields():
        what = f"{folder / FILE} was made by backupscan {manifest.tool.get('version', '?')}"
        raise UsageError(f"{what}, which reads other properties", "Go on with that version")
    with suppress(OSError):
        remove_unfinished(folder)
    kept = Kept(folder, manifest, only_failed=only_failed)
    begun = replace(manifest, tool=tool_of(version), finished_at=None)
    return Writer(folder, begun, redactor), kept


def vet_key(folder: Folder, manifest: Manifest, redactor: Redactor | None) -> None:
    """Raise ``UsageError`` unless a bundle has the pseudonyms of this key, or none without one."""
    if manifest.redacted == (redactor.fingerprint if redactor else None):
        return
    if manifest.redacted is None:
        raise UsageError(f"{folder / FILE} has no pseudonyms", "Leave out --redact")
    what = f"{folder / FILE} has the pseudonyms of another key"
    raise UsageError(what, "Give --redact and the --redact-key-file that it was made with")


def vet_scope(folder: Folder, manifest: Manifest, scope: Scope, redactor: Redactor) -> None:
    """Raise ``UsageError`` unless a redacted bundle is of this scope: it has only pseudonyms."""
    if manifest.scope != redactor.scope(scope):
        what = f"{folder / FILE} is of another scope, and it does not have its names"
        raise UsageError(what, "Give the options that it was made with")


def vet_endpoint(manifest: Manifest, endpoint: str) -> None:
    """Raise ``UsageError`` if a bundle is of another cloud."""
    if manifest.endpoint != endpoint:
        what = f"the bundle is of {manifest.endpoint}, not of {endpoint}"
        raise UsageError(what, "Give the --cloud or --arm-endpoint that it was read with")
