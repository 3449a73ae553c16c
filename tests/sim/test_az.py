"""az reads the simulated fleet. What it prints is what the world holds and what a scan reports."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from scanner.cli.printed.simulation import az_commands, variables
from scanner.report.formats.json_v1 import to_json
from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.server import serve
from scanner.sim.world import World
from tests.support.az_commands import Refused, rows
from tests.support.requirements import Need
from tests.support.scans import scan_world

HERE = Path(__file__).parent
AZ = HERE.parents[1] / ".venv" / "az" / "bin" / "python"
VMS = 60


class Answer(NamedTuple):
    """What a command of az ended with."""

    code: int
    text: str
    messages: str

    @property
    def value(self) -> Any:
        return json.loads(self.text or "null")

    def is_expected(self, wanted: object) -> bool:
        if isinstance(wanted, Refused):
            return self.code != 0 and all(words in self.messages for words in wanted)
        return self.code == 0 and self.value == wanted


async def run_az(world: World, commands: Sequence[Sequence[str]]) -> list[Answer]:
    """The answers to commands of az, after the lines that `backupscan simulate` prints for it."""
    async with serve(SimulatedArm(world)) as door:
        printed = variables(door, world.subscriptions[0].subscription_id)
        environment = {**os.environ, **printed, "AZURE_CORE_COLLECT_TELEMETRY": "no"}
        setup = [Template(line).substitute(environment) for line in az_commands(door)]
        words = [shlex.split(line)[1:] for line in setup]
        az = await asyncio.create_subprocess_exec(
            AZ,
            HERE.parent / "commands" / "run_az.py",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        out, _ = await az.communicate(json.dumps([*words, *commands]).encode())
    answers = [Answer(*answer) for answer in json.loads(out)]
    assert [answer.code for answer in answers[: len(words)]] == [0] * len(words)
    return answers[len(words) :]


def questions(world: World) -> Mapping[tuple[str, str], list[str]]:
    """Commands by what they list, and the subscription or the vault in which they do."""
    found = {}
    for sub in world.subscriptions:
        # The demo refuses the locks of contoso-test, and the report says so.
        if sub.state != "Enabled":
            continue
        at = f"--subscription {sub.subscription_id}"
        found["VMs", sub.name] = f"vm list -d {at}"
        found["collections", sub.name] = f"restore-point collection list-all {at}"
        if sub.name != "contoso-test":
            found["locks", sub.name] = f"lock list {at}"
        for vault in sub.vaults:
            where = f"{at} -g {vault.group.name} -v {vault.name}"
            found["items", vault.name] = f"backup item list {where}"
            found["failed jobs", vault.name] = f"backup job list --status Failed {where}"
    return {name: shlex.split(command) for name, command in found.items()}


def lower(ids: Sequence[str]) -> list[str]:
    """Ids in order, compared without case as ARM compares them."""
    return sorted(id_.lower() for id_ in ids)


async def test_az_and_the_report_agree(need: Need) -> None:
    need(AZ.exists(), "azure-cli in .venv/az, which .ci/run installs")
    world = grow(vms=VMS)
    expected, asked = list(rows(world)), questions(world)
    answers = await run_az(world, [*(words for words, _ in expected), *asked.values()])
    wrong = [
        (" ".join(words), wanted, *answer)
        for (words, wanted), answer in zip(expected, answers, strict=False)
        if not answer.is_expected(wanted)
    ]
    assert wrong == []

    seen: dict[str, list[Any]] = {}
    for (what, _), answer in zip(asked, answers[len(expected) :], strict=True):
        seen.setdefault(what, []).extend(answer.value)
    report = json.loads(to_json((await scan_world(grow(vms=VMS))).report))
    # Classic VMs az does not list. VMs that Azure manages the report leaves out, and counts.
    judged = [vm for vm in report["vms"] if "Microsoft.ClassicCompute" not in vm["id"]]
    own = [
        vm
        for vm in seen["VMs"]
        if not vm.get("virtualMachineScaleSet") and not vm["resourceGroup"].startswith("MC_")
    ]
    assert lower([vm["id"] for vm in judged]) == lower([vm["id"] for vm in own])
    assert report["scope"]["managed_left_out"] == len(seen["VMs"]) - len(own)
    running = [vm["id"] for vm in judged if vm["power_state"] == "running"]
    assert lower(running) == lower([vm["id"] for vm in own if vm["powerState"] == "VM running"])

    protection = {vm["id"]: vm["protection"]["state"] for vm in report["vms"]}
    items = {item["properties"]["sourceResourceId"]: item["properties"] for item in seen["items"]}
    # A vault keeps the backups of a VM that was deleted.
    protection |= {kept["vm"]: kept["state"] for kept in report["orphans"]}
    backed_up = [id_ for id_, state in protection.items() if state != "unprotected"]
    assert lower(backed_up) == lower(list(items))
    protected = [id_ for id_, item in items.items() if item["protectionState"] == "Protected"]
    assert lower([i for i, state in protection.items() if state == "protected"]) == lower(protected)

    failed = [symptom["job"] for vm in report["vms"] for symptom in vm["symptoms"]]
    gone = [kept["vm"].rpartition("/")[2] for kept in report["orphans"]]
    of_vms = [
        job["id"]
        for job in seen["failed jobs"]
        if job["properties"]["entityFriendlyName"] not in gone
    ]
    assert lower(failed) == lower(of_vms)

    roots = [root["id"] for root in report["roots"] if root["kind"] == "lock"]
    points = lower([collection["id"] for collection in seen["collections"]])
    scopes = {lock["id"]: lock["id"].rpartition("/providers/")[0].lower() for lock in seen["locks"]}
    over_points = [
        id_ for id_, scope in scopes.items() if any(f"{p}/".startswith(f"{scope}/") for p in points)
    ]
    assert lower(roots) == lower(over_points)
