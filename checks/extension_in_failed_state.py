"""Any failed extension can interfere with the backup."""

from scanner.api import Edition, Extension, Finding, Iterator, Vm, check, clear, found, unrecorded

_CAUSE = "extension-in-failed-state"


@check("extension-state", cause=_CAUSE, reads=("extensions",), each="extensions")
def extension_state(_vm: Vm, edition: Edition, extension: Extension) -> Iterator[Finding]:
    """An extension failed or is not ready, by its own report or by its model."""
    failed, changing = edition.one(_CAUSE, "failed"), edition.one(_CAUSE, "changing")
    subject = f"The extension {extension.name}"
    if extension.failures:
        yield found(failed, f"{subject} reports that it failed.", *extension.failures)
    # A handler that is not ready does not fail a backup by itself.
    not_ready = [status for status in extension.complaints if status not in extension.failures]
    not_ready += extension.changes
    if not_ready:
        rule = edition.one(_CAUSE, "not-ready")
        since = f" {extension.since}" if extension.since else ""
        yield found(rule, f"{subject} reports that it is not ready{since}.", *not_ready)
    state = extension.provisioning_state
    match (state or "").lower():
        case "" | "succeeded":
            if not extension.failures and not not_ready:
                extension.require_report()
                yield clear(f"{subject} has not failed.", *([extension.evidence] if state else []))
        case "failed":
            message = f"The provisioning of the extension {extension.name} failed."
            yield found(failed, message, extension.evidence)
        case lower if lower in changing.words:
            yield found(changing, f"{subject} is {state}.", extension.evidence)
        case _:
            what = f"provisioningState that is known, only {state!r}"
            raise unrecorded(extension.source, what, "extensions")
