"""A VM that was deleted while a vault had its item."""

from __future__ import annotations

from typing import Any

from scanner.sim.machine import Vm
from tests.support.fleets.backed_up import BackupFleet


class OrphanFleet(BackupFleet):
    """A VM that stays, without backup, and the item of a VM that was deleted.

    The options are those of `Vault.protect` and describe the item.
    """

    def __init__(self, **item: Any) -> None:
        super().__init__()
        self.stays = self.group.vm("stays")
        self.gone: Vm = self.protected_vm("gone", **item)
        self.prod.delete_vm(self.gone)
