"""The difference of two reports as SARIF: changes, what happened to VMs, new gaps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.catalogue import Edition, load
from scanner.gate.baseline import OldGap
from scanner.inventory.armid import ArmId
from scanner.judging.check import BY_WORD, Verdict
from scanner.report.diff.difference import (
    Change,
    ChangeKind,
    Difference,
    VmChange,
    VmChangeKind,
    subscription_of,
)
from scanner.report.escape import printable
from scanner.report.formats import sarif
from scanner.report.remedies import remedy_of

_BASELINE_STATES: Mapping[ChangeKind, str] = {
    "new": "new",
    "changed": "updated",
    "still": "unchanged",
    "fixed": "absent",
}
"""``baselineState`` of SARIF by the kind of change."""
_LEVEL_RANKS = {"error": 0, "warning": 1, "note": 2, "none": 3}
"""The order of results: GitHub drops the last ones of many."""
_Entry = Change | VmChange | OldGap


def to_sarif(difference: Difference) -> bytes:
    """SARIF 2.1.0, a run for each subscription. ``baselineState`` is the kind of change.

    What happened to VMs has rules of its own, and new gaps are notifications.
    """
    by_subscription: dict[str, list[_Entry]] = {}
    for change in difference.ordered:
        by_subscription.setdefault(subscription_of(change.id), []).append(change)
    for vm in difference.vms:
        by_subscription.setdefault(subscription_of(vm.id), []).append(vm)
    for gap in difference.new_gaps:
        by_subscription.setdefault(subscription_of(gap.scope), []).append(gap)
    groups = sarif.grouped(by_subscription, len) or [("", [])]
    edition = _edition(difference)
    return sarif.document([_sarif_run(guid, entries, edition) for guid, entries in groups])


def _edition(difference: Difference) -> Edition:
    """The edition of the newer report, or the latest if it is unknown."""
    editions = {edition.id: edition for edition in load().editions}
    return editions.get(difference.editions[1], load().editions[-1])


def _sarif_run(guid: str, entries: Sequence[_Entry], edition: Edition) -> dict[str, Any]:
    """What changed in one subscription, by its GUID, as a SARIF run."""
    changes = [entry for entry in entries if isinstance(entry, Change)]
    vms = [entry for entry in entries if isinstance(entry, VmChange)]
    causes = list(dict.fromkeys(change.cause for change in changes))
    happened = list(dict.fromkeys(vm.what for vm in vms))
    rule_indexes = {name: index for index, name in enumerate((*causes, *happened))}
    rules = [sarif.rule(cause, edition, remedy_of(cause, edition)) for cause in causes]
    results = [
        *(_sarif_result(change, rule_indexes) for change in changes),
        *(_sarif_vm(vm, rule_indexes) for vm in vms),
    ]
    results.sort(key=lambda result: _LEVEL_RANKS[result["level"]])
    gaps = [entry for entry in entries if isinstance(entry, OldGap)]
    return {
        "tool": sarif.tool([*rules, *map(_vm_rule, happened)]),
        "automationDetails": {"id": f"backupscan-diff/{guid or 'none'}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [*map(_notification, gaps[: sarif.MOST])],
            }
        ],
        "columnKind": "utf16CodeUnits",
        "results": results[: sarif.MOST],
        "properties": {
            "subscription": guid,
            "resultsLeftOut": max(0, len(results) - sarif.MOST),
        },
    }


def _sarif_result(change: Change, rule_indexes: Mapping[str, int]) -> dict[str, Any]:
    """A change as a SARIF result, with its ``baselineState``. An error is what counts."""
    vm, now = ArmId(change.id), BY_WORD.get(change.now or "", Verdict.UNKNOWN)
    message = f"{change.name}: {change.kind}, {change.verdicts_text}"
    if change.message:
        message += f". {change.message}"
    level = "error" if change.counts else sarif.LEVELS_BELOW.get(now, "note")
    return {
        "ruleId": change.cause,
        "ruleIndex": rule_indexes[change.cause],
        "level": level if change.is_open else "none",
        "kind": "fail" if change.is_open else "pass",
        "baselineState": _BASELINE_STATES[change.kind],
        "message": {"text": printable(message)},
        "locations": [sarif.location(vm)],
        "partialFingerprints": sarif.fingerprints(vm, change.cause),
        "properties": {"verdict": change.now, "counts": change.counts},
    }


def _sarif_vm(vm: VmChange, rule_indexes: Mapping[str, int]) -> dict[str, Any]:
    """What happened to a VM as a SARIF result. It never counts: it is no cause."""
    id_ = ArmId(vm.id)
    return {
        "ruleId": vm.what,
        "ruleIndex": rule_indexes[vm.what],
        "level": "warning" if vm.is_bad else "none",
        "kind": "fail" if vm.is_bad else "informational",
        "message": {"text": printable(f"{vm.name}: {vm.what}")},
        "locations": [sarif.location(id_)],
        "partialFingerprints": sarif.fingerprints(id_, vm.what),
        "properties": {"counts": False},
    }


def _vm_rule(what: VmChangeKind) -> dict[str, Any]:
    """What can happen to a VM as a reporting descriptor."""
    return {
        "id": what,
        "shortDescription": {"text": what},
        "fullDescription": {"text": f"Between the reports: {what}."},
        "help": {"text": "Look at the VM in the newer report: backupscan show --from."},
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["azure-backup", "reliability"]},
    }


def _notification(gap: OldGap) -> dict[str, Any]:
    """A new gap as a SARIF notification."""
    return {
        "level": "error",
        "descriptor": {"id": "new-gap"},
        "message": {"text": printable(f"No longer read: {gap.fact} of {gap.scope}. {gap.remedy}")},
    }
