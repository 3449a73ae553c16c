"""Plans in which one value is not known until the plan is applied."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.support.plans import recorded


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*path, index))
    if path and value not in (None, "", [], {}):
        yield path


def poisoned(plan: Any, number: int, path: tuple[str | int, ...]) -> Any:
    """The plan with one value that comes from a local value, which no plan shows."""
    plan = copy.deepcopy(plan)
    one = plan["resource_changes"][number]
    after, unknown = one["change"]["after"], one["change"]["after_unknown"]
    for step, following in pairwise(path):
        after = after[step]
        inner: Any = {} if isinstance(following, str) else []
        if isinstance(unknown, list):
            unknown += [{}] * (int(step) + 1 - len(unknown))
            unknown[int(step)] = unknown[int(step)] or inner
        elif not isinstance(unknown.get(step), dict | list):
            unknown[step] = inner
        unknown = unknown[step]
    last: Any = path[-1]
    if isinstance(after, list):
        after[last] = None
        unknown += [False] * (last + 1 - len(unknown))
    else:
        after.pop(last)
    unknown[last] = True
    for resource in plan["configuration"]["root_module"]["resources"]:
        if (resource["type"], resource["name"]) == (one["type"], one["name"]):
            resource["expressions"][path[0]] = {"references": ["local.x"]}
    return plan


def poisons(name: str, count: int) -> Iterator[tuple[str, Any]]:
    """Places, and plans with the value there poisoned, drawn by a fixed seed."""
    plan = recorded(name)
    places = [
        (number, path)
        for number, one in enumerate(plan["resource_changes"])
        if one["type"].startswith("az") and not one.get("module_address")
        for path in leaves(one["change"]["after"])
    ]
    for number, path in random.Random(7).sample(places, min(count, len(places))):
        address = plan["resource_changes"][number]["address"]
        yield f"{address} {path}", poisoned(plan, number, path)
