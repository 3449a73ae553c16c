"""Rows about plans: reading a large one, and judging what it changes of a fleet."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from scanner.cli.plan_files import read_plans
from scanner.cli.questions import make_questions
from scanner.cli.run_plan import PlanQuestions, judge_plan
from scanner.fleet.bundle.reader import open_bundle
from scanner.fleet.bundle.source import BundleSource
from scanner.fleet.world import BUNDLE, judge, read_world
from scanner.inventory.scope import Names, Scope
from scanner.plan.read import read_plan
from scanner.plan.vaults import vaults_named
from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from tests.support.bundles import record
from tests.support.plans import BREAK, DATA, recorded

_CHANGES = 20_000
_FILES = ("greenfield.json", "modules-for-each-count-locals.json", "azapi.json")
"""Recorded plans of VMs, NICs, disks, networks, extensions, locks and protection."""


class Figure(NamedTuple):
    """A measured value with its unit, and the most that it may be."""

    what: str
    measured: float
    unit: str
    limit: float | None = None


def plans(best: Callable[[Callable[[], object]], float]) -> Iterator[Figure]:
    """Reading a plan that makes sites of the recorded plans, each a module with ``for_each``."""
    data = json.dumps(_sites()).encode()
    with TemporaryDirectory() as folder:
        file = Path(folder, "plan.json")
        file.write_bytes(data)
        own = best(lambda: read_plans([file], (), None, reads=False))
    decoded = best(lambda: msgspec.json.decode(data))
    yield Figure(f"plan of {_CHANGES:,} changes, reading, CPU", own, "s")
    yield Figure("plan, reading against decoding its JSON", own / decoded, "times", 10)


def gates(best: Callable[[Callable[[], object]], float]) -> Iterator[Figure]:
    """Judging what the example changes of the demo's fleet, against judging the fleet once."""
    contents = read_plan((DATA / BREAK).read_bytes())
    asked = PlanQuestions(*(make_questions("current", (), planning=p) for p in (True, False)))
    with TemporaryDirectory() as folder:
        world = grow(1, 2_000, datetime.now(UTC))
        record(world, Path(folder), azure=SimulatedArm(world))
        bundle = open_bundle(Path(folder), salvage=False)
        source = BundleSource(bundle, Scope(), policies_of=vaults_named(contents).__contains__)
        read = asyncio.run(read_world(source, Names(), contents.subscriptions, BUNDLE))
    own = best(lambda: judge_plan(contents, read, asked, is_live=True))
    whole = best(lambda: judge([*read.world.vms().values()], asked.scan, lambda gap: gap))
    yield Figure("plan, both judgements against one of the fleet", own / whole, "times", 2)


def _sites() -> dict[str, Any]:
    kinds = {f"site{number}": recorded(name) for number, name in enumerate(_FILES)}
    calls: dict[str, Any] = {}
    providers: dict[str, Any] = {}
    variables: dict[str, Any] = {}
    for name, plan in kinds.items():
        configuration = plan["configuration"]
        keys = {"references": ["var.sites"]}
        calls[name] = {"for_each_expression": keys, "module": configuration["root_module"]}
        providers |= configuration["provider_config"]
        variables |= plan.get("variables", {})
    changes: list[Any] = []
    while len(changes) < _CHANGES:
        key = f"{len(changes)}"
        changes += [_in_site(one, name, key) for name, plan in kinds.items()
                    for one in plan["resource_changes"]]  # fmt: skip
    return {
        "format_version": "1.2",
        "variables": variables,
        "resource_changes": changes[:_CHANGES],
        "configuration": {"provider_config": providers, "root_module": {"module_calls": calls}},
    }


def _in_site(one: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    """A change in one instance of a module, with a name of its own."""
    module, after = f'module.{name}["{key}"]', one["change"]["after"]
    inner = one.get("module_address")
    if isinstance(after.get("name"), str):
        after = {**after, "name": f"{after['name']}-{key}"}
    return {
        **one,
        "address": f"{module}.{one['address']}",
        "module_address": f"{module}.{inner}" if inner else module,
        "change": {**one["change"], "after": after},
    }
