"""Only newer clients can protect a Trusted Launch VM with a Standard policy."""

from checks._plan import NO_POLICY
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, not_applicable

_CAUSE = "trusted-launch-policy-client"


@check("trusted-launch", cause=_CAUSE, reads=("hardware",), helps=("plan",))
def trusted_launch(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM is a Trusted Launch VM under a Standard policy."""
    evidence = vm.hardware.security_evidence
    if vm.hardware.security_type != "TrustedLaunch":
        yield clear("It is not a Trusted Launch VM.", evidence)
        return
    policy = vm.plan.policy
    if policy is None:
        yield not_applicable(NO_POLICY, evidence)
    elif policy.is_enhanced:
        message = "The policy is Enhanced, which supports Trusted Launch VMs."
        yield clear(message, evidence, policy.type_evidence)
    else:
        rule = edition.one(_CAUSE, "under-standard")
        message = (
            "It is a Trusted Launch VM. With a Standard policy only newer clients can protect it."
        )
        yield found(rule, message, evidence, policy.type_evidence)
