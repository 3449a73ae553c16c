"""The shape of the JSON report, version 1. Other tools rely on it: it only ever gains members.

Docstrings are descriptions in the JSON Schema.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from scanner.inventory.facts.orphan import OrphanKind
from scanner.report.formats.gate_shape_v1 import GateV1
from scanner.report.formats.vm_shape_v1 import GapV1, PlannedByV1, StateV1, SymptomV1, VmV1
from scanner.report.formats.words_v1 import IdV1, StandingV1, TimeV1, VerdictV1
from scanner.report.planned import EffectKind


class ToolV1(Struct):
    """The program that wrote the report."""

    name: str
    version: str


class WaivedV1(Struct):
    """A finding that somebody accepts for a time. It does not count for the exit code."""

    vm: IdV1
    cause: str
    reason: str
    owner: str
    expires: date


class TargetV1(Struct):
    """The vault and policy that a precheck is to use, as typed."""

    vault: str | None
    policy: str | None
    other_vaults: tuple[str, ...] | UnsetType = UNSET
    """Further vaults: a VM is judged with that of its region. Left out if there is none."""


class ScopeV1(Struct):
    """What was scanned, and what was left out by default or on request."""

    subscriptions: tuple[str, ...]
    disabled_subscriptions: tuple[str, ...]
    managed_left_out: int
    excluded: int
    left_out_by_protection: int
    waived: tuple[WaivedV1, ...]
    target: TargetV1 | None = None
    names: dict[str, str] = {}
    """The display names of the subscriptions, by GUID. A report of an older version has none."""
    limits: tuple[str, ...] = ()
    """What leaves out VMs of these subscriptions, such as ``only groups: rg-web``. A long list of
    names is a digest. A report of an older version has none."""


class SummaryV1(Struct):
    """How many VMs there are, and how many by cause and verdict."""

    vms: int
    causes: dict[str, dict[VerdictV1, int]]
    orphans: dict[OrphanKind, int] = {}
    """How many orphans of each kind there are."""
    standings: dict[StandingV1, int] = {}
    """How many VMs have each word, in the order of all formats. An older report has none."""


class RootV1(Struct):
    """A resource behind findings, and the number of its VMs."""

    id: IdV1
    kind: str
    cause: str
    vms: int
    remedy: str


class OrphanV1(Struct):
    """A protected item or a restore point collection whose VM was deleted or moved.

    It is no VM of the scope and never counts for the exit code.
    """

    id: IdV1
    kind: OrphanKind
    vm: IdV1
    """The VM that it names, and that does not exist."""
    vault: IdV1 | None
    """Null for a collection."""
    cause: str
    verdict: VerdictV1
    """``applies``, or ``clear`` for an item that is deleted already."""
    state: StateV1 | None
    """The state of an item. Null for a collection."""
    last_status: str | None
    last_backup_at: TimeV1 | None
    last_success_at: TimeV1 | None
    points: int | None
    """The number of restore points in a collection. Null for an item, or if they were not read."""
    message: str
    cost: str
    """What the documents say about keeping it."""
    remedy: str
    symptoms: tuple[SymptomV1, ...]


class CheckV1(Struct):
    """A check that ran, and the facts that it reads of each VM."""

    cause: str
    reads: tuple[str, ...]


class LossV1(Struct):
    """Protection that a plan takes away, or a protected VM that it deletes or replaces."""

    id: IdV1
    message: str
    by: PlannedByV1


class PlanV1(Struct):
    """What a plan does to the backup of the VMs of this report."""

    sentence: str
    changes: int
    """How many resources it changes, of any type."""
    live: bool
    """False if the plan was judged without what lives in Azure."""
    effects: dict[EffectKind, int]
    """Verdicts that it changes, by what it does to them."""
    losses: tuple[LossV1, ...]


class GuestOnlyV1(Struct):
    """A reason that only the guest shows, so that no VM can be judged by it."""

    member: str
    title: str
    look: str
    """What to look at in the guest."""


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
    gate: GateV1 | None = None
    """A report of an older version has none."""
    checks: dict[str, CheckV1] = {}
    """Checks by id. A report of an older version has none."""
    roots: tuple[RootV1, ...]
    orphans: tuple[OrphanV1, ...] = ()
    """What Azure keeps of VMs that do not exist. A report of an older version has none."""
    gaps: tuple[GapV1, ...]
    notes: tuple[str, ...] = ()
    """What holds for the whole scan, such as an older api-version that a cloud needed."""
    guest_only: dict[str, tuple[GuestOnlyV1, ...]] = {}
    """What only the guests show, by cause. A VM lists it too where its cause is found or unknown.
    A report of an older version has none."""
    vms: tuple[VmV1, ...]
    plan: PlanV1 | UnsetType = UNSET
    """Only in a report of a plan."""
