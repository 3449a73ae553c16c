"""What the VM itself shows: whether it runs, how its model and its extensions are, its points."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.catalogue.documents import Documented
from scanner.check import Finding, Verdict, clear
from scanner.inventory.backup_facts import Policy
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.extension_facts import Extension
from scanner.inventory.facts import Agent, GuestSystem
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.seeing import or_gap
from scanner.inventory.vm import Vm
from scanner.visible.findings import applies, possible, unread, untold
from scanner.visible.policy import in_force

_PASSING = ("updating", "creating", "deleting", "migrating", "transitioning", "canceled")
_NEARLY = 2


def classic(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Azure Backup takes no classic VM any more (support matrix, 2026-03)."""
    registration = vm.if_seen("registration")
    at = Source(vm.id, registration.source.seen_at) if registration else None
    shown = (at.evidence("type", vm.id.type),) if at else ()
    yield applies("Azure Backup no longer takes classic VMs.", *shown)


def there(vm: Vm, _: Documented) -> Iterator[Finding]:
    """A VM that is listed is neither deleted nor moved away."""
    yield clear(f"The VM is there, under the id that its item names: {vm.id}.")


def inactive(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Protection that is paused, stopped, suspended or deleted makes no backups."""
    protection = vm.protection
    says, shown = f"Its backup is {protection.state}.", protection.evidence
    if protection.state == "protected":
        yield clear(says, *shown)
    else:
        yield (possible if protection.is_backed_up else applies)(says, *shown)


def unsupported_system(vm: Vm, documented: Documented) -> Iterator[Finding]:
    """By what the guest calls itself, else by the image; crash-consistent backups take any."""
    policy = or_gap(in_force, vm)
    if isinstance(policy, Policy) and policy.is_crash_consistent:
        yield clear("Its policy takes crash-consistent backups, of any system.", policy.evidence)
        return
    if isinstance(policy, Gap):
        # An agentless policy takes any system: nothing applies before that is known.
        yield unread(policy)
        return
    guest, image = or_gap(lambda: vm.guest), vm.image
    names = [(image.system, image.name_evidence)]
    if isinstance(guest, GuestSystem) and guest.name:
        names.insert(0, (guest.name, guest.evidence))
    found = [_of_system(name, documented, shown) for name, shown in names]
    # What one name leaves open the other may decide.
    decided = next((each for each in found if each.verdict is not Verdict.POSSIBLE), None)
    if decided or len(found) > 1:
        yield decided or found[0]
    elif isinstance(guest, Gap):
        yield unread(guest)
    elif vm.power_state.is_running:
        says = "Neither the guest nor an image says which system it is."
        yield possible(says, guest.evidence, image.name_evidence)
    else:
        remedy = "The VM is off, and its image names no system. Start it, then check again."
        yield unread(Gap(vm.id.text, "guest", Reason.NOT_RUNNING, None, remedy))


def _of_system(name: str, documented: Documented, shown: Evidence) -> Finding:
    """By a name; possible for one that is neither in the support matrix nor known to be outside."""
    lowered, systems = name.lower(), documented.systems
    if any(each in lowered for each in systems.outside):
        return applies(f"The system is {name}, outside the support matrix.", shown)
    if any(each in lowered for each in systems.supported):
        return clear(f"The system is {name}.", shown)
    return possible(f"The support matrix does not name the system {name!r}.", shown)


def no_extensions(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Without extensions no agent-based backup; an agentless policy needs none."""
    operations, agent = vm.extension_operations, or_gap(lambda: vm.agent)
    is_made_without = vm.os.provision_vm_agent is False
    if operations.allowed and not is_made_without:
        is_silent = not isinstance(agent, Agent) or not agent.present
        if operations.is_told or not is_silent:
            yield clear("The VM takes extensions.", operations.evidence)
        elif isinstance(agent, Gap):
            yield unread(agent)
        else:
            yield untold(vm.id, "extension_operations", "properties.osProfile, and no agent")
        return
    policy = in_force(vm)
    if policy and policy.is_crash_consistent:
        yield clear("Its policy needs no extension.", policy.evidence)
    elif not operations.allowed:
        yield applies("The VM takes no extensions.", operations.evidence)
    else:
        shown = vm.os.source.evidence("properties.osProfile.provisionVMAgent", False)
        yield possible("The VM was made without an agent.", shown)


def not_running(vm: Vm, _: Documented) -> Iterator[Finding]:
    """Of a VM that is off the article warns, and the support matrix allows it: at most possible."""
    power, policy = vm.power_state, or_gap(in_force, vm)
    if power.is_running:
        yield clear("The VM runs.", power.evidence)
    elif isinstance(policy, Policy) and policy.is_crash_consistent:
        yield clear("Its policy takes crash-consistent backups, also of a VM that is off.",
                    power.evidence, policy.evidence)  # fmt: skip
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
        told = [*_of_model(each), *_of_view(each)]
        yield from told or [clear(f"The extension {each.name} has not failed.", *_model(each))]


def _of_model(each: Extension) -> Iterator[Finding]:
    state = or_gap(lambda: each.provisioning_state)
    match state.lower() if isinstance(state, str) else state:
        case Gap() as gap:
            yield unread(gap)
        case None | "succeeded":
            pass
        case "failed":
            yield applies(f"The provisioning of the extension {each.name} failed.", *_model(each))
        case passing if passing in _PASSING:
            yield possible(f"The extension {each.name} is {state}.", *_model(each))
        case _:
            what = f"provisioningState of the extension {each.name} that is known but {state!r}"
            yield untold(each.source.id, "extensions", what)


def _of_view(each: Extension) -> Iterator[Finding]:
    if each.failures:
        yield applies(f"The extension {each.name} reports that it failed.", *each.failures)
    # A handler that is not ready fails no backup by itself.
    others = [one for one in each.complaints if one not in each.failures]
    if others or each.changes:
        says = f"The extension {each.name} reports that it is not ready."
        yield possible(says, *others, *each.changes)


def _model(each: Extension) -> tuple[Evidence, ...]:
    return () if isinstance(each.known_state, Gap) else (each.evidence,)


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
