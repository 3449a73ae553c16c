"""What shows that disks of a VM are encrypted in the guest, or by the customer's own key."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.inventory.arm_text import lower
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts.disks import DiskKind, Encryption
from scanner.inventory.facts.extensions import Extension
from scanner.inventory.gap import Gap

_ENCRYPTING = "microsoft.azure.security.azurediskencryption"
"""How the type of the Azure Disk Encryption extension begins, for Windows and for Linux."""


def encryption(
    extensions: tuple[Extension, ...] | Gap, disks: tuple[DiskKind, ...] | Gap
) -> Encryption:
    """The first sign of each encryption.

    It is None if there is no sign, and a gap if something that might show one was not read.
    """
    return Encryption(_first_sign(_by_guest(extensions, disks)), _first_sign(_by_key(disks)))


def _first_sign(signs: Iterator[Evidence | Gap]) -> Evidence | Gap | None:
    """The first sign that was read, else the first gap."""
    found = list(signs)
    evidence = next((sign for sign in found if isinstance(sign, Evidence)), None)
    return evidence or next(iter(found), None)


def _by_guest(
    extensions: tuple[Extension, ...] | Gap, disks: tuple[DiskKind, ...] | Gap
) -> Iterator[Evidence | Gap]:
    """The signs of Azure Disk Encryption, which encrypts in the guest."""
    if type(extensions) is Gap:
        yield extensions
        extensions = ()
    for extension in extensions:
        kind = extension.known_type
        if type(kind) is Gap:
            yield kind
        elif lower(kind).startswith(_ENCRYPTING):
            yield extension.type_evidence
    if type(disks) is Gap:
        yield disks
        disks = ()
    for disk in disks:
        traits = disk.known_traits
        yield from _evidence_if_on(disk.known_encrypted, disk.source, "encryptionSettings.enabled")
        if type(traits) is Gap:
            yield traits
        else:
            path = "encryptionSettingsCollection.enabled"
            yield from _evidence_if_on(traits.known_encrypted, traits.source, path)


def _evidence_if_on(known: bool | Gap, at: Source, path: str) -> Iterator[Evidence | Gap]:
    """Evidence for a setting that is on, its gap if it was not read, nothing if it is off."""
    if type(known) is Gap:
        yield known
    elif known:
        yield at.evidence(path, True)


def _by_key(disks: tuple[DiskKind, ...] | Gap) -> Iterator[Evidence | Gap]:
    """The signs of encryption by a key of the customer's own."""
    if type(disks) is Gap:
        yield disks
        return
    for disk in disks:
        traits = disk.known_traits
        if type(traits) is Gap:
            yield traits
        elif type(traits.known_key) is Gap:
            yield traits.known_key
        elif traits.known_key:
            yield traits.source.evidence("encryption.type", traits.known_key)
