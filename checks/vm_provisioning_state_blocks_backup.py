"""The last change of the VM's model did not succeed, or is not over."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found, unrecorded

_CAUSE = "vm-provisioning-state-blocks-backup"


@check("provisioning-state", cause=_CAUSE, reads=("provisioning",))
def provisioning_state(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM's provisioning state is Failed, or that of a change."""
    state, says = vm.provisioning, f"The VM's provisioning state is {vm.provisioning.state}."
    changing = edition.one(_CAUSE, "changing")
    match state.state.lower():
        case "succeeded":
            yield clear(says, state.evidence)
        case "failed":
            yield found(edition.one(_CAUSE, "failed"), says, state.evidence)
        case word if word in changing.words:
            yield found(changing, says, state.evidence)
        case _:
            what = f"state that is known but {state.state!r}"
            raise unrecorded(state.source, what, "provisioning")
