"""Two reports compared: what is new, fixed, changed or still there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from msgspec import Struct, field

from scanner.catalogue.text import counted
from scanner.gate.baseline import Baseline, OldGap
from scanner.gate.change import Change as How
from scanner.gate.change import change_of
from scanner.gate.policy import Policy
from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.changes import FactChange, NotCompared
from scanner.judging.check import BY_WORD, Verdict

ChangeKind = Literal["new", "fixed", "still", "changed"]
CHANGE_KINDS: tuple[ChangeKind, ...] = ("new", "fixed", "changed", "still")
"""The order of columns and sections."""
_RANKS: Mapping[ChangeKind, int] = {"new": 0, "changed": 1, "fixed": 2, "still": 3}
"""The order of changes in one list."""


_KINDS: Mapping[How, ChangeKind] = {
    How.NEW: "new",
    How.WORSE: "changed",
    How.BETTER: "changed",
    How.OLD: "still",
    How.FIXED: "fixed",
    How.UNSEEN: "changed",
}
VmChangeKind = Literal[
    "new VM", "VM gone", "backups began to fail", "backups recovered", "lost protection",
    "gained protection",
]  # fmt: skip
Names = Mapping[ArmId, str]


class Change(Struct, frozen=True):
    """The verdict of one cause on one VM in both reports."""

    kind: ChangeKind = field(name="what")
    id: str
    cause: str
    before: str | None
    """None if the older report does not have the cause on the VM."""
    now: str | None
    """None if the newer report does not have it."""
    name: str = ""
    """The VM's name, with its group or more if another VM has the same."""
    is_worse: bool = field(default=False, name="worse")
    """True if the older report has no finding that is as bad."""
    counts: bool = False
    """True if it makes exit code 1."""
    message: str | None = None
    """What was found: by the newer report, else by the older one."""
    evidence: tuple[str, ...] = ()
    remedy: str | None = None

    @property
    def is_open(self) -> bool:
        """True unless it is fixed or nothing was found."""
        now = BY_WORD.get(self.now or "", Verdict.UNKNOWN)
        return self.kind != "fixed" and now >= Verdict.UNKNOWN

    @property
    def verdicts_text(self) -> str:
        """The verdicts then and now."""
        return f"{self.before or 'not there'} to {self.now or 'not there'}"

    @property
    def group(self) -> str:
        """The VM's resource group."""
        return ArmId(self.id).resource_group or ""


def subscription_of(id_: str) -> str:
    """The GUID of the subscription of an id. Empty without one."""
    parsed = parse_id(id_)
    return (parsed.subscription if parsed else None) or ""


class RootChange(Struct, frozen=True):
    """The number of VMs where a resource is behind findings, then and now."""

    id: str
    cause: str
    before: int
    now: int


class VmChange(Struct, frozen=True):
    """What happened to a VM between the reports."""

    what: VmChangeKind
    id: str
    name: str

    @property
    def is_bad(self) -> bool:
        """True if the VM has no good backups any more."""
        return self.what in ("backups began to fail", "lost protection")


class Difference(Struct, frozen=True):
    """The changes between two reports, and what is still there."""

    old: str
    """When the older report was started (RFC 3339)."""
    new: str
    """When the newer report was started (RFC 3339)."""
    editions: tuple[str, str]
    """The editions of both reports."""
    changes: tuple[Change, ...]
    roots: tuple[RootChange, ...]
    is_mixed: bool = field(default=False, name="other_kinds")
    """True if one report is a precheck and the other is a scan."""
    not_looked_at: tuple[str, ...] = ()
    """Subscriptions of the older report that the newer one did not scan."""
    limits: tuple[str, ...] = ()
    """Why the newer report may leave out VMs of the older one. Empty if it leaves out none."""
    vms: tuple[VmChange, ...] = ()
    """VMs that came or went, whose backups began to fail or recovered, or whose protection did."""
    new_gaps: tuple[OldGap, ...] = ()
    """What the newer report could not read and the older one could."""
    exit: Literal[0, 1, 3] = 0
    """The exit code. Always 0 without a policy."""
    why: str = ""
    """Why it is this code. Empty without a policy."""
    facts: tuple[FactChange, ...] | None = None
    """What changed in Azure, if both are bundles. None if one is a report, which has no facts."""
    not_compared: tuple[NotCompared, ...] = ()
    """What one of two bundles does not have."""

    @property
    def counting(self) -> tuple[Change, ...]:
        """The changes that count: new or worse, at the threshold, and on VMs that count."""
        return tuple(change for change in self.ordered if change.counts)

    @property
    def totals(self) -> Mapping[str, Mapping[str, int]]:
        """Numbers of changes by cause and kind."""
        totals: dict[str, Counter[str]] = {}
        for change in self.changes:
            totals.setdefault(change.cause, Counter())[change.kind] += 1
        return totals

    @property
    def ordered(self) -> tuple[Change, ...]:
        """What counts first; then new, changed, fixed, still there; the worst verdict first."""
        return tuple(sorted(self.changes, key=_sort_key))

    def of_kind(self, kind: ChangeKind) -> tuple[Change, ...]:
        """The changes of one kind, the worst verdict first."""
        return tuple(change for change in self.ordered if change.kind == kind)

    @property
    def caution(self) -> str | None:
        """Why the reports are hard to compare. None if they are not."""
        old, new = self.editions
        sentences = []
        if old != new:
            sentences.append(
                f"The editions differ, {old} and {new}:"
                " verdicts may differ although nothing changed in Azure."
            )
        if self.is_mixed:
            sentences.append("One is a precheck and one a scan: they judge different things.")
        if self.not_looked_at:
            count = len(self.not_looked_at)
            sentences.append(
                f"The scopes differ: {counted(count, 'subscription')} of the older report"
                f" {'was' if count == 1 else 'were'} not scanned again."
                " Nothing in there counts as fixed."
            )
        if self.limits:
            sentences.append(
                f"The newer report may leave out VMs of the older one ({'; '.join(self.limits)})."
                " Nothing that it leaves out counts as fixed."
            )
        return " ".join(sentences) or None


def _sort_key(change: Change) -> tuple[bool, int, int, int]:
    """First what counts, then the kind, then the worst verdict now, then the worst before."""
    now, before = (BY_WORD.get(word or "", 0) for word in (change.now, change.before))
    return (not change.counts, _RANKS[change.kind], -now, -before)


def compare(old: Baseline, new: Baseline, policy: Policy | None = None) -> Difference:
    """The difference of two reports. A cause that is clear in both is no change.

    Without a policy, nothing counts.
    """
    unscanned = old.subscriptions - new.subscriptions if new.subscriptions else frozenset()
    judged = (vm for vm, _ in (*old.verdicts, *new.verdicts))
    names = _names((*old.vms, *new.vms, *judged))
    judged_now = {vm for vm, _ in new.verdicts}
    is_whole = new.complete and new.has_all_of(old)
    found = (
        _change(
            (vm, cause),
            old,
            new,
            # A cause that a VM of the report lacks was not judged.
            was_read=is_whole and vm.subscription not in unscanned and vm not in judged_now,
            names=names,
            policy=policy,
        )
        for vm, cause in sorted(old.verdicts.keys() | new.verdicts.keys())
    )
    changes = tuple(change for change in found if change)
    unread = {(gap.scope.lower(), gap.fact) for gap in old.gaps}
    code, why = _exit(changes, new, policy)
    return Difference(
        old.started_at,
        new.started_at,
        (old.edition, new.edition),
        changes,
        _root_changes(old, new),
        old.is_precheck != new.is_precheck,
        tuple(sorted(unscanned)),
        () if new.has_all_of(old) else new.limits or (),
        tuple(_vm_changes(old, new, names, unscanned)),
        tuple(gap for gap in new.gaps if (gap.scope.lower(), gap.fact) not in unread),
        code,
        why,
    )


def _exit(
    changes: Sequence[Change], new: Baseline, policy: Policy | None
) -> tuple[Literal[0, 1, 3], str]:
    """The exit code, and why."""
    if policy is None:
        return 0, ""
    at = f"new or worse at or above {policy.thresholds or 'never'}"
    if counting := sum(change.counts for change in changes):
        return 1, f"{counted(counting, 'finding')} {at}"
    if not new.is_accepted:
        return 3, f"nothing {at}; the newer report is incomplete"
    return 0, f"nothing {at}"


def _counts(
    key: tuple[ArmId, str], before: Verdict | None, new: Baseline, policy: Policy | None
) -> bool:
    """True if a verdict counts: as in a scan with ``--new-only``, by the newer report's waivers."""
    vm, cause = key
    now = new.verdicts.get(key)
    threshold = policy.threshold(cause) if policy else None
    if policy is None or threshold is None or now is None or key in new.waived:
        return False
    # What Azure keeps of a VM that does not exist never counts.
    one = new.vms.get(vm)
    if one is None:
        return False
    if one.is_backed_up is False and not (new.is_precheck or policy.count == "all"):
        return False
    return now >= threshold and (before is None or before < now)


def _root_changes(old: Baseline, new: Baseline) -> tuple[RootChange, ...]:
    """The roots whose number of VMs differs, those with most VMs first."""
    changes = (
        RootChange(id_.text, cause, old.roots.get((id_, cause), 0), new.roots.get((id_, cause), 0))
        for id_, cause in sorted(old.roots.keys() | new.roots.keys())
    )
    differing = (change for change in changes if change.before != change.now)
    return tuple(sorted(differing, key=lambda change: -max(change.before, change.now)))


def _change(
    key: tuple[ArmId, str],
    old: Baseline,
    new: Baseline,
    *,
    was_read: bool,
    names: Names,
    policy: Policy | None,
) -> Change | None:
    """The change of one verdict. ``was_read``: the newer report would have a finding of the VM."""
    vm, cause = key
    before, now = old.verdicts.get(key), new.verdicts.get(key)
    how = change_of(before, now, was_read=was_read)
    is_other = before != now and before is not None and now is not None
    counts = _counts(key, before, new, policy)
    if how is None and not is_other and not counts:
        return None
    kind: ChangeKind = _KINDS[how] if how else "changed"
    finding = new.findings.get(key) or old.findings.get(key)
    return Change(
        kind,
        vm.text,
        cause,
        _word(before),
        _word(now),
        name=names[vm],
        is_worse=how is not None and how.is_new,
        counts=counts,
        message=finding.message if finding else None,
        evidence=finding.evidence if finding else (),
        remedy=finding.remedy if finding else None,
    )


def _word(verdict: Verdict | None) -> str | None:
    return None if verdict is None else str(verdict)


def _names(vms: Iterable[ArmId]) -> Names:
    """The names of VMs. Namesakes have their group, and if that is the same, the subscription."""
    ids = list(dict.fromkeys(vms))
    by_name = Counter(vm.name.lower() for vm in ids)
    by_group = Counter((vm.name.lower(), (vm.resource_group or "").lower()) for vm in ids)

    def name(vm: ArmId) -> str:
        group = vm.resource_group or ""
        if by_name[vm.name.lower()] == 1:
            return vm.name
        is_unique = by_group[vm.name.lower(), group.lower()] == 1
        place = group if is_unique else f"{group}, {vm.subscription}"
        return f"{vm.name} ({place})"

    return {vm: name(vm) for vm in ids}


def _vm_changes(
    old: Baseline, new: Baseline, names: Names, unscanned: frozenset[str]
) -> Iterator[VmChange]:
    """What happened to VMs: they came or went, and how their backups are."""
    for vm in sorted(old.vms.keys() | new.vms.keys()):
        before, now = old.vms.get(vm), new.vms.get(vm)
        if before is None and now is not None:
            if old.complete and old.has_all_of(new):
                yield VmChange("new VM", vm.text, names[vm])
        elif now is None:
            if new.complete and new.has_all_of(old) and vm.subscription not in unscanned:
                yield VmChange("VM gone", vm.text, names[vm])
        elif before is not None:
            turns: tuple[tuple[VmChangeKind, bool | None, bool | None], ...] = (
                ("backups began to fail", before.is_failing is False, now.is_failing),
                ("backups recovered", before.is_failing, now.is_failing is False),
                ("lost protection", before.is_backed_up, now.is_backed_up is False),
                ("gained protection", before.is_backed_up is False, now.is_backed_up),
            )
            yield from (
                VmChange(what, vm.text, names[vm]) for what, was, is_now in turns if was and is_now
            )
