"""Azure Monitor's answers about the metrics of a VM, shaped after the REST API's example."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

from scanner.sim import errors
from scanner.sim.http_messages import Response
from scanner.sim.machine import Load, Vm
from scanner.sim.patches import Body

_MINUTE = timedelta(minutes=1)


def loads_of(vm: Vm) -> Mapping[str, Load]:
    """The metrics that Azure Monitor offers of a VM, by their names."""
    loads = {"Percentage CPU": vm.cpu, "Available Memory Percentage": vm.free_memory}
    return {name: load for name, load in loads.items() if load is not None}


def metrics_answer(vm: Vm, path: str, query: Mapping[str, str]) -> Body | Response:
    """The values of the metrics that the query names, minute by minute.

    A VM that does not run has minutes without values. Only averages are simulated.
    """
    loads = loads_of(vm)
    offered = {name.lower(): name for name in loads}
    asked = [name for name in query.get("metricnames", "").split(",") if name]
    for name in asked:
        if name.lower() not in offered:
            return _not_offered(name, [*offered.values()])
    # az encodes the option twice, and the service takes it.
    begin, _, end = unquote(query.get("timespan", "")).partition("/")
    try:
        times = [_time(text) for text in (begin, end)]
    except ValueError:
        return errors.bare_error(400, "BadRequest", "The timespan is not valid.")
    names = [offered[name.lower()] for name in asked]
    return {
        "cost": int((times[1] - times[0]) / _MINUTE) * len(names),
        "timespan": query["timespan"],
        "interval": "PT1M",
        "value": [_metric(vm, path, name, loads[name], *times) for name in names],
        "namespace": Vm.type,
        "resourceregion": vm.group.location,
    }


def _time(text: str) -> datetime:
    """A time, UTC unless it has another offset; raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _metric(vm: Vm, path: str, name: str, load: Load, begin: datetime, end: datetime) -> Body:
    minutes = int((end - begin) / _MINUTE)
    values = load if isinstance(load, list) else [load] * minutes
    values = [*values, *[None] * minutes][:minutes]
    if vm.power != "running":
        values = [None] * minutes
    data = [_value(begin + _MINUTE * minute, value) for minute, value in enumerate(values)]
    return {
        "id": f"{path}/{name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": name, "localizedValue": name},
        "unit": "Percent",
        "timeseries": [{"metadatavalues": [], "data": data}],
        "errorCode": "Success",
    }


def _value(at: datetime, value: float | None) -> Body:
    time = {"timeStamp": f"{at:%Y-%m-%dT%H:%M:%SZ}"}
    return time if value is None else time | {"average": value}


def _not_offered(name: str, offered: list[str]) -> Response:
    """400: a metric that a resource does not have."""
    message = (
        "Failed to find metric configuration for provider: Microsoft.Compute, resource Type:"
        f" virtualMachines, metric: {name}, Valid metrics: {','.join(offered)}"
    )
    return errors.bare_error(400, "BadRequest", message)
