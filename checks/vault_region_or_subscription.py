"""The vault is in another region than the VM, or in a subscription that the VM cannot use."""

from checks._plan import NO_VAULT
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, not_applicable

_CAUSE = "vault-region-or-subscription"


@check("vault-region", cause=_CAUSE, reads=("plan",))
def vault_region(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The vault is in another region than the VM."""
    vault = vm.plan.vault
    if vault is None:
        yield not_applicable(NO_VAULT)
        return
    vm_region, vault_region = vm.region, vault.region
    message = f"The vault {vault.id.name} is in {vault_region}, the VM in {vm_region}."
    if vm_region == vault_region:
        yield clear(message, vault.evidence)
    else:
        yield found(edition.one(_CAUSE, "another-region"), message, vault.evidence)


@check(
    "vault-subscription",
    cause=_CAUSE,
    reads=("plan",),
    helps=("hardware", "encryption"),
    when="planning",
)
def vault_subscription(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The vault is in another subscription, which confidential and encrypted VMs cannot use."""
    vault = vm.plan.vault
    if vault is None:
        yield not_applicable(NO_VAULT)
        return
    evidence = vault.source.evidence("id", vault.id.text)
    if vault.id.subscription_id == vm.id.subscription_id:
        yield clear("The vault is in the VM's own subscription.", evidence)
        return
    rule, message = (
        edition.one(_CAUSE, "other-subscription"),
        "The vault is in another subscription",
    )
    if vm.hardware.security_type == "ConfidentialVM":
        message += ", which confidential VMs cannot use."
        yield found(rule, message, evidence, vm.hardware.security_evidence)
    elif encrypted := vm.encryption.by_any:
        yield found(rule, f"{message}, which encrypted VMs cannot use.", evidence, encrypted)
    else:
        yield clear(f"{message}, which this VM can use.", evidence)
