"""An older report, as far as it is compared with a new one."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from scanner.errors import UsageError
from scanner.gate.saved_report import MEMBERS, SavedFinding, SavedReport, SavedVm
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BACKED_UP
from scanner.inventory.scope import may_change
from scanner.judging.check import BY_WORD, Verdict
from scanner.judging.symptoms import LAST_BACKUP_FAILED

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

SCHEMA: Literal["backupscan/report/1"] = "backupscan/report/1"
"""The shape of a JSON report, version 1."""


def minute_text(time: str) -> str:
    """A time of a report (RFC 3339) to the minute: ``2026-01-31 05:17Z``."""
    return f"{time[:16].replace('T', ' ')}Z"


class OldVm(Struct, frozen=True):
    """What an older report says of the backup of a VM. None is unknown."""

    is_backed_up: bool | None
    is_failing: bool | None
    """True if its last backup failed."""
    standing: str | None = None
    """Its word. A report of an older version has none."""


class OldFinding(Struct, frozen=True):
    """The worst finding of a cause on a VM."""

    message: str
    evidence: tuple[str, ...]
    """Such as ``keep: level = CanNotDelete``."""
    remedy: str | None


class OldGap(Struct, frozen=True):
    """Something that could not be read."""

    scope: str
    fact: str
    reason: str
    remedy: str
    counts: bool = True
    """False if somebody accepted it."""


class Baseline(Struct, frozen=True):
    """What a report says, as far as it is compared with another one."""

    started_at: str
    verdicts: Mapping[tuple[ArmId, str], Verdict]
    """Verdicts, the key is the VM, or the orphan, and the cause."""
    roots: Mapping[tuple[ArmId, str], int]
    """How many VMs a root is behind, the key is the root and the cause."""
    edition: str = "current"
    complete: bool = True
    """True if all was read. Otherwise a finding that it lacks may still exist."""
    subscriptions: frozenset[str] = frozenset()
    """GUIDs in lower case. Empty if the report does not name its subscriptions."""
    is_precheck: bool = False
    vms: Mapping[ArmId, OldVm] = {}
    findings: Mapping[tuple[ArmId, str], OldFinding] = {}
    """The worst finding of what applies or is possible, the key is the VM and the cause."""
    gaps: tuple[OldGap, ...] = ()
    waived: frozenset[tuple[ArmId, str]] = frozenset()
    """The findings that a waiver covered: the VM and the cause."""
    limits: tuple[str, ...] | None = None
    """What leaves out VMs of its subscriptions. None if it does not say so."""
    covers_absent: bool = True
    """False if the newer report may leave out VMs of this one that exist, by tag or protection."""
    name: str | None = None
    """What it is, if it is not a report."""

    @property
    def text(self) -> str:
        """What it is: a report with its time, or its name."""
        return self.name or f"the report of {minute_text(self.started_at)}"

    def within(self, covers: Callable[[ArmId], bool], *, covers_absent: bool) -> Baseline:
        """The part of it that a smaller scope covers, by the ids of the VMs."""
        verdicts = {key: value for key, value in self.verdicts.items() if covers(key[0])}
        vms = {id_: vm for id_, vm in self.vms.items() if covers(id_)}
        return replace(self, verdicts=verdicts, vms=vms, covers_absent=covers_absent)

    @property
    def is_accepted(self) -> bool:
        """True if all was read but what somebody accepted."""
        return self.complete or (bool(self.gaps) and not any(gap.counts for gap in self.gaps))

    def has_all_of(self, older: Baseline) -> bool:
        """True if a VM of an older report that this one lacks, in the same subscription, is gone.

        Otherwise this one may leave it out. Reports that do not say what they leave out are
        taken to be of the same scope.
        """
        if self.limits is None or older.limits is None:
            return True
        return set(self.limits) <= set(older.limits) and not any(map(may_change, self.limits))

    @property
    def standings(self) -> Mapping[ArmId, str] | None:
        """The words of its VMs. None if a VM has none."""
        words = {id_: vm.standing for id_, vm in self.vms.items() if vm.standing}
        return words if len(words) == len(self.vms) else None


_INTERRUPTED = 130
"""The exit code of a scan that was interrupted."""


def parse_baseline(text: str, name: str) -> Baseline:
    """An older JSON report. ``name`` begins messages. Raises ``UsageError`` if it is not one."""
    try:
        members = json.loads(text, object_pairs_hook=_known_members)
        if "\\ud" in text or "\\uD" in text:
            # Half of a surrogate pair is valid JSON, but no report can be written with it.
            msgspec.json.encode(members)
        old = msgspec.convert(members, type=SavedReport)
        judged = [(vm.id, cause.cause, cause.verdict) for vm in old.vms for cause in vm.causes]
        judged += [(orphan.id, orphan.cause, orphan.verdict) for orphan in old.orphans]
        verdicts = _as_mapping(
            ((ArmId(id_), cause), BY_WORD[verdict]) for id_, cause, verdict in judged
        )
        vms = _as_mapping((ArmId(vm.id), _old_vm(vm)) for vm in old.vms)
        findings = {
            (ArmId(vm.id), cause.cause): _old_finding(vm.id, cause.findings[0])
            for vm in old.vms
            for cause in vm.causes
            if cause.findings and BY_WORD[cause.verdict] >= Verdict.POSSIBLE
        }
        waived = frozenset(
            (ArmId(one.vm), one.cause)
            for one in (old.gate.findings if old.gate else ())
            if one.why_not == "waived"
        )
        roots = _as_mapping(((ArmId(root.id), root.cause), root.vms) for root in old.roots)
    except (msgspec.MsgspecError, ValueError, KeyError, RecursionError) as error:
        what = f"{name} is not a JSON report of backupscan ({_problem(error)})"
        raise UsageError(what, "Give a file written by -o report.json") from error
    if old.schema != SCHEMA:
        what = f"{name} is {old.schema[:80]!r}, which this version cannot compare with"
        raise UsageError(what, f"Give a report of the schema {SCHEMA!r}")
    counts = _gap_counts(old)
    subscriptions = frozenset(map(str.lower, old.scope.subscriptions if old.scope else ()))
    return Baseline(
        old.started_at,
        verdicts,
        roots,
        old.edition,
        old.complete,
        subscriptions,
        is_precheck=old.scope is not None and old.scope.target is not None,
        vms=vms,
        findings=findings,
        gaps=tuple(
            OldGap(gap.scope, gap.fact, gap.reason, gap.remedy, is_open)
            for gap, is_open in zip(old.gaps, counts, strict=True)
        ),
        waived=waived,
        limits=old.scope.limits if old.scope else None,
    )


def _gap_counts(old: SavedReport) -> Sequence[bool]:
    """For each gap whether it counts. The decision has the gaps in the same order."""
    decided = old.gate.gaps if old.gate and old.gate.exit != _INTERRUPTED else ()
    if len(decided) != len(old.gaps):
        return [True] * len(old.gaps)
    return [one.counts for one in decided]


def _old_vm(vm: SavedVm) -> OldVm:
    """What a report says of the backup of a VM."""
    state = vm.protection.state if vm.protection else None
    is_backed_up = None if state in (None, "unknown") else state in BACKED_UP
    failed = {BY_WORD.get(one.verdict) for one in vm.causes if one.cause == LAST_BACKUP_FAILED}
    if failed:
        is_unknown = Verdict.UNKNOWN in failed
        is_failing = None if is_unknown else Verdict.APPLIES in failed
        return OldVm(is_backed_up, is_failing, vm.standing)
    # A report of an older version does not judge that cause.
    is_failing = any(one.status.lower() == "failed" for one in vm.symptoms)
    return OldVm(is_backed_up, is_failing, vm.standing)


def _old_finding(vm: str, finding: SavedFinding) -> OldFinding:
    """The words of a finding, and its evidence in words."""
    shown = []
    for one in finding.evidence:
        name = "" if one.id.lower() == vm.lower() else f"{one.id.rpartition('/')[2]}: "
        shown.append(f"{name}{one.path} = {'absent' if one.value is None else one.value}")
    return OldFinding(finding.message, tuple(shown), finding.remedy)


def _known_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of a JSON object that are used. Raises ``ValueError`` if it names one twice."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("an object in it has a member twice")
    return {name: value for name, value in members.items() if name in MEMBERS}


def _as_mapping(pairs: Iterable[tuple[K, V]]) -> Mapping[K, V]:
    """The pairs as a mapping. Raises ``ValueError`` if a key is there twice: which one counts?"""
    found: dict[K, V] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"it has {_key_text(key)} twice")
        found[key] = value
    return found


def _key_text(key: Hashable) -> str:
    """A VM, or a VM or root and a cause, for a message."""
    return " and ".join(str(part)[-150:] for part in (key if isinstance(key, tuple) else (key,)))


def _problem(error: Exception) -> str:
    """What is wrong with a report, in a few words."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if isinstance(error, UnicodeError):
        return "a text in it has half of a surrogate pair"
    return f"unknown verdict {error}" if isinstance(error, KeyError) else str(error)[:300]
