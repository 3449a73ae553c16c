"""Facts about extensions: what was asked for, and what they last reported."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, require


class Extension(Struct, frozen=True, gc=False):
    """An extension of a VM, from its model, its view, its handler, or whichever is there."""

    name: str
    known_type: str | Gap
    known_state: str | Gap | None
    """The model's provisioning state; None where only a view tells of the extension."""
    complaints: tuple[Evidence, ...]
    """What its view and its handler report that is not well."""
    failures: tuple[Evidence, ...]
    """Of the complaints those that say that it failed."""
    changes: tuple[Evidence, ...]
    """What its view reports that is neither over nor failed."""
    version: str | None
    """As its view or handler reports it; None without a report."""
    source: Source
    named: Evidence | None = None
    """Its name as seen; None where only a handler tells of it, by its type."""

    @property
    def type(self) -> str:
        """Publisher and type in lower case, joined by a dot; raises ``Unseen``."""
        return require(self.known_type).lower()

    @property
    def type_evidence(self) -> Evidence:
        """Publisher and type as seen."""
        return self.source.evidence("type", require(self.known_type))

    @property
    def is_typed(self) -> bool:
        """Whether the type was read: to look at what is known before what is not."""
        return not isinstance(self.known_type, Gap)

    @property
    def provisioning_state(self) -> str | None:
        """Of the model, such as ``Failed``; raises ``Unseen`` where the model does not tell."""
        return require(self.known_state)

    @property
    def evidence(self) -> Evidence:
        """The model's state as seen, or that there is no model."""
        return self.source.evidence("provisioningState", self.provisioning_state)

    @property
    def version_evidence(self) -> Evidence:
        """The version as reported."""
        return self.source.evidence("typeHandlerVersion", self.version)


class ExtensionOperations(Struct, frozen=True, gc=False):
    """Whether the VM takes extensions at all."""

    allowed: bool
    is_told: bool
    """Whether there is an OS profile that could forbid them; a disk of one's own has none."""
    source: Source

    @property
    def evidence(self) -> Evidence:
        """The switch as seen; absent means true."""
        shown = None if self.allowed else False
        return self.source.evidence("properties.osProfile.allowExtensionOperations", shown)


class Image(Struct, frozen=True, gc=False):
    """The marketplace image a VM was made of; all None for a disk or an image of one's own."""

    publisher: str | None
    offer: str | None
    sku: str | None
    source: Source

    @property
    def evidence(self) -> Evidence:
        """Publisher and offer as seen."""
        named = "/".join(part for part in (self.publisher, self.offer) if part)
        return self.source.evidence("properties.storageProfile.imageReference", named or None)

    @property
    def name_evidence(self) -> Evidence:
        """Publisher, offer and SKU as seen."""
        return self.source.evidence("properties.storageProfile.imageReference", self.name or None)

    @property
    def system(self) -> str:
        """Offer and SKU in words: a publisher's name says nothing of the system."""
        return " ".join(part for part in (self.offer, self.sku) if part)

    @property
    def name(self) -> str:
        """Publisher, offer and SKU in words; empty for a disk or an image of one's own."""
        return " ".join(part for part in (self.publisher, self.offer, self.sku) if part)
