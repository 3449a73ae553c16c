"""From the answers of Azure Monitor to the load of a VM."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from scanner.inventory.arm_text import lower, parse_time
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.facts.backup import Protection
from scanner.inventory.facts.load import GuestLoad, Use
from scanner.inventory.gap import Gap, Reason, Unseen, catch_gap, require, unrecorded
from scanner.inventory.records.monitor import Metric, Metrics
from scanner.inventory.snapshot import CPU_METRIC, MEMORY_METRIC, LoadReadings

_FACT = "guest_load"


def guest_load(
    vm: ArmId,
    loads: Mapping[ArmId, LoadReadings | Gap] | None,
    known_protection: Protection | Gap,
) -> GuestLoad:
    """The load of a VM whose last backup failed in its snapshot. Raises ``Unseen``.

    ``loads`` are None if Azure Monitor was not asked. A VM that is not among them has no backup
    that failed in its snapshot, or it is not known how the last one went.
    """
    if loads is None:
        remedy = "Azure Monitor was not asked. Scan with --metrics."
        raise Unseen(Gap(vm.text, _FACT, Reason.GUEST_ONLY, None, remedy))
    if vm in loads:
        return _load(vm, require(loads[vm]))
    error = require(known_protection).known_error
    if type(error) is Gap:
        raise Unseen(error)
    remedy = "It is read only of a VM whose last backup failed in its snapshot. Look in the guest."
    raise Unseen(Gap(vm.text, _FACT, Reason.GUEST_ONLY, None, remedy))


def _load(vm: ArmId, readings: LoadReadings) -> GuestLoad:
    source = Source(vm, readings.seen_at)
    return GuestLoad(
        readings.window,
        catch_gap(_highest_use, readings.cpu, CPU_METRIC, source, _as_it_is),
        # Azure Monitor has the memory that is left.
        catch_gap(_highest_use, readings.memory, MEMORY_METRIC, source, _rest_of),
    )


def _as_it_is(percent: float) -> float:
    return percent


def _rest_of(percent: float) -> float:
    return 100 - percent


def _highest_use(
    answer: Metrics | Gap, name: str, vm: Source, use: Callable[[float], float]
) -> Use:
    """The minute with the highest use. Raises ``Unseen`` if no minute has a value."""
    metric = _metric(require(answer), name, vm)
    source = Source(metric.id, vm.seen_at)
    minutes = [
        (source.at(f"timeseries[{series}].data[{minute}]"), point)
        for series, points in enumerate(metric.timeseries or ())
        for minute, point in enumerate(points.data or ())
    ]
    measured = [
        (use(point.average), point, at)
        for at, point in minutes
        # A value that is no percentage is none.
        if point.average is not None and 0 <= point.average <= 100
    ]
    if not measured:
        raise _not_measured(vm, name, f"no value of {name}", "The VM may have been off")
    percent, point, at = max(measured, key=lambda entry: entry[0])
    unmeasured = len(minutes) - len(measured)
    values = f"{len(measured)} of {len(minutes)} values of {name}"
    missing = _not_measured(vm, name, f"only {values}", "The VM may have been off for a time")
    return Use(
        percent,
        parse_time(point.time_stamp),
        at.evidence("average", point.average),
        missing.gap if unmeasured else None,
    )


def _metric(answer: Metrics, name: str, vm: Source) -> Metric:
    """The metric with a name. Raises ``Unseen`` if the answer has none, or has an error there."""
    named = (m for m in answer.value if lower(m.name.value if m.name else None) == name.lower())
    metric = next(named, None)
    if metric is None:
        raise unrecorded(vm, f"metrics.{name}", _FACT)
    if metric.error_code and metric.error_code.lower() != "success":
        what = f"no value of {name}, but the error {metric.error_code[:100]!r}"
        raise _not_measured(vm, name, what, "Azure Monitor may be out of order")
    return metric


def _not_measured(vm: Source, name: str, has: str, why: str) -> Unseen:
    remedy = f"Azure Monitor has {has} for the time of the backup. {why}: look at its metrics."
    return Unseen(Gap(vm.id.text, _FACT, Reason.NOT_RECORDED, None, remedy, name))
