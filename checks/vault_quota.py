"""The vault, its policy or the day has no room for the VMs that are to be protected."""

from checks._plan import NO_POLICY, NO_VAULT
from scanner.api import (
    Edition,
    Evidence,
    Finding,
    Fleet,
    Iterator,
    Verdict,
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
    coming = fleet.newcomers if vm.plan.is_new_to_vault else 0
    shown = vault.source.evidence("backupProtectedItems.length", items)
    finding = _quota("vault", f"The vault {vault.id.name}", items, coming, edition, shown)
    if vm.plan.is_new_to_vault:
        _see_all(finding, fleet)
    yield finding


@check("policy-items", cause=_CAUSE, reads=("plan",), when="planning", scope="fleet")
def policy_items(vm: Vm, edition: Edition, fleet: Fleet) -> Iterator[Finding]:
    """The policy protects as many VMs as it can, or will once the checked VMs are protected."""
    policy = vm.plan.policy
    if policy is None:
        yield not_applicable(NO_POLICY)
        return
    items = vm.plan.policy_items
    coming = fleet.new_to_policy if vm.plan.is_new_to_policy else 0
    # The policy's own count may lag behind the items that name it.
    is_behind = policy.items is None or policy.items < items
    path = "backupProtectedItems.length" if is_behind else "properties.protectedItemsCount"
    shown = policy.source.evidence(path, items if is_behind else policy.items)
    finding = _quota("policy", f"The policy {policy.id.name}", items, coming, edition, shown)
    if vm.plan.is_new_to_policy:
        _see_all(finding, fleet)
    yield finding


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
    finding = found(daily, says, shown) if fleet.newcomers > daily.number else clear(says, shown)
    _see_all(finding, fleet)
    yield finding


def _quota(
    of: str, who: str, count: int, coming: int, edition: Edition, shown: Evidence
) -> Finding:
    """``count`` are the items beside the VM; ``coming`` are new places, of the VM and others."""
    full, near = edition.one(_CAUSE, f"{of}-full"), edition.one(_CAUSE, f"{of}-nearly-full")
    says = f"{who} protects {count:,} VMs, of at most {full.number:,}."
    if count >= full.number:
        return found(full, says, shown)
    if count + coming > full.number:
        return found(near, f"{says} With the {coming:,} that are checked it is more.", shown)
    return found(near, says, shown) if count >= near.number else clear(says, shown)


def _see_all(finding: Finding, fleet: Fleet) -> None:
    """Raise ``Unseen`` where VMs that were not read may turn a clear finding."""
    if finding.verdict is Verdict.CLEAR:
        fleet.see_all()
