"""Reports of fleets with every section of the first screen."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from scanner.gate.baseline import parse_baseline
from scanner.gate.policy import Policy
from scanner.inventory.armid import ArmId
from scanner.inventory.facts.backup import BackupError, Protection, ServiceError
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.scope import ScopeSummary
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.symptoms import LAST_BACKUP_FAILED, ShownSymptom
from scanner.report.formats.json_v1 import to_json
from scanner.report.report import Report, make_report
from tests.support.facts import (
    BACKUPS,
    SEEN_AT,
    agent,
    collection,
    disks,
    gap,
    lock,
    operations,
    points,
    power,
    protection,
    system,
)
from tests.support.reports import CATALOGUE, machine, report


def guid(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


def ago(days: float) -> datetime:
    return SEEN_AT - timedelta(days=days)


def protected(*, failed: bool = False, days: float = 0.2) -> Protection:
    error = BackupError(status="Failed", errors=(ServiceError(1, "Some", "x"),)) if failed else None
    return msgspec.structs.replace(protection(), known_success=ago(days), known_error=error)


CASES: tuple[dict[str, Any], ...] = (
    {},
    {"agent": agent("2.2.20")},
    {"os": system("windows"), "agent": agent(status="Not Ready")},
    {"disks": disks(*[65537] * 9)},
    {"disks": disks(70000)},
    {"locks": (lock(BACKUPS),), "restore_points": points(collection(18))},
    {"locks": (lock(BACKUPS, name="other"),), "restore_points": points(collection(9))},
    {"locks": (lock(BACKUPS, name="third"),), "restore_points": points(collection(9))},
    {"locks": (lock(BACKUPS, name="fourth"),), "restore_points": points(collection(9))},
    {"locks": gap("locks")},
    {"power_state": power("deallocated"), "agent": gap("agent", Reason.NOT_RUNNING)},
    {"extension_operations": operations(allowed=False)},
    {"protection": protected(failed=True, days=6)},
    {"protection": protected(days=9)},
    {"protection": Protection("unprotected"), "agent": agent("2.2.20")},
    {"protection": gap("protection")},
)


def symptom(number: int) -> ShownSymptom:
    return ShownSymptom(
        code=f"UserErrorNumber{number}", number=number, title="It failed", text=None,
        status="Failed", seen_at=SEEN_AT, job=None, task=None, is_documented=False, edition=None,
        causes=(), gap=None,
    )  # fmt: skip


def fleet(times: int = 1, subscriptions: int = 1) -> Report:
    """A report with every section: the cases several times, in several subscriptions."""
    of = report([machine(f"vm-{number}", **case) for number, case in enumerate(CASES)])
    judged: list[JudgedVm] = []
    for at in range(times):
        for vm in of.vms:
            place = vm.vm.id.text.replace(guid(1), guid(at % subscriptions + 1))
            moved = replace(vm.vm, id=ArmId(f"{place}-{at}"))
            is_failed = of.standings[vm.vm.id] == "failing"
            symptoms = (symptom(at % 7),) if is_failed else ()
            judged.append(replace(vm, vm=moved, symptoms=symptoms))
    names = {guid(number + 1): f"contoso-{number}" for number in range(subscriptions)}
    asked = ScopeSummary(names, ("retired", "old", "older"), 12, 3, 4)
    gaps = [
        Gap(f"/subscriptions/{guid(number + 1)}", fact, reason, f"Microsoft.{fact}/read", "Grant.")
        for number in range(subscriptions)
        for fact in ("locks", "disks")
        for reason in (Reason.DENIED, Reason.FAILED)
    ]
    return make_report(
        CATALOGUE, of.edition, asked, judged, gaps, (SEEN_AT, SEEN_AT + timedelta(seconds=61)),
        interrupted=times > 10, notes=("Something holds for the whole scan.",) * 2,
    )  # fmt: skip


def crowded() -> Report:
    """A report in which every list is long: few VMs of each error, all new since the baseline."""
    of = fleet(30, 9)
    failing = (vm for vm in of.vms if of.standings[vm.vm.id] == "failing")
    errors = {vm.vm.id: (symptom(number // 2),) for number, vm in enumerate(failing)}
    vms = (replace(vm, symptoms=errors.get(vm.vm.id, ())) for vm in of.vms)
    names = ("retired-subscription-of-a-long-name", "old-subscription-of-a-long-name", "older")
    scope = replace(of.scope, disabled_subscriptions=names)
    of = replace(of, vms=tuple(vms), scope=scope)
    return since(of, json.dumps(without_failures(json.loads(to_json(of)))))


def without_failures(older: Any) -> Any:
    """A JSON report in which no VM is failing yet."""
    for vm in older["vms"]:
        if vm["standing"] == "failing":
            vm["standing"] = "fine"
            vm["causes"] = [one for one in vm["causes"] if one["cause"] != LAST_BACKUP_FAILED]
    return older


def since(of: Report, older: str) -> Report:
    """The report, compared with an older one."""
    return replace(of, policy=Policy(baseline=parse_baseline(older, "older.json")))
