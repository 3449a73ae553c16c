"""The vault, its policy or the day has no room for the VMs that are to be protected."""

from checks._plan import NO_POLICY, NO_VAULT
from scanner.api import (
    Edition,
    Evidence,
    Finding,
    Fleet,
    Iterator,
    Vm,
    check,
    clear,
    found,
    not_applicable,
)

_CAUSE = "vault-quota"


@check("vault-items", cause=_CAUSE, reads=("plan",), when="planning", scope="fleet")
def vault_items(vm: Vm, edition: Edition, fleet: Fleet) -> Iterator[Finding]:
    """The vault protects as many VMs as it can, or will with those that are checked."""
    vault = vm.plan.vault
    if vault is None:
        yield not_applicable(NO_VAULT)
        return
    items = vm.plan.vault_items
    shown = vault.source.evidence("backupProtectedItems.length", items)
    yield _quota("vault", f"The vault {vault.id.name}", items, fleet, edition, shown)


@check("policy-items", cause=_CAUSE, reads=("plan",), when="planning", scope="fleet")
def policy_items(vm: Vm, edition: Edition, fleet: Fleet) -> Iterator[Finding]:
    """The policy protects as many VMs as it can, or will with those that are checked."""
    policy = vm.plan.policy
    if policy is None:
        yield not_applicable(NO_POLICY)
        return
    items = vm.plan.policy_items
    shown = policy.source.evidence("properties.protectedItemsCount", policy.items)
    yield _quota("policy", f"The policy {policy.id.name}", items, fleet, edition, shown)


@check("registrations", cause=_CAUSE, reads=("plan",), when="planning", scope="fleet")
def registrations(vm: Vm, edition: Edition, fleet: Fleet) -> Iterator[Finding]:
    """More VMs are to be protected than a vault registers in a day."""
    vault, daily = vm.plan.vault, edition.one(_CAUSE, "registrations-a-day")
    together = fleet.newcomers
    if vault is None or together <= daily.number:
        yield not_applicable(f"{together:,} VMs are to be registered.")
        return
    says = f"{together:,} VMs are to be registered, of at most {daily.number} a day."
    yield found(daily, says, vault.source.evidence("id", vault.id.text))


def _quota(
    of: str, who: str, count: int, fleet: Fleet, edition: Edition, shown: Evidence
) -> Finding:
    full, near = edition.one(_CAUSE, f"{of}-full"), edition.one(_CAUSE, f"{of}-nearly-full")
    together = fleet.newcomers
    says = f"{who} protects {count:,} VMs, of at most {full.number:,}."
    if count >= full.number:
        return found(full, says, shown)
    if count + together > full.number:
        return found(near, f"{says} With the {together:,} that are checked it is more.", shown)
    return found(near, says, shown) if count >= near.number else clear(says, shown)
