"""Reading Azure Backup: the vaults of every visible subscription, before any VM is read."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_records import Vault
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.last_backups import last_jobs, went_wrong
from scanner.inventory.records import Subscription
from scanner.inventory.snapshot import BackupReadings, Reading, VaultReadings


class JobBudget(Struct, frozen=True):
    """How far back jobs are looked at, and how many are asked for their details in a vault.

    The service allows about 150 reads of jobs an hour.
    """

    days: int = 7
    details: int = 50


async def read_backup(
    arm: Arm, subscriptions: Sequence[Subscription], budget: JobBudget, *, empty: bool = False
) -> BackupReadings:
    """What protects which VM: a VM's vault may lie in another subscription than the VM.

    ``empty`` reads the policies of vaults that protect nothing yet, too.
    """
    listings = await asyncio.gather(
        *(arm.list_all(calls.VAULTS, each.id) for each in subscriptions)
    )
    vaults = [vault for listing in listings for vault in listing.records]
    read = await asyncio.gather(*(_read(arm, vault, budget, empty) for vault in vaults))
    unread = tuple(gap for listing in listings for gap in listing.gaps)
    return BackupReadings(tuple(read), unread)


async def _read(arm: Arm, vault: Vault, budget: JobBudget, empty: bool) -> VaultReadings:
    items = await arm.list_all(calls.PROTECTED_ITEMS, vault.id)
    if not items.records:
        nothing: Any = Reading(items.scope, items.seen_at)
        policies = await arm.list_all(calls.POLICIES, vault.id) if empty else nothing
        return VaultReadings(vault, items, policies, nothing, nothing)
    now = arm.now()
    policies, jobs = await asyncio.gather(
        arm.list_all(calls.POLICIES, vault.id),
        arm.list_all(calls.jobs_between(now - timedelta(days=budget.days), now), vault.id),
    )
    # A job a VM is kept: those of a week are most of what a fleet's vaults hold.
    last = tuple(last_jobs(items.records, jobs.records).values())
    untold = [
        job.id
        for job in last
        if job.properties and went_wrong(job.properties.status) and not job.properties.error_details
    ]
    details = await arm.read_all(calls.JOB, vault.id, untold[: budget.details])
    left_out = tuple(_left_out(job, budget) for job in untold[budget.details :])
    return VaultReadings(
        vault,
        items,
        policies,
        replace(jobs, records=last),
        replace(details, gaps=(*details.gaps, *left_out)),
    )


def _left_out(job: ArmId, budget: JobBudget) -> Gap:
    remedy = (
        f"Details of {budget.details} failed jobs a vault are read, and this one is older."
        " Scan again with a higher --max-job-details."
    )
    return Gap(job.text, calls.JOB.fact, Reason.FAILED, None, remedy)
