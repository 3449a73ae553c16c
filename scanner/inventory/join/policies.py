"""What a backup policy asks for."""

from __future__ import annotations

import calendar

from scanner.inventory.arm_text import lower
from scanner.inventory.evidence import Source
from scanner.inventory.facts import backup as facts
from scanner.inventory.gap import catch_gap, map_value, present, unrecorded
from scanner.inventory.records.backup import Policy, PolicyProperties

_FACT = "protection"
_CRASH_CONSISTENT = "onlycrashconsistent"
_DAYS = tuple(day.lower() for day in calendar.day_name)
_HOURS = range(1, 25)


def policy_fact(record: Policy, source: Source) -> facts.Policy:
    """What a policy asks for; raises ``Unseen``."""
    told = present(record.properties, source, "properties", _FACT)
    details = told.instant_details
    schedule = told.schedule_policy.schedule_policy_type if told.schedule_policy else None
    kind = told.policy_type or ("V2" if lower(schedule) == "simpleschedulepolicyv2" else "V1")
    consistency = told.snapshot_consistency_type or ""
    if lower(kind) not in ("v1", "v2"):
        raise unrecorded(source, f"properties.policyType that is known but {kind!r}", _FACT)
    if lower(consistency) not in ("", _CRASH_CONSISTENT):
        what = f"properties.snapshotConsistencyType that is known but {consistency!r}"
        raise unrecorded(source, what, _FACT)
    paces = catch_gap(_paces, told, source)
    return facts.Policy(
        id=record.id,
        is_enhanced=lower(kind) == "v2",
        is_crash_consistent=lower(consistency) == _CRASH_CONSISTENT,
        known_per_day=map_value(paces, lambda both: both[0]),
        known_longest=map_value(paces, lambda both: both[1]),
        instant_days=told.instant_days,
        group=details.prefix if details else None,
        group_suffix=details.suffix if details else None,
        items=told.protected_items_count,
        source=source,
    )


def _paces(told: PolicyProperties, source: Source) -> tuple[float, float]:
    """Backups a day, and the longest time between two of them in days; raises ``Unseen``."""
    schedule = present(told.schedule_policy, source, "properties.schedulePolicy", _FACT)
    match lower(schedule.schedule_run_frequency):
        case "hourly":
            hours = schedule.hourly_schedule
            interval = (hours.interval if hours else None) or 0
            window = (hours.schedule_window_duration if hours else None) or 0
            if interval in _HOURS and window in _HOURS:
                runs = min(window // interval + 1, 24 / interval)
                night = 24 - interval * (window // interval)
                return runs, max(night, interval) / 24
        case "daily":
            part = schedule.daily_schedule
            times = part.schedule_run_times if part else schedule.schedule_run_times
            if times:
                return float(len(times)), 1.0
        case "weekly":
            week = schedule.weekly_schedule
            days = week.schedule_run_days if week else schedule.schedule_run_days
            named = sorted({_DAYS.index(lower(d)) if lower(d) in _DAYS else -1 for d in days or ()})
            if named and named[0] >= 0:
                again = (*named[1:], named[0] + len(_DAYS))
                longest = max(then - day for day, then in zip(named, again, strict=True))
                return len(named) / len(_DAYS), float(longest)
    raise unrecorded(source, "properties.schedulePolicy that can be counted", _FACT)
