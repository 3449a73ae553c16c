"""A VM in the shape of the JSON report, version 1."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from msgspec import UNSET, UnsetType

from scanner.inventory.facts.backup import NOT_COVERED, Policy, RunningJob
from scanner.inventory.facts.load import GuestLoad, Use
from scanner.inventory.gap import Gap
from scanner.inventory.origin import Origin
from scanner.inventory.vm import Vm
from scanner.judging.check import Finding, Verdict
from scanner.judging.forecast import Forecast
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.symptoms import CauseStanding, ShownSymptom
from scanner.judging.verdict import AttributedFinding, CauseVerdict, cite
from scanner.report.formats.vm_shape_v1 import (
    AzureV1,
    CauseStandingV1,
    CauseV1,
    FindingV1,
    GapV1,
    InnerErrorV1,
    LoadV1,
    PlannedByV1,
    PlannedV1,
    ProtectionV1,
    RestorePointsV1,
    RuleV1,
    RunningV1,
    SupersededV1,
    SymptomV1,
    UseV1,
    VmV1,
)
from scanner.report.remedies import family_of
from scanner.report.report import Report
from scanner.report.standing import standing_of
from scanner.report.text import disks_text


def vm_v1(vm: JudgedVm, report: Report) -> VmV1:
    """A VM in the shape of the report."""
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
        symptoms=tuple(symptom_v1(symptom) for symptom in vm.symptoms),
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
    if type(use) is Gap:
        return UseV1(None, missing=gap_v1(use))
    return UseV1(use.percent, use.at, gap_v1(use.missing) if use.missing else None)


def _protection_v1(vm: JudgedVm, report: Report) -> ProtectionV1 | None:
    protection = vm.protection
    if protection is None:
        return None
    points = _restore_points_v1(vm.forecast) if vm.forecast else None
    readiness = str(vm.readiness) if report.is_precheck else None
    if type(protection) is Gap:
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
        warnings=tuple(map(symptom_v1, vm.warnings)),
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
    return None if type(answer) is Gap else answer


def symptom_v1(symptom: ShownSymptom) -> SymptomV1:
    """The error of a backup in the shape of the report."""
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


def _planned_v1(cause: str, vm: Vm, report: Report) -> PlannedV1 | None:
    effect = report.plan.of(vm.id, cause) if report.plan else None
    if effect is None:
        return None
    return PlannedV1(
        effect.kind, _verdict_text(effect.before), tuple(map(planned_by_v1, effect.origins))
    )


def planned_by_v1(origin: Origin) -> PlannedByV1:
    """A planned resource in the shape of the report."""
    return PlannedByV1(origin.address, origin.file, origin.line)


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
