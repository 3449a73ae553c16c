"""The VM agent of a Windows VM is missing, not ready or old."""

from checks._agent import agentless, judge_agent
from scanner.api import Edition, Finding, Iterator, Vm, check

_CAUSE = "windows-agent-unresponsive"


@check(
    "windows-agent",
    cause=_CAUSE,
    reads=("os", "power_state", "agent"),
    helps=("protection", "plan"),
    unless=agentless,
    deployment=None,
    family="windows",
)
def windows_agent(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The Windows VM agent is missing, Not Ready or old."""
    yield judge_agent(_CAUSE, vm, edition)
