"""The vault, its policy or the day has no room for the VMs that are to be protected."""

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
    """The vault protects as many VMs as it can, or will once the checked VMs are protected."""
    vault = vm.plan.vault
    if vault is None:
        yield not_applicable(NO_VAULT)
        return
    items = vm.plan.vault_items
    coming = fleet.newcomers if vm.plan.is_new_to_vault else None
    shown = vault.source.evidence("backupProtectedItems.length", items)
    rules = (edition.one(_CAUSE, "vault-full"), edition.one(_CAUSE, "vault-nearly-full"))
    yield _quota(f"The vault {vault.id.name}", items, coming, fleet, rules, shown)


@check("policy-items", cause=_CAUSE, reads=("plan",), when="planning", scope="fleet")
def policy_items(vm: Vm, edition: Edition, fleet: Fleet) -> Iterator[Finding]:
    """The policy protects as many VMs as it can, or will once the checked VMs are protected."""
    policy = vm.plan.policy
    if policy is None:
        yield not_applicable(NO_POLICY)
        return
    items = vm.plan.policy_items
    coming = fleet.new_to_policy if vm.plan.is_new_to_policy else None
    # The policy's own count may lag behind the items that name it.
    is_behind = policy.items is None or policy.items < items
    path = "backupProtectedItems.length" if is_behind else "properties.protectedItemsCount"
    shown = policy.source.evidence(path, items if is_behind else policy.items)
    rules = (edition.one(_CAUSE, "policy-full"), edition.one(_CAUSE, "policy-nearly-full"))
    yield _quota(f"The policy {policy.id.name}", items, coming, fleet, rules, shown)


@check("registrations", cause=_CAUSE, reads=("plan",), when="planning", scope="fleet")
def registrations(vm: Vm, edition: Edition, fleet: Fleet) -> Iterator[Finding]:
    """More VMs are to be protected than a vault registers in a day."""
    vault, daily = vm.plan.vault, edition.one(_CAUSE, "registrations-a-day")
    if vault is None:
        yield not_applicable(NO_VAULT)
        return
    if not vm.plan.is_new_to_vault:
        yield not_applicable(f"The vault {vault.id.name} has the VM already.")
        return
    says = f"VMs to be registered: {fleet.newcomers:,}, of at most {daily.number:,} a day."
    shown = vault.source.evidence("id", vault.id.text)
    if fleet.newcomers > daily.number:
        yield found(daily, says, shown)
    else:
        fleet.see_all()
        yield clear(says, shown)


def _quota(
    who: str,
    count: int,
    coming: int | None,
    fleet: Fleet,
    rules: tuple[Rule, Rule],
    shown: Evidence,
) -> Finding:
    """What a vault or a policy of ``count`` other VMs has room for.

    ``coming`` is the number of VMs that take a new place there; None where this VM takes none.
    Raises ``Unseen`` where VMs that were not read may take the last places.
    """
    full, near = rules
    says = f"{who} protects {count:,} VMs, of at most {full.number:,}."
    if count >= full.number:
        return found(full, says, shown)
    if coming is not None and count + coming > full.number:
        return found(near, f"{says} With the {coming:,} that are checked it is more.", shown)
    if count >= near.number:
        return found(near, says, shown)
    if coming is not None:
        fleet.see_all()
    return clear(says, shown)
