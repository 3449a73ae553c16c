"""Reading the details of failed backup jobs, where nothing else names the error."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from scanner.arm import calls
from scanner.arm.parallel import in_parallel
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.backup import Job

if TYPE_CHECKING:
    from scanner.arm.client import Arm


class JobBudget(Struct, frozen=True):
    """How many days of jobs are read, and of how many jobs a vault the details.

    The service allows about 150 reads of jobs an hour.
    """

    days: int = 7
    details: int = 50


class OpenJob(NamedTuple):
    """A failed job whose details may say more than the listing."""

    id: ArmId
    vault: ArmId | None
    began_at: datetime | None
    """UTC."""


class JobDetails:
    """Reads details of jobs until the budget of a vault is spent, over all subscriptions."""

    def __init__(self, arm: Arm, budget: JobBudget) -> None:
        self._arm = arm
        self._budget = budget
        self._spent: dict[ArmId | None, int] = {}

    async def read(self, jobs: Iterable[OpenJob]) -> Mapping[ArmId, Job | Gap]:
        """The details by job, or why they were not read. The newest jobs come first."""
        newest_first = sorted(jobs, key=lambda job: job.began_at or _LONG_AGO, reverse=True)
        answers = await in_parallel(self._read_within_budget, newest_first)
        return {job.id: answer for job, answer in zip(newest_first, answers, strict=True)}

    async def _read_within_budget(self, job: OpenJob) -> Job | Gap:
        """The details of a job, or a gap if its vault has no requests left."""
        spent = self._spent.get(job.vault, 0)
        if spent >= self._budget.details:
            remedy = (
                f"Details of {self._budget.details} failed jobs a vault are read, and other jobs"
                " used them up. Scan again with a higher --max-job-details."
            )
            return Gap(job.id.text, calls.JOB.fact, Reason.FAILED, None, remedy)
        self._spent[job.vault] = spent + 1
        return await self._arm.read(calls.JOB, job.id)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)
