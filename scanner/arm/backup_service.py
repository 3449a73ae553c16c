"""Asking the Backup service itself about VMs: POSTs that only read, and only where opted into."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from scanner.arm import calls
from scanner.arm.call import Call
from scanner.arm.client import Arm
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import STATUSES, VALIDATIONS, AzureAnswer
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
        what = "The service was not asked: ARM's answer holds no location of the VM"
        gap = _untold(vm, calls.STATUS, what)
        return AzureAnswer(gap, _untold(vm, calls.VALIDATION, what) if vault else None)
    named = {"resourceType": "VM", "resourceId": vm.id.text}
    status = await arm.ask(calls.STATUS, scope, region, named)
    told = status if isinstance(status, Gap) else status.protection_status
    protection = _known(vm, calls.STATUS, told, STATUSES)
    by = None if isinstance(status, Gap) else (status.vault_id or "").rpartition("/")[2] or None
    if vault is None:
        return AzureAnswer(protection, None, vault=by)
    wanted = {**named, "vaultId": vault.text, "properties": ""}
    validation = await arm.ask(calls.VALIDATION, scope, region, wanted)
    if isinstance(validation, Gap):
        return AzureAnswer(protection, validation, vault=by)
    return AzureAnswer(
        protection,
        _known(vm, calls.VALIDATION, validation.status, VALIDATIONS),
        validation.error_code or None,
        validation.error_message or None,
        by,
    )


def _known(vm: Vm, call: Call[Any], told: str | Gap | None, words: Sequence[str]) -> str | Gap:
    """The answer in the service's own spelling, or that it is none."""
    if isinstance(told, Gap):
        return told
    spelt = {each.lower(): each for each in words}
    what = f"The service answered {told!r}, which tells nothing"
    return spelt.get((told or "").lower()) or _untold(vm, call, what)


def _untold(vm: Vm, call: Call[Any], what: str) -> Gap:
    return Gap(vm.id.text, call.fact, Reason.NOT_RECORDED, None, f"{what}. Check again.")
