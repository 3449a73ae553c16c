"""Plans for tests: recorded ones, small ones made here, and what judging them finds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from scanner.cli.questions import make_questions
from scanner.fleet.questions import Questions
from scanner.fleet.world import judge
from scanner.inventory.gap import require
from scanner.inventory.world import World
from scanner.plan.change import PlannedWorld, put_over
from scanner.plan.planned import Contents
from scanner.plan.read import read_plan
from tests.support.verdicts import verdict_of

DATA = Path(__file__).parents[1] / "plan" / "data"
BREAK, CURE = "../../../examples/plans/break.json", "../../../examples/plans/cure.json"
"""The examples, by their paths from the recorded plans."""
NOW = datetime(2026, 11, 26, tzinfo=UTC)
SUBSCRIPTION = "051b77e6-e767-4e20-bd12-aaa9434b271e"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-app"


def recorded(name: str) -> Any:
    """A recorded plan, decoded."""
    return json.loads((DATA / name).read_bytes())


def contents_of(plan: Any) -> Contents:
    """What a plan says, from its decoded JSON."""
    return read_plan(json.dumps(plan).encode())


def over_nothing(plan: Any) -> PlannedWorld:
    """A plan put over a world of which nothing was read."""
    return put_over(contents_of(plan), World(), NOW)


@cache
def questions(edition: str = "current") -> Questions:
    """All checks, also those of a precheck."""
    return make_questions(edition, (), planning=True)


def verdicts(world: PlannedWorld, edition: str = "current") -> Mapping[tuple[str, str], str]:
    """The verdicts of the VMs that a plan creates, by VM and cause, with reasons."""
    before, after = world.before.vms(), world.after.vms()
    vms = [vm for id_, vm in after.items() if id_ not in before]
    return {
        (judged.vm.name, cause.cause): verdict_of(cause)
        for judged in map(require, judge(vms, questions(edition), world.explained))
        for cause in judged.causes
    }


def made_of(plan: dict[str, Any]) -> World:
    """A world in which a plan was applied, with everything else read and not there."""
    empty = over_nothing(plan).before
    snapshots = tuple(_read_whole(snapshot) for snapshot in empty.snapshots)
    world = World(snapshots)
    return put_over(contents_of(plan), world, NOW).after


def _read_whole(snapshot: Any) -> Any:
    nothing = replace(snapshot.vms, gaps=())
    names = ("groups", "vms", "classic_vms", "statuses", "views", "disks", "locks", "collections")
    network = replace(
        snapshot.network,
        **dict.fromkeys(snapshot.network.__struct_fields__, nothing),
    )
    readings = dict.fromkeys((*names, "expanded"), nothing)
    return replace(snapshot, network=network, **readings)


def terraform(*changes: Mapping[str, Any], **members: Any) -> dict[str, Any]:
    """A plan with changes and the configuration that they come from."""
    resources = [
        {
            "mode": "managed",
            "type": change["type"],
            "name": change["name"],
            "provider_config_key": "azurerm",
            "expressions": change.pop("expressions", _constants(change)),  # type: ignore[attr-defined]
        }
        for change in changes
    ]
    provider = {"expressions": {"subscription_id": {"constant_value": SUBSCRIPTION}}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": [*changes],
        "configuration": {
            "provider_config": {"azurerm": provider},
            "root_module": {"resources": resources},
        },
        **members,
    }


def _constants(change: Mapping[str, Any]) -> dict[str, Any]:
    after = change["change"].get("after") or {}
    return {name: {"constant_value": value} for name, value in after.items()}


def change(
    type_: str,
    name: str,
    after: Mapping[str, Any] | None,
    *,
    actions: Sequence[str] = ("create",),
    before: Mapping[str, Any] | None = None,
    unknown: Mapping[str, Any] | None = None,
    expressions: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One entry of ``resource_changes``."""
    found: dict[str, Any] = {
        "address": f"{type_}.{name}",
        "mode": "managed",
        "type": type_,
        "name": name,
        "change": {
            "actions": [*actions],
            "before": before,
            "after": after,
            "after_unknown": dict(unknown or {}),
        },
    }
    if expressions is not None:
        found["expressions"] = dict(expressions)
    return found
