"""The load of a VM from Azure Monitor's answers, shaped after the example of Metrics - List.

The example is of the REST API reference (Microsoft.Insights 2024-02-01, GetMetric).
"""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import json

from scanner.arm.decode import Malformed, decode_record
from scanner.inventory.facts.backup import Protection
from scanner.inventory.facts.load import GuestLoad, Use, Window
from scanner.inventory.gap import Gap, Reason, catch_gap
from scanner.inventory.join.guest_load import guest_load
from scanner.inventory.records.monitor import Metrics
from scanner.inventory.snapshot import LoadReadings
from tests.support.facts import METRICS, SEEN_AT, VM_ID, gap

BEGIN = SEEN_AT.replace(hour=1, minute=0)
WINDOW = Window(BEGIN, BEGIN.replace(minute=4))
CPU, MEMORY = "Percentage CPU", "Available Memory Percentage"


def metric(name: str, *values: float | None, **changes: Any) -> dict[str, Any]:
    data = [
        {"timeStamp": f"2026-01-15T01:{minute:02}:00Z"} | ({} if v is None else {"average": v})
        for minute, v in enumerate(values)
    ]
    return {
        "id": f"{VM_ID}{METRICS}/{name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": name, "localizedValue": name},
        "unit": "Percent",
        "timeseries": [{"metadatavalues": [], "data": data}],
        "errorCode": "Success",
        **changes,
    }


def answer(*metrics: dict[str, Any]) -> Metrics:
    body = {"cost": 4, "timespan": "…", "interval": "PT1M", "value": metrics}
    return decode_record(json.encode(body), Metrics)


def load(cpu: Metrics | Gap, memory: Metrics | Gap) -> GuestLoad:
    readings = LoadReadings(WINDOW, SEEN_AT, cpu, memory)
    return guest_load(VM_ID, {VM_ID: readings}, Protection("protected"))


def shown(use: Use | Gap) -> tuple[object, ...]:
    if isinstance(use, Gap):
        return use.reason, use.action, use.scope
    return use.percent, use.at and f"{use.at:%H:%M}", use.evidence.path, bool(use.missing)


def test_the_highest_minute_counts_and_memory_is_what_is_not_free() -> None:
    found = load(answer(metric(CPU, 3, 97.5, 12, 4)), answer(metric(MEMORY, 60, 55.5, 70, 61)))
    assert shown(found.known_cpu) == (97.5, "01:01", "timeseries[0].data[1].average", False)
    assert shown(found.known_memory) == (44.5, "01:01", "timeseries[0].data[1].average", False)
    assert found.window == WINDOW


NOT_RECORDED = (Reason.NOT_RECORDED, None, VM_ID.text)
ANSWERS: dict[str, tuple[list[dict[str, Any]], tuple[object, ...]]] = {
    "VM off": ([metric(CPU, None, None)], NOT_RECORDED),
    "no minutes": ([metric(CPU)], NOT_RECORDED),
    "no series": ([metric(CPU, timeseries=[])], NOT_RECORDED),
    "series null": ([metric(CPU, timeseries=None)], NOT_RECORDED),
    "data null": ([metric(CPU, timeseries=[{"data": None}])], NOT_RECORDED),
    "error in place of values": ([metric(CPU, 5, errorCode="InternalError")], NOT_RECORDED),
    "another metric": ([metric("Network In", 5)], NOT_RECORDED),
    "metric without a name": ([metric(CPU, 5) | {"name": None}], NOT_RECORDED),
    "zero is a value": ([metric(CPU, 0)], (0, "01:00", "timeseries[0].data[0].average", False)),
    "a minute missing":
        ([metric(CPU, 5, None)], (5, "01:00", "timeseries[0].data[0].average", True)),
    "two series":
        ([metric(CPU, timeseries=[
            {"data": [{"timeStamp": "2026-01-15T01:00:00Z", "average": 5}]},
            {"data": [{"timeStamp": "2026-01-15T01:00:00Z", "average": 95}]},
        ])], (95, "01:00", "timeseries[1].data[0].average", False)),
    "name in another case, no error code, time unreadable":
        ([metric("percentage cpu", errorCode=None,
                 timeseries=[{"data": [{"timeStamp": "?", "average": 7}]}])],
         (7, None, "timeseries[0].data[0].average", False)),
}  # fmt: skip


@pytest.mark.parametrize(("metrics", "expected"), ANSWERS.values(), ids=ANSWERS)
def test_answers(metrics: list[dict[str, Any]], expected: tuple[object, ...]) -> None:
    denied = gap("guest_load")
    found = load(answer(*metrics), denied)
    assert shown(found.known_cpu) == expected
    assert found.known_memory == denied


def test_the_resource_of_an_answer() -> None:
    assert answer(metric(CPU, 5), metric(MEMORY, 5)).id == VM_ID
    other = metric(CPU, 5) | {"id": f"{VM_ID}x{METRICS}/{CPU}"}
    assert answer(metric(CPU, 5), other).id is None
    assert answer().id is None
    with pytest.raises(Malformed):
        answer(metric(CPU, 5) | {"id": "web-01"})


def protected(error: Any) -> Protection:
    return Protection("protected", known_error=error)


@pytest.mark.parametrize(
    ("loads", "protection", "reason"),
    [
        pytest.param(None, protected(None), Reason.GUEST_ONLY, id="not asked"),
        pytest.param(None, gap("protection"), Reason.GUEST_ONLY, id="not asked, backup unread"),
        pytest.param({}, protected(None), Reason.GUEST_ONLY, id="no backup failed"),
        pytest.param({}, gap("protection"), Reason.DENIED, id="backup unread"),
        pytest.param({}, protected(gap("last_job")), Reason.DENIED, id="last backup unread"),
        pytest.param({VM_ID: gap("x", Reason.FAILED)}, protected(None), Reason.FAILED, id="unread"),
    ],
)
def test_why_there_is_no_load(loads: Any, protection: Any, reason: Reason) -> None:
    found = catch_gap(guest_load, VM_ID, loads, protection)
    assert isinstance(found, Gap)
    assert found.reason is reason
