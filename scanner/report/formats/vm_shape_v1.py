"""The shape of a VM in the JSON report, version 1.

Other tools rely on it: it only ever gains members.

Docstrings are descriptions in the JSON Schema.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from scanner.inventory.evidence import Evidence
from scanner.inventory.gap import Reason
from scanner.judging.readiness import Readiness
from scanner.report.formats.words_v1 import IdV1, ReasonV1, StandingV1, TimeV1, VerdictV1
from scanner.report.planned import EffectKind


class GapV1(Struct):
    """A fact that could not be read."""

    scope: str
    fact: str
    reason: Reason
    action: str | None
    remedy: str


class RuleV1(Struct):
    """The rule that decided, as the catalogue names it."""

    cause: str
    condition: str


class FindingV1(Struct):
    """One finding of a check."""

    check: str
    verdict: VerdictV1
    message: str
    evidence: tuple[Evidence, ...]
    remedy: str | None
    rule: RuleV1 | UnsetType = UNSET
    """The rule of a finding that applies or is possible. Left out if no rule decided."""
    roots: tuple[IdV1, ...] | UnsetType = UNSET
    """The resources behind it, such as a lock. Left out if there is none."""


class SupersededV1(Struct):
    """What an older edition of the documents says."""

    edition: str
    verdict: VerdictV1
    why: str


class PlannedByV1(Struct, omit_defaults=True):
    """A planned resource."""

    address: str
    """Its address in Terraform, or its ARM id."""
    file: str | None = None
    """Only with ``--source``."""
    line: int | None = None


class PlannedV1(Struct):
    """What a plan does to the verdict of a cause."""

    what: EffectKind
    before: VerdictV1 | None
    """Null if the VM does not live before the plan is applied."""
    by: tuple[PlannedByV1, ...]
    """The planned resources behind it."""


class CauseV1(Struct, omit_defaults=True):
    """The verdict of one cause on the VM.

    A clear or not-applicable cause has findings only with ``--evidence all``; ``checks`` of the
    report names the facts that were read for it. Members that are null are left out.
    """

    cause: str
    verdict: VerdictV1
    findings: tuple[FindingV1, ...]
    reason: ReasonV1 | None = None
    superseded: SupersededV1 | None = None
    planned: PlannedV1 | None = None
    """Only in a report of a plan, if the plan changes the verdict."""


ReadinessV1 = Annotated[str, Meta(extra_json_schema={"enum": [*map(str, Readiness)]})]
StateV1 = Literal[
    "protected", "pending", "error", "paused", "suspended", "stopped", "soft-deleted",
    "unprotected", "unknown",
]  # fmt: skip


class RestorePointsV1(Struct):
    """The restore points of the VM, and when the policy has filled them up to the limit."""

    count: int
    limit: int
    locks: tuple[IdV1, ...]
    per_day: float | None
    full_at: TimeV1 | None


class AzureV1(Struct):
    """The service's own answers. Null if it did not answer or was not asked."""

    protection: str | None
    validation: str | None
    code: str | None
    message: str | None
    disagrees: bool
    not_covered: tuple[str, ...]


class ProtectionV1(Struct, omit_defaults=True):
    """How Azure Backup protects the VM. Only ``unknown`` has a reason.

    Members that are null or empty are left out.
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
    """What was not read about the backup of a VM that is known to be backed up."""
    health: str | None = None
    readiness: ReadinessV1 | None = None
    """What happens if backup is turned on. Only in a precheck."""
    azure: AzureV1 | None = None
    """Only in a precheck with ``--ask-azure``."""
    restore_points: RestorePointsV1 | None = None
    """None if there are none or they were not read."""
    warnings: tuple[SymptomV1, ...] = ()
    """What the service's own pre-check warns of, apart from the error of the last backup."""
    cancelled: bool = False
    """True if somebody cancelled the last backup."""
    disks: str | None = None
    """The disks in the backup, such as ``not LUN 1``. None if it has all of them."""
    running: RunningV1 | None = None
    """The backup that is running."""


class RunningV1(Struct):
    """A backup that is running."""

    began: TimeV1 | None
    id: IdV1
    """The job, or the protected item if no job was listed."""


class CauseStandingV1(Struct):
    """A documented cause of a symptom, and whether the evidence on this VM supports it."""

    cause: str
    verdict: VerdictV1 | None
    standing: Literal["supported", "contradicted", "not-observable"]
    message: str | None = None
    """What was found. None unless the evidence supports the cause."""
    reason: ReasonV1 | None = None
    """Why the verdict is unknown."""


class InnerErrorV1(Struct):
    """Another error that the words of an error name. Its causes come first."""

    code: str | None
    number: int | None
    title: str | None


class SymptomV1(Struct):
    """The error of the last backup, or what the service's own pre-check warns of."""

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
    """The causes of the inner error first, then in the document's order."""
    gap: GapV1 | None
    """Why the error of a failed backup is unknown."""
    guess: bool = False
    """True if the error only resembles the documented one."""
    inner: InnerErrorV1 | None = None
    others: tuple[CauseStandingV1, ...] = ()
    """What applies or is possible on the VM, although no document names it for this error."""
    unjudged: int = 0
    """How many causes of the VM could not be judged."""


class UseV1(Struct, omit_defaults=True):
    """How much of its CPU or memory a VM used, in percent of it."""

    percent: float | None
    """The highest average of a minute. None if it was not read."""
    at: TimeV1 | None = None
    """The minute."""
    missing: GapV1 | None = None
    """Why it is not known, or may have been higher."""


class LoadV1(Struct):
    """CPU and memory around a backup that failed in its snapshot."""

    begin: TimeV1
    end: TimeV1
    cpu: UseV1
    memory: UseV1


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
    load: LoadV1 | UnsetType = UNSET
    """Only with ``--metrics``, of a VM whose last backup failed in its snapshot."""
    standing: StandingV1 | UnsetType = UNSET
    """One word for the VM. A report of an older version has none."""
    tags: dict[str, str | None] | UnsetType = UNSET
    """The VM's tags. Left out if it has none."""
    guest: str | UnsetType = UNSET
    """The family of the Linux distribution, of a VM with findings. Left out if it is not known."""
    subscription: str | UnsetType = UNSET
    """The display name of its subscription. Left out if it was not read."""
