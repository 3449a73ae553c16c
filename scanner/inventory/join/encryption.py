"""Whether disks of a VM are encrypted in the guest, or by a key of the customer's own."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.disks import DiskKind, Encryption
from scanner.inventory.facts.extensions import Extension
from scanner.inventory.gap import Gap

_ENCRYPTING = "microsoft.azure.security.azurediskencryption"
"""What the type of the extension of Azure Disk Encryption begins with, on either system."""


def encryption(
    extensions: tuple[Extension, ...] | Gap, disks: tuple[DiskKind, ...] | Gap
) -> Encryption:
    """What shows each; a gap where it may be on and what would show it was not read."""
    return Encryption(_first(_by_guest(extensions, disks)), _first(_by_key(disks)))


def _first(signs: Iterator[Evidence | Gap]) -> Evidence | Gap | None:
    """The first sign; what was not read counts only where nothing that was read is one."""
    found = list(signs)
    seen = next((sign for sign in found if isinstance(sign, Evidence)), None)
    return seen or next(iter(found), None)


def _by_guest(
    extensions: tuple[Extension, ...] | Gap, disks: tuple[DiskKind, ...] | Gap
) -> Iterator[Evidence | Gap]:
    if isinstance(extensions, Gap):
        yield extensions
        extensions = ()
    for each in extensions:
        kind = each.known_type
        if isinstance(kind, Gap):
            yield kind
        elif kind.lower().startswith(_ENCRYPTING):
            yield each.type_evidence
    if isinstance(disks, Gap):
        yield disks
        disks = ()
    for disk in disks:
        traits = disk.known_traits
        yield from _on(disk.known_encrypted, disk.source, "encryptionSettings.enabled")
        if isinstance(traits, Gap):
            yield traits
        else:
            path = "encryptionSettingsCollection.enabled"
            yield from _on(traits.known_encrypted, traits.source, path)


def _on(known: bool | Gap, at: Source, path: str) -> Iterator[Evidence | Gap]:
    if isinstance(known, Gap):
        yield known
    elif known:
        yield at.evidence(path, True)


def _by_key(disks: tuple[DiskKind, ...] | Gap) -> Iterator[Evidence | Gap]:
    if isinstance(disks, Gap):
        yield disks
        return
    for disk in disks:
        traits = disk.known_traits
        if isinstance(traits, Gap):
            yield traits
        elif isinstance(traits.known_key, Gap):
            yield traits.known_key
        elif traits.known_key:
            yield traits.source.evidence("encryption.type", traits.known_key)
