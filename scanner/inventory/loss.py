"""What a plan takes away from protection."""

from __future__ import annotations

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.origin import Origin


class Loss(Struct, frozen=True):
    """A protected VM, or something that protects VMs, that a plan deletes or replaces."""

    id: ArmId
    origin: Origin
    message: str
