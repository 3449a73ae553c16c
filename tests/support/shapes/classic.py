"""Classic VMs, each with the verdict that the rules give it, by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from scanner.sim.machine import ClassicVm
from tests.support.shapes.plot import Plot, Shape
from tests.support.verdict_tables import CLASSIC, NOT_APPLICABLE, SNAPSHOT, WINDOWS

APPLIES, POSSIBLE, CLEAR = "applies", "possible", "clear"
FLAG = "hardwareProfile.platformGuestAgent (or provisionGuestAgent); false applies, true is clear."
AGENT = "A classic VM's own guest agent status is judged by the agent causes of 2018-01."
SERVICE = "Same cloud service and start time (classic only)."

Flag = Literal["platformGuestAgent", "provisionGuestAgent"]


def flagged(*, agent: bool, flag: Flag = "platformGuestAgent") -> Callable[[Plot], ClassicVm]:
    return lambda plot: plot.group().classic_vm(plot.name, agent=agent, flag=flag)


def sharing(plot: Plot) -> ClassicVm:
    """Two VMs in one cloud service, and one in another group whose service has the same name."""
    group = plot.group()
    first = group.classic_vm(plot.name, cloud_service="shared")
    second = group.classic_vm(f"{plot.name}-too", cloud_service="shared")
    plot.also(second, POSSIBLE, CLEAR)
    other = plot.group("-other").classic_vm(plot.name, cloud_service="shared")
    plot.also(other, CLEAR, CLEAR)
    return first


def silent(plot: Plot) -> ClassicVm:
    return plot.group().classic_vm(plot.name, agent_status="NotReady")


CLASSICS = (
    Shape("classic-silent-agent", WINDOWS, silent, APPLIES, NOT_APPLICABLE, AGENT),
    Shape("classic-agent", CLASSIC, flagged(agent=True), CLEAR, CLEAR, FLAG),
    Shape("classic-no-agent", CLASSIC, flagged(agent=False), APPLIES, APPLIES, FLAG),
    Shape("classic-agent-by-its-other-name", CLASSIC,
          flagged(agent=True, flag="provisionGuestAgent"), CLEAR, CLEAR, FLAG),
    Shape("classic-no-agent-by-its-other-name", CLASSIC,
          flagged(agent=False, flag="provisionGuestAgent"), APPLIES, APPLIES, FLAG),
    Shape("classic-service-of-its-own", SNAPSHOT, flagged(agent=True), CLEAR, CLEAR, SERVICE),
    Shape("classic-shared-service", SNAPSHOT, sharing, POSSIBLE, CLEAR, SERVICE),
)  # fmt: skip
