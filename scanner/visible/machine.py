"""What the VM itself shows: whether it runs, how its model and its extensions are, its points."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.catalogue.documents import Documented
from scanner.check import Finding, clear
from scanner.inventory.vm import Vm
from scanner.visible.findings import applies, possible, untold
from scanner.visible.policy import in_force

_SUCCEEDED = "succeeded"
_FAILED = "failed"
_PASSING = ("updating", "creating", "deleting", "migrating", "transitioning")
_NEARLY = 2


def classic(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Azure Backup takes no classic VM any more (support matrix, 2026-03)."""
    registration = vm.if_seen("registration")
    shown = (registration.evidence,) if registration else ()
    yield applies("Azure Backup no longer takes classic VMs.", *shown)


def not_running(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Of a VM that is off the article warns, and the support matrix allows it: at most possible."""
    power = vm.power_state
    if power.is_running:
        yield clear("The VM runs.", power.evidence)
    else:
        says = f"The VM is {power.code}: no more than a crash-consistent backup can be made of it."
        yield possible(says, power.evidence)


def offline_at_registration(vm: Vm, _: Documented) -> Iterator[Finding]:
    """The first backup installs the extension, for which the VM must run."""
    policy, power = in_force(vm), vm.power_state
    if policy and policy.is_crash_consistent:
        yield clear("Its policy takes crash-consistent backups: no extension is installed.",
                    policy.evidence)  # fmt: skip
    elif power.is_running:
        yield clear("The VM runs.", power.evidence)
    else:
        says = f"The VM is {power.code}: the backup extension cannot be installed until it runs."
        yield possible(says, power.evidence)


def provisioning_state(vm: Vm, _: Documented) -> Iterator[Finding]:
    """The last change of the model must have succeeded."""
    found = vm.provisioning
    match found.state.lower():
        case "succeeded":
            yield clear("The VM's provisioning state is Succeeded.", found.evidence)
        case "failed":
            yield applies("The VM's provisioning state is Failed.", found.evidence)
        case state if state in _PASSING:
            yield possible(f"The VM's provisioning state is {found.state}.", found.evidence)
        case _:
            what = f"properties.provisioningState that is known but {found.state!r}"
            yield untold(vm.id, "provisioning", what)


def failed_extension(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Any extension that failed can interfere, judged from its model where there is no view."""
    extensions = vm.extensions
    if not extensions:
        yield clear("The VM lists no extension.")
    for each in extensions:
        state = "" if each.known_state is None else str(each.provisioning_state).lower()
        if each.complaints:
            # A handler that is not ready fails no backup by itself.
            is_failed = any("fail" in str(one.value).lower() for one in each.complaints)
            says = f"The extension {each.name} reports that it is not well."
            yield (applies if is_failed else possible)(says, *each.complaints)
        elif state == _FAILED:
            yield applies(f"The provisioning of the extension {each.name} failed.", each.evidence)
        elif state in ("", _SUCCEEDED):
            yield clear(f"The extension {each.name} has not failed.", each.evidence)
        elif state in _PASSING:
            says = f"The extension {each.name} is {each.provisioning_state}."
            yield possible(says, each.evidence)
        else:
            what = f"provisioningState of the extension {each.name} that is known but {state!r}"
            yield untold(vm.id, "extensions", what)


def restore_point_limit(vm: Vm, documented: Documented) -> Iterator[Finding]:
    """Backup's limit is of Standard policies; that of compute is of every VM."""
    backup = documented.number("restore-points-max-per-vm-backup")
    compute = documented.number("restore-points-max-per-vm-compute")
    points = vm.restore_points
    shown = [each.evidence for each in points.collections]
    says = f"The VM has {points.count} restore points."
    if points.count >= compute:
        yield applies(f"{says} No VM can have more than {compute}.", *shown)
    elif points.count < backup - _NEARLY:
        yield clear(says, *shown)
    else:
        policy = in_force(vm)
        if policy and policy.is_enhanced:
            yield clear(f"{says} An Enhanced policy keeps more.", *shown, policy.type_evidence)
        else:
            verdict = applies if policy and points.count >= backup else possible
            yield verdict(f"{says} A Standard policy can keep no more than {backup}.", *shown)
