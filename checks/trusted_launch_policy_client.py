"""Only newer clients can protect a Trusted Launch VM with a Standard policy."""

from checks._plan import NO_POLICY
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, not_applicable

_CAUSE = "trusted-launch-policy-client"


@check("trusted-launch", cause=_CAUSE, reads=("hardware",), helps=("plan",))
def trusted_launch(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """It is a Trusted Launch VM under a Standard policy."""
    shown = vm.hardware.security_evidence
    if vm.hardware.security_type != "TrustedLaunch":
        yield clear("It is no Trusted Launch VM.", shown)
        return
    policy = vm.plan.policy
    if policy is None:
        yield not_applicable(NO_POLICY, shown)
    elif policy.is_enhanced:
        yield clear(
            "The policy is Enhanced, which takes Trusted Launch VMs.", shown, policy.type_evidence
        )
    else:
        says = (
            "It is a Trusted Launch VM. With a Standard policy only newer clients can protect it."
        )
        yield found(edition.one(_CAUSE, "under-standard"), says, shown, policy.type_evidence)
