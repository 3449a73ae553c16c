"""What is read of a saved report to compare it: the members that are used, and no others."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class SavedEvidence(Struct):
    """One value that a finding rests on."""

    id: str
    path: str
    value: Any = None


class SavedFinding(Struct):
    """What one check found."""

    message: str = ""
    evidence: tuple[SavedEvidence, ...] = ()
    remedy: str | None = None


class SavedCause(Struct):
    """The verdict of a cause on a VM."""

    cause: str
    verdict: str
    findings: tuple[SavedFinding, ...] = ()


class SavedProtection(Struct):
    """How a VM is backed up."""

    state: str | None = None


class SavedSymptom(Struct):
    """The last backup, if it failed or has warnings."""

    status: str = ""


class SavedVm(Struct):
    """A VM with its verdicts."""

    id: str
    causes: tuple[SavedCause, ...]
    protection: SavedProtection | None = None
    symptoms: tuple[SavedSymptom, ...] = ()
    standing: str | None = None


class SavedGap(Struct):
    """What could not be read."""

    scope: str
    fact: str
    reason: str = ""
    remedy: str = ""


class SavedDecision(Struct):
    """Whether a finding counted, and why not."""

    vm: str
    cause: str
    why_not: str | None = None


class SavedGapDecision(Struct):
    """Whether a gap counted."""

    counts: bool


class SavedGate(Struct):
    """The decision of the report. One of an older version has none."""

    exit: int
    findings: tuple[SavedDecision, ...] = ()
    gaps: tuple[SavedGapDecision, ...] = ()


class SavedOrphan(Struct):
    """What Azure keeps of a VM that does not exist."""

    id: str
    cause: str
    verdict: str


class SavedRoot(Struct):
    """A resource behind findings."""

    id: str
    cause: str
    kind: str
    vms: int


class SavedScope(Struct):
    """What the scan looked at."""

    subscriptions: tuple[str, ...] = ()
    target: dict[str, str | None] | None = None
    limits: tuple[str, ...] | None = None


class SavedReport(Struct):
    """A JSON report, version 1."""

    schema: str
    started_at: str
    vms: tuple[SavedVm, ...]
    edition: str = "current"
    complete: bool = False
    roots: tuple[SavedRoot, ...] = ()
    orphans: tuple[SavedOrphan, ...] = ()
    gaps: tuple[SavedGap, ...] = ()
    scope: SavedScope | None = None
    gate: SavedGate | None = None


_SHAPES = (
    SavedReport, SavedScope, SavedRoot, SavedOrphan, SavedVm, SavedCause, SavedFinding,
    SavedEvidence, SavedProtection, SavedSymptom, SavedGap, SavedGate, SavedDecision,
    SavedGapDecision,
)  # fmt: skip
MEMBERS = frozenset(name for shape in _SHAPES for name in shape.__struct_fields__)
"""What is kept of a report. The rest is most of it, and would be most of the memory."""
