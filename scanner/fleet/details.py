"""The details of failed jobs, of the VMs that are looked at and whose error nothing else tells."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace as replaced
from datetime import UTC, datetime

from msgspec import Struct
from msgspec.structs import replace

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import BackupError, Protection
from scanner.inventory.backup_records import Job
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.join.backup_errors import with_details
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
        unread = [(vm.id, told, error) for vm in vms for told, error in _open_error(vm)]
        unread.sort(key=lambda each: each[2].seen_at or _LONG_AGO, reverse=True)
        answers = await asyncio.gather(*(self._ask(told, error) for _, told, error in unread))
        told = {
            vm_id: replace(protection, known_error=with_details(error, answer))
            for (vm_id, protection, error), answer in zip(unread, answers, strict=True)
        }
        return [_with(vm, told) for vm in vms]

    async def _ask(self, protection: Protection, error: BackupError) -> Job | Gap:
        assert error.job
        spent = self._spent.get(protection.vault, 0)
        if spent >= self._budget.details:
            remedy = (
                f"Details of {self._budget.details} failed jobs a vault are read, and that was"
                " spent on others. Scan again with a higher --max-job-details."
            )
            return Gap(error.job.text, calls.JOB.fact, Reason.FAILED, None, remedy)
        self._spent[protection.vault] = spent + 1
        return await self._arm.read(calls.JOB, error.job)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def _open_error(vm: Vm) -> Sequence[tuple[Protection, BackupError]]:
    protection = vm.if_seen("protection")
    error = protection.known_error if isinstance(protection, Protection) else None
    if isinstance(protection, Protection) and isinstance(error, BackupError):
        return [(protection, error)] if error.is_open and error.job else []
    return []


def _with(vm: Vm, told: Mapping[ArmId, Protection]) -> Vm:
    return replaced(vm, seen={**vm.seen, "protection": told[vm.id]}) if vm.id in told else vm
