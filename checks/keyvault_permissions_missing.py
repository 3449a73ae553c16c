"""Backup of disks encrypted in the guest needs permissions on a key vault.

The permissions are not read, so an encrypted VM is only a sign.
"""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "keyvault-permissions-missing"


@check("guest-encryption", cause=_CAUSE, reads=("encryption",), when="planning")
def guest_encryption(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """Azure Disk Encryption is on."""
    encrypted = vm.encryption.by_guest
    if encrypted is None:
        yield clear("Azure Disk Encryption is not on.")
    else:
        message = (
            "Azure Disk Encryption is on: Backup needs permissions on its key vault, which are not"
            " read here."
        )
        yield found(edition.one(_CAUSE, "encrypted-by-guest"), message, encrypted)
