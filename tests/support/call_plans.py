"""The call plan of a simulated fleet, on a simulated clock."""

from __future__ import annotations

from scanner.arm.call_plan import CallPlan
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.arm.token import SharedToken
from scanner.fleet.azure import AzureSource
from scanner.fleet.call_plan import PlannedCalls, plan_calls
from scanner.inventory.scope import Scope
from scanner.sim.arm import SimulatedArm
from scanner.sim.clock import run_simulated
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import World


def plan_of(world: World) -> PlannedCalls:
    """The plan of a scan of a world."""
    found: list[PlannedCalls] = []

    async def run() -> None:
        plan, token = CallPlan(), SharedToken(SimulatedCredential())
        transport = SimulatedTransport(SimulatedArm(world))
        arm = Arm(CLOUDS["public"], token, transport, lambda: world.now, plan=plan)
        source = AzureSource(arm, Scope())
        found.append(await plan_calls(source, plan, lambda _: None, lambda *_: None))

    run_simulated(run())
    return found[0]
