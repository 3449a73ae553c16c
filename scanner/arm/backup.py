"""Reading Azure Backup: the vaults of every visible subscription, before any VM is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.gap import bug, catch_gap
from scanner.inventory.join.items import is_active, vm_of
from scanner.inventory.join.last_jobs import LastJobs
from scanner.inventory.records.backup import ProtectedItem, Vault
from scanner.inventory.records.resources import Subscription
from scanner.inventory.snapshot import BackupReadings, Reading, VaultReadings

_AT_ONCE = 24
"""Subscriptions or vaults that are read at the same time."""


async def read_backup(
    arm: Arm,
    subscriptions: Sequence[Subscription],
    covers: Callable[[ArmId], bool],
    job_days: int,
    is_named: Callable[[ArmId], bool],
) -> BackupReadings:
    """What protects which VM: a VM's vault may lie in another subscription than the VM.

    Policies and jobs are read where a vault backs up a VM that ``covers`` names, and policies
    alone of a vault that ``is_named``: that is to protect one.
    """
    # Each subscription takes clients of its own: of thousands only a few are to live at a time.
    slots = asyncio.Semaphore(_AT_ONCE)

    async def vaults_of(subscription: Subscription) -> Reading[Vault]:
        try:
            async with slots:
                return await arm.list_all(calls.VAULTS, subscription.id)
        except Exception as error:  # noqa: BLE001 - the other subscriptions are read on
            gap = bug(subscription.id, calls.VAULTS.fact, "Listing the vaults", error)
            return Reading(subscription.id.text, arm.now(), (), (gap,))

    listings = await asyncio.gather(*map(vaults_of, subscriptions))
    # A page may repeat an entry of the one before.
    vaults = {vault.id: vault for listing in listings for vault in listing.records}

    async def one(vault: Vault) -> VaultReadings:
        try:
            async with slots:
                return await _read(arm, vault, covers, job_days, is_named=is_named(vault.id))
        except Exception as error:  # noqa: BLE001 - the other vaults are read on
            return _crashed(arm, vault, error)

    read = await asyncio.gather(*(one(vault) for vault in vaults.values()))
    unread = tuple(gap for listing in listings for gap in listing.gaps)
    return BackupReadings(tuple(read), unread)


async def _read(
    arm: Arm, vault: Vault, covers: Callable[[ArmId], bool], job_days: int, *, is_named: bool
) -> VaultReadings:
    items = await arm.list_all(calls.PROTECTED_ITEMS, vault.id)
    nothing: Any = Reading(items.scope, items.seen_at)
    if not any(_is_backed_up(each, covers, items.seen_at) for each in items.records):
        policies = await arm.list_all(calls.POLICIES, vault.id) if is_named else nothing
        return VaultReadings(vault, items, policies, nothing)
    now = arm.now()
    policies, jobs = await asyncio.gather(
        arm.list_all(calls.POLICIES, vault.id),
        arm.list_all(calls.jobs_between(now - timedelta(days=job_days), now), vault.id),
    )
    # The jobs of a week are most of what a fleet's vaults hold.
    last = LastJobs(items.records, jobs).kept
    return VaultReadings(vault, items, policies, replace(jobs, records=last))


def _is_backed_up(item: ProtectedItem, covers: Callable[[ArmId], bool], seen_at: datetime) -> bool:
    found = catch_gap(vm_of, item, Source(item.id, seen_at))
    return is_active(item) and isinstance(found, ArmId) and covers(found)


def _crashed(arm: Arm, vault: Vault, error: Exception) -> VaultReadings:
    gap = bug(vault.id, calls.PROTECTED_ITEMS.fact, "Reading the vault", error)
    nothing: Any = Reading(vault.id.text, arm.now())
    return VaultReadings(vault, replace(nothing, gaps=(gap,)), nothing, nothing)
