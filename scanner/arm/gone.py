"""VMs that no listing has although a vault or a restore point collection names them.

An identity with rights on some resource groups gets a listing of their VMs alone, and nothing in it
shows that it is not whole. So ARM is asked for each of these VMs.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from typing import TYPE_CHECKING

from scanner.arm import calls
from scanner.arm.parallel import in_parallel
from scanner.inventory.armid import VM_TYPES, ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.compute import RestorePointCollection
from scanner.inventory.snapshot import GoneVms, Reading

if TYPE_CHECKING:
    from scanner.arm.client import Arm


async def read_gone(
    arm: Arm, scope: ArmId, absent: Sequence[ArmId], collections: Reading[RestorePointCollection]
) -> GoneVms:
    """Which of these VMs do not exist, and the collections of VMs that do not.

    As many VMs are asked for as may be read one by one.
    """
    asked, left = absent[: arm.limits.max_views], absent[arm.limits.max_views :]
    answers = await in_parallel(lambda vm: _exists(arm, vm), asked)
    by_vm = dict(zip(asked, answers, strict=True))
    gone = frozenset(vm for vm, answer in by_vm.items() if answer is False)
    unknown = {vm: answer for vm, answer in by_vm.items() if type(answer) is Gap}
    unknown |= dict.fromkeys(left, _too_many(scope, len(absent), arm.limits.max_views))
    wanted = collections_of(collections, gone)
    expanded = await arm.read_all(calls.RESTORE_POINTS, scope, wanted) if wanted else None
    return GoneVms(gone, unknown, expanded)


def source_vms(collections: Reading[RestorePointCollection]) -> Iterable[ArmId]:
    """The VMs that collections name as their source, which may not exist."""
    for collection in collections.records:
        source = collection.properties.source if collection.properties else None
        if source and source.id:
            yield source.id


def collections_of(
    collections: Reading[RestorePointCollection], vms: Container[ArmId]
) -> list[ArmId]:
    """The collections whose source is one of the VMs. A page may repeat one."""
    found = {
        collection.id: None
        for collection in collections.records
        if collection.properties
        and collection.properties.source
        and collection.properties.source.id in vms
    }
    return [*found]


async def _exists(arm: Arm, vm: ArmId) -> bool | Gap:
    if vm.type == VM_TYPES[0]:
        return await arm.exists(calls.VIRTUAL_MACHINE, vm)
    return await arm.exists(calls.CLASSIC_VM, vm)


def _too_many(scope: ArmId, number: int, limit: int) -> Gap:
    what = f"{number:,} VMs that vaults or collections name are not listed"
    remedy = f"{what}, and {limit:,} were asked for. Raise --max-views, then scan again."
    call = calls.VIRTUAL_MACHINE
    return Gap(scope.text, call.fact, Reason.FAILED, call.action, remedy, call.name)
