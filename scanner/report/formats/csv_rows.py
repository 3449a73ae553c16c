"""A row per VM and cause, for a spreadsheet that must not take a name for a formula."""

from __future__ import annotations

import csv
import io
from datetime import datetime

from scanner.inventory.facts.backup import Policy
from scanner.inventory.gap import Gap
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import cite
from scanner.report.escape import visible
from scanner.report.report import Report
from scanner.report.text import azure_says, blockers

COLUMNS = (
    "subscription", "resource_group", "vm", "id", "location", "os", "power_state", "protection",
    "readiness", "cause", "verdict", "reason", "waived_until", "message", "remedy",
    "vault", "policy", "last_success", "days_since_success", "against", "azure",
)  # fmt: skip
_UNREAD = "unread"
_FORMULA = ("=", "+", "-", "@")


def to_csv(report: Report) -> bytes:
    """CSV after RFC 4180 in UTF-8, VMs by id, causes in the document's order."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for vm in report.vms:
        who = vm.vm.id
        about = (
            report.asked.subscriptions.get(who.subscription or "", who.subscription),
            who.resource_group, vm.vm.name, who.text, vm.vm.location, vm.os, vm.power_state,
            vm.protection_state, vm.readiness if report.is_precheck else None,
        )  # fmt: skip
        backup = _backup(vm, report.finished_at)
        against = ", ".join(blockers(vm, report)) if report.is_precheck else None
        for each in vm.causes:
            waiver = report.waived.of(vm.vm, each.cause)
            first = each.findings[0]
            rows.writerow(
                cell(value)
                for value in (
                    *about, each.cause, each.verdict, each.reason,
                    waiver.expires if waiver else None, cite(first, report.edition),
                    report.remedy_of(each), *backup,
                    against, azure_says(vm) or None,
                )
            )  # fmt: skip
    return out.getvalue().encode()


def _backup(vm: JudgedVm, now: datetime) -> tuple[object, ...]:
    found = vm.protection
    if isinstance(found, Gap | None):
        return (None,) * 4
    policy = found.known_policy
    last = found.last_success_at
    return (
        found.vault,
        policy.id if isinstance(policy, Policy) else _UNREAD if policy else None,
        f"{last:%Y-%m-%dT%H:%M:%SZ}" if last else _UNREAD if found.known_success else None,
        vm.days_since_success(now),
    )


def cell(value: object) -> str:
    """A value as one cell: of signs that are seen, and never a formula."""
    text = "" if value is None else visible(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
