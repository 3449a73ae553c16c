"""The vault still holds backups of a Trusted Launch VM, and the VM of that name is none."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "trusted-launch-migration"


@check("old-trusted-launch-item", cause=_CAUSE, reads=("hardware", "protection"), when="planning")
def old_trusted_launch_item(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A vault has a soft-deleted item of the VM, which has no security type.

    The item does not say which security type its VM had, so this is only a sign.
    """
    security, protection = vm.hardware.security_type, vm.protection
    if security is not None:
        yield clear(f"The VM has the security type {security}.", vm.hardware.security_evidence)
    elif protection.state != "soft-deleted":
        yield clear("No vault that was read has a soft-deleted item of the VM.")
    else:
        message = "The VM has no security type, and a vault has a soft-deleted item of it."
        evidence = (*protection.evidence, vm.hardware.security_evidence)
        yield found(edition.one(_CAUSE, "soft-deleted-item"), message, *evidence)
