"""Which VMs Azure Monitor is asked about, when, and what a report then says."""

from __future__ import annotations

from datetime import timedelta
from json import loads
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scanner.inventory.facts.load import GuestLoad
from scanner.report.formats.json_v1 import json_schema, to_json
from scanner.report.formats.markdown import to_markdown
from scanner.report.text import load_text
from scanner.sim import faults
from scanner.sim.backup_errors import AGENT_SILENT, NO_NETWORK, UNDOCUMENTED, ErrorShape
from scanner.sim.machine import Load, Vm
from tests.support.fleets.backed_up import BackupFleet
from tests.support.scans import Scanned
from tests.support.verdict_tables import SNAPSHOT

METRICS = "Microsoft.Insights/metrics/read"
GENERAL = ErrorShape(400002, "BackUpOperationFailed", "Backup failed with an internal error.")
TAKE_SNAPSHOT, TRANSFER = "Take Snapshot", "Transfer data to vault"


class FailedFleet(BackupFleet):
    """A VM whose last backup, five hours ago, failed."""

    def __init__(
        self, error: ErrorShape = NO_NETWORK, task: str | None = None, *, listed: bool = True
    ) -> None:
        super().__init__()
        self.web: Vm = self.protected_vm(status="Failed", error=error if listed else None)
        self.vault.job(self.web, "Failed", error=error, listed=listed, failed_task=task)


def asked(scanned: Scanned) -> list[str]:
    """The metrics that Azure Monitor was asked for."""
    requests = [r for r in scanned.azure.log if r.path.endswith("/Microsoft.Insights/metrics")]
    return [request.query["metricnames"] for request in requests]


BOTH = ["Percentage CPU", "Available Memory Percentage"]
FAILURES: dict[str, tuple[FailedFleet, list[str]]] = {
    "an error of the snapshot": (FailedFleet(NO_NETWORK), BOTH),
    # The article of 2018 names the snapshot among the causes of a silent agent.
    "an agent that is silent": (FailedFleet(AGENT_SILENT), BOTH),
    "an error of the transfer": (FailedFleet(UNDOCUMENTED), []),
    "the step of the snapshot": (FailedFleet(GENERAL, TAKE_SNAPSHOT, listed=False), BOTH),
    "the step of the transfer": (FailedFleet(GENERAL, TRANSFER, listed=False), []),
}


@pytest.mark.parametrize(("fleet", "metrics"), FAILURES.values(), ids=FAILURES)
async def test_azure_monitor_is_asked_about_failed_snapshots_alone(
    fleet: FailedFleet, metrics: list[str]
) -> None:
    fleet.group.vm("unprotected")
    fleet.protected_vm("fine")
    scanned = await fleet.scan(metrics=True)
    assert asked(scanned) == metrics
    assert asked(await fleet.scan()) == []
    assert scanned.report.complete
    found = {vm.vm.name: isinstance(vm.vm.if_seen("guest_load"), GuestLoad)
             for vm in scanned.report.vms}  # fmt: skip
    assert found == {"web": bool(metrics), "unprotected": False, "fine": False}


async def test_it_is_asked_from_before_the_backup_to_its_end() -> None:
    fleet = FailedFleet()
    scanned = await fleet.scan(metrics=True)
    began = fleet.world.now - timedelta(hours=5)
    [timespan] = {r.query["timespan"] for r in scanned.azure.log if "timespan" in r.query}
    # The simulated job takes 42 minutes.
    assert timespan == f"{began:%Y-%m-%dT}00:55:00Z/{began:%Y-%m-%dT}01:43:00Z"


LOADS: dict[str, tuple[Load, Load, str]] = {
    "low": (12.5, 61.0, "clear"),
    "CPU": (90.0, 61.0, "possible"),
    "CPU in one minute": ([*[5.0] * 30, 97.0, *[5.0] * 30], 61.0, "possible"),
    "memory": (12.5, 10.0, "possible"),
    "memory is not offered": (12.5, None, "unknown (not-recorded)"),
    "memory is not offered, CPU": (95.0, None, "possible"),
    "minutes are missing": ([*[12.5] * 10], 61.0, "unknown (not-recorded)"),
}


@pytest.mark.parametrize(("cpu", "memory", "verdict"), LOADS.values(), ids=LOADS)
async def test_the_load_decides(cpu: Load, memory: Load, verdict: str) -> None:
    fleet = FailedFleet()
    fleet.web.cpu, fleet.web.free_memory = cpu, memory
    scanned = await fleet.scan(metrics=True)
    assert scanned.verdict("web", SNAPSHOT) == verdict
    assert scanned.report.complete == ("unknown" not in verdict and memory is not None)
    [symptom] = scanned.vm("web").symptoms
    assert (symptom.first_supported is not None) == (verdict == "possible")


async def test_a_vm_that_was_off_has_no_values() -> None:
    fleet = FailedFleet()
    fleet.web.power = "deallocated"
    scanned = await fleet.scan(metrics=True)
    assert scanned.verdict("web", SNAPSHOT) == "unknown (not-recorded)"


async def test_a_refusal_names_the_right() -> None:
    fleet = FailedFleet()
    faults.refuse(fleet.prod, "metrics")
    scanned = await fleet.scan(metrics=True)
    assert scanned.verdict("web", SNAPSHOT) == "unknown (denied)"
    [gap] = scanned.report.gaps
    assert (gap.action, gap.fact) == (METRICS, "guest_load")
    assert gap.scope.lower() == fleet.web.id.lower()
    assert METRICS in gap.remedy
    # The second metric would be refused too.
    assert {*asked(scanned)} == {"Percentage CPU"}


@pytest.mark.parametrize(
    ("item", "verdict"),
    [
        pytest.param({"lastBackupTime": None}, "unknown (not-recorded)", id="no time"),
        pytest.param({}, "clear", id="time"),
    ],
)
async def test_a_failed_backup_without_a_job(item: Any, verdict: str) -> None:
    fleet = BackupFleet()
    fleet.protected_vm(status="Failed", error=NO_NETWORK, patch=item)
    assert (await fleet.scan(metrics=True)).verdict("web", SNAPSHOT) == verdict


async def test_vaults_that_were_not_read() -> None:
    fleet = FailedFleet()
    faults.refuse(fleet.prod, "vaults")
    scanned = await fleet.scan(metrics=True)
    assert scanned.verdict("web", SNAPSHOT) == "unknown (denied)"
    assert asked(scanned) == []


async def test_what_is_below_the_limit_is_said() -> None:
    scanned = await FailedFleet().scan(metrics=True)
    text = (
        "load of the VM from 2026-01-15 00:55Z to 01:43Z:"
        " CPU at most 12.5 % at 00:55, memory at most 39 % at 00:55"
    )
    assert load_text(scanned.vm("web")) == text
    assert text in to_markdown(scanned.report).decode().replace("\\", "")


async def test_json_has_the_load_only_where_it_was_read() -> None:
    fleet = FailedFleet()
    fleet.web.free_memory = None
    report = to_json((await fleet.scan(metrics=True)).report)
    Draft202012Validator(loads(json_schema())).validate(loads(report))
    assert b'"load":{"begin":"2026-01-15T00:55:00Z","end":"2026-01-15T01:43:00Z"' in report
    assert b'"cpu":{"percent":12.5,"at":"2026-01-15T00:55:00Z"}' in report
    assert b'"memory":{"percent":null,"missing":{"scope":' in report
    assert b'"load"' not in to_json((await fleet.scan()).report)
