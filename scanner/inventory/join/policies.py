"""Backup policies: their type, their consistency, and how often they run."""

from __future__ import annotations

import calendar
from typing import NamedTuple

from scanner.inventory.arm_text import lower
from scanner.inventory.evidence import Source
from scanner.inventory.facts import backup as facts
from scanner.inventory.gap import catch_gap, map_value, present
from scanner.inventory.records.backup import Policy, PolicyProperties, Schedule
from scanner.inventory.words import word, word_or

_FACT = "protection"
# Enumerations and types of the REST API reference (Backup Policies, 2024-04-01).
_IS_CRASH_CONSISTENT = {"onlycrashconsistent": True}
_IS_V2 = {"v1": False, "v2": True}
_IS_V2_SCHEDULE = {"simpleschedulepolicy": False, "simpleschedulepolicyv2": True}
_DAYS = tuple(day.lower() for day in calendar.day_name)
_HOURS = range(1, 25)
"""The intervals and windows that fit in a day, in hours."""


def policy_fact(record: Policy, source: Source) -> facts.Policy:
    """The settings of a policy. Raises ``Unseen`` if its type or consistency is not known."""
    properties = present(record.properties, source, "properties", _FACT)
    details = properties.instant_details
    consistency, path = properties.snapshot_consistency_type, "properties.snapshotConsistencyType"
    pace = catch_gap(_pace, properties, source)
    return facts.Policy(
        id=record.id,
        is_enhanced=_is_enhanced(properties, source),
        # A policy without the member is application-consistent (REST API reference).
        is_crash_consistent=word_or(False, consistency, _IS_CRASH_CONSISTENT, source, path, _FACT),
        known_per_day=map_value(pace, lambda pace: pace.per_day),
        known_longest=map_value(pace, lambda pace: pace.longest),
        instant_days=properties.instant_days,
        group=details.prefix if details else None,
        group_suffix=details.suffix if details else None,
        items=properties.protected_items_count,
        source=source,
    )


def _is_enhanced(properties: PolicyProperties, source: Source) -> bool:
    """True for an Enhanced policy. Old policies say so only by the type of their schedule."""
    if properties.policy_type is not None:
        return word(properties.policy_type, _IS_V2, source, "properties.policyType", _FACT)
    schedule = properties.schedule_policy
    kind = schedule.schedule_policy_type if schedule else None
    path = "properties.schedulePolicy.schedulePolicyType"
    return word(kind, _IS_V2_SCHEDULE, source, path, _FACT)


class _Pace(NamedTuple):
    per_day: float
    """Backups a day."""
    longest: float
    """The longest time between two backups, in days."""


def _pace(properties: PolicyProperties, source: Source) -> _Pace:
    """How often a policy runs. Raises ``Unseen`` if its schedule does not say."""
    schedule = present(properties.schedule_policy, source, "properties.schedulePolicy", _FACT)
    frequencies = {"hourly": _hourly_pace, "daily": _daily_pace, "weekly": _weekly_pace}
    read = frequencies.get(lower(schedule.schedule_run_frequency))
    pace = read(schedule) if read else None
    return present(pace, source, "properties.schedulePolicy that can be counted", _FACT)


def _hourly_pace(schedule: Schedule) -> _Pace | None:
    """How often it runs in a day, and the longest pause; None if the hours are not documented."""
    hours = schedule.hourly_schedule
    interval = (hours.interval if hours else None) or 0
    window = (hours.schedule_window_duration if hours else None) or 0
    if interval not in _HOURS or window not in _HOURS:
        return None
    per_day = min(window // interval + 1, 24 / interval)
    night = 24 - interval * (window // interval)
    return _Pace(per_day, max(night, interval) / 24)


def _daily_pace(schedule: Schedule) -> _Pace | None:
    day = schedule.daily_schedule
    times = day.schedule_run_times if day else schedule.schedule_run_times
    return _Pace(float(len(times)), 1.0) if times else None


def _weekly_pace(schedule: Schedule) -> _Pace | None:
    week = schedule.weekly_schedule
    names = {lower(name) for name in (week or schedule).schedule_run_days or ()}
    if not names or not names <= set(_DAYS):
        return None
    days = sorted(map(_DAYS.index, names))
    following = (*days[1:], days[0] + len(_DAYS))
    longest = max(then - day for day, then in zip(days, following, strict=True))
    return _Pace(len(days) / len(_DAYS), float(longest))
