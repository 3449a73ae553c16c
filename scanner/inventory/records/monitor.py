"""Records of Azure Monitor (Microsoft.Insights 2024-02-01): the values of a metric of one resource.

The shape is that of the REST API's example (Metrics - List). A minute without a value has its time
alone.
"""

from __future__ import annotations

from scanner.inventory.armid import ArmId
from scanner.inventory.records.base import Record


class MetricName(Record, frozen=True):
    """The name of a metric, such as ``Percentage CPU``."""

    value: str | None = None


class MetricValue(Record, frozen=True):
    """The value of one minute. None if Azure Monitor has none."""

    time_stamp: str | None = None
    average: float | None = None


class TimeSeries(Record, frozen=True):
    """The values, minute by minute."""

    data: tuple[MetricValue, ...] | None = None


class Metric(Record, frozen=True):
    """One metric of a resource."""

    id: ArmId
    """The resource's id, then ``/providers/Microsoft.Insights/metrics/`` and the name."""
    name: MetricName | None = None
    timeseries: tuple[TimeSeries, ...] | None = None
    error_code: str | None = None
    """``Success``, or why this metric has no values."""


class Metrics(Record, frozen=True, tag_field="_is", tag="metrics"):
    """An answer of Azure Monitor about one resource."""

    value: tuple[Metric, ...]

    @property
    def id(self) -> ArmId | None:
        """The resource that the answer is about. None if it does not say, or names several."""
        resources = {metric.id.scope for metric in self.value}
        return resources.pop() if len(resources) == 1 else None
