"""Backup of confidential VMs is in preview, and only in some regions."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, place

_CAUSE = "confidential-vm-limits"


@check("confidential-vm", cause=_CAUSE, reads=("hardware",))
def confidential_vm(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM is a confidential VM."""
    evidence = vm.hardware.security_evidence
    if vm.hardware.security_type != "ConfidentialVM":
        yield clear("It is not a confidential VM.", evidence)
        return
    region, preview = vm.region, edition.one(_CAUSE, "in-a-region-of-the-preview")
    rule = preview if region in map(place, preview.words) else edition.one(_CAUSE, "elsewhere")
    message = f"It is a confidential VM in {region}. Their backup is in preview, in"
    yield found(rule, f"{message} {', '.join(preview.words)}.", evidence)
