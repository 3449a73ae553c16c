"""A report in the shape of v1, as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any

import msgspec

from scanner import __version__
from scanner.gate.baseline import SCHEMA
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import NOT_COVERED, Policy
from scanner.inventory.gap import Gap
from scanner.judging.check import Verdict
from scanner.judging.forecast import Forecast
from scanner.judging.judged_vm import WORST_FIRST, JudgedVm
from scanner.judging.symptoms import ShownSymptom
from scanner.judging.verdict import AttributedFinding, CauseVerdict, cite
from scanner.report.formats.shape_v1 import (
    AzureV1,
    CauseStandingV1,
    CauseV1,
    CheckV1,
    FindingV1,
    GapV1,
    ProtectionV1,
    ReportV1,
    RestorePointsV1,
    RootV1,
    ScopeV1,
    SummaryV1,
    SupersededV1,
    SymptomV1,
    TargetV1,
    ToolV1,
    VmV1,
    WaivedV1,
)
from scanner.report.report import Report


def to_json(report: Report) -> bytes:
    """The report as JSON, VMs by id, a line each; the same report gives the same bytes."""
    encode = msgspec.json.Encoder(enc_hook=_text).encode
    around = _around(report)
    members = {name: getattr(around, name) for name in around.__struct_fields__}
    # The VMs are most of a report: each is encoded and let go before the next one is made.
    members["vms"] = (_vm(vm, report) for vm in report.vms)
    lines = (_member(name, value, encode) for name, value in members.items())
    return b"{\n" + b",\n".join(lines) + b"\n}\n"


def _member(name: str, value: Any, encode: Callable[[Any], bytes]) -> bytes:
    """One member of the report on a line; of a list, each entry on a line."""
    if isinstance(value, Iterator | tuple):
        entries = b",\n".join(map(encode, value))
        return b"%s:[\n%s\n]" % (encode(name), entries)
    return b"%s:%s" % (encode(name), encode(value))


def _around(report: Report) -> ReportV1:
    """The report without its VMs."""
    asked, target = report.asked, report.target
    return ReportV1(
        schema=SCHEMA,
        tool=ToolV1("backupscan", __version__),
        edition=report.edition.id,
        started_at=report.started_at,
        finished_at=report.finished_at,
        complete=report.complete,
        scope=ScopeV1(
            subscriptions=tuple(asked.subscriptions),
            disabled_subscriptions=asked.disabled_subscriptions,
            managed_left_out=asked.managed_left_out,
            excluded=asked.excluded,
            left_out_by_protection=asked.by_protection,
            waived=tuple(
                WaivedV1(vm.text, cause, each.reason, each.owner, each.expires)
                for (vm, cause), each in report.waived.by.items()
            ),
            target=TargetV1(target.vault, target.policy) if target else None,
        ),
        summary=_summary(report),
        checks={each.id: CheckV1(each.cause, each.reads) for each in report.checks},
        roots=tuple(
            RootV1(each.id.text, each.kind, each.cause, each.vms, report.remedy(each.cause))
            for each in report.roots
        ),
        gaps=tuple(map(_gap, report.gaps)),
        vms=(),
    )


def vm_lines(vms: Iterable[JudgedVm], report: Report) -> Iterator[bytes]:
    """Each VM as it stands in a report, one a line."""
    encoder = msgspec.json.Encoder(enc_hook=_text)
    return (encoder.encode(_vm(vm, report)) + b"\n" for vm in vms)


def json_schema() -> bytes:
    """The JSON Schema (2020-12) of the report, made from its shape."""
    found = msgspec.json.schema(ReportV1, schema_hook=_schema_of)
    told = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:backupscan:report:1",
        "title": "A report of backupscan",
        **found,
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=2) + b"\n"


def _schema_of(kind: type) -> dict[str, Any]:
    if kind is ArmId:
        return {"type": "string", "pattern": "^/"}
    raise NotImplementedError(kind)


def _summary(report: Report) -> SummaryV1:
    causes = {
        cause: {str(verdict): counted[verdict] for verdict in WORST_FIRST}
        for cause, counted in report.totals.items()
    }
    return SummaryV1(len(report.vms), causes)


def _vm(each: JudgedVm, report: Report) -> VmV1:
    vm = each.vm
    return VmV1(
        id=vm.id.text,
        name=vm.name,
        resource_group=vm.id.resource_group,
        subscription_id=vm.id.subscription,
        location=vm.location,
        os=each.os,
        power_state=each.power_state,
        protection=_protection(each, report),
        causes=tuple(_cause(cause, report) for cause in each.causes),
        symptoms=tuple(_symptom(symptom) for symptom in each.symptoms),
    )


def _protection(each: JudgedVm, report: Report) -> ProtectionV1 | None:
    found = each.protection
    if found is None:
        return None
    points = _points(each.forecast) if each.forecast else None
    ready = str(each.readiness) if report.is_precheck else None
    if isinstance(found, Gap):
        return ProtectionV1(
            state="unknown",
            reason=found.reason,
            readiness=ready,
            azure=_azure(each),
            restore_points=points,
        )
    policy = found.known_policy
    return ProtectionV1(
        state=found.state,
        reason=None,
        vault=found.vault.text if found.vault else None,
        policy=policy.id.text if isinstance(policy, Policy) else None,
        last_status=found.last_status,
        last_backup_at=found.last_backup_at,
        last_success_at=found.last_success_at,
        days_since_success=each.days_since_success(report.finished_at),
        gaps=tuple(map(_gap, found.gaps)),
        health=found.health,
        readiness=ready,
        azure=_azure(each),
        restore_points=points,
    )


def _azure(vm: JudgedVm) -> AzureV1 | None:
    if vm.azure is None:
        return None
    told = vm.azure
    return AzureV1(
        protection=_answer(told.protection),
        validation=_answer(told.validation),
        code=told.code,
        message=told.message,
        disagrees=vm.disagrees,
        not_covered=NOT_COVERED,
    )


def _answer(told: str | Gap | None) -> str | None:
    return None if isinstance(told, Gap) else told


def _symptom(each: ShownSymptom) -> SymptomV1:
    return SymptomV1(
        code=each.code,
        number=each.number,
        title=each.title,
        text=each.text,
        documented=each.is_documented,
        edition=each.edition,
        status=each.status,
        seen_at=each.seen_at,
        job=each.job.text if each.job else None,
        task=each.task,
        causes=tuple(
            CauseStandingV1(one.cause, _word(one.verdict), one.standing) for one in each.causes
        ),
        gap=_gap(each.gap) if each.gap else None,
    )


def _word(verdict: Verdict | None) -> str | None:
    return None if verdict is None else str(verdict)


def _points(each: Forecast) -> RestorePointsV1:
    locks = tuple(lock.text for lock in each.locks)
    return RestorePointsV1(each.points, each.limit, locks, each.per_day, each.full_at)


def _cause(each: CauseVerdict, report: Report) -> CauseV1:
    old = each.superseded
    if each.verdict <= Verdict.CLEAR and old is None and not report.all_evidence:
        return _nothing_found(each.cause, each.verdict)
    return CauseV1(
        cause=each.cause,
        verdict=str(each.verdict),
        reason=each.reason,
        findings=tuple(
            _finding(judged, each.cause, report)
            for judged in (each.findings if report.all_evidence else _telling(each))
        ),
        superseded=SupersededV1(old.edition, str(old.verdict), old.why) if old else None,
    )


@cache
def _nothing_found(cause: str, verdict: Verdict) -> CauseV1:
    return CauseV1(cause, str(verdict), ())


def _telling(each: CauseVerdict) -> Iterable[AttributedFinding]:
    """The findings of a cause that was found or is unknown: those that are not clear."""
    if each.verdict <= Verdict.CLEAR:
        return ()
    return (judged for judged in each.findings if judged.finding.verdict > Verdict.CLEAR)


def _finding(judged: AttributedFinding, cause: str, report: Report) -> FindingV1:
    finding = judged.finding
    remedy = report.remedy_for(judged, cause)
    return FindingV1(
        judged.check,
        str(finding.verdict),
        cite(judged, report.edition),
        finding.evidence,
        remedy,
    )


def _gap(gap: Gap) -> GapV1:
    return GapV1(gap.scope, gap.fact, gap.reason, gap.action, gap.remedy)


def _text(value: Any) -> str:
    if isinstance(value, ArmId):
        return value.text
    raise NotImplementedError(type(value))
