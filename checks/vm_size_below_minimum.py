"""The VM has fewer cores than the support matrix requires."""

from checks._size import read_size
from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "vm-size-below-minimum"
_TWO_CORES = ("g", "gs")
"""Families whose size number is not the number of cores: G1 and GS1 have two."""


@check("vm-size", cause=_CAUSE, reads=("hardware",), when="planning")
def vm_size(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM's size has too few cores, judged by its name. One-core VMs work in practice."""
    size, rule = read_size(vm.hardware), edition.one(_CAUSE, "cores-less-than")
    if size.cores < rule.number and size.family not in _TWO_CORES:
        message = f"The size {vm.hardware.size} has fewer than {rule.number} cores, by its name."
        yield found(rule, message, vm.hardware.size_evidence)
    else:
        yield clear(f"The size is {vm.hardware.size}.", vm.hardware.size_evidence)
