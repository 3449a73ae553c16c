"""Asking the Backup service itself about VMs: POSTs that only read, and only where opted into."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import AzureAnswer
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.vm import Vm


async def ask_azure(arm: Arm, vms: Sequence[Vm], vault: ArmId | None) -> tuple[AzureAnswer, ...]:
    """The service's answers about each VM: is it protected, and could it be, by this vault?"""
    return tuple(await asyncio.gather(*(_ask(arm, vm, vault) for vm in vms)))


async def _ask(arm: Arm, vm: Vm, vault: ArmId | None) -> AzureAnswer:
    scope = vm.id.subscription_id
    if scope is None or vm.location is None:
        gap = _untold(vm, "its answer to the listing holds no location")
        return AzureAnswer(gap, gap, None, None)
    named = {"resourceType": "VM", "resourceId": vm.id.text}
    wanted = {**named, "vaultId": vault.text if vault else "", "properties": ""}
    region = vm.location.replace(" ", "").lower()
    status = await arm.ask(calls.STATUS, scope, region, named)
    validation = await arm.ask(calls.VALIDATION, scope, region, wanted)
    protection = status if isinstance(status, Gap) else status.protection_status
    if isinstance(validation, Gap):
        return AzureAnswer(protection or _untold(vm, "it gave no status"), validation, None, None)
    return AzureAnswer(
        protection or _untold(vm, "it gave no status"),
        validation.status or _untold(vm, "it gave no status"),
        validation.error_code or None,
        validation.error_message or None,
    )


def _untold(vm: Vm, what: str) -> Gap:
    remedy = f"The service could not be asked about the VM: {what}. Check again."
    return Gap(vm.id.text, calls.STATUS.fact, Reason.NOT_RECORDED, None, remedy)
