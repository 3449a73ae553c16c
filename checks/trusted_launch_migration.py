"""The vault still holds backups of a Trusted Launch VM, and the VM of that name is none."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "trusted-launch-migration"


@check(
    "old-trusted-launch-item",
    cause=_CAUSE,
    reads=("hardware", "protection", "plan"),
    when="planning",
)
def old_trusted_launch_item(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The vault, or any if none is named, has a soft-deleted item of a VM of no security type.

    The item does not say which security type its VM had, so this is only a sign.
    """
    security, vault = vm.hardware.security_type, vm.plan.vault
    if security is not None:
        yield clear(f"The VM has the security type {security}.", vm.hardware.security_evidence)
        return
    where = f"the vault {vault.id.name}" if vault else "a vault"
    deleted = vm.protection.deleted_in(vault.id if vault else None)
    if not deleted:
        yield clear(f"No soft-deleted item of the VM is in {where}.")
    else:
        message = f"The VM has no security type, and a soft-deleted item of it is in {where}."
        evidence = (one for each in deleted for one in each.evidence)
        rule = edition.one(_CAUSE, "soft-deleted-item")
        yield found(rule, message, *evidence, vm.hardware.security_evidence)
