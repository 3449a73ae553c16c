"""The vault is in another region than the VM, or in a subscription that the VM may not use."""

from checks._plan import NO_VAULT
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, not_applicable

_CAUSE = "vault-region-or-subscription"


@check("vault-region", cause=_CAUSE, reads=("plan",), when="planning")
def vault_region(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The vault is in another region."""
    vault = vm.plan.vault
    if vault is None:
        yield not_applicable(NO_VAULT)
        return
    here, there = vm.region, vault.region
    says = f"The vault {vault.id.name} is in {there}, the VM in {here}."
    if here == there:
        yield clear(says, vault.evidence)
    else:
        yield found(edition.one(_CAUSE, "another-region"), says, vault.evidence)


@check(
    "vault-subscription",
    cause=_CAUSE,
    reads=("plan",),
    helps=("hardware", "encryption"),
    when="planning",
)
def vault_subscription(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The vault is in a subscription that confidential and encrypted VMs may not use."""
    vault = vm.plan.vault
    if vault is None:
        yield not_applicable(NO_VAULT)
        return
    shown = vault.source.evidence("id", vault.id.text)
    if vault.id.subscription_id == vm.id.subscription_id:
        yield clear("The vault lies in the VM's own subscription.", shown)
        return
    says, rule = "The vault lies in another subscription", edition.one(_CAUSE, "other-subscription")
    if vm.hardware.security_type == "ConfidentialVM":
        says += ", which confidential VMs may not use."
        yield found(rule, says, shown, vm.hardware.security_evidence)
    elif encrypted := vm.encryption.by_any:
        yield found(rule, f"{says}, which encrypted VMs may not use.", shown, encrypted)
    else:
        yield clear(f"{says}, which this VM may use.", shown)
