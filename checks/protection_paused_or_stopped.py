"""Protection that is paused, stopped, suspended or deleted makes no backups."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "protection-paused-or-stopped"


@check("protection-state", cause=_CAUSE, reads=("protection",))
def protection_state(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """Some vault holds an item of the VM that makes no backups."""
    protection = vm.protection
    if protection.item is None or protection.vault is None:
        yield clear("No vault that was read holds an item of it.")
    elif protection.state == "protected":
        yield clear("It is protected.", *protection.evidence)
    else:
        kind = "trying" if protection.is_backed_up else "idle"
        says = f"It is {protection.state} in the vault {protection.vault.name}."
        yield found(edition.one(_CAUSE, kind), says, *protection.evidence)
