"""The last change of the VM's model failed or is still in progress."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, unrecorded

_CAUSE = "vm-provisioning-state-blocks-backup"


@check("provisioning-state", cause=_CAUSE, reads=("provisioning",))
def provisioning_state(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM's provisioning state is Failed, or a change is in progress."""
    state, evidence = vm.provisioning.state, vm.provisioning.evidence
    message = f"The VM's provisioning state is {state}."
    changing = edition.one(_CAUSE, "changing")
    match state.lower():
        case "succeeded":
            yield clear(message, evidence)
        case "failed":
            yield found(edition.one(_CAUSE, "failed"), message, evidence)
        case lower if lower in changing.words:
            yield found(changing, message, evidence)
        case _:
            what = f"state that is known, only {state!r}"
            raise unrecorded(vm.provisioning.source, what, "provisioning")
