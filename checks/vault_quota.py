"""The vault, its policy or a day's registrations have no room for the VMs to be protected."""

from checks._plan import NO_POLICY, NO_VAULT
from scanner.api import (
    Edition,
    Evidence,
    Finding,
    Fleet,
    Iterator,
    Rule,
    Vm,
    check,
    clear,
    found,
    not_applicable,
)

_CAUSE = "vault-quota"


@check("vault-items", cause=_CAUSE, reads=("plan",), when="planning", scope="fleet")
def vault_items(vm: Vm, edition: Edition, fleet: Fleet) -> Iterator[Finding]:
    """The vault is at its limit of VMs, or will be once the checked VMs are protected."""
    vault = vm.plan.vault
    if vault is None:
        yield not_applicable(NO_VAULT)
        return
    items = vm.plan.vault_items
    newcomers = fleet.newcomers if vm.plan.is_new_to_vault else None
    evidence = vault.source.evidence("backupProtectedItems.length", items)
    rules = (edition.one(_CAUSE, "vault-full"), edition.one(_CAUSE, "vault-nearly-full"))
    yield _quota_finding(f"The vault {vault.id.name}", items, newcomers, fleet, rules, evidence)


@check("policy-items", cause=_CAUSE, reads=("plan",), when="planning", scope="fleet")
def policy_items(vm: Vm, edition: Edition, fleet: Fleet) -> Iterator[Finding]:
    """The policy is at its limit of VMs, or will be once the checked VMs are protected."""
    policy = vm.plan.policy
    if policy is None:
        yield not_applicable(NO_POLICY)
        return
    items = vm.plan.policy_items
    newcomers = fleet.new_to_policy if vm.plan.is_new_to_policy else None
    # The policy's own count may lag behind the items that name it.
    is_behind = policy.items is None or policy.items < items
    path = "backupProtectedItems.length" if is_behind else "properties.protectedItemsCount"
    evidence = policy.source.evidence(path, items if is_behind else policy.items)
    rules = (edition.one(_CAUSE, "policy-full"), edition.one(_CAUSE, "policy-nearly-full"))
    yield _quota_finding(f"The policy {policy.id.name}", items, newcomers, fleet, rules, evidence)


@check("registrations", cause=_CAUSE, reads=("plan",), when="planning", scope="fleet")
def registrations(vm: Vm, edition: Edition, fleet: Fleet) -> Iterator[Finding]:
    """More VMs are to be protected than a vault can register in a day."""
    vault, per_day = vm.plan.vault, edition.one(_CAUSE, "registrations-a-day")
    if vault is None:
        yield not_applicable(NO_VAULT)
        return
    if not vm.plan.is_new_to_vault:
        yield not_applicable(f"The vault {vault.id.name} already has the VM.")
        return
    message = f"VMs to be registered: {fleet.newcomers:,}, of at most {per_day.number:,} per day."
    evidence = vault.source.evidence("id", vault.id.text)
    if fleet.newcomers > per_day.number:
        yield found(per_day, message, evidence)
    else:
        fleet.see_all()
        yield clear(message, evidence)


def _quota_finding(
    subject: str,
    items: int,
    newcomers: int | None,
    fleet: Fleet,
    rules: tuple[Rule, Rule],
    evidence: Evidence,
) -> Finding:
    """The finding for a vault or policy that already protects ``items`` other VMs.

    ``newcomers`` is the number of VMs to be added to it, None if this VM is not one of them.
    ``rules`` are the limit and the number that counts as nearly full. Raises ``Unseen`` if VMs
    that were not read may exceed the limit.
    """
    full, nearly_full = rules
    message = f"{subject} protects {items:,} VMs, of at most {full.number:,}."
    if items >= full.number:
        return found(full, message, evidence)
    if newcomers is not None and items + newcomers > full.number:
        more = f"With the {newcomers:,} VMs to be added it would exceed that."
        return found(nearly_full, f"{message} {more}", evidence)
    if items >= nearly_full.number:
        return found(nearly_full, message, evidence)
    if newcomers is not None:
        fleet.see_all()
    return clear(message, evidence)
