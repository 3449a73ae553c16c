"""Reading Azure Backup: the vaults of every visible subscription, before any VM is read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import BACKED_UP
from scanner.inventory.backup_records import ProtectedItem, Vault
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.items import state_of, vm_of
from scanner.inventory.join.last_backups import LastJobs
from scanner.inventory.records import Subscription
from scanner.inventory.seeing import or_gap
from scanner.inventory.snapshot import BackupReadings, Reading, VaultReadings


class JobBudget(Struct, frozen=True):
    """How far back jobs are looked at, and how many are asked for their details in a vault.

    The service allows about 150 reads of jobs an hour.
    """

    days: int = 7
    details: int = 50


async def read_backup(
    arm: Arm,
    subscriptions: Sequence[Subscription],
    covers: Callable[[ArmId], bool],
    budget: JobBudget,
    is_named: Callable[[ArmId], bool],
) -> BackupReadings:
    """What protects which VM: a VM's vault may lie in another subscription than the VM.

    Policies and jobs are read where a vault protects a VM that ``covers`` names, and policies
    alone of a vault that ``is_named``: that is to protect one.
    """
    listings = await asyncio.gather(
        *(arm.list_all(calls.VAULTS, each.id) for each in subscriptions)
    )
    # A page may repeat an entry of the one before.
    vaults = {vault.id: vault for listing in listings for vault in listing.records}
    read = await asyncio.gather(
        *(_read(arm, each, covers, budget, is_named=is_named(each.id)) for each in vaults.values())
    )
    unread = tuple(gap for listing in listings for gap in listing.gaps)
    return BackupReadings(tuple(read), unread)


async def _read(
    arm: Arm, vault: Vault, covers: Callable[[ArmId], bool], budget: JobBudget, *, is_named: bool
) -> VaultReadings:
    items = await arm.list_all(calls.PROTECTED_ITEMS, vault.id)
    nothing: Any = Reading(items.scope, items.seen_at)
    told = [each for each in items.records if _is_covered(each, covers, items.seen_at)]
    if not told:
        policies = await arm.list_all(calls.POLICIES, vault.id) if is_named else nothing
        return VaultReadings(vault, items, policies, nothing, nothing)
    now = arm.now()
    policies, jobs = await asyncio.gather(
        arm.list_all(calls.POLICIES, vault.id),
        arm.list_all(calls.jobs_between(now - timedelta(days=budget.days), now), vault.id),
    )
    last = LastJobs(items.records, jobs)
    untold = [each.id for each in last.untold([each for each in told if _is_backed_up(each)])]
    details = await arm.read_all(calls.JOB, vault.id, untold[: budget.details])
    left_out = tuple(_left_out(job, budget) for job in untold[budget.details :])
    return VaultReadings(
        vault,
        items,
        policies,
        # The jobs of a week are most of what a fleet's vaults hold.
        replace(jobs, records=last.kept),
        replace(details, gaps=(*details.gaps, *left_out)),
    )


def _is_covered(item: ProtectedItem, covers: Callable[[ArmId], bool], seen_at: datetime) -> bool:
    found = or_gap(vm_of, item, Source(item.id, seen_at))
    return isinstance(found, ArmId) and covers(found)


def _is_backed_up(item: ProtectedItem) -> bool:
    return item.properties is not None and state_of(item.properties) in BACKED_UP


def _left_out(job: ArmId, budget: JobBudget) -> Gap:
    remedy = (
        f"Details of {budget.details} failed jobs a vault are read, and this one is older."
        " Scan again with a higher --max-job-details."
    )
    return Gap(job.text, calls.JOB.fact, Reason.FAILED, None, remedy)
