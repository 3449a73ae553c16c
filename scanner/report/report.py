"""What every format shows: verdicts counted, VMs in order, each gap once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import chain
from operator import attrgetter

from scanner.catalogue import Catalogue, Cause, Edition, Rule
from scanner.gate.decide import decide
from scanner.gate.decision import Decision
from scanner.gate.policy import Policy
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.orphan import ORPHAN_NOUNS, OrphanKind
from scanner.inventory.gap import Gap
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.target import Target
from scanner.inventory.vm import Vm
from scanner.judging.check import Check, Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.verdict import AttributedFinding, CauseVerdict
from scanner.report.planned import PlanResult
from scanner.report.remedies import remedy_of
from scanner.report.roots import Root, find_roots
from scanner.report.standing import Standing, standing_of, urgency


@dataclass(frozen=True)
class Report:
    """One scan, ready to be written in any format. Times are in UTC."""

    edition: Edition
    causes: Mapping[str, Cause]
    started_at: datetime
    finished_at: datetime
    scope: ScopeSummary
    vms: tuple[JudgedVm, ...]
    """The VMs by id."""
    gaps: tuple[Gap, ...]
    interrupted: bool = False
    target: Target | None = None
    """The vault and policy that a precheck is to use. None for a scan."""
    policy: Policy = field(default_factory=Policy)
    """What counts for the exit code."""
    checks: tuple[Check, ...] = ()
    """The checks that ran, by id."""
    all_evidence: bool = False
    """True if JSON shows the findings of clear causes, too."""
    indent: bool = False
    """True if JSON is indented, for people."""
    notes: tuple[str, ...] = ()
    """What holds for the whole scan."""
    orphans: tuple[JudgedOrphan, ...] = ()
    """What Azure keeps of VMs that do not exist, ordered by VM and id."""
    plan: PlanResult | None = None
    """What a plan does to these VMs. None unless a plan is judged."""

    @cached_property
    def decision(self) -> Decision:
        """What counts, and why the rest does not. Every format shows it."""
        return decide(self, self.policy)

    @property
    def is_precheck(self) -> bool:
        """True if the VMs are judged before backup is turned on."""
        return self.target is not None

    def will_be_backed_up(self, vm: ArmId) -> bool:
        """True if a VM is judged because it is to be backed up."""
        return self.is_precheck or (self.plan is not None and vm in self.plan.to_be_backed_up)

    @cached_property
    def vm_of(self) -> Mapping[ArmId, JudgedVm]:
        """The VMs by their ids."""
        return {vm.vm.id: vm for vm in self.vms}

    @cached_property
    def _shared_names(self) -> frozenset[str]:
        """Names in lower case that several VMs have."""
        counts = Counter(vm.vm.name.lower() for vm in self.vms)
        return frozenset(name for name, count in counts.items() if count > 1)

    def display_name(self, vm: JudgedVm) -> str:
        """The name of a VM, with subscription and group if another VM has the same name."""
        return self.name_of(vm.vm.id)

    def name_of(self, vm: ArmId) -> str:
        """The name of a VM by its id, as ``display_name`` gives it."""
        if vm.name.lower() not in self._shared_names:
            return vm.name
        place = ", ".join(filter(None, (self.subscription_name(vm), vm.resource_group)))
        return f"{vm.name} ({place})"

    def remedy(self, cause: str, rule: Rule | None = None, vm: Vm | None = None) -> str:
        """What to do about a cause, by the documents of this edition: see ``remedy_of``."""
        return remedy_of(cause, self.edition, rule, vm)

    def finding_remedy(self, attributed: AttributedFinding, cause: str, vm: Vm) -> str | None:
        """What to do about a finding on a VM. None if there is nothing to do."""
        finding = attributed.finding
        if finding.gap:
            return finding.gap.remedy
        if finding.verdict < Verdict.POSSIBLE:
            return None
        rule = finding.rule
        remedy = self._planned_remedy(rule.cause if rule else cause, cause, vm)
        remedy = remedy or self.remedy(cause, rule, vm)
        if rule and rule.documents and rule.edition == self.edition.id:
            remedy += f" See {self.edition.documents[rule.documents[0]].url}"
        return remedy

    def _planned_remedy(self, part: str, cause: str, vm: Vm) -> str | None:
        """What to change in the configuration of a plan that makes a verdict worse.

        ``part`` is the cause, or the member of it that was found.
        """
        effect = self.plan.of(vm.id, cause) if self.plan else None
        if effect is None or not effect.is_for_the_worse:
            return None
        known = self.causes.get(part)
        return known.planned if known else None

    def cause_remedy(self, cause: CauseVerdict, vm: Vm) -> str | None:
        """What to do about a cause, by its worst finding. None if there is nothing to do."""
        return self.finding_remedy(cause.findings[0], cause.cause, vm)

    @cached_property
    def roots(self) -> tuple[Root, ...]:
        """The resources behind the findings, those behind most VMs first."""
        return find_roots(vm.shown for vm in self.vms)

    @cached_property
    def open_roots(self) -> tuple[Root, ...]:
        """The resources behind findings that no waiver covers."""
        return find_roots(
            [cause for cause in vm.shown if not self.decision.accepts(vm.vm.id, cause.cause)]
            for vm in self.vms
        )

    @cached_property
    def full_dates(self) -> tuple[tuple[datetime, JudgedVm], ...]:
        """When the restore points of a VM under a lock reach their limit, the earliest first."""
        dates = ((vm.forecast.full_at, vm) for vm in self.vms if vm.forecast)
        known = ((full_at, vm) for full_at, vm in dates if full_at)
        return tuple(sorted(known, key=lambda pair: (pair[0], pair[1].vm.id)))

    @cached_property
    def orphan_counts(self) -> Mapping[OrphanKind, int]:
        """How many orphans of each kind there are. Kinds without any are left out."""
        counts = Counter(judged.orphan.kind for judged in self.orphans)
        return {kind: counts[kind] for kind in ORPHAN_NOUNS if counts[kind]}

    @property
    def complete(self) -> bool:
        """True if everything that was needed was read."""
        return not self.gaps and not self.interrupted

    @property
    def is_partial(self) -> bool:
        """True if the scan was interrupted, or could read no VM. It replaces no other report."""
        return self.interrupted or (bool(self.gaps) and not self.vms)

    @cached_property
    def totals(self) -> Mapping[str, Mapping[Verdict, int]]:
        """Numbers of VMs by cause and verdict, causes in the document's order."""
        causes = chain.from_iterable(vm.causes for vm in self.vms)
        counts = Counter(map(attrgetter("cause", "verdict"), causes))
        judged = dict.fromkeys(cause for cause, _ in counts)
        ordered = dict.fromkeys((*self.edition.causes, *judged))
        return {
            cause: {verdict: counts[cause, verdict] for verdict in Verdict}
            for cause in ordered
            if cause in judged
        }

    @cached_property
    def vms_worst_first(self) -> tuple[JudgedVm, ...]:
        """The VMs by their word, then by days since the last success: see ``urgency``."""
        return tuple(sorted(self.vms, key=urgency(self.finished_at)))

    @cached_property
    def standings(self) -> Mapping[ArmId, Standing]:
        """The word for each VM, by id, the worst first."""
        return {vm.vm.id: standing_of(vm) for vm in self.vms_worst_first}

    @cached_property
    def standing_counts(self) -> Mapping[Standing, int]:
        """How many VMs have each word, in order, also those that none has."""
        counts = Counter(map(standing_of, self.vms))
        return {standing: counts[standing] for standing in Standing}

    def subscription_name(self, vm: ArmId) -> str:
        """The display name of a VM's subscription, its GUID if the name was not read."""
        guid = vm.subscription or ""
        return self.scope.subscriptions.get(guid, guid)


def make_report(
    catalogue: Catalogue,
    edition: Edition,
    scope: ScopeSummary,
    vms: Iterable[JudgedVm],
    gaps: Sequence[Gap],
    times: tuple[datetime, datetime],
    *,
    interrupted: bool,
    target: Target | None = None,
    policy: Policy = Policy(),  # noqa: B008 - frozen
    checks: Sequence[Check] = (),
    all_evidence: bool = False,
    indent: bool = False,
    notes: Sequence[str] = (),
    orphans: Sequence[JudgedOrphan] = (),
) -> Report:
    """A report on judged VMs.

    ``times`` are start and end. ``gaps`` are those of the listings; those of the VMs and of the
    orphans are added.
    """
    ordered_vms = tuple(sorted(vms, key=lambda vm: vm.vm.id.key))
    vm_gaps = (gap for vm in ordered_vms for gap in vm.gaps)
    orphan_gaps = (gap for orphan in orphans for gap in orphan.gaps)
    unique = {gap.key: gap for gap in reversed((*gaps, *vm_gaps, *orphan_gaps))}
    ordered_gaps = sorted(unique.values(), key=lambda gap: (gap.scope.lower(), gap.fact))
    return Report(
        edition, catalogue.causes, *times, scope, ordered_vms, tuple(ordered_gaps), interrupted,
        target,
        policy,
        tuple(sorted(checks, key=lambda check: check.id)),
        all_evidence, indent, tuple(notes),
        tuple(sorted(orphans, key=lambda judged: (judged.orphan.vm, judged.orphan.id))),
    )  # fmt: skip
