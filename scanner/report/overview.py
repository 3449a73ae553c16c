"""What people see first of a report: numbers, failing VMs by error, causes, places. No words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.facts.backup import Protection
from scanner.inventory.gap import Gap, Reason
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.symptoms import LAST_BACKUP_FAILED, ShownSymptom
from scanner.judging.verdict import CauseVerdict
from scanner.report.report import Report
from scanner.report.roots import Root
from scanner.report.standing import Standing


@dataclass(frozen=True)
class Successes:
    """The last successes of several VMs."""

    ages: tuple[float, float] | None
    """Days since the newest and the oldest one. None if none is known."""
    missing: int
    """VMs that had none yet."""
    unread: int
    """VMs of which it was not read."""


@dataclass(frozen=True)
class FailingGroup:
    """VMs whose last backup failed with the same error, by the same cause."""

    error: str | None
    """The error's code, or its title if it has none. None if no error is known: too old."""
    cause: str | None
    """The first documented cause that the evidence supports."""
    vms: tuple[JudgedVm, ...]
    """The most urgent first."""
    successes: Successes


@dataclass(frozen=True)
class NumberedRoot:
    """A resource behind findings on several VMs."""

    number: int
    """Its place in ``Report.roots``, from 1: ``backupscan fix`` takes it."""
    root: Root


@dataclass
class CauseRow:
    """How many VMs a cause was found on, by whether they are backed up."""

    cause: str
    applies: int = 0
    """VMs that are backed up, or may be."""
    possible: int = 0
    idle_applies: int = 0
    """VMs that are not backed up."""
    idle_possible: int = 0
    off: int = 0
    """VMs that do not run, so that it is not known."""
    unread: int = 0

    @property
    def is_found(self) -> bool:
        """True if it applies or is possible on a VM."""
        return bool(self.applies or self.possible or self.idle_applies or self.idle_possible)

    @property
    def order(self) -> tuple[int, ...]:
        """Sort key: what is found on VMs that are backed up first, what is unread last."""
        found = (self.applies, self.possible, self.idle_applies, self.idle_possible)
        return tuple(-count for count in (*found, self.unread))


@dataclass
class Place:
    """A subscription or a resource group, with its VMs by their word."""

    name: str
    standings: Counter[Standing] = field(default_factory=Counter)
    backed_up: int = 0
    """VMs that are known to be backed up."""

    @property
    def vms(self) -> int:
        """The number of its VMs."""
        return self.standings.total()

    @property
    def order(self) -> tuple[int | str, ...]:
        """Sort key: the most failing VMs first."""
        return (*(-self.standings[standing] for standing in Standing), self.name)


@dataclass(frozen=True)
class Unread:
    """What was not read of one place for one reason."""

    reason: Reason
    scope: str
    """The display name of a subscription, or the scope as it is."""
    facts: tuple[str, ...]
    actions: tuple[str, ...]
    """The ARM actions that read it."""
    rights: tuple[str, ...]
    """The actions to grant. Empty if no right is missing, but something else is wrong."""
    remedy: str
    """What happened and what to do, of the first gap."""

    @property
    def needs_reader(self) -> bool:
        """True if Reader gives all rights that are missing: it has every right to read."""
        return all(action.lower().endswith("/read") for action in self.rights)


@dataclass(frozen=True)
class Overview:
    """The first screen of a report, as values."""

    report: Report

    @cached_property
    def before(self) -> Mapping[ArmId, str] | None:
        """The words of the VMs in the baseline. None if none is compared, or if it has no words."""
        baseline = self.report.policy.baseline
        return baseline.standings if baseline else None

    @property
    def standings(self) -> Mapping[Standing, int]:
        """How many VMs have each word."""
        return self.report.standing_counts

    @cached_property
    def protections(self) -> Counter[str]:
        """How many VMs are ``backed up``, ``not backed up``, or ``unread``."""
        return Counter(map(_protection_word, self.report.vms))

    def change(self, standing: Standing) -> tuple[int, int] | None:
        """How many VMs got a word since the baseline, and how many lost it."""
        if self.before is None:
            return None
        now = {vm for vm, word in self.report.standings.items() if word is standing}
        then = {vm for vm, word in self.before.items() if word == standing}
        return len(now - then), len(then - now)

    def newly_failing(self, group: FailingGroup) -> int:
        """How many VMs of a group did not fail in the baseline. 0 without a baseline."""
        decided = (self.report.decision.of(vm.vm.id, LAST_BACKUP_FAILED) for vm in group.vms)
        return sum(one is not None and one.is_new for one in decided)

    @cached_property
    def waived(self) -> int:
        """How many findings somebody accepts for a time."""
        decided = self.report.decision.findings.values()
        return sum(one.is_found and one.waiver is not None for one in decided)

    @cached_property
    def failing(self) -> tuple[FailingGroup, ...]:
        """The failing VMs by error and cause, the largest group first."""
        groups: dict[tuple[str | None, str | None], list[JudgedVm]] = defaultdict(list)
        for vm in self.report.vms_worst_first:
            if self.report.standings[vm.vm.id] is Standing.FAILING:
                groups[_error_of(vm)].append(vm)
        found = [
            FailingGroup(error, cause, tuple(vms), self._successes(vms))
            for (error, cause), vms in groups.items()
        ]
        return tuple(sorted(found, key=lambda group: -len(group.vms)))

    def _successes(self, vms: Sequence[JudgedVm]) -> Successes:
        days = [vm.days_since_success(self.report.finished_at) for vm in vms]
        known = [day for day in days if day is not None]
        unread = sum(_is_success_unread(vm) for vm in vms)
        ages = (min(known), max(known)) if known else None
        return Successes(ages, len(vms) - len(known) - unread, unread)

    @cached_property
    def open_roots(self) -> tuple[NumberedRoot, ...]:
        """The resources behind findings that no waiver covers, most VMs first."""
        open_roots = {(root.id, root.cause) for root in self.report.open_roots}
        return tuple(
            NumberedRoot(number, root)
            for number, root in enumerate(self.report.roots, 1)
            if (root.id, root.cause) in open_roots
        )

    @cached_property
    def roots(self) -> tuple[NumberedRoot, ...]:
        """The resources behind findings on several VMs that no waiver covers."""
        return tuple(entry for entry in self.open_roots if entry.root.vms > 1)

    @cached_property
    def causes(self) -> tuple[CauseRow, ...]:
        """A row for each cause that was judged, what is found on backed-up VMs first."""
        rows = {cause: CauseRow(cause) for cause in self.report.totals}
        for vm in self.report.vms:
            is_idle = _protection_word(vm) == _IDLE
            for cause in vm.shown:
                _count(rows[cause.cause], cause, is_idle=is_idle)
        return tuple(sorted(rows.values(), key=lambda row: row.order))

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """The subscriptions with their VMs; the resource groups if there is one subscription."""
        subscriptions = {vm.vm.id.subscription for vm in self.report.vms}
        places: dict[str, Place] = {}
        for vm in self.report.vms:
            name = self.report.subscription_name(vm.vm.id)
            if len(subscriptions) == 1:
                name = vm.vm.id.resource_group or name
            place = places.setdefault(name.lower(), Place(name))
            place.standings[self.report.standings[vm.vm.id]] += 1
            place.backed_up += _protection_word(vm) == _BACKED_UP
        return tuple(sorted(places.values(), key=lambda place: place.order))

    @cached_property
    def unread(self) -> tuple[Unread, ...]:
        """The gaps by reason and subscription, the largest first."""
        groups: dict[tuple[Reason, str, str], list[Gap]] = defaultdict(list)
        for gap in self.report.gaps:
            # Without a right that is missing, only its own words say what it is.
            words = "" if gap.action else gap.remedy
            groups[gap.reason, self._scope_name(gap), words].append(gap)
        found = sorted(groups.items(), key=lambda item: -len(item[1]))
        return tuple(
            Unread(
                reason,
                scope,
                tuple(dict.fromkeys(gap.fact.replace("_", " ") for gap in gaps)),
                tuple(dict.fromkeys(gap.action for gap in gaps if gap.action)),
                tuple(dict.fromkeys(gap.missing_right for gap in gaps if gap.missing_right)),
                gaps[0].remedy,
            )
            for (reason, scope, _), gaps in found
        )

    def _scope_name(self, gap: Gap) -> str:
        scope = parse_id(gap.scope)
        if scope is None or scope.subscription is None:
            return gap.scope
        return self.report.scope.subscriptions.get(scope.subscription, scope.subscription)


_BACKED_UP, _IDLE, _UNREAD = "backed up", "not backed up", "unread"


def _protection_word(vm: JudgedVm) -> str:
    protection = vm.protection
    if not isinstance(protection, Protection):
        return _UNREAD
    return _BACKED_UP if protection.is_backed_up else _IDLE


def _is_success_unread(vm: JudgedVm) -> bool:
    protection = vm.protection
    return not isinstance(protection, Protection) or type(protection.known_success) is Gap


def _count(row: CauseRow, cause: CauseVerdict, *, is_idle: bool) -> None:
    """Count the verdict of a cause on one VM."""
    if cause.verdict is Verdict.APPLIES:
        row.idle_applies += is_idle
        row.applies += not is_idle
    elif cause.verdict is Verdict.POSSIBLE:
        row.idle_possible += is_idle
        row.possible += not is_idle
    elif cause.verdict is Verdict.UNKNOWN and cause.reason:
        row.unread += cause.reason.is_missing
        row.off += cause.reason is Reason.NOT_RUNNING


def _error_of(vm: JudgedVm) -> tuple[str | None, str | None]:
    """The error of a failing VM, and the first documented cause that the evidence supports."""
    failed = next((one for one in vm.symptoms if one.status.lower() == "failed"), None)
    if failed is None:
        return None, None
    return failed.code or failed.title, _cause_of(failed)


def _cause_of(symptom: ShownSymptom) -> str | None:
    return symptom.first_supported.cause if symptom.first_supported else None
