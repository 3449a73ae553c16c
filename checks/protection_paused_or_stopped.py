"""Protection that is paused, suspended, stopped or deleted makes no backups."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "protection-paused-or-stopped"


@check("protection-state", cause=_CAUSE, reads=("protection",))
def protection_state(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """A vault has an item of the VM, but makes no backups of it."""
    protection = vm.protection
    if protection.item is None or protection.vault is None:
        yield clear("No vault that was read has an item of the VM.")
    elif protection.state == "protected":
        yield clear("It is protected.", *protection.evidence)
    else:
        rule = edition.one(_CAUSE, protection.state)
        message = f"Its protection is {protection.state} in the vault {protection.vault.name}."
        yield found(rule, message, *protection.evidence)
