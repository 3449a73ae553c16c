"""The Linux agent has the version that leaves stale files: backups fail since 4 January 2018."""

from scanner.api import Edition, Finding, Iterator, Version, Vm, check, clear, found

_CAUSE = "linux-stale-goal-state-xml"


@check("linux-stale-goal-state-xml", cause=_CAUSE, reads=("agent",), family="linux")
def linux_stale_goal_state_xml(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM agent has the version that leaves stale goal-state files."""
    rule = edition.one(_CAUSE, "agent-version-is")
    if not vm.agent.ready:
        # Another cause judges a silent agent. The version that it last reported is no sign here.
        yield clear("The agent does not respond.", vm.agent.status_evidence)
        return
    version = vm.agent.version
    if version == Version(rule.version):
        yield found(rule, f"The agent is {version}.", vm.agent.version_evidence)
    else:
        yield clear(f"The agent is {version}, not {rule.version}.", vm.agent.version_evidence)
