"""Facts about extensions: their models, and what they last reported."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.gap import Gap, Unseen, require


class Extension(Struct, frozen=True, gc=False):
    """An extension of a VM.

    ARM has up to three parts of it: the model (the extension resource), the view (what the
    extension reports in the VM's instance view) and the handler (what the VM agent reports of the
    extension's handler there). An extension has at least one of them.
    """

    name: str
    known_type: str | Gap
    known_state: str | Gap | None
    """The model's provisioning state. None if there is no model."""
    complaints: tuple[Evidence, ...]
    """All failures, and handlers that are not Ready: the reasons to call it unhealthy."""
    failures: tuple[Evidence, ...]
    """The statuses in view and handler that report a failure."""
    changes: tuple[Evidence, ...]
    """The statuses in view and handler that report an ongoing change."""
    known_version: str | Gap | None
    """The version in the view or the handler. None if neither has one because the VM does not run
    or its agent is silent. Most extensions have a gap here, which matters only to who reads it."""
    source: Source
    """The properties of the model, else the instance view."""
    named: Evidence | None = None
    """The name in the model or the view. None if only the handler exists, which has a type only."""
    unreported: Gap | None = None
    """Why it may have failed without a sign: its view or the handlers are missing or unclear. None
    if both were read, also if the handlers do not have its own. None if none is due because the VM
    does not run or its agent is silent: the model decides."""
    changing_since: datetime | None = None
    """When the view reported an ongoing change (UTC). None if there is none, or it has no time that
    can be: it is missing, a placeholder or in the future."""

    @property
    def type(self) -> str:
        """Publisher and type in lower case, joined by a dot. Raises ``Unseen``."""
        return require(self.known_type).lower()

    @property
    def type_evidence(self) -> Evidence:
        """Publisher and type, joined by a dot."""
        return self.source.evidence("type", require(self.known_type))

    @property
    def is_typed(self) -> bool:
        """True if the type was read. Extensions of known type may already decide a verdict."""
        return type(self.known_type) is not Gap

    @property
    def provisioning_state(self) -> str | None:
        """The model's provisioning state, such as ``Failed``. None if there is no model. Raises
        ``Unseen`` if the model has no state."""
        return require(self.known_state)

    @property
    def version(self) -> str | None:
        """The version in the view or the handler. None if no report of it is due. Raises ``Unseen``
        if it is missing or no version."""
        return require(self.known_version)

    @property
    def minutes_changing(self) -> float | None:
        """Minutes from the report of a change to the reading of it. None if it has no time."""
        if self.changing_since is None:
            return None
        return max(0.0, (self.source.seen_at - self.changing_since).total_seconds() / 60)

    @property
    def since(self) -> str:
        """Since when it reports a change, such as ``since 2026-01-15 04:30Z``. Empty if it has no
        time."""
        return f"since {self.changing_since:%Y-%m-%d %H:%M}Z" if self.changing_since else ""

    def require_report(self) -> None:
        """Raise ``Unseen`` if its view or the handlers are missing or unclear."""
        if self.unreported:
            raise Unseen(self.unreported)

    @property
    def evidence(self) -> Evidence:
        """The provisioning state. Its value is None if there is no model."""
        return self.source.evidence("provisioningState", self.provisioning_state)

    @property
    def version_evidence(self) -> Evidence:
        """The version in the view or the handler."""
        return self.source.evidence("typeHandlerVersion", self.version)


class ExtensionOperations(Struct, frozen=True, gc=False):
    """The setting ``allowExtensionOperations`` of a VM."""

    allowed: bool
    """True if the VM allows extensions, which is the default."""
    has_os_profile: bool
    """True if the VM's body has the OS profile with the setting. A VM that was created from an
    existing disk has none."""
    source: Source

    @property
    def evidence(self) -> Evidence:
        """The setting. Its value is None for the default, true."""
        value = None if self.allowed else False
        return self.source.evidence("properties.osProfile.allowExtensionOperations", value)


class Image(Struct, frozen=True, gc=False):
    """The marketplace image a VM was created from.

    All fields are None if the VM was created from a custom image or an existing disk.
    """

    publisher: str | None
    offer: str | None
    sku: str | None
    source: Source

    @property
    def evidence(self) -> Evidence:
        """Publisher and offer, joined by a slash."""
        text = "/".join(part for part in (self.publisher, self.offer) if part)
        return self.source.evidence("properties.storageProfile.imageReference", text or None)

    @property
    def name_evidence(self) -> Evidence:
        """Publisher, offer and SKU, joined by spaces."""
        return self.source.evidence("properties.storageProfile.imageReference", self.name or None)

    @property
    def system(self) -> str:
        """Offer and SKU, joined by a space. Only these name the operating system."""
        return " ".join(part for part in (self.offer, self.sku) if part)

    @property
    def name(self) -> str:
        """Publisher, offer and SKU, joined by spaces. Empty without a marketplace image."""
        return " ".join(part for part in (self.publisher, self.offer, self.sku) if part)
