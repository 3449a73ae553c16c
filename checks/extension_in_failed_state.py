"""Any extension that failed can interfere with the backup."""

from scanner.api import Edition, Extension, Finding, Iterator, Vm, check, clear, found, unrecorded

_CAUSE = "extension-in-failed-state"


@check("extension-state", cause=_CAUSE, reads=("extensions",), each="extensions")
def extension_state(_vm: Vm, edition: Edition, one: Extension) -> Iterator[Finding]:
    """An extension failed, or is not ready: by its view, and by its model."""
    failed, changing = edition.one(_CAUSE, "failed"), edition.one(_CAUSE, "changing")
    if one.failures:
        yield found(failed, f"The extension {one.name} reports that it failed.", *one.failures)
    # A handler that is not ready fails no backup by itself.
    others = [*(each for each in one.complaints if each not in one.failures), *one.changes]
    if others:
        says = f"The extension {one.name} reports that it is not ready."
        yield found(edition.one(_CAUSE, "not-ready"), says, *others)
    match (one.provisioning_state or "").lower():
        case "" | "succeeded":
            if not one.failures and not others:
                shown = (one.evidence,) if one.provisioning_state else ()
                yield clear(f"The extension {one.name} has not failed.", *shown)
        case "failed":
            says = f"The provisioning of the extension {one.name} failed."
            yield found(failed, says, one.evidence)
        case word if word in changing.words:
            says = f"The extension {one.name} is {one.provisioning_state}."
            yield found(changing, says, one.evidence)
        case _:
            what = f"provisioningState that is known but {one.provisioning_state!r}"
            raise unrecorded(one.source, what, "extensions")
