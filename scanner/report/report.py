"""What every format shows: verdicts counted, VMs in order, gaps named once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from scanner.catalogue import Catalogue, Cause, Edition
from scanner.catalogue.documents import read
from scanner.check import Check, Verdict
from scanner.engine import CauseVerdict, Judged
from scanner.inventory.backup_facts import AzureAnswer, Policy, Protection
from scanner.inventory.facts import Family
from scanner.inventory.forecast import Forecast
from scanner.inventory.gap import Gap, Unseen
from scanner.inventory.vm import Vm
from scanner.precheck import COVERED, Readiness, Target, has_missing, readiness
from scanner.report.roots import Root, find_roots
from scanner.report.words import counted
from scanner.symptoms import ShownSymptom
from scanner.waivers import NOTHING_WAIVED, Waived, Waiver, waive

WORST_FIRST = tuple(sorted(Verdict, reverse=True))


@dataclass(frozen=True)
class VmReport:
    """A VM and how every cause stands on it, causes in the document's order."""

    vm: Vm
    causes: tuple[CauseVerdict, ...]
    symptoms: tuple[ShownSymptom, ...] = ()
    """What the last backup said, where it failed."""
    forecast: Forecast | None = None
    """Of its restore points."""
    azure: AzureAnswer | None = None
    """What the service itself says, where a precheck asked it."""

    @property
    def protection(self) -> Protection | Gap | None:
        """How it is backed up, or why that is not known; None where nobody asked."""
        return self.vm.seen.get("protection")

    @property
    def protection_gaps(self) -> tuple[Gap, ...]:
        """What was not seen of its backup: whether there is one, its policy, its last error."""
        found = self.protection
        if isinstance(found, Gap | None):
            return (found,) if found else ()
        return found.gaps

    @property
    def readiness(self) -> Readiness:
        """What turning backup on would meet."""
        return readiness(self.causes, self.protection, self.azure)

    @property
    def disagrees(self) -> bool:
        """Whether the service says otherwise, of what its answers cover, than we do."""
        azure, ours = self.azure, self.protection
        if azure is None:
            return False
        # Where a vault was not read, the service may well know what protects the VM.
        is_ours = None if isinstance(ours, Gap | None) else ours.is_backed_up
        mine = [each for each in self.causes if each.cause in COVERED]
        found = None
        if len(mine) == len(COVERED) and not any(map(has_missing, mine)):
            found = any(each.verdict is Verdict.APPLIES for each in mine)
        return _differ(azure.is_protected, is_ours) or _differ(azure.is_refused, found)

    @property
    def protection_state(self) -> str:
        """Such as ``protected``; ``unknown`` where it was not read."""
        found = self.protection
        return "unknown" if isinstance(found, Gap | None) else found.state

    def backup(self, now: datetime) -> str:
        """How it is backed up, in words: state, vault, policy, and the last success."""
        found = self.protection
        if isinstance(found, Gap | None) or found.vault is None:
            return self.protection_state
        policy = found.known_policy
        by = f"/{policy.id.name}" if isinstance(policy, Policy) else "/policy unread"
        told = f"{found.state} by {found.vault.name}{by if policy else ''}"
        if isinstance(found.known_success, Gap):
            return f"{told}, last success unread"
        if found.last_success_at is None:
            return f"{told}, no success yet"
        days = self.days_since_success(now)
        return f"{told}, last success {found.last_success_at:%Y-%m-%d}, {days} days ago"

    def days_since_success(self, now: datetime) -> float | None:
        """Days since the newest recovery point; None where there is none or it is not known."""
        found = self.protection
        if isinstance(found, Gap | None) or found.last_success_at is None:
            return None
        # Clocks differ: what was just made may be dated a little later.
        return max(0.0, round((now - found.last_success_at).total_seconds() / 86_400, 1))

    @property
    def os(self) -> Family | None:
        """``windows`` or ``linux``; None where it was not seen."""
        try:
            return self.vm.os.family
        except Unseen:
            return None

    @property
    def power_state(self) -> str | None:
        """Such as ``running``; None where it was not seen."""
        try:
            return self.vm.power_state.code
        except Unseen:
            return None

    @property
    def worst_first(self) -> tuple[CauseVerdict, ...]:
        """The causes, the worst verdict first."""
        return tuple(sorted(self.causes, key=lambda each: -each.verdict))

    @property
    def severity(self) -> tuple[int, ...]:
        """Orders VMs: the worst verdict, then how many causes have it, and so on down."""
        counted = Counter(each.verdict for each in self.causes)
        return tuple(counted[verdict] for verdict in WORST_FIRST)


def _differ(theirs: bool | None, ours: bool | None) -> bool:
    """Whether two say otherwise, where both say anything."""
    return theirs is not None and ours is not None and theirs != ours


@dataclass(frozen=True)
class Asked:
    """The scope as asked for and as found, for the reader of a report."""

    subscriptions: Mapping[str, str]
    """Names by GUID, in lower case."""
    disabled_subscriptions: tuple[str, ...]
    managed_left_out: int
    excluded: int
    by_protection: int = 0


@dataclass(frozen=True)
class Report:
    """One scan, ready to be written in any format."""

    edition: Edition
    causes: Mapping[str, Cause]
    started_at: datetime
    finished_at: datetime
    asked: Asked
    vms: tuple[VmReport, ...]
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

    def named(self, vm: VmReport) -> str:
        """The name of a VM, with its group and subscription where another has it too."""
        who = vm.vm.id
        if vm.vm.name.lower() not in self._repeated:
            return vm.vm.name
        home = self.asked.subscriptions.get(who.subscription or "", who.subscription)
        return f"{vm.vm.name} ({', '.join(filter(None, (home, who.resource_group)))})"

    def against(self, vm: VmReport) -> tuple[str, ...]:
        """What stands against turning backup on, the gravest first, or keeps it from being told."""
        told = [self._told(vm, each) for each in vm.worst_first
                if each.verdict >= Verdict.POSSIBLE or each.reason]  # fmt: skip
        if isinstance(vm.protection, Gap):
            told.append("backup unknown")
        if vm.azure and vm.azure.objection:
            says = "says otherwise" if vm.disagrees else "says"
            told.append(f"the service {says}: {vm.azure.objection}")
        elif vm.disagrees:
            told.append("the service has nothing against it")
        if vm.azure and vm.azure.gaps:
            told.append("the service did not answer")
        return tuple(told)

    def _told(self, vm: VmReport, each: CauseVerdict) -> str:
        part = "not all of it was read" if has_missing(each) else None
        waived = "waived" if self.waived.of(vm.vm, each.cause) else None
        notes = [str(each.reason) if each.reason else part, waived]
        told = ", ".join(filter(None, notes))
        return f"{each.cause} ({told})" if told else each.cause

    def remedy(self, cause: str) -> str:
        """What the documents of this edition say to do about a cause or a member of one."""
        told = self.causes[cause].remedy.get(self.edition.id)
        if told is not None:
            return told
        # Judged without rules, or by somebody's check: what today's documents say of it.
        editions = (read().editions[self.edition.id], read().editions["current"])
        described = next((each.causes[cause] for each in editions if cause in each.causes), None)
        steps = [each for each in (described.steps if described else ()) if each != "-"]
        return " ".join(steps) or f"See: backupscan explain {cause}."

    def remedy_for(self, judged: Judged, cause: str) -> str | None:
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
    def filling(self) -> tuple[tuple[datetime, VmReport], ...]:
        """VMs whose restore points a lock keeps, with when they are full: the first to be first."""
        told = ((each.forecast.full_at, each) for each in self.vms if each.forecast)
        full = ((at, vm) for at, vm in told if at)
        return tuple(sorted(full, key=lambda pair: (pair[0], pair[1].vm.id)))

    @property
    def extent(self) -> str:
        """How much was looked at, in words."""
        subscriptions = counted(len(self.asked.subscriptions), "subscription")
        return f"{counted(len(self.vms), 'VM')} in {subscriptions}"

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
    def worst_first(self) -> tuple[VmReport, ...]:
        """The VMs, those with most to report first; equal ones by id."""
        return tuple(sorted(self.vms, key=lambda each: each.severity, reverse=True))


def make_report(
    catalogue: Catalogue,
    edition: Edition,
    asked: Asked,
    vms: Iterable[VmReport],
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
    found = (
        judged.finding.gap
        for vm in reports
        for cause in vm.causes
        for judged in cause.findings
        if judged.finding.gap and judged.finding.gap.reason.is_missing
    )
    unseen = (gap for vm in reports for gap in vm.protection_gaps if gap.reason.is_missing)
    named = {(gap.scope, gap.action, gap.remedy): gap for gap in reversed((*gaps, *found, *unseen))}
    ordered = sorted(named.values(), key=lambda gap: (gap.scope.lower(), gap.fact))
    return Report(
        edition, catalogue.causes, *times, asked, reports, tuple(ordered), interrupted,
        target,
        waive(((each.vm, each.causes) for each in reports), waivers, times[1].date()),
        tuple(sorted(checks, key=lambda each: each.id)),
        all_evidence,
    )  # fmt: skip
