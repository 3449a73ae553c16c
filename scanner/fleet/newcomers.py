"""The VMs that are to be added to a vault and a policy, counted over judged VMs."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.inventory.facts.plan import Plan
from scanner.inventory.gap import Gap
from scanner.judging.check import Fleet, Verdict
from scanner.judging.judged_vm import JudgedVm


def count_newcomers(vms: Iterable[JudgedVm], gap: Gap | None) -> Fleet:
    """The counts over these VMs. ``gap`` says why there may be more of them."""
    plans = [plan for vm in vms if (plan := _plan_to_come(vm))]
    return Fleet(
        newcomers=sum(plan.is_new_to_vault for plan in plans),
        new_to_policy=sum(plan.is_new_to_policy for plan in plans),
        gap=gap,
    )


def _plan_to_come(vm: JudgedVm) -> Plan | None:
    """The plan of a VM. None if a cause applies, because then backup is not turned on."""
    plan = vm.vm.if_seen("plan")
    applies = any(cause.verdict is Verdict.APPLIES for cause in vm.causes)
    return plan if isinstance(plan, Plan) and not applies else None
