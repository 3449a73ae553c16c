"""What a plan may do to a verdict that is unknown before and after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.vm import FACTS, Vm
from scanner.judging.check import Check, Verdict
from scanner.judging.judged_vm import JudgedVm


def hiding_gaps(
    before: Sequence[JudgedVm],
    after: Sequence[JudgedVm],
    facts: tuple[Mapping[ArmId, Vm], Mapping[ArmId, Vm]],
    checks: Iterable[Check],
) -> Iterator[Gap]:
    """What was not read, and hides an effect: a fact changes that the same check may look at.

    ``facts`` are of all VMs, before and after the plan. A judged VM keeps only what reports show.
    """
    facts_of = _facts_by_finding(checks)
    old = {vm.vm.id: vm for vm in before}
    for vm in after:
        if was := old.get(vm.vm.id):
            changed = _changed(*(vms[vm.vm.id] for vms in facts))
            yield from _hiding_on(was, vm, changed, facts_of)


def _changed(before: Vm, after: Vm) -> Set[str]:
    return {name for name in FACTS if before.seen.get(name) != after.seen.get(name)}


def _hiding_on(
    before: JudgedVm, after: JudgedVm, changed: Set[str], facts_of: Mapping[str, Set[str]]
) -> Iterator[Gap]:
    unknown = {one.cause for one in before.causes if one.verdict is Verdict.UNKNOWN}
    for cause in after.causes:
        if cause.verdict is not Verdict.UNKNOWN or cause.cause not in unknown:
            continue
        for attributed in cause.findings:
            gap = attributed.finding.gap
            if gap and gap.reason.is_missing and changed & facts_of.get(attributed.check, changed):
                yield gap


def _facts_by_finding(checks: Iterable[Check]) -> Mapping[str, Set[str]]:
    """The facts that a check may look at, by the names of its findings.

    A check of another package may look at any.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for check in checks:
        facts = (*check.needs, *check.helps) if check.is_built_in else FACTS.keys()
        for name in (check.id, check.cause):
            found[name].update(facts)
    return found
