"""What ``--plan-calls`` prints."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.catalogue.text import counted
from scanner.fleet.call_plan import PlannedCalls

_NOT_COUNTED = (
    "further pages of listings that were not sent, details of failed jobs, and requests that are"
    " sent again"
)


def lines_of(plan: PlannedCalls) -> Iterator[str]:
    """The plan, line by line."""
    vms, places = counted(plan.vms, "VM"), counted(plan.subscriptions, "subscription")
    yield f"A scan of {vms} in {places} needs at least {counted(plan.requests, 'request')}:"
    yield ""
    width = max(len(kind.call.name) for kind in plan.needed)
    for kind in plan.needed:
        note = "sent to know the others" if kind.is_sent else ""
        yield f"  {kind.requests:>7,}  {kind.call.name:<{width}}  {note}".rstrip()
    yield ""
    yield f"Least time by the documented limits: {duration(plan.slowest.seconds)}"
    yield f"  {_slowest(plan)}"
    yield f"Not counted: {_NOT_COUNTED}"
    yield from plan.notes
    for gap in plan.gaps:
        yield f"Not read: {gap.what or gap.fact} of {gap.scope}. {gap.remedy}"


def _slowest(plan: PlannedCalls) -> str:
    slowest, rate = plan.slowest, plan.slowest.rate
    where = plan.slowest_name or "the tenant"
    hourly = f"{rate.refill * 3600:,.0f} an hour"
    share = f"{rate.refill:,.0f} a second" if rate.refill >= 1 else hourly
    limit = f"Azure lets {rate.capacity:,.0f} through at once, then {share}"
    return f"{where}: {slowest.requests:,} {rate.what}; {limit}"


def duration(seconds: float) -> str:
    """``0 s``, ``42 s``, ``3 min``, ``1 h 24 min``. Rounded up."""
    whole = -int(-seconds // 1)
    if whole < 120:
        return f"{whole} s"
    minutes = -(-whole // 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
