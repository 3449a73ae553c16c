"""The JSON report, version 1, and its schema. Its shape is in ``shape_v1``.

``vm_v1`` makes the VMs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from scanner import __version__
from scanner.catalogue.guests import in_guest
from scanner.gate.baseline import SCHEMA
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId
from scanner.inventory.protected_item import vault_of
from scanner.inventory.target import Target
from scanner.judging.judged_vm import WORST_FIRST, JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.report.formats.gate_v1 import gate_v1
from scanner.report.formats.json_layout import Layout
from scanner.report.formats.shape_v1 import (
    CheckV1,
    GuestOnlyV1,
    LossV1,
    OrphanV1,
    PlanV1,
    ReportV1,
    RootV1,
    ScopeV1,
    SummaryV1,
    TargetV1,
    ToolV1,
    WaivedV1,
)
from scanner.report.formats.vm_v1 import gap_v1, planned_by_v1, symptom_v1, vm_v1
from scanner.report.planned import EFFECTS, PlanResult
from scanner.report.report import Report


def to_json(report: Report) -> bytes:
    """The report as JSON, VMs by id, one a line. The same report gives the same bytes."""
    return b"".join(json_parts(report))


def json_parts(report: Report) -> Iterator[bytes]:
    """The same in parts. VMs are most of a report, and only one is encoded at a time."""
    layout = Layout(_id_text, indent=report.indent)
    without_vms = _report_without_vms(report)
    before = b"{\n"
    for name in without_vms.__struct_fields__:
        value = getattr(without_vms, name)
        if name == "vms":
            value = (vm_v1(vm, report) for vm in report.vms)
        if value is not UNSET:
            yield before
            yield from layout.member(name, value)
            before = b",\n"
    yield b"\n}\n"


def _report_without_vms(report: Report) -> ReportV1:
    return ReportV1(
        schema=SCHEMA,
        tool=ToolV1("backupscan", __version__),
        edition=report.edition.id,
        started_at=report.started_at,
        finished_at=report.finished_at,
        complete=report.complete,
        scope=_scope_v1(report),
        summary=_summary_v1(report),
        gate=gate_v1(report),
        checks={check.id: CheckV1(check.cause, check.reads) for check in report.checks},
        roots=tuple(
            RootV1(root.id.text, root.kind, root.cause, root.vms, report.remedy(root.cause))
            for root in report.roots
        ),
        orphans=tuple(map(_orphan_v1, report.orphans)),
        gaps=tuple(map(gap_v1, report.gaps)),
        notes=report.notes,
        guest_only=_guest_only_v1(report),
        vms=(),
        plan=_plan_v1(report.plan),
    )


def _plan_v1(plan: PlanResult | None) -> PlanV1 | UnsetType:
    if plan is None:
        return UNSET
    return PlanV1(
        sentence=plan.sentence,
        changes=plan.changes,
        live=plan.is_live,
        effects={kind: len(plan.of_kind(kind)) for kind in EFFECTS},
        losses=tuple(
            LossV1(loss.id.text, loss.message, planned_by_v1(loss.origin)) for loss in plan.losses
        ),
    )


def _guest_only_v1(report: Report) -> dict[str, tuple[GuestOnlyV1, ...]]:
    """The members that only the guest shows, by the causes that were judged."""
    edition = report.edition
    by_cause = {
        cause: tuple(
            GuestOnlyV1(member.id, member.title, in_guest(member.remedy[edition.id], None))
            for name in edition.members.get(cause, ())
            if (member := report.causes[name]).guest_only
        )
        for cause in report.totals
    }
    return {cause: members for cause, members in by_cause.items() if members}


def _scope_v1(report: Report) -> ScopeV1:
    scope, target = report.scope, report.target
    return ScopeV1(
        subscriptions=tuple(scope.subscriptions),
        disabled_subscriptions=scope.disabled_subscriptions,
        managed_left_out=scope.managed_left_out,
        excluded=scope.excluded,
        left_out_by_protection=scope.by_protection,
        waived=tuple(
            WaivedV1(one.vm.text, one.cause, waiver.reason, waiver.owner, waiver.expires)
            for one in report.decision.findings.values()
            if one.is_found and isinstance(waiver := one.waiver, Waiver)
        ),
        target=_target_v1(target) if target else None,
        names=dict(scope.subscriptions),
        limits=scope.limits,
    )


def _target_v1(target: Target) -> TargetV1:
    return TargetV1(target.vault, target.policy, target.other_vaults or UNSET)


def vm_lines(vms: Iterable[JudgedVm], report: Report) -> Iterator[bytes]:
    """The VMs in the shape of the report, one a line."""
    encoder = msgspec.json.Encoder(enc_hook=_id_text)
    return (encoder.encode(vm_v1(vm, report)) + b"\n" for vm in vms)


def orphan_lines(report: Report) -> Iterator[bytes]:
    """What Azure keeps of VMs that do not exist, an orphan a line."""
    encoder = msgspec.json.Encoder(enc_hook=_id_text)
    return (encoder.encode({"orphan": _orphan_v1(judged)}) + b"\n" for judged in report.orphans)


def gate_line(report: Report) -> bytes:
    """The decision on the report, as one line."""
    return msgspec.json.encode({"gate": gate_v1(report)}) + b"\n"


def gap_lines(report: Report) -> Iterator[bytes]:
    """What could not be read, a gap a line."""
    return (msgspec.json.encode({"gap": gap_v1(gap)}) + b"\n" for gap in report.gaps)


def json_schema() -> bytes:
    """The JSON Schema (2020-12) of the report, made from its shape."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:backupscan:report:1",
        "title": "A report of backupscan",
        **msgspec.json.schema(ReportV1, schema_hook=_id_schema),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _id_schema(type_: type) -> dict[str, Any]:
    """The hook of msgspec for the type that it does not know."""
    if type_ is ArmId:
        return {"type": "string", "pattern": "^/"}
    raise NotImplementedError(type_)


def _summary_v1(report: Report) -> SummaryV1:
    causes = {
        cause: {str(verdict): counts[verdict] for verdict in WORST_FIRST}
        for cause, counts in report.totals.items()
    }
    standings = {str(word): count for word, count in report.standing_counts.items()}
    return SummaryV1(len(report.vms), causes, dict(report.orphan_counts), standings)


def _orphan_v1(judged: JudgedOrphan) -> OrphanV1:
    orphan, protection = judged.orphan, judged.orphan.protection
    vault = vault_of(orphan.id) if orphan.kind == "protected-item" else None
    return OrphanV1(
        id=orphan.id.text,
        kind=orphan.kind,
        vm=orphan.vm.text,
        vault=vault.text if vault else None,
        cause=judged.cause.cause,
        verdict=str(judged.verdict),
        state=orphan.state,
        last_status=protection.last_status if protection else None,
        last_backup_at=protection.last_backup_at if protection else None,
        last_success_at=protection.last_success_at if protection else None,
        points=orphan.points,
        message=judged.message,
        cost=judged.cost,
        remedy=judged.remedy,
        symptoms=tuple(map(symptom_v1, judged.symptoms)),
    )


def _id_text(value: Any) -> str:
    """The hook of msgspec for the value that it does not know."""
    if isinstance(value, ArmId):
        return value.text
    raise NotImplementedError(type(value))
