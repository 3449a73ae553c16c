"""A precheck as people read it: what bars VMs, what warns, what is not known, who is ready."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Gap, Reason
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.readiness import Readiness
from scanner.report.report import Report


@dataclass(frozen=True)
class Group:
    """VMs that share what bars them, what warns, or what was not read."""

    why: str
    """A cause, or words."""
    vms: tuple[JudgedVm, ...]


@dataclass(frozen=True)
class Readinesses:
    """The VMs of a precheck by readiness, and the groups of each."""

    report: Report

    @cached_property
    def by_readiness(self) -> dict[Readiness, tuple[JudgedVm, ...]]:
        """The VMs of each readiness, in the order of the report."""
        found: dict[Readiness, list[JudgedVm]] = {readiness: [] for readiness in Readiness}
        for vm in self.report.vms_worst_first:
            found[vm.readiness].append(vm)
        return {readiness: tuple(vms) for readiness, vms in found.items()}

    @property
    def barred(self) -> tuple[Group, ...]:
        """The VMs that are not ready, by each cause that applies."""
        return self._groups(Readiness.NOT_READY, _bars)

    @property
    def warned(self) -> tuple[Group, ...]:
        """The VMs that are ready with warnings, by each warning."""
        return self._groups(Readiness.WARNINGS, _warnings)

    @property
    def unknown(self) -> tuple[Group, ...]:
        """The VMs of which readiness is not known, by what was not read."""
        return self._groups(Readiness.CANNOT_TELL, self._unread)

    def _groups(
        self, readiness: Readiness, reasons: Callable[[JudgedVm], Iterable[str]]
    ) -> tuple[Group, ...]:
        groups: dict[str, list[JudgedVm]] = defaultdict(list)
        for vm in self.by_readiness[readiness]:
            for why in dict.fromkeys(reasons(vm)):
                groups[why].append(vm)
        # What has the same VMs is one entry.
        shared: dict[tuple[ArmId, ...], list[str]] = defaultdict(list)
        for why, vms in groups.items():
            shared[tuple(vm.vm.id for vm in vms)].append(why)
        found = (Group(", ".join(sorted(whys)), tuple(groups[whys[0]])) for whys in shared.values())
        return tuple(sorted(found, key=lambda group: (-len(group.vms), group.why)))

    def _unread(self, vm: JudgedVm) -> Iterator[str]:
        facts: dict[tuple[str, Reason], dict[str, None]] = defaultdict(dict)
        for gap in vm.gaps:
            facts[self._place(gap), gap.reason][gap.fact.replace("_", " ")] = None
        for (place, reason), names in facts.items():
            yield f"{', '.join(sorted(names))} of {place}: {reason}"
        if not facts:
            yield "nothing of it could be judged"

    def _place(self, gap: Gap) -> str:
        scope = parse_id(gap.scope)
        guid = scope.subscription if scope else None
        return self.report.scope.subscriptions.get(guid or "", guid or gap.scope)

    @property
    def clear_causes(self) -> int:
        """How many causes were found on no VM, and read for all of them."""
        unread = (Verdict.APPLIES, Verdict.POSSIBLE, Verdict.UNKNOWN)
        totals = self.report.totals.values()
        return sum(not any(counts[verdict] for verdict in unread) for counts in totals)


def _bars(vm: JudgedVm) -> Iterator[str]:
    yield from (cause.cause for cause in vm.causes if cause.verdict is Verdict.APPLIES)
    if vm.azure and vm.azure.is_refused:
        yield f"Azure Backup refuses it: {vm.azure.objection}"


def _warnings(vm: JudgedVm) -> Iterator[str]:
    yield from (cause.cause for cause in vm.causes if cause.verdict is Verdict.POSSIBLE)
    reasons = Counter(cause.reason for cause in vm.causes if cause.verdict is Verdict.UNKNOWN)
    if reasons[Reason.NOT_RUNNING]:
        yield "switched off: its agent is not known"
    protection = vm.protection
    if isinstance(protection, Protection) and protection.item:
        yield "a vault already has it"
    if vm.azure and vm.azure.objection:
        yield f"Azure Backup says: {vm.azure.objection}"
