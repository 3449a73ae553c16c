"""The Linux agent is the one that leaves stale files behind: backups fail since 4 January 2018."""

from scanner.api import Edition, Finding, Iterator, Version, Vm, check, clear, found

_CAUSE = "linux-stale-goal-state-xml"


@check("linux-stale-goal-state-xml", cause=_CAUSE, reads=("agent",), family="linux")
def linux_stale_goal_state_xml(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM agent has the version that leaves stale goal-state files."""
    rule = edition.one(_CAUSE, "agent-version-is")
    if not vm.agent.ready:
        # The silence is a cause of its own; what the agent last said of its version is not a sign.
        yield clear("The agent does not answer.", vm.agent.status_evidence)
        return
    version = vm.agent.version
    if version == Version(rule.version):
        yield found(rule, f"The agent is {version}.", vm.agent.version_evidence)
    else:
        yield clear(f"The agent is {version}, not {rule.version}.", vm.agent.version_evidence)
