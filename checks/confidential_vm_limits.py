"""Confidential VMs are backed up in preview, and in few regions."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, place

_CAUSE = "confidential-vm-limits"


@check("confidential-vm", cause=_CAUSE, reads=("hardware",))
def confidential_vm(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """It is a confidential VM."""
    shown = vm.hardware.security_evidence
    if vm.hardware.security_type != "ConfidentialVM":
        yield clear("It is no confidential VM.", shown)
        return
    here, preview = vm.region, edition.one(_CAUSE, "in-a-region-of-the-preview")
    rule = preview if here in map(place, preview.words) else edition.one(_CAUSE, "elsewhere")
    says = f"It is a confidential VM in {here}; they are backed up in preview, in"
    yield found(rule, f"{says} {', '.join(preview.words)}.", shown)
