"""The VM agent of a Linux VM is missing, not ready or old."""

from checks._agent import agentless, judge_agent
from scanner.api import Edition, Finding, Iterator, Vm, check

_CAUSE = "linux-agent-outdated"


@check(
    "linux-agent",
    cause=_CAUSE,
    reads=("os", "power_state", "agent"),
    helps=("protection", "plan"),
    unless=agentless,
    deployment=None,
    family="linux",
)
def linux_agent(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The Linux VM agent is missing, Not Ready or old."""
    yield judge_agent(_CAUSE, vm, edition)
