"""What both agent causes ask, in the order in which the documents do."""

from scanner.api import Edition, Finding, Version, Vm, clear, found


def judge_agent(cause: str, vm: Vm, edition: Edition) -> Finding:
    """A silent or absent agent first; of one that answers, the version."""
    agent, power = vm.agent, vm.power_state.evidence
    if not agent.ready:
        rule = edition.one(cause, "agent-not-ready")
        shown = agent.status if agent.present else "absent"
        message = f"The VM runs and its agent is {shown}."
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
