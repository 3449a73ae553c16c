"""The JSON report, version 1, and its schema. Its shape is in ``shape_v1``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from scanner import __version__
from scanner.catalogue.guests import in_guest
from scanner.gate.baseline import SCHEMA
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import NOT_COVERED, Policy, RunningJob
from scanner.inventory.facts.load import GuestLoad, Use
from scanner.inventory.gap import Gap
from scanner.inventory.origin import Origin
from scanner.inventory.protected_item import vault_of
from scanner.inventory.target import Target
from scanner.inventory.vm import Vm
from scanner.judging.check import Finding, Verdict
from scanner.judging.forecast import Forecast
from scanner.judging.judged_vm import WORST_FIRST, JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.symptoms import CauseStanding, ShownSymptom
from scanner.judging.verdict import AttributedFinding, CauseVerdict, cite
from scanner.report.formats.gate_v1 import gate_v1
from scanner.report.formats.json_layout import Layout
from scanner.report.formats.shape_v1 import (
    AzureV1,
    CauseStandingV1,
    CauseV1,
    CheckV1,
    FindingV1,
    GapV1,
    GuestOnlyV1,
    InnerErrorV1,
    LoadV1,
    LossV1,
    OrphanV1,
    PlannedByV1,
    PlannedV1,
    PlanV1,
    ProtectionV1,
    ReportV1,
    RestorePointsV1,
    RootV1,
    RuleV1,
    RunningV1,
    ScopeV1,
    SummaryV1,
    SupersededV1,
    SymptomV1,
    TargetV1,
    ToolV1,
    UseV1,
    VmV1,
    WaivedV1,
)
from scanner.report.planned import EFFECTS, PlanResult
from scanner.report.remedies import family_of
from scanner.report.report import Report
from scanner.report.standing import standing_of
from scanner.report.text import disks_text


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
            value = (_vm_v1(vm, report) for vm in report.vms)
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
            LossV1(loss.id.text, loss.message, _by_v1(loss.origin)) for loss in plan.losses
        ),
    )


def _by_v1(origin: Origin) -> PlannedByV1:
    return PlannedByV1(origin.address, origin.file, origin.line)


def _planned_v1(cause: str, vm: Vm, report: Report) -> PlannedV1 | None:
    effect = report.plan.of(vm.id, cause) if report.plan else None
    if effect is None:
        return None
    return PlannedV1(effect.kind, _verdict_text(effect.before), tuple(map(_by_v1, effect.origins)))


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
    return (encoder.encode(_vm_v1(vm, report)) + b"\n" for vm in vms)


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
        symptoms=tuple(map(_symptom_v1, judged.symptoms)),
    )


def _vm_v1(vm: JudgedVm, report: Report) -> VmV1:
    id_ = vm.vm.id
    return VmV1(
        id=id_.text,
        name=vm.vm.name,
        resource_group=id_.resource_group,
        subscription_id=id_.subscription,
        location=vm.vm.location,
        os=vm.os,
        power_state=vm.power_state,
        protection=_protection_v1(vm, report),
        causes=_causes_v1(vm, report),
        symptoms=tuple(_symptom_v1(symptom) for symptom in vm.symptoms),
        load=_load_v1(vm.vm.if_seen("guest_load")),
        standing=standing_of(vm),
        tags=dict(vm.vm.tags) if vm.vm.tags else UNSET,
        guest=_guest_v1(vm),
        subscription=report.scope.subscriptions.get(id_.subscription or "", UNSET),
    )


def _guest_v1(vm: JudgedVm) -> str | UnsetType:
    """What the commands for a finding depend on; a VM without findings needs none."""
    is_found = any(cause.verdict >= Verdict.POSSIBLE for cause in vm.shown)
    family = family_of(vm.vm) if is_found else None
    return family.name if family else UNSET


def _whole_seconds(time: datetime | None) -> datetime | None:
    return time.replace(microsecond=0) if time else None


def _load_v1(load: object) -> LoadV1 | UnsetType:
    if not isinstance(load, GuestLoad):
        return UNSET
    begin, end = load.window.begin, load.window.end
    return LoadV1(begin, end, _use_v1(load.known_cpu), _use_v1(load.known_memory))


def _use_v1(use: Use | Gap) -> UseV1:
    if isinstance(use, Gap):
        return UseV1(None, missing=gap_v1(use))
    return UseV1(use.percent, use.at, gap_v1(use.missing) if use.missing else None)


def _protection_v1(vm: JudgedVm, report: Report) -> ProtectionV1 | None:
    protection = vm.protection
    if protection is None:
        return None
    points = _restore_points_v1(vm.forecast) if vm.forecast else None
    readiness = str(vm.readiness) if report.is_precheck else None
    if isinstance(protection, Gap):
        return ProtectionV1(
            state="unknown",
            reason=protection.reason,
            readiness=readiness,
            azure=_azure_v1(vm),
            restore_points=points,
        )
    policy = protection.known_policy
    return ProtectionV1(
        state=protection.state,
        reason=None,
        vault=protection.vault.text if protection.vault else None,
        policy=policy.id.text if isinstance(policy, Policy) else None,
        last_status=protection.last_status,
        last_backup_at=_whole_seconds(protection.last_backup_at),
        last_success_at=_whole_seconds(protection.last_success_at),
        days_since_success=vm.days_since_success(report.finished_at),
        gaps=tuple(map(gap_v1, protection.gaps)),
        health=protection.health,
        readiness=readiness,
        azure=_azure_v1(vm),
        restore_points=points,
        warnings=tuple(map(_symptom_v1, vm.warnings)),
        cancelled=protection.is_cancelled,
        disks=disks_text(protection).removeprefix("disks: ") or None,
        running=_running_v1(protection.known_running),
    )


def _running_v1(running: RunningJob | Gap | None) -> RunningV1 | None:
    if not isinstance(running, RunningJob):
        return None
    return RunningV1(running.began, running.evidence.id.text)


def _azure_v1(vm: JudgedVm) -> AzureV1 | None:
    answer = vm.azure
    if answer is None:
        return None
    return AzureV1(
        protection=_none_if_gap(answer.protection),
        validation=_none_if_gap(answer.validation),
        code=answer.code,
        message=answer.message,
        disagrees=vm.disagrees,
        not_covered=NOT_COVERED,
    )


def _none_if_gap(answer: str | Gap | None) -> str | None:
    return None if isinstance(answer, Gap) else answer


def _symptom_v1(symptom: ShownSymptom) -> SymptomV1:
    inner = symptom.inner
    return SymptomV1(
        code=symptom.code,
        number=symptom.number,
        title=symptom.title,
        text=symptom.text,
        documented=symptom.is_documented,
        edition=symptom.edition,
        status=symptom.status,
        seen_at=symptom.seen_at,
        job=symptom.job.text if symptom.job else None,
        task=symptom.task,
        causes=tuple(map(_standing_v1, symptom.causes)),
        gap=gap_v1(symptom.gap) if symptom.gap else None,
        guess=symptom.is_guess,
        inner=InnerErrorV1(inner.code, inner.number, inner.message) if inner else None,
        others=tuple(map(_standing_v1, symptom.others)),
        unjudged=symptom.unjudged,
    )


def _standing_v1(cause: CauseStanding) -> CauseStandingV1:
    verdict = _verdict_text(cause.verdict)
    return CauseStandingV1(cause.cause, verdict, cause.standing, cause.message, cause.reason)


def _verdict_text(verdict: Verdict | None) -> str | None:
    return None if verdict is None else str(verdict)


def _restore_points_v1(forecast: Forecast) -> RestorePointsV1:
    locks = tuple(lock.text for lock in forecast.locks)
    return RestorePointsV1(
        forecast.points, forecast.limit, locks, forecast.per_day, forecast.full_at
    )


def _causes_v1(vm: JudgedVm, report: Report) -> tuple[CauseV1, ...]:
    """Every cause. Most are clear, and have a verdict alone."""
    shown = {cause.cause for cause in vm.shown}
    is_whole = report.all_evidence or report.plan is not None
    return tuple(
        [
            _cause_v1(cause, vm.vm, report)
            if is_whole or cause.cause in shown or cause.superseded
            else _without_findings(cause.cause, cause.verdict)
            for cause in vm.causes
        ]
    )


def _cause_v1(cause: CauseVerdict, vm: Vm, report: Report) -> CauseV1:
    old = cause.superseded
    shown = cause.findings if report.all_evidence else cause.shown
    planned = _planned_v1(cause.cause, vm, report) if report.plan else None
    return CauseV1(
        cause=cause.cause,
        verdict=str(cause.verdict),
        reason=cause.reason,
        findings=tuple(_finding_v1(attributed, cause.cause, vm, report) for attributed in shown),
        superseded=SupersededV1(old.edition, str(old.verdict), old.why) if old else None,
        planned=planned,
    )


@cache
def _without_findings(cause: str, verdict: Verdict) -> CauseV1:
    """Cached: they are the same on many VMs."""
    return CauseV1(cause, str(verdict), ())


def _finding_v1(attributed: AttributedFinding, cause: str, vm: Vm, report: Report) -> FindingV1:
    finding = attributed.finding
    return FindingV1(
        attributed.check,
        str(finding.verdict),
        cite(attributed, report.edition),
        finding.evidence,
        report.finding_remedy(attributed, cause, vm),
        _rule_v1(finding),
        tuple(root.text for root in finding.roots) or UNSET,
    )


def _rule_v1(finding: Finding) -> RuleV1 | UnsetType:
    rule = finding.rule
    if rule is None or finding.verdict < Verdict.POSSIBLE:
        return UNSET
    return RuleV1(rule.cause, rule.condition)


def gap_v1(gap: Gap) -> GapV1:
    """A gap in the shape of the report."""
    return GapV1(gap.scope, gap.fact, gap.reason, gap.action, gap.remedy)


def _id_text(value: Any) -> str:
    """The hook of msgspec for the value that it does not know."""
    if isinstance(value, ArmId):
        return value.text
    raise NotImplementedError(type(value))
