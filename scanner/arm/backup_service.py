"""Asking the Backup service itself about VMs, if the user opted in: POSTs that only read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scanner.arm import calls
from scanner.arm.call import Call
from scanner.arm.parallel import in_parallel
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import STATUSES, VALIDATIONS, AzureAnswer
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.vm import place

if TYPE_CHECKING:
    from scanner.arm.client import Arm

Locations = Mapping[ArmId, str | None]
"""VMs and their locations. The location is None if it was not read."""


async def ask_service(
    arm: Arm, locations: Locations, vault_for: Callable[[str | None], ArmId | None]
) -> Mapping[ArmId, AzureAnswer]:
    """The service's answers about VMs: is one protected, and can its vault protect it?

    ``vault_for`` gives the vault for a location.

    Without a vault only the first question is asked, because the second is about one.
    """

    async def ask(vm: ArmId) -> AzureAnswer:
        return await _ask_about_vm(arm, vm, place(locations[vm]), vault_for(locations[vm]))

    answers = await in_parallel(ask, [*locations])
    return dict(zip(locations, answers, strict=True))


async def _ask_about_vm(
    arm: Arm, vm: ArmId, region: str | None, vault: ArmId | None
) -> AzureAnswer:
    scope = vm.subscription_id
    if scope is None or region is None:
        what = "The service was not asked: ARM's answer holds no location of the VM"
        gap = _no_answer_gap(vm, calls.STATUS, what)
        return AzureAnswer(gap, _no_answer_gap(vm, calls.VALIDATION, what) if vault else None)
    question = {"resourceType": "VM", "resourceId": vm.text}
    status = await arm.ask(calls.STATUS, scope, region, question)
    word = status if type(status) is Gap else status.protection_status
    protection = _as_documented(vm, calls.STATUS, word, STATUSES)
    vault_id = None if type(status) is Gap else status.vault_id
    vault_name = (vault_id or "").rpartition("/")[2] or None
    if vault is None:
        return AzureAnswer(protection, None, vault=vault_name)
    question |= {"vaultId": vault.text, "properties": ""}
    validation = await arm.ask(calls.VALIDATION, scope, region, question)
    if type(validation) is Gap:
        return AzureAnswer(protection, validation, vault=vault_name)
    return AzureAnswer(
        protection,
        _as_documented(vm, calls.VALIDATION, validation.status, VALIDATIONS),
        validation.error_code or None,
        validation.error_message or None,
        vault_name,
    )


def _as_documented(
    vm: ArmId, call: Call[Any], answer: str | Gap | None, words: Sequence[str]
) -> str | Gap:
    """The answer in the documented spelling. A gap if it is not a documented word."""
    if type(answer) is Gap:
        return answer
    spelling = {word.lower(): word for word in words}
    what = f"The service answered {answer!r}, which is not a documented answer"
    return spelling.get((answer or "").lower()) or _no_answer_gap(vm, call, what)


def _no_answer_gap(vm: ArmId, call: Call[Any], what: str) -> Gap:
    return Gap(vm.text, call.fact, Reason.NOT_RECORDED, None, f"{what}. Check again.", call.name)
