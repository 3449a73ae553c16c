"""vm-deleted-or-moved: facts and verdicts.

Source: Troubleshoot backup failures on Azure virtual machines.
"""

from __future__ import annotations

from scanner.sim.backup_errors import VM_GONE
from tests.support.prechecks import Place, body
from tests.support.scans import scan_world

CAUSE = "vm-deleted-or-moved"


async def test_a_vm_that_is_there_was_not_deleted() -> None:
    place = Place()
    vm = place.group.vm("web")
    place.vault.protect(vm, place.vault.policy(), status="Failed", error=VM_GONE)
    [symptom] = (await scan_world(place.world)).report.vms[0].symptoms
    assert {cause.cause: cause.standing for cause in symptom.causes} == {CAUSE: "contradicted"}


async def test_a_listed_vm_without_an_os_type() -> None:
    place = Place()
    place.group.vm("web", **body(storageProfile={"osDisk": {"osType": None}}))
    assert await place.verdict(CAUSE) == "clear"
