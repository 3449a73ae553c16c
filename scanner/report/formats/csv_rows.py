"""CSV for a spreadsheet: a row for each VM and cause, or for each VM. No name becomes a formula.

What Azure keeps of VMs that do not exist is at the end, a row without VM for each item and
collection. What could not be read follows, a row without VM and cause for each gap.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from scanner.gate.decision import FindingDecision, GapDecision
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import parse_id
from scanner.inventory.facts.backup import Policy, Protection
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.verdict import cite_cause
from scanner.report.escape import printable
from scanner.report.report import Report
from scanner.report.text import azure_text, backup_notes, blockers, gap_subscription, orphan_text
from scanner.report.vm_rows import (
    UNREAD,
    columns,
    last_errors,
    last_status,
    verdict_values,
    vm_values,
)

COLUMNS = (
    "subscription", "resource_group", "vm", "id", "location", "os", "power_state", "protection",
    "readiness", "cause", "verdict", "reason", "waived_until", "message", "remedy",
    "vault", "policy", "last_success", "days_since_success", "against", "azure",
    "last_backup", "counts", "why_not", "baseline", "was", "last_status", "last_error",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@")


def to_csv(report: Report) -> bytes:
    """CSV after RFC 4180 in UTF-8, VMs by id, causes in the document's order.

    A VM has a row for each cause that is not clear or has a note, or else one row without a cause.
    With ``--evidence all`` it has a row for every cause.
    """
    return b"".join(csv_parts(report))


def csv_parts(report: Report) -> Iterator[bytes]:
    """The same in parts, the rows of one VM at a time."""
    yield _encoded([COLUMNS])
    for vm in report.vms:
        yield _encoded(_rows(vm, report))
    yield _encoded(_cells(COLUMNS, values) for values in _others(report))


def to_vms_csv(report: Report) -> bytes:
    """CSV with a row for each VM, the most urgent first, and a column for each cause."""
    return b"".join(vms_csv_parts(report))


def vms_csv_parts(report: Report) -> Iterator[bytes]:
    """The same in parts, a VM at a time."""
    names = columns(report)
    yield _encoded([names])
    for vm in report.vms_worst_first:
        values = vm_values(vm, report) | verdict_values(vm.causes)
        yield _encoded([_cells(names, values)])
    others = (
        {**values, "word": "not read" if values["verdict"] == Verdict.UNKNOWN else "kept",
         "why": values["message"], "notes": values["remedy"], "counts": None}
        for values in _others(report)
    )  # fmt: skip
    yield _encoded(_cells(names, values) for values in others)


def _cells(names: Sequence[str], values: Mapping[str, object]) -> list[str]:
    return _as_cells([values.get(name) for name in names])


def _encoded(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode()


def _others(report: Report) -> Iterator[Mapping[str, object]]:
    """What Azure keeps of VMs that do not exist, and what was not read."""
    yield from (_orphan_values(judged, report) for judged in report.orphans)
    yield from (_gap_values(decided, report) for decided in report.decision.gaps)


def _orphan_values(judged: JudgedOrphan, report: Report) -> dict[str, object]:
    """An item or a collection whose VM does not exist: its id is that of the orphan."""
    orphan, protection = judged.orphan, judged.orphan.protection
    guid, last = orphan.vm.subscription or "", protection.last_success_at if protection else None
    return {
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


def _gap_values(decided: GapDecision, report: Report) -> dict[str, object]:
    """What could not be read: its verdict is unknown, its id the scope of the gap."""
    gap = decided.gap
    guid, scope = gap_subscription(gap), parse_id(gap.scope)
    return {
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


def _rows(vm: JudgedVm, report: Report) -> Iterator[list[str]]:
    """A row for each cause that is shown. The columns of the VM are the same in all of them."""
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
    shown = vm.all_verdicts if report.all_evidence else vm.all_shown
    if not shown:
        values = (*identity, *(None,) * 6, *backup, against, azure_text(vm) or None, notes,
                  *_decision(None), *last)  # fmt: skip
        yield _as_cells(values)
    for cause in shown:
        one = report.decision.of(id_, cause.cause)
        waiver = one.waiver if one and isinstance(one.waiver, Waiver) else None
        values = (
            *identity, cause.cause, cause.verdict, cause.reason,
            waiver.expires if waiver else None, cite_cause(cause, report.edition),
            report.cause_remedy(cause, vm.vm), *backup, against, azure_text(vm) or None,
            notes, *_decision(one), *last,
        )  # fmt: skip
        yield _as_cells(values)


def _decision(one: FindingDecision | None) -> tuple[object, ...]:
    """Whether it counts, why not, how it changed since the baseline, and its verdict there."""
    if one is None:
        return ("no", None, None, None)
    return ("yes" if one.counts else "no", one.why_not, one.change, one.before)


def _last_backup(vm: JudgedVm) -> tuple[object, ...]:
    """Status of the last backup, and its errors."""
    protection = vm.protection
    if not isinstance(protection, Protection):
        return (None, None)
    return last_status(vm, protection), last_errors(vm, protection)


def _backup(vm: JudgedVm, now: datetime) -> tuple[object, ...]:
    """Vault, policy, last success (RFC 3339, UTC) and days since then."""
    protection = vm.protection
    if not isinstance(protection, Protection):
        return (None,) * 4
    policy = protection.known_policy
    last = protection.last_success_at
    return (
        protection.vault,
        policy.id if isinstance(policy, Policy) else UNREAD if policy else None,
        _time_text(last) if last else UNREAD if protection.known_success else None,
        vm.days_since_success(now),
    )


def _text(value: object) -> str:
    return _time_text(value) if isinstance(value, datetime) else str(value)


def _time_text(time: datetime) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def _as_cells(values: Iterable[object]) -> list[str]:
    """The cells of a row."""
    texts = [
        "" if value is None else value if value.__class__ is str else _text(value)
        for value in values
    ]
    # Nearly every row is printable as a whole.
    if not "".join(texts).isprintable():
        texts = list(map(printable, texts))
    return [f"'{text}" if text.startswith(_FORMULA) else text for text in texts]


def cell(value: object) -> str:
    """A value as one cell: printable, and never a formula."""
    return _as_cells([value])[0]
