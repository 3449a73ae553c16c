"""backup-job-in-progress: facts and verdicts, in prechecks of VMs that a vault protects.

Source: Troubleshoot Azure Backup failure: issues with the agent or extension.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.scope import Scope
from scanner.report.text import backup_text
from scanner.sim import faults
from scanner.sim.backup_errors import ErrorShape
from tests.support.prechecks import Place, precheck, verdicts_of
from tests.support.scans import scan_world
from tests.support.verdicts import verdict_of

CAUSE = "backup-job-in-progress"


@pytest.mark.parametrize(
    ("jobs", "item", "expected"),
    [
        pytest.param([], {}, "clear", id="no job"),
        pytest.param([("Completed", 1)], {}, "clear", id="a job that is over"),
        pytest.param([("InProgress", 0.2)], {}, "possible", id="a job that is running"),
        pytest.param([("Cancelling", 0.2)], {}, "clear", id="a job that is being cancelled"),
        pytest.param([], {"status": "InProgress"}, "possible", id="only the item says so"),
        pytest.param(
            [("Completed", 5)], {"status": "InProgress"}, "clear", id="the job is over meanwhile"
        ),
    ],
)
async def test_jobs_of_a_vm(
    jobs: list[tuple[str, float]], item: dict[str, Any], expected: str
) -> None:
    place = Place()
    vm = place.group.vm("web")
    place.vault.protect(vm, place.vault.policies[0]["id"], hours_ago=5, **item)
    for status, hours_ago in jobs:
        place.vault.job(vm, status, hours_ago=hours_ago)
    report = await precheck(place.world, scope=Scope())
    assert verdicts_of(report, "web")[CAUSE] == expected


async def test_jobs_that_were_not_read() -> None:
    place = Place()
    vm = place.group.vm("web")
    place.vault.protect(vm, place.vault.policies[0]["id"])
    faults.refuse(place.vault, "backup_jobs")
    report = await precheck(place.world, scope=Scope())
    assert verdicts_of(report, "web")[CAUSE] == "unknown (denied)"


async def test_a_running_job_that_may_be_of_another_vm() -> None:
    """Old versions of the service name the VM of a job, but not its container."""
    place = Place()
    vms = [place.prod.group(group).vm("web") for group in ("rg-one", "rg-two")]
    for vm in vms:
        place.vault.protect(vm, place.vault.policies[0]["id"])
    place.vault.job(vms[0], "InProgress", hours_ago=0.2, patch={"containerName": None})
    report = await precheck(place.world, scope=Scope())
    found = {verdict_of(one) for vm in report.vms for one in vm.causes if one.cause == CAUSE}
    assert found == {"unknown (not-recorded)"}


async def test_it_explains_that_another_backup_could_not_start() -> None:
    place = Place()
    vm = place.group.vm("web")
    error = ErrorShape(400000, "UserErrorBackupOperationInProgress", "Another backup runs.")
    place.vault.protect(vm, place.vault.policies[0]["id"], status="Failed", error=error)
    place.vault.job(vm, "InProgress", hours_ago=0.2)
    [judged] = (await scan_world(place.world)).report.vms
    [symptom] = judged.symptoms
    assert symptom.first_supported is not None
    assert symptom.first_supported.cause == CAUSE
    assert "a backup is running since" in backup_text(judged, place.world.now)
