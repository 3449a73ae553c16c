"""The VM has fewer cores than the support matrix asks for."""

from checks._size import read_size
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "vm-size-below-minimum"
_TWO_CORES = ("g", "gs")
"""Families whose first size has two cores."""


@check("vm-size", cause=_CAUSE, reads=("hardware",), when="planning")
def vm_size(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """By its name the size has too few cores; one-core VMs are backed up in practice."""
    size, rule = read_size(vm.hardware), edition.one(_CAUSE, "cores-less-than")
    if size.cores < rule.number and size.family not in _TWO_CORES:
        says = f"By its name the size {vm.hardware.size} has less than {rule.number} cores."
        yield found(rule, says, vm.hardware.size_evidence)
    else:
        yield clear(f"The size is {vm.hardware.size}.", vm.hardware.size_evidence)
