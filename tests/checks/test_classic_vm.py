"""classic-vm: facts and verdicts.

Sources: Support matrix for Azure VM backups; Frequently asked questions: back up Azure VMs.
"""

from __future__ import annotations

from tests.support.prechecks import Place

CAUSE = "classic-vm"


async def test_a_classic_vm() -> None:
    place = Place()
    place.group.classic_vm("old")
    assert await place.verdict(CAUSE, vm="old") == "applies"


async def test_a_resource_manager_vm() -> None:
    place = Place()
    place.group.vm("web")
    assert await place.verdict(CAUSE) == "not-applicable"


async def test_a_classic_vm_whose_agent_may_not_be_registered() -> None:
    place = Place()
    place.group.classic_vm("old", agent=None)
    assert await place.verdict(CAUSE, vm="old") == "applies"
