"""What the guest encrypts needs rights on a key vault, which are not read here."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "keyvault-permissions-missing"


@check("guest-encryption", cause=_CAUSE, reads=("encryption",), when="planning")
def guest_encryption(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """Azure Disk Encryption is on."""
    encrypted = vm.encryption.by_guest
    if encrypted is None:
        yield clear("Azure Disk Encryption is not on.")
    else:
        says = "Azure Disk Encryption is on: Backup needs rights on its key vault, not read here."
        yield found(edition.one(_CAUSE, "encrypted-by-guest"), says, encrypted)
