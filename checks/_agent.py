"""What all causes of the VM agent ask, in the order in which the documents do."""

from scanner.api import Edition, Finding, Policy, Version, Vm, clear, found, not_applicable


def agentless(vm: Vm) -> Finding | None:
    """Crash-consistent snapshots need no agent, whether the VM runs or not."""
    plan = vm.if_seen("plan")
    policy = plan.known_policy if plan else None
    if not isinstance(policy, Policy) or not policy.is_crash_consistent:
        return None
    message = f"The policy {policy.id.name} is crash-consistent: it needs no agent."
    return not_applicable(message, policy.evidence)


def see_policy(vm: Vm) -> None:
    """Raise ``Unseen`` where the policy was not read: it may be one that needs no agent."""
    _ = vm.plan.policy


def judge_agent(cause: str, vm: Vm, edition: Edition) -> Finding:
    """A silent or absent agent first; of one that answers, the version."""
    agent, power = vm.agent, vm.power_state.evidence
    if not agent.ready:
        rule = edition.one(cause, "agent-not-ready")
        shown = agent.status if agent.present else "absent"
        since = f" since {agent.reported_at:%Y-%m-%d %H:%M}Z" if agent.reported_at else ""
        message = f"The VM runs and its agent is {shown}{since}.{_unread(vm)}"
        return found(rule, message, agent.status_evidence, power)
    message, evidence = "The agent is Ready.", [agent.status_evidence]
    for rule in edition.of(cause, "agent-older-than"):
        evidence.append(agent.version_evidence)
        if agent.version < Version(rule.version):
            message = f"The agent is {agent.version}, older than {rule.version}.{_unread(vm)}"
            return found(rule, message, agent.version_evidence, agent.status_evidence)
        message = f"The agent is Ready, version {agent.version}."
    if vm.os.provision_vm_agent is False:
        message += " Azure was not asked to install it (provisionVMAgent is false)."
    return clear(message, *evidence)


def _unread(vm: Vm) -> str:
    """That the agent may not be needed: it is judged as if it were."""
    protection, plan = vm.if_seen("protection"), vm.if_seen("plan")
    policy = plan.known_policy if plan else None
    if isinstance(policy, Policy) or (protection and not protection.is_backed_up):
        return ""
    what = "backup" if protection is None else "policy"
    return f" Its {what} was not read: the agent is taken as needed."
