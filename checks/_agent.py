"""What both agent causes ask, in the order in which the documents do."""

from scanner.api import Edition, Finding, Policy, Version, Vm, clear, found, not_applicable


def judge_agent(cause: str, vm: Vm, edition: Edition) -> Finding:
    """A silent or absent agent first; of one that answers, the version.

    Crash-consistent snapshots need no agent; where the policy was not read it is taken as needed.
    """
    policy = crash_consistent(vm)
    if policy:
        message = f"The policy {policy.id.name} is crash-consistent: it needs no agent."
        return not_applicable(message, policy.evidence)
    agent, power = vm.agent, vm.power_state.evidence
    if not agent.ready:
        rule = edition.one(cause, "agent-not-ready")
        shown = agent.status if agent.present else "absent"
        since = f" since {agent.reported_at:%Y-%m-%d %H:%M}Z" if agent.reported_at else ""
        message = f"The VM runs and its agent is {shown}{since}."
        return found(rule, message, agent.status_evidence, power)
    message, evidence = "The agent is Ready.", [agent.status_evidence]
    for rule in edition.of(cause, "agent-older-than"):
        evidence.append(agent.version_evidence)
        if agent.version < Version(rule.version):
            message = f"The agent is {agent.version}, older than {rule.version}."
            return found(rule, message, agent.version_evidence, agent.status_evidence)
        message = f"The agent is Ready, version {agent.version}."
    if vm.os.provision_vm_agent is False:
        message += " Azure was not asked to install it (provisionVMAgent is false)."
    return clear(message, *evidence)


def crash_consistent(vm: Vm) -> Policy | None:
    """The policy of a VM that is backed up without its agent; None where that is not known."""
    protection = vm.if_seen("protection")
    policy = protection.known_policy if protection and protection.is_backed_up else None
    return policy if isinstance(policy, Policy) and policy.is_crash_consistent else None
