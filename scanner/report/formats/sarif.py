"""SARIF 2.1.0 (OASIS), as code scanning takes it: a run a subscription, worst results kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from scanner import __version__
from scanner.catalogue import Edition, read
from scanner.inventory.armid import ArmId
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import CauseVerdict, cite
from scanner.report.escape import visible
from scanner.report.report import Report

T = TypeVar("T")
MOST = 5_000
"""Results that GitHub shows of one run; it drops what is more."""
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
RUNS = 20
"""Runs that GitHub takes in one file; it refuses a file with more."""
LEVELS: Mapping[Verdict, str] = {
    Verdict.APPLIES: "error",
    Verdict.POSSIBLE: "warning",
    Verdict.UNKNOWN: "note",
}


def to_sarif(report: Report) -> bytes:
    """SARIF, with a run for each subscription that holds a VM, at least one."""
    by_subscription: dict[str, list[JudgedVm]] = {}
    for vm in report.vms:
        by_subscription.setdefault(vm.vm.id.subscription or "", []).append(vm)
    runs = [_run(report, name, vms) for name, vms in few(by_subscription, _gravity)]
    return document(runs or [_run(report, "", [])])


def few(
    by: Mapping[str, Sequence[T]], weigh: Callable[[Sequence[T]], Any]
) -> list[tuple[str, Sequence[T]]]:
    """As many parts as a file takes runs: the gravest as they are, all others as one."""
    if len(by) <= RUNS:
        return sorted(by.items())
    ranked = sorted(by, key=lambda name: weigh(by[name]), reverse=True)
    alone, rest = sorted(ranked[: RUNS - 1]), sorted(ranked[RUNS - 1 :])
    together = [each for name in rest for each in by[name]]
    return [*((name, by[name]) for name in alone), (f"{len(rest)} others", together)]


def _gravity(vms: Sequence[JudgedVm]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(vm.severity for vm in vms), strict=True)))


def document(runs: Sequence[Any]) -> bytes:
    """A log of these runs."""
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": runs}
    return msgspec.json.format(msgspec.json.encode(log), indent=2) + b"\n"


def tool(rules: Sequence[Any]) -> dict[str, Any]:
    """Who says so, and by which rules."""
    driver = {
        "name": "backupscan",
        "version": __version__,
        "semanticVersion": __version__,
        "informationUri": "https://learn.microsoft.com/azure/backup/",
        "rules": rules,
    }
    return {"driver": driver}


def _run(report: Report, guid: str, vms: Sequence[JudgedVm]) -> dict[str, Any]:
    found = [
        (vm, each)
        for vm in vms
        for each in vm.causes
        if each.verdict in LEVELS and (each.reason is None or each.reason.is_missing)
    ]
    found.sort(key=lambda pair: -pair[1].verdict)
    causes = list(dict.fromkeys(each.cause for vm in vms for each in vm.causes))
    rules = {cause: at for at, cause in enumerate(causes)}
    return {
        "tool": tool([rule(cause, report.edition, report.remedy(cause)) for cause in causes]),
        "automationDetails": {"id": f"backupscan/{guid or 'none'}/"},
        "columnKind": "utf16CodeUnits",
        "results": [_result(vm, each, rules, report) for vm, each in found[:MOST]],
        "properties": {
            "subscription": guid,
            "resultsLeftOut": max(0, len(found) - MOST),
            "complete": report.complete,
        },
    }


def rule(cause: str, edition: Edition, remedy: str) -> dict[str, Any]:
    """A cause as the platforms want a rule: with title, what is known of it, and help."""
    said = read().editions[edition.id].causes.get(cause)
    title = said.title if said else cause
    return {
        "id": cause,
        "name": "".join(word.capitalize() for word in cause.split("-")),
        "shortDescription": {"text": title},
        "fullDescription": {"text": " ".join(said.facts) if said and said.facts else title},
        "help": {"text": remedy, "markdown": remedy},
        "helpUri": next(iter(edition.documents.values())).url,
        "defaultConfiguration": {"level": "error"},
        "properties": {"tags": ["azure-backup", "reliability"], "precision": "high"},
    }


def _result(
    vm: JudgedVm, each: CauseVerdict, rules: Mapping[str, int], report: Report
) -> dict[str, Any]:
    level = LEVELS[each.verdict]
    message = visible(f"{vm.vm.name}: {cite(each.findings[0], report.edition)}")
    waiver = report.waived.of(vm.vm, each.cause)
    result: dict[str, Any] = {
        "ruleId": each.cause,
        "ruleIndex": rules[each.cause],
        "level": level,
        "kind": "fail",
        "message": {"text": message},
        "locations": [location(vm.vm.id)],
        "partialFingerprints": fingerprints(vm.vm.id, each.cause),
        "properties": {"verdict": str(each.verdict)},
    }
    if waiver:
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": visible(f"{waiver.reason} ({waiver.owner}, {waiver.expires})"),
            }
        ]
    return result


def location(vm: ArmId) -> dict[str, Any]:
    """A VM is no file: its id stands as a path below the root, as code scanning requires one."""
    path = quote(visible(vm.text).lstrip("/"))
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": path},
            "region": {"startLine": 1},
        },
        "logicalLocations": [
            {
                "name": visible(vm.name),
                "fullyQualifiedName": visible(vm.text),
                "kind": "resource",
            }
        ],
    }


def fingerprints(vm: ArmId, cause: str) -> dict[str, str]:
    """By which a platform knows a result again in the next scan."""
    told = hashlib.sha256(f"{vm.text.lower()}\n{cause}".encode()).hexdigest()
    return {"vmAndCause/v1": told}
