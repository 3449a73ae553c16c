"""Asking the Backup service itself about VMs: POSTs that only read, and only where opted into."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from scanner.arm import calls
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_facts import STATUSES, VALIDATIONS, AzureAnswer
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.vm import Vm, place


async def ask_azure(arm: Arm, vms: Sequence[Vm], vault: ArmId | None) -> tuple[AzureAnswer, ...]:
    """The service's answers about each VM: is it protected, and could it be, by this vault?

    Without a vault only the first is asked: the second is about one.
    """
    return tuple(await asyncio.gather(*(_ask(arm, vm, vault) for vm in vms)))


async def _ask(arm: Arm, vm: Vm, vault: ArmId | None) -> AzureAnswer:
    scope = vm.id.subscription_id
    region = place(vm.location)
    if scope is None or region is None:
        gap = _untold(vm, "ARM's answer holds no location of it")
        return AzureAnswer(gap, gap if vault else None)
    named = {"resourceType": "VM", "resourceId": vm.id.text}
    status = await arm.ask(calls.STATUS, scope, region, named)
    told = status if isinstance(status, Gap) else status.protection_status
    protection = _known(vm, told, STATUSES)
    by = None if isinstance(status, Gap) else (status.vault_id or "").rpartition("/")[2] or None
    if vault is None:
        return AzureAnswer(protection, None, vault=by)
    wanted = {**named, "vaultId": vault.text, "properties": ""}
    validation = await arm.ask(calls.VALIDATION, scope, region, wanted)
    if isinstance(validation, Gap):
        return AzureAnswer(protection, validation, vault=by)
    return AzureAnswer(
        protection,
        _known(vm, validation.status, VALIDATIONS),
        validation.error_code or None,
        validation.error_message or None,
        by,
    )


def _known(vm: Vm, told: str | Gap | None, words: Sequence[str]) -> str | Gap:
    """The answer in the service's own spelling, or that it is none."""
    if isinstance(told, Gap):
        return told
    spelt = {each.lower(): each for each in words}
    return spelt.get((told or "").lower()) or _untold(vm, f"it answered {told!r}")


def _untold(vm: Vm, what: str) -> Gap:
    remedy = f"The service could not be asked about the VM: {what}. Check again."
    return Gap(vm.id.text, calls.STATUS.fact, Reason.NOT_RECORDED, None, remedy)
