"""A vault still has backups of a Trusted Launch VM, but the VM is no longer one."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "trusted-launch-migration"


@check(
    "old-trusted-launch-item",
    cause=_CAUSE,
    reads=("hardware", "protection", "plan"),
    when="planning",
)
def old_trusted_launch_item(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A VM without a security type has a soft-deleted item in a vault.

    Only the vault that a precheck names is judged, else all vaults. The item does not say which
    security type its VM had, so it is only a sign.
    """
    security_type, vault = vm.hardware.security_type, vm.plan.vault
    if security_type is not None:
        yield clear(f"The VM has the security type {security_type}.", vm.hardware.security_evidence)
        return
    where = f"the vault {vault.id.name}" if vault else "a vault"
    deleted = vm.protection.deleted_in(vault.id if vault else None)
    if not deleted:
        yield clear(f"No soft-deleted item of the VM is in {where}.")
    else:
        message = f"The VM has no security type, and a soft-deleted item of it is in {where}."
        evidence = (value for item in deleted for value in item.evidence)
        rule = edition.one(_CAUSE, "soft-deleted-item")
        yield found(rule, message, *evidence, vm.hardware.security_evidence)
