"""SARIF 2.1.0 (OASIS) for code scanning: a run for each subscription, the worst results first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from scanner import __version__
from scanner.catalogue import Edition, read
from scanner.catalogue.text import unread_text
from scanner.gate.change import Change
from scanner.gate.decision import FindingDecision, accepted_text
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.origin import Origin
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.orphans import JudgedOrphan
from scanner.judging.verdict import CauseVerdict, cite
from scanner.report.decision_text import finding_note, headline, past_text
from scanner.report.escape import printable
from scanner.report.planned import Effect, EffectKind
from scanner.report.report import Report
from scanner.report.text import (
    backup_notes,
    gap_subscription,
    gap_text,
    orphan_text,
    trouble_notes,
)

T = TypeVar("T")
_Member = JudgedVm | JudgedOrphan | Gap
MOST = 5_000
"""Results of one run that GitHub shows. It drops the others."""
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RUNS = 20
"""Runs that GitHub accepts in one file. It refuses a file with more."""
LEVELS: Mapping[Verdict, str] = {
    Verdict.APPLIES: "error",
    Verdict.POSSIBLE: "warning",
    Verdict.UNKNOWN: "note",
}
LEVELS_BELOW = {**LEVELS, Verdict.APPLIES: "warning"}
"""Levels of what does not count: an error is what counts alone."""
BASELINE_STATES: Mapping[Change, str] = {
    Change.NEW: "new",
    Change.WORSE: "updated",
    Change.BETTER: "updated",
    Change.OLD: "unchanged",
    Change.FIXED: "absent",
    Change.UNSEEN: "updated",
}
"""``baselineState`` of a result."""


def to_sarif(report: Report) -> bytes:
    """SARIF with a run for each subscription that has a VM, an orphan or a gap, and at least one
    run."""
    by_subscription: dict[str, list[_Member]] = {}
    for vm in report.vms:
        by_subscription.setdefault(vm.vm.id.subscription or "", []).append(vm)
    for judged in report.orphans:
        by_subscription.setdefault(judged.orphan.vm.subscription or "", []).append(judged)
    for gap in report.gaps:
        by_subscription.setdefault(gap_subscription(gap), []).append(gap)
    runs = [
        _subscription_run(report, guid, members)
        for guid, members in grouped(by_subscription, _summed_severity)
    ]
    return document(runs or [_subscription_run(report, "", [])])


def grouped(
    by_subscription: Mapping[str, Sequence[T]], severity: Callable[[Sequence[T]], Any]
) -> list[tuple[str, Sequence[T]]]:
    """The groups that become runs. If there are too many, the least severe ones share one."""
    if len(by_subscription) <= RUNS:
        return sorted(by_subscription.items())
    ranked = sorted(by_subscription, key=lambda guid: severity(by_subscription[guid]), reverse=True)
    worst, others = sorted(ranked[: RUNS - 1]), sorted(ranked[RUNS - 1 :])
    shared = [item for guid in others for item in by_subscription[guid]]
    return [
        *((guid, by_subscription[guid]) for guid in worst),
        (f"{len(others)} others", shared),
    ]


def _summed_severity(members: Sequence[_Member]) -> tuple[int, ...]:
    """Sort key of a subscription: the severities of its VMs, added."""
    severities = (vm.severity for vm in members if isinstance(vm, JudgedVm))
    return tuple(map(sum, zip(*severities, strict=True)))


def document(runs: Sequence[Any]) -> bytes:
    """A SARIF log of these runs."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}
    return msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n"


def tool(rules: Sequence[Any]) -> dict[str, Any]:
    """The tool component of a run: this program and its rules."""
    driver = {
        "name": "backupscan",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://learn.microsoft.com/azure/backup/",
        "rules": rules,
    }
    return {"driver": driver}


def _subscription_run(report: Report, guid: str, members: Sequence[_Member]) -> dict[str, Any]:
    """The VMs, orphans and gaps of one subscription, by its GUID, as a SARIF run."""
    vms = [vm for vm in members if isinstance(vm, JudgedVm)]
    gaps = [gap for gap in members if type(gap) is Gap]
    found = [(vm, cause) for vm in vms for cause in _results(vm, report)]
    counting = report.decision.counting_order
    found.sort(key=lambda pair: counting(pair[0].vm.id, pair[1].cause, pair[1].verdict))
    noted = [vm for vm in vms if backup_notes(vm)]
    orphans = [
        member
        for member in members
        if isinstance(member, JudgedOrphan) and member.verdict in LEVELS
    ]
    named = (
        *map(attrgetter("cause"), chain.from_iterable(vm.all_verdicts for vm in vms)),
        *(judged.cause.cause for judged in orphans),
    )
    causes = list(dict.fromkeys(named))
    rule_indexes = {cause: index for index, cause in enumerate(causes)}
    results = [
        *(_cause_result(vm, cause, rule_indexes, report) for vm, cause in found),
        *(_orphan_result(judged, rule_indexes) for judged in orphans),
        *(_backup_result(vm, len(causes), report) for vm in noted),
    ]
    return {
        "tool": tool(
            [
                *(rule(cause, report.edition, report.remedy(cause)) for cause in causes),
                *([_BACKUP_RULE] if noted else ()),
            ]
        ),
        "automationDetails": {"id": f"backupscan/{guid or 'none'}/"},
        "invocations": [_invocation(gaps, vms, is_whole=not (gaps or report.interrupted))],
        "columnKind": "utf16CodeUnits",
        "results": results[:MOST],
        "properties": {
            "subscription": guid,
            "resultsLeftOut": max(0, len(results) - MOST),
            "complete": report.complete,
            "exit": report.decision.code.value,
            "why": printable(report.decision.why),
            "decision": printable(headline(report.decision)),
            "past": [
                printable(f"{one.change}: {past_text(one, report)}")
                for one in report.decision.past
                if (one.vm.subscription or "") == guid
            ],
        },
    }


def _results(vm: JudgedVm, report: Report) -> Iterator[CauseVerdict]:
    """The verdicts that are results. Only a plan makes one of what is clear without a note."""
    verdicts = vm.all_verdicts if report.plan else vm.all_shown
    return (cause for cause in verdicts if _is_result(vm, cause, report))


def _is_result(vm: JudgedVm, cause: CauseVerdict, report: Report) -> bool:
    """True for what is found, was not read or counts, and for what is cured."""
    if cause.verdict not in LEVELS:
        effect = report.plan.of(vm.vm.id, cause.cause) if report.plan else None
        return effect is not None and effect.kind == "cured"
    one = report.decision.of(vm.vm.id, cause.cause)
    return cause.reason is None or cause.reason.is_missing or (one is not None and one.counts)


def _level(cause: CauseVerdict, one: FindingDecision | None) -> str:
    return "error" if one and one.counts else LEVELS_BELOW.get(cause.verdict, "none")


def _invocation(gaps: Sequence[Gap], vms: Sequence[JudgedVm], *, is_whole: bool) -> dict[str, Any]:
    """How the run went: a notification for each thing that could not be read, then the notes."""
    notifications = [
        {
            "level": "error",
            "descriptor": {"id": f"unread-{gap.reason}"},
            "message": {"text": printable(f"Not read: {gap_text(gap)}. {gap.remedy}")},
        }
        for gap in gaps
    ]
    if len(gaps) > MOST:
        more = {"level": "error", "message": {"text": unread_text(len(gaps))}}
        notifications = [more, *notifications[: MOST - 1]]
    notifications += [
        {
            "level": "note",
            "descriptor": {"id": cause},
            "message": {"text": printable(f"{vm.vm.name}: {note.message}")},
        }
        for vm in vms
        for cause, note in vm.notes
    ][: MOST - len(notifications)]
    return {"executionSuccessful": is_whole, "toolExecutionNotifications": notifications}


def rule(cause: str, edition: Edition, remedy: str) -> dict[str, Any]:
    """A cause as a reporting descriptor: title, facts of the documents, and help."""
    documented = read().editions[edition.id].causes.get(cause)
    title = documented.title if documented else cause
    facts = " ".join(documented.facts) if documented else ""
    return {
        "id": cause,
        "name": "".join(word.capitalize() for word in cause.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": facts or title},
        "help": {"text": remedy, "markdown": remedy},
        "helpUri": edition.page(cause),
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["azure-backup", "reliability"], "precision": "high"},
    }


def _cause_result(
    vm: JudgedVm, cause: CauseVerdict, rule_indexes: Mapping[str, int], report: Report
) -> dict[str, Any]:
    one = report.decision.of(vm.vm.id, cause.cause)
    name, note = report.display_name(vm), finding_note(one)
    about = f"{name} ({note})" if note else name
    message = printable(f"{about}: {cite(cause.findings[0], report.edition)}")
    result: dict[str, Any] = {
        "ruleId": cause.cause,
        "ruleIndex": rule_indexes[cause.cause],
        "level": _level(cause, one),
        "kind": "fail" if cause.verdict in LEVELS else "pass",
        "message": {"text": message},
        "locations": [location(vm.vm.id)],
        "partialFingerprints": fingerprints(vm.vm.id, cause.cause),
        "properties": {
            "verdict": str(cause.verdict),
            "counts": one is not None and one.counts,
            "whyNot": str(one.why_not) if one and one.why_not else None,
        },
    }
    if report.plan:
        _add_plan(result, report.plan.of(vm.vm.id, cause.cause))
    elif one and one.change:
        result["baselineState"] = BASELINE_STATES[one.change]
    if one and one.waiver and one.is_found:
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": printable(accepted_text(one.waiver)),
            }
        ]
    return result


_STATES: Mapping[EffectKind, str] = {
    "created": "new",
    "worsened": "updated",
    "unknown": "updated",
    "eased": "updated",
    "cured": "absent",
    "until apply": "updated",
}
"""``baselineState`` by what a plan does. What it leaves as it is, is unchanged."""


def _add_plan(result: dict[str, Any], effect: Effect | None) -> None:
    """What a plan does to a result, and the lines of the configuration that do it."""
    result["baselineState"] = _STATES[effect.kind] if effect else "unchanged"
    if effect is None:
        return
    places = [_source_location(origin) for origin in effect.origins if origin.file]
    # Code scanning shows the first location: the changed line.
    result["locations"] = [*places[:1], *result["locations"]][:1]
    result["relatedLocations"] = places[1:]
    if not places:
        del result["relatedLocations"]
    result["properties"]["planned"] = [origin.address for origin in effect.origins]


def _source_location(origin: Origin) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(printable(origin.file or ""))},
            "region": {"startLine": origin.line or 1},
        },
        "message": {"text": printable(origin.address)},
    }


_BACKUP_RULE = {
    "id": "last-backup",
    "name": "LastBackup",
    "shortDescription": {"text": "What Azure Backup says of the last backup"},
    "fullDescription": {
        "text": "The error of the last backup with the documented cause that the evidence"
        " supports, what the service's own pre-check warns of, and whether the last backup was"
        " cancelled or is running."
    },
    "help": {
        "text": "Do what the remedy of the named cause says. If no cause is named, read the error"
        " in the details of the backup job. If it names nothing to do, open a support request."
    },
    "defaultConfiguration": {"level": "note"},
    "properties": {"tags": ["azure-backup", "reliability"]},
}
"""The rule of what is said of the last backup. It never fails a gate: it is no cause."""


def _backup_result(vm: JudgedVm, rule_index: int, report: Report) -> dict[str, Any]:
    """What is said of the last backup of a VM."""
    text = "; ".join(backup_notes(vm))
    return {
        "ruleId": _BACKUP_RULE["id"],
        "ruleIndex": rule_index,
        # A backup that was cancelled or is running is no problem.
        "level": "note" if trouble_notes(vm) else "none",
        "kind": "fail" if trouble_notes(vm) else "informational",
        "message": {"text": printable(f"{report.display_name(vm)}: {text}")},
        "locations": [location(vm.vm.id)],
        "partialFingerprints": fingerprints(vm.vm.id, "last-backup"),
    }


def _orphan_result(judged: JudgedOrphan, rule_indexes: Mapping[str, int]) -> dict[str, Any]:
    """What Azure keeps of a VM that does not exist. It is no VM that can lose its backups."""
    cause, id_ = judged.cause.cause, judged.orphan.id
    return {
        "ruleId": cause,
        "ruleIndex": rule_indexes[cause],
        "level": "warning",
        "kind": "fail",
        "message": {
            "text": printable(f"{orphan_text(judged)} Cost: {judged.cost}. Do: {judged.remedy}")
        },
        "locations": [location(id_)],
        "partialFingerprints": fingerprints(id_, cause),
        "properties": {"verdict": str(judged.verdict)},
    }


def location(vm: ArmId) -> dict[str, Any]:
    """The location of a VM. Code scanning requires a file, so the id is also given as a path."""
    path = quote(printable(vm.text).lstrip("/"))
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": path},
            "region": {"startLine": 1},
        },
        "logicalLocations": [
            {
                "name": printable(vm.name),
                "fullyQualifiedName": printable(vm.text),
                "kind": "resource",
            }
        ],
    }


def fingerprints(vm: ArmId, cause: str) -> dict[str, str]:
    """What identifies a result across scans."""
    digest = hashlib.sha256(f"{vm.text.lower()}\n{cause}".encode()).hexdigest()
    return {"vmAndCause/v1": digest}
