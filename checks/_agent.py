"""Judging the VM agent, for all causes that need it."""

from scanner.api import Edition, Finding, Policy, Version, Vm, clear, found, not_applicable


def agentless(vm: Vm) -> Finding | None:
    """Not applicable if the policy is crash-consistent: such a backup needs no agent.

    For ``unless``. None if the policy needs an agent or was not read.
    """
    plan = vm.if_seen("plan")
    policy = plan.known_policy if plan else None
    if not isinstance(policy, Policy) or not policy.is_crash_consistent:
        return None
    message = f"The policy {policy.id.name} is crash-consistent: it needs no agent."
    return not_applicable(message, policy.evidence)


def require_policy(vm: Vm) -> None:
    """Raise ``Unseen`` if the policy was not read, because it may need no agent."""
    _ = vm.plan.policy


def judge_agent(cause: str, vm: Vm, edition: Edition) -> Finding:
    """The finding for a cause of the VM agent: its status, then its version, as documented."""
    agent, power = vm.agent, vm.power_state.evidence
    if not agent.ready:
        rule = edition.one(cause, "agent-not-ready")
        status = agent.status if agent.present else "absent"
        when = f" (status of {agent.reported_at:%Y-%m-%d %H:%M}Z)" if agent.reported_at else ""
        message = f"The VM runs and its agent is {status}{when}.{policy_note(vm)}"
        return found(rule, message, agent.status_evidence, power)
    message, evidence = "The agent is Ready.", [agent.status_evidence]
    for rule in edition.of(cause, "agent-older-than"):
        evidence.append(agent.version_evidence)
        if agent.version < Version(rule.version):
            message = f"The agent is {agent.version}, older than {rule.version}.{policy_note(vm)}"
            return found(rule, message, agent.version_evidence, agent.status_evidence)
        message = f"The agent is Ready, version {agent.version}."
    if vm.os.provision_vm_agent is False:
        message += " Azure did not install it (provisionVMAgent is false)."
    return clear(message, *evidence)


def policy_note(vm: Vm) -> str:
    """A note that the policy was not read, so the agent is assumed to be required."""
    protection, plan = vm.if_seen("protection"), vm.if_seen("plan")
    policy = plan.known_policy if plan else None
    if isinstance(policy, Policy) or (protection and not protection.is_backed_up):
        return ""
    what = "backup" if protection is None else "policy"
    return f" Its {what} was not read, so the agent is assumed to be required."
