"""The shape of report v1: frozen, apart from our classes, and what other tools rely on."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

from scanner.inventory.evidence import Evidence
from scanner.inventory.gap import Reason
from scanner.judging.judged_vm import WORST_FIRST
from scanner.judging.readiness import Readiness

VerdictV1 = Annotated[str, Meta(extra_json_schema={"enum": [str(each) for each in WORST_FIRST]})]
ReasonV1 = Annotated[str, Meta(extra_json_schema={"enum": [str(each) for each in Reason]})]
TimeV1 = Annotated[datetime, Meta(tz=True, description="RFC 3339, UTC.")]
IdV1 = Annotated[str, Meta(description="An ARM resource id, as ARM spelt it.", pattern="^/")]


class GapV1(Struct):
    """A fact that could not be read."""

    scope: str
    fact: str
    reason: Reason
    action: str | None
    remedy: str


class ToolV1(Struct):
    """Who wrote the report."""

    name: str
    version: str


class WaivedV1(Struct):
    """A finding that somebody has accepted for a time; it never gates."""

    vm: IdV1
    cause: str
    reason: str
    owner: str
    expires: date


class TargetV1(Struct):
    """Of a precheck: the vault and policy that were named, as they were typed."""

    vault: str | None
    policy: str | None


class ScopeV1(Struct):
    """What was looked at, and what was left out by default or on request."""

    subscriptions: tuple[str, ...]
    disabled_subscriptions: tuple[str, ...]
    managed_left_out: int
    excluded: int
    left_out_by_protection: int
    waived: tuple[WaivedV1, ...]
    target: TargetV1 | None = None


class SummaryV1(Struct):
    """VMs, and per cause and verdict how many."""

    vms: int
    causes: dict[str, dict[VerdictV1, int]]


class RootV1(Struct):
    """The one resource behind findings on many VMs."""

    id: IdV1
    kind: str
    cause: str
    vms: int
    remedy: str


class FindingV1(Struct):
    """One finding of a check."""

    check: str
    verdict: VerdictV1
    message: str
    evidence: tuple[Evidence, ...]
    remedy: str | None


class SupersededV1(Struct):
    """What an older edition said."""

    edition: str
    verdict: VerdictV1
    why: str


class CauseV1(Struct, omit_defaults=True):
    """How one cause stands on the VM.

    A clear or not-applicable cause has findings only with ``--evidence all``. ``checks`` of the
    report says which facts were read for it. What is null is left out.
    """

    cause: str
    verdict: VerdictV1
    findings: tuple[FindingV1, ...]
    reason: ReasonV1 | None = None
    superseded: SupersededV1 | None = None


StateV1 = Literal[
    "protected", "pending", "error", "paused", "suspended", "stopped", "soft-deleted",
    "unprotected", "unknown",
]  # fmt: skip


ReadinessV1 = Annotated[str, Meta(extra_json_schema={"enum": [str(each) for each in Readiness]})]


class RestorePointsV1(Struct):
    """The restore points of the VM, and when they are full at the policy's pace."""

    count: int
    limit: int
    locks: tuple[IdV1, ...]
    per_day: float | None
    full_at: TimeV1 | None


class AzureV1(Struct):
    """What the service itself says; null where it did not answer, or was not asked."""

    protection: str | None
    validation: str | None
    code: str | None
    message: str | None
    disagrees: bool
    not_covered: tuple[str, ...]


class ProtectionV1(Struct, omit_defaults=True):
    """How Azure Backup protects the VM; ``unknown`` has a reason, ``unprotected`` nothing else.

    What is null or empty is left out.
    """

    state: StateV1
    reason: ReasonV1 | None = None
    vault: IdV1 | None = None
    policy: IdV1 | None = None
    last_status: str | None = None
    last_backup_at: TimeV1 | None = None
    last_success_at: TimeV1 | None = None
    days_since_success: float | None = None
    gaps: tuple[GapV1, ...] = ()
    """What was not seen of it, where it is known that the VM is backed up."""
    health: str | None = None
    readiness: ReadinessV1 | None = None
    """Of a precheck: whether backup can be turned on."""
    azure: AzureV1 | None = None
    """Of a precheck with ``--ask-azure``."""
    restore_points: RestorePointsV1 | None = None
    """None where they were not read, or there are none."""


class CauseStandingV1(Struct):
    """A documented cause of a symptom, and how the evidence on this VM stands to it."""

    cause: str
    verdict: VerdictV1 | None
    standing: Literal["supported", "contradicted", "not-observable"]


class SymptomV1(Struct):
    """The error of the last backup."""

    code: str | None
    number: int | None
    title: str
    text: str | None
    documented: bool
    edition: str | None
    status: str
    seen_at: TimeV1 | None
    job: IdV1 | None
    task: str | None
    causes: tuple[CauseStandingV1, ...]
    """In the document's order."""
    gap: GapV1 | None
    """Why the error is not known, of a backup that failed for a reason that was not read."""


class VmV1(Struct):
    """One VM."""

    id: IdV1
    name: str
    resource_group: str | None
    subscription_id: str | None
    location: str | None
    os: Literal["windows", "linux"] | None
    power_state: str | None
    protection: ProtectionV1 | None
    causes: tuple[CauseV1, ...]
    symptoms: tuple[SymptomV1, ...]


class CheckV1(Struct):
    """A check that judged, and the facts that it read of every VM that it is about."""

    cause: str
    reads: tuple[str, ...]


class ReportV1(Struct, kw_only=True):
    """The whole report."""

    schema: Literal["backupscan/report/1"]
    tool: ToolV1
    edition: str
    started_at: TimeV1
    finished_at: TimeV1
    complete: bool
    scope: ScopeV1
    summary: SummaryV1
    checks: dict[str, CheckV1] = {}
    """By the check's id; a report of an older version has none."""
    roots: tuple[RootV1, ...]
    gaps: tuple[GapV1, ...]
    vms: tuple[VmV1, ...]
