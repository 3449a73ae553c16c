"""The details of failed jobs, of the VMs that are looked at and whose error nothing else tells."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace as replaced
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError, Protection
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.backup_errors import with_details
from scanner.inventory.records.backup import Job
from scanner.inventory.vm import Vm


class JobBudget(Struct, frozen=True):
    """How far back jobs are looked at, and how many are asked for their details in a vault.

    The service allows about 150 reads of jobs an hour.
    """

    days: int = 7
    details: int = 50


class Details:
    """Asks for details of jobs until what a vault allows is spent, whoever asks."""

    def __init__(self, arm: Arm, budget: JobBudget) -> None:
        self._arm = arm
        self._budget = budget
        self._spent: dict[ArmId | None, int] = {}

    async def of(self, vms: Sequence[Vm]) -> list[Vm]:
        """The VMs, with what the details of their last failed jobs tell, or why not."""
        untold = [found for vm in vms if (found := _untold(vm))]
        untold.sort(key=lambda each: each.error.seen_at or _LONG_AGO, reverse=True)
        answers = await asyncio.gather(*map(self._ask, untold))
        told = {
            each.vm: replace(each.protection, known_error=with_details(each.error, answer))
            for each, answer in zip(untold, answers, strict=True)
        }
        return [_with(vm, told) for vm in vms]

    async def _ask(self, untold: _Untold) -> Job | Gap:
        vault = untold.protection.vault
        spent = self._spent.get(vault, 0)
        if spent >= self._budget.details:
            remedy = (
                f"Details of {self._budget.details} failed jobs a vault are read, and that was"
                " spent on others. Scan again with a higher --max-job-details."
            )
            return Gap(untold.job.text, calls.JOB.fact, Reason.FAILED, None, remedy)
        self._spent[vault] = spent + 1
        return await self._arm.read(calls.JOB, untold.job)


class _Untold(NamedTuple):
    """A VM whose last failed job may tell more than was listed of it."""

    vm: ArmId
    protection: Protection
    error: BackupError
    job: ArmId


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _untold(vm: Vm) -> _Untold | None:
    protection = vm.if_seen("protection")
    if not isinstance(protection, Protection):
        return None
    error = protection.known_error
    if not isinstance(error, BackupError) or not error.is_open or error.job is None:
        return None
    return _Untold(vm.id, protection, error, error.job)


def _with(vm: Vm, told: Mapping[ArmId, Protection]) -> Vm:
    return replaced(vm, seen={**vm.seen, "protection": told[vm.id]}) if vm.id in told else vm
