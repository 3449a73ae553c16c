"""A protected VM was deleted or moved. A VM that is listed was not."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear

_CAUSE = "vm-deleted-or-moved"


@check("vm-is-there", cause=_CAUSE, reads=("os",), when="planning")
def vm_is_there(vm: Vm, _edition: Edition) -> Iterator[Finding]:
    """The VM exists under its id, by which a vault finds it."""
    yield clear(f"The VM exists: {vm.id}.", vm.os.source.evidence("id", vm.id.text))
