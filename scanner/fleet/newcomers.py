"""The VMs that are to be added to vaults and policies, counted over judged VMs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import Policy
from scanner.inventory.facts.plan import Plan, Vault
from scanner.inventory.gap import Gap
from scanner.inventory.vm import Vm
from scanner.judging.check import Fleet, Verdict
from scanner.judging.judged_vm import JudgedVm

_Part = Vault | Policy | Gap | None
_Counts = Mapping[ArmId | None, int]
"""VMs by the vault or the policy that they are to be added to. None: it was not read."""


def count_newcomers(vms: Iterable[JudgedVm], gap: Gap | None) -> Callable[[Vm], Fleet]:
    """From a VM to the counts for its vault and its policy, over these VMs.

    VMs whose vault or policy was not read may be added to any. ``gap`` says why there may be more
    VMs.
    """
    plans = [plan for vm in vms if (plan := _plan_to_come(vm))]
    to_vault = Counter(_id_of(plan.known_vault) for plan in plans if plan.is_new_to_vault)
    to_policy = Counter(
        _id_of(plan.known_policy)
        for plan in plans
        if plan.is_new_to_policy and plan.known_policy is not None
    )

    def fleet_of(vm: Vm) -> Fleet:
        plan = vm.if_seen("plan") or Plan()
        newcomers = _count(to_vault, plan.known_vault)
        return Fleet(newcomers, _count(to_policy, plan.known_policy), gap)

    return fleet_of


def _plan_to_come(vm: JudgedVm) -> Plan | None:
    """The plan of a VM. None if a cause applies, because then backup is not turned on."""
    plan = vm.vm.if_seen("plan")
    applies = any(cause.verdict is Verdict.APPLIES for cause in vm.causes)
    return plan if isinstance(plan, Plan) and not applies else None


def _count(counts: _Counts, part: _Part) -> int:
    id_, unplaced = _id_of(part), counts.get(None, 0)
    return unplaced if id_ is None else unplaced + counts.get(id_, 0)


def _id_of(part: _Part) -> ArmId | None:
    return None if part is None or type(part) is Gap else part.id
