"""Fleets whose answers are damaged. Together they answer every route."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.sim.backup_errors import NO_NETWORK
from scanner.sim.demo import grow
from scanner.sim.world import World
from tests.support.fleets.backed_up import BackupFleet
from tests.support.fleets.every_read import Fleet


def _with_an_unlisted_error() -> World:
    """A failed backup whose error is in the details of its job alone."""
    fleet = BackupFleet()
    vm = fleet.protected_vm(status="Failed")
    fleet.vault.job(vm, "Failed", error=NO_NETWORK, listed=False, patch={"errorDetails": []})
    return fleet.world


FLEETS: Mapping[str, Callable[[], World]] = {
    "every read": lambda: Fleet().world,
    "demo": lambda: grow(vms=20),
    "unlisted error": _with_an_unlisted_error,
}
