"""What every format shows: verdicts counted, VMs in order, gaps named once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from scanner.catalogue import Catalogue, Cause, Edition, read
from scanner.gate.waivers import NOTHING_WAIVED, Waived, Waiver, waive
from scanner.inventory.gap import Gap
from scanner.inventory.scope import ScopeSummary
from scanner.inventory.target import Target
from scanner.judging.check import Check, Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import AttributedFinding, CauseVerdict
from scanner.report.roots import Root, find_roots


@dataclass(frozen=True)
class Report:
    """One scan, ready to be written in any format."""

    edition: Edition
    causes: Mapping[str, Cause]
    started_at: datetime
    finished_at: datetime
    asked: ScopeSummary
    vms: tuple[JudgedVm, ...]
    gaps: tuple[Gap, ...]
    interrupted: bool = False
    target: Target | None = None
    """Of a precheck: the vault and policy that are to be used."""
    waived: Waived = NOTHING_WAIVED
    """Findings that somebody has accepted for a time."""
    checks: tuple[Check, ...] = ()
    """Those that judged, by id."""
    all_evidence: bool = False
    """Whether programs get what was seen of clear causes too."""

    @property
    def is_precheck(self) -> bool:
        """Whether it is about VMs before backup is turned on."""
        return self.target is not None

    @cached_property
    def _repeated(self) -> frozenset[str]:
        """Names in lower case that several VMs have."""
        counted = Counter(each.vm.name.lower() for each in self.vms)
        return frozenset(name for name, count in counted.items() if count > 1)

    def named(self, vm: JudgedVm) -> str:
        """The name of a VM, with its group and subscription where another has it too."""
        who = vm.vm.id
        if vm.vm.name.lower() not in self._repeated:
            return vm.vm.name
        home = self.asked.subscriptions.get(who.subscription or "", who.subscription)
        return f"{vm.vm.name} ({', '.join(filter(None, (home, who.resource_group)))})"

    def remedy(self, cause: str) -> str:
        """What the documents of this edition say to do about a cause or a member of one."""
        told = self.causes[cause].remedy.get(self.edition.id)
        if told is not None:
            return told
        # AttributedFinding without rules, or by somebody's check: what today's documents say of it.
        editions = (read().editions[self.edition.id], read().editions["current"])
        described = next((each.causes[cause] for each in editions if cause in each.causes), None)
        steps = [each for each in (described.steps if described else ()) if each != "-"]
        return " ".join(steps) or f"See: backupscan explain {cause}."

    def remedy_for(self, judged: AttributedFinding, cause: str) -> str | None:
        """What to do about one finding; None where there is nothing to do."""
        finding = judged.finding
        if finding.gap:
            return finding.gap.remedy
        if finding.verdict < Verdict.POSSIBLE:
            return None
        # A member of a cause has a remedy of its own.
        remedy = self.remedy(finding.rule.cause if finding.rule else cause)
        rule = finding.rule
        if rule and rule.documents and rule.edition == self.edition.id:
            remedy += f" See {self.edition.documents[rule.documents[0]].url}"
        return remedy

    def remedy_of(self, stands: CauseVerdict) -> str | None:
        """What to do about a cause, by the worst of its findings."""
        return self.remedy_for(stands.findings[0], stands.cause)

    @cached_property
    def roots(self) -> tuple[Root, ...]:
        """The resources behind what was found, those behind most VMs first."""
        return find_roots(each.causes for each in self.vms)

    @cached_property
    def open_roots(self) -> tuple[Root, ...]:
        """The roots of what nobody has accepted."""
        return find_roots(
            [each for each in vm.causes if not self.waived.of(vm.vm, each.cause)] for vm in self.vms
        )

    @cached_property
    def filling(self) -> tuple[tuple[datetime, JudgedVm], ...]:
        """VMs whose restore points a lock keeps, with when they are full: the first to be first."""
        told = ((each.forecast.full_at, each) for each in self.vms if each.forecast)
        full = ((at, vm) for at, vm in told if at)
        return tuple(sorted(full, key=lambda pair: (pair[0], pair[1].vm.id)))

    @property
    def complete(self) -> bool:
        """Whether everything that was needed could be read."""
        return not self.gaps and not self.interrupted

    @cached_property
    def totals(self) -> Mapping[str, Mapping[Verdict, int]]:
        """VMs by cause and verdict, causes in the document's order."""
        pairs = Counter((each.cause, each.verdict) for vm in self.vms for each in vm.causes)
        found = dict.fromkeys(cause for cause, _ in pairs)
        ordered = dict.fromkeys((*self.edition.causes, *found))
        return {
            cause: {verdict: pairs[cause, verdict] for verdict in Verdict}
            for cause in ordered
            if cause in found
        }

    @property
    def worst_first(self) -> tuple[JudgedVm, ...]:
        """The VMs, those with most to report first; equal ones by id."""
        return tuple(sorted(self.vms, key=lambda each: each.severity, reverse=True))


def make_report(
    catalogue: Catalogue,
    edition: Edition,
    asked: ScopeSummary,
    vms: Iterable[JudgedVm],
    gaps: Sequence[Gap],
    times: tuple[datetime, datetime],
    *,
    interrupted: bool,
    target: Target | None = None,
    waivers: Sequence[Waiver] = (),
    checks: Sequence[Check] = (),
    all_evidence: bool = False,
) -> Report:
    """A report of what was judged, VMs ordered by id; gaps that only a fact showed are added."""
    reports = tuple(sorted(vms, key=lambda each: each.vm.id))
    found = (gap for vm in reports for gap in vm.gaps)
    named = {gap.key: gap for gap in reversed((*gaps, *found))}
    ordered = sorted(named.values(), key=lambda gap: (gap.scope.lower(), gap.fact))
    return Report(
        edition, catalogue.causes, *times, asked, reports, tuple(ordered), interrupted,
        target,
        waive(((each.vm, each.causes) for each in reports), waivers, times[1].date()),
        tuple(sorted(checks, key=lambda each: each.id)),
        all_evidence,
    )  # fmt: skip
