"""Where a configuration says something of a resource."""

from __future__ import annotations

from msgspec import Struct


class Origin(Struct, frozen=True, order=True, gc=False):
    """Where a plan says something of a resource."""

    address: str
    """Such as ``azurerm_management_lock.baseline``, or the ARM id in a what-if result."""
    file: str | None = None
    """The file of the configuration, with ``--source``."""
    line: int | None = None

    def __str__(self) -> str:
        return f"{self.address} ({self.file}:{self.line})" if self.file else self.address
