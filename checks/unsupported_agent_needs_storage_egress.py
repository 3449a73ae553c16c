"""An agent older than the oldest supported one needs outbound access to Azure Storage."""

from checks._agent import agentless, policy_note
from scanner.api import Edition, Finding, Iterator, Version, Vm, check, clear, egress, found

_CAUSE = "unsupported-agent-needs-storage-egress"
_UNREACHABLE = "storage-unreachable"
"""The only obstacle on the way to Azure Storage that blocks all of it."""


@check(
    "old-agent-egress",
    cause=_CAUSE,
    reads=("os", "agent"),
    helps=("network", "protection", "plan"),
    unless=agentless,
)
def old_agent_egress(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The agent is not supported any more, and its way to Azure Storage is blocked."""
    agent = vm.agent
    older = edition.one(_CAUSE, f"{vm.os.family}-agent-older-than")
    # Raises Unseen for an agent that shows no version. It may be an old one: without Azure Storage
    # such an agent cannot report.
    if agent.version >= Version(older.version):
        yield clear(f"The agent is {agent.version}: it is supported.", agent.version_evidence)
        return
    message = f"The agent is {agent.version}, older than {older.version}: it needs Azure Storage."
    yield found(older, f"{message}{policy_note(vm)}", agent.version_evidence)
    needed = edition.judged_destination(_CAUSE)
    outbound = egress(vm.network, needed.to, needed.ports[0], needed.protocol)
    for obstacle in outbound.obstacles:
        if obstacle.condition == _UNREACHABLE:
            rule = edition.one(_CAUSE, f"{vm.os.family}-agent-without-egress")
            yield found(
                rule,
                f"{message} {obstacle.message}",
                agent.version_evidence,
                *obstacle.evidence,
                roots=obstacle.roots,
            )
    # Raises Unseen if a part of the way was not read: it may be unreachable too.
    _ = outbound.is_open
