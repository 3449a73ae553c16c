"""Reading Azure Backup: the vaults of every visible subscription, before any VM is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.parallel import in_parallel
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import bug, catch_gap
from scanner.inventory.last_jobs import find_last_jobs
from scanner.inventory.protected_item import is_active, vm_of
from scanner.inventory.records.backup import ProtectedItem, Vault
from scanner.inventory.records.resources import Subscription
from scanner.inventory.snapshot import BackupReadings, LastJobs, Reading, VaultReadings

if TYPE_CHECKING:
    from scanner.arm.client import Arm

_AT_ONCE = 24
"""How many subscriptions, then vaults, are read at the same time. Clients are open for them."""


async def read_backup(
    arm: Arm,
    subscriptions: Sequence[Subscription],
    covers: Callable[[ArmId], bool],
    job_days: int,
    is_named: Callable[[ArmId], bool],
) -> BackupReadings:
    """The vaults of the subscriptions: a VM's vault may be in another subscription than the VM.

    Policies and jobs are read of a vault that backs up a VM that ``covers`` accepts, policies alone
    of any other vault that ``is_named`` accepts. ``job_days`` is how far back jobs are read.
    """

    async def list_vaults(subscription: Subscription) -> Reading[Vault]:
        try:
            return await arm.list_all(calls.VAULTS, subscription.id)
        except Exception as error:  # noqa: BLE001 - the other subscriptions are read on
            gap = bug(subscription.id, calls.VAULTS.fact, "Listing the vaults", error)
            return Reading(subscription.id.text, arm.now(), (), (gap,))

    async def read_vault(vault: Vault) -> VaultReadings:
        try:
            return await _read_vault_contents(
                arm, vault, covers, job_days, is_named=is_named(vault.id)
            )
        except Exception as error:  # noqa: BLE001 - the other vaults are read on
            gap = bug(vault.id, calls.PROTECTED_ITEMS.fact, "Reading the vault", error)
            return _without_policies(vault, Reading(vault.id.text, arm.now(), (), (gap,)))

    listings = await in_parallel(list_vaults, subscriptions, _AT_ONCE)
    # A page may repeat an entry of the one before.
    vaults = {vault.id: vault for listing in listings for vault in listing.records}
    readings = await in_parallel(read_vault, [*vaults.values()], _AT_ONCE)
    unread = tuple(gap for listing in listings for gap in listing.gaps)
    return BackupReadings(tuple(readings), unread)


async def _read_vault_contents(
    arm: Arm, vault: Vault, covers: Callable[[ArmId], bool], job_days: int, *, is_named: bool
) -> VaultReadings:
    """The protected items and, if one is of a wanted VM, the policies and the last jobs."""
    items = await arm.list_all(calls.PROTECTED_ITEMS, vault.id)
    if not backs_up(items, covers):
        readings = _without_policies(vault, items)
        if is_named:
            return replace(readings, policies=await arm.list_all(calls.POLICIES, vault.id))
        return readings
    now = arm.now()
    policies, jobs = await asyncio.gather(
        arm.list_all(calls.POLICIES, vault.id),
        arm.list_all(calls.jobs_between(now - timedelta(days=job_days), now), vault.id),
    )
    return VaultReadings(vault, items, policies, find_last_jobs(items.records, jobs))


def backs_up(items: Reading[ProtectedItem], covers: Callable[[ArmId], bool]) -> bool:
    """True if an item is backed up, or may be, and protects a VM that ``covers`` accepts."""
    return any(_is_of_interest(item, covers, items.seen_at) for item in items.records)


def narrow_backup(
    readings: BackupReadings, covers: Callable[[ArmId], bool], is_named: Callable[[ArmId], bool]
) -> BackupReadings:
    """The vaults as ``read_backup`` reads them for a narrower scope."""

    def narrowed(vault: VaultReadings) -> VaultReadings:
        if backs_up(vault.items, covers):
            return vault
        less = _without_policies(vault.vault, vault.items)
        return replace(less, policies=vault.policies) if is_named(vault.vault.id) else less

    return replace(readings, vaults=tuple(map(narrowed, readings.vaults)))


def _is_of_interest(
    item: ProtectedItem, covers: Callable[[ArmId], bool], seen_at: datetime
) -> bool:
    """True if an item is backed up, or may be, and protects a VM that ``covers`` accepts."""
    vm = catch_gap(vm_of, item, Source(item.id, seen_at))
    return is_active(item) and isinstance(vm, ArmId) and covers(vm)


def _without_policies(vault: Vault, items: Reading[ProtectedItem]) -> VaultReadings:
    """A vault of which neither policies nor jobs were asked for."""
    return VaultReadings(vault, items, Reading(items.scope, items.seen_at), LastJobs(items.seen_at))
