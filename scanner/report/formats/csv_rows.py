"""CSV for a spreadsheet: a row for each VM and cause. No name becomes a formula.

What Azure keeps of VMs that do not exist is at the end, a row without VM for each item and
collection. What could not be read follows, a row without VM and cause for each gap.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from scanner.gate.decision import FindingDecision, GapDecision
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import parse_id
from scanner.inventory.facts.backup import Policy
from scanner.inventory.gap import Gap
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.verdict import cite_cause
from scanner.report.escape import printable
from scanner.report.report import Report
from scanner.report.text import azure_text, backup_notes, blockers, gap_subscription, orphan_text

COLUMNS = (
    "subscription", "resource_group", "vm", "id", "location", "os", "power_state", "protection",
    "readiness", "cause", "verdict", "reason", "waived_until", "message", "remedy",
    "vault", "policy", "last_success", "days_since_success", "against", "azure",
    "last_backup", "counts", "why_not", "baseline", "was", "last_status", "last_error",
)  # fmt: skip
_UNREAD = "unread"
_FORMULA = ("=", "+", "-", "@")


def to_csv(report: Report) -> bytes:
    """CSV after RFC 4180 in UTF-8, VMs by id, causes in the document's order."""
    return b"".join(csv_parts(report))


def csv_parts(report: Report) -> Iterator[bytes]:
    """The same in parts, the rows of one VM at a time."""
    yield _encoded([COLUMNS])
    for vm in report.vms:
        yield _encoded(_rows(vm, report))
    yield _encoded(_orphan_row(judged, report) for judged in report.orphans)
    yield _encoded(_gap_row(decided, report) for decided in report.decision.gaps)


def _encoded(rows: Iterable[Sequence[object]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _orphan_row(judged: JudgedOrphan, report: Report) -> list[str]:
    """A row of an item or a collection whose VM does not exist: its id is that of the orphan."""
    orphan, protection = judged.orphan, judged.orphan.protection
    guid, last = orphan.vm.subscription or "", protection.last_success_at if protection else None
    values = {
        "subscription": report.scope.subscriptions.get(guid, guid),
        "resource_group": orphan.vm.resource_group,
        "id": orphan.id,
        "protection": orphan.state,
        "cause": judged.cause.cause,
        "verdict": judged.verdict,
        "message": f"{orphan_text(judged)} Cost: {judged.cost}.",
        "remedy": judged.remedy,
        "vault": protection.vault if protection else None,
        "last_success": _time_text(last) if last else None,
        "counts": "no",
        "why_not": "kept of a VM that does not exist",
    }
    return [cell(values.get(column)) for column in COLUMNS]


def _gap_row(decided: GapDecision, report: Report) -> list[str]:
    """A row of what could not be read: its verdict is unknown, its id the scope of the gap."""
    gap = decided.gap
    guid, scope = gap_subscription(gap), parse_id(gap.scope)
    values = {
        "subscription": report.scope.subscriptions.get(guid, guid),
        "resource_group": scope.resource_group if scope else None,
        "id": gap.scope,
        "verdict": Verdict.UNKNOWN,
        "reason": gap.reason,
        "message": f"{gap.fact} could not be read",
        "remedy": gap.remedy,
        "counts": "yes" if decided.counts else "no",
        "why_not": None if decided.counts else decided.text,
    }
    return [cell(values.get(column)) for column in COLUMNS]


def _rows(vm: JudgedVm, report: Report) -> Iterator[list[str]]:
    """A row for each cause. The columns of the VM are the same in all of them."""
    id_ = vm.vm.id
    identity = (
        report.scope.subscriptions.get(id_.subscription or "", id_.subscription),
        id_.resource_group, vm.vm.name, id_.text, vm.vm.location, vm.os, vm.power_state,
        vm.protection_state, vm.readiness if report.is_precheck else None,
    )  # fmt: skip
    backup = _backup(vm, report.finished_at)
    against = ", ".join(blockers(vm, report)) if report.is_precheck else None
    notes = "; ".join(backup_notes(vm)) or None
    last = _last_backup(vm)
    for cause in vm.all_verdicts:
        one = report.decision.of(id_, cause.cause)
        waiver = one.waiver if one and isinstance(one.waiver, Waiver) else None
        values = (
            *identity, cause.cause, cause.verdict, cause.reason,
            waiver.expires if waiver else None, cite_cause(cause, report.edition),
            report.cause_remedy(cause, vm.vm), *backup, against, azure_text(vm) or None,
            notes, *_decision(one), *last,
        )  # fmt: skip
        yield [cell(value) for value in values]


def _decision(one: FindingDecision | None) -> tuple[object, ...]:
    """Whether it counts, why not, how it changed since the baseline, and its verdict there."""
    if one is None:
        return ("no", None, None, None)
    return ("yes" if one.counts else "no", one.why_not, one.change, one.before)


def _last_backup(vm: JudgedVm) -> tuple[object, ...]:
    """Status of the last backup, and its errors by code or, without a code, in words."""
    protection = vm.protection
    if isinstance(protection, Gap | None):
        return (None, None)
    errors = "; ".join(one.code or one.title for one in vm.symptoms)
    status = next((one.status for one in vm.symptoms), protection.last_status)
    return (status, errors or (_UNREAD if isinstance(protection.known_error, Gap) else None))


def _backup(vm: JudgedVm, now: datetime) -> tuple[object, ...]:
    """Vault, policy, last success (RFC 3339, UTC) and days since then."""
    protection = vm.protection
    if isinstance(protection, Gap | None):
        return (None,) * 4
    policy = protection.known_policy
    last = protection.last_success_at
    return (
        protection.vault,
        policy.id if isinstance(policy, Policy) else _UNREAD if policy else None,
        _time_text(last) if last else _UNREAD if protection.known_success else None,
        vm.days_since_success(now),
    )


def _time_text(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def cell(value: object) -> str:
    """A value as one cell: printable, and never a formula."""
    text = "" if value is None else printable(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
