"""az reads the simulated fleet, and counts what the world and the product's report count."""

from __future__ import annotations

import asyncio
import json
import os
import shlex
from pathlib import Path
from string import Template

from scanner.cli.printed.simulation import az_commands, variables
from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.server import serve
from tests.support.az_commands import rows
from tests.support.requirements import Need
from tests.support.scans import scan_world

HERE = Path(__file__).parent
AZ = HERE.parents[1] / ".venv" / "az" / "bin" / "python"


async def test_az_and_the_report_agree(need: Need) -> None:
    need(AZ.exists(), "azure-cli in .venv/az, which .ci/run installs")
    world = grow(vms=60)
    expected = list(rows(world))
    report = (await scan_world(grow(vms=60))).report
    async with serve(SimulatedArm(world)) as door:
        environment = variables(door, world.subscriptions[0].subscription_id)
        environment = {**os.environ, **environment, "AZURE_CORE_COLLECT_TELEMETRY": "no"}
        setup = [Template(line).substitute(environment) for line in az_commands(door)]
        words = [shlex.split(line)[1:] for line in setup]
        commands = [*words, *(command for command, _ in expected)]
        az = await asyncio.create_subprocess_exec(
            AZ,
            HERE.parent / "commands" / "run_az.py",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=environment,
        )
        out, _ = await az.communicate(json.dumps(commands).encode())
    answers = json.loads(out)
    assert [code for code, _ in answers[: len(words)]] == [0] * len(words)
    wrong = [
        (" ".join(command), code, text, wanted)
        for (command, wanted), (code, text) in zip(expected, answers[len(words) :], strict=True)
        if code != 0 or json.loads(text) != wanted
    ]
    assert wrong == []
    listed = {
        command[3]: json.loads(text)
        for (command, _), (_, text) in zip(expected, answers[len(words) :], strict=True)
        if command[:2] == ["vm", "list"]
    }
    # The report leaves out VMs that Azure manages, and counts them; classic VMs az does not list.
    classic = sum(len(sub.classic_vms) for sub in world.subscriptions)
    managed = sum(
        1 for vm in world.vms if vm.scale_set is not None or vm.group.name.startswith("MC_")
    )
    assert len(report.vms) == sum(listed.values()) + classic - managed
