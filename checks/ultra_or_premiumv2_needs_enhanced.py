"""Ultra disks and Premium SSD v2 need an Enhanced policy."""

from checks._disks import left_out
from scanner.api import DiskKind, Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "ultra-or-premiumv2-needs-enhanced"


@check(
    "newer-disk",
    cause=_CAUSE,
    reads=("hardware",),
    helps=("plan", "excluded_disks"),
    each="hardware.disks",
    skips=left_out,
)
def newer_disk(vm: Vm, edition: Edition, disk: DiskKind) -> Iterator[Finding]:
    """A Standard policy does not support the type of a disk."""
    under_standard = edition.one(_CAUSE, "under-standard")
    subject = f"The disk {disk.name} is {disk.type or 'unmanaged'}"
    if disk.type.lower() not in under_standard.words:
        yield clear(f"{subject}.", disk.type_evidence)
        return
    policy, message = vm.plan.policy, f"{subject}: it needs an Enhanced policy."
    if policy is None:
        yield found(edition.one(_CAUSE, "without-policy"), message, disk.type_evidence)
    elif policy.is_enhanced:
        message = f"{subject}, and the policy is Enhanced."
        yield clear(message, disk.type_evidence, policy.type_evidence)
    else:
        yield found(under_standard, message, disk.type_evidence, policy.type_evidence)
