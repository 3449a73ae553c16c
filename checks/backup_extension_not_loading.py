"""The backup extension of a VM failed, does not respond, or is not allowed."""

from collections.abc import Iterable

from scanner.api import (
    Edition,
    Evidence,
    Extension,
    Finding,
    Iterator,
    Rule,
    Vm,
    check,
    clear,
    found,
)

_CAUSE = "backup-extension-not-loading"
BACKUP_EXTENSIONS = (
    "microsoft.azure.recoveryservices.vmsnapshot",
    "microsoft.azure.recoveryservices.vmsnapshotlinux",
)


@check("backup-extension", cause=_CAUSE, reads=("extensions",))
def backup_extension(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """VMSnapshot or VMSnapshotLinux failed, or its handler is not Ready."""
    is_listed = False
    # Extensions of known type come first: they may decide before an unknown type raises.
    for extension in sorted(vm.extensions, key=lambda extension: not extension.is_typed):
        if extension.type in BACKUP_EXTENSIONS:
            is_listed = True
            yield from _judge_extension(extension, edition)
    if not is_listed:
        yield clear("The backup extension is not listed, which is no sign of a failure.")


def _judge_extension(extension: Extension, edition: Edition) -> Iterator[Finding]:
    rule = edition.one(_CAUSE, "extension-failed")
    name_evidence = [extension.named] if extension.named else []
    if extension.complaints:
        message = f"The backup extension {extension.name} reports that it is not healthy."
        yield found(rule, message, *extension.complaints, *name_evidence)
        return
    changing = edition.one(_CAUSE, "extension-changing")
    if extension.changes:
        # What its view reports decides, also if its model has an unknown state.
        yield _judge_change(extension, edition, changing, extension.changes)
    state = (extension.provisioning_state or "").lower()
    if state == "failed":
        message = f"The backup extension {extension.name} failed."
        yield found(rule, message, extension.evidence, *name_evidence)
    elif state in changing.words:
        yield _judge_change(extension, edition, changing, (extension.evidence,))
    elif not extension.changes:
        extension.require_report()
        yield clear(f"The backup extension {extension.name} is healthy.", extension.evidence)


def _judge_change(
    extension: Extension, edition: Edition, changing: Rule, evidence: Iterable[Evidence]
) -> Finding:
    """An ongoing change is stuck once it takes longer than an extension may."""
    stuck, minutes = edition.one(_CAUSE, "extension-stuck"), extension.minutes_changing
    subject = f"The backup extension {extension.name}"
    if minutes is None:
        message = f"{subject} is changing, and Azure does not say since when."
    else:
        message = f"{subject} has been changing for {minutes:,.0f} min, {extension.since}."
    if minutes is None or minutes < stuck.number:
        return found(changing, message, *evidence)
    # Its name, for the command that removes it.
    names = (extension.named,) if extension.named else ()
    return found(stuck, message, *evidence, *names)


@check("extension-operations", cause=_CAUSE, reads=("extension_operations",))
def extension_operations(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM does not allow extensions."""
    operations = vm.extension_operations
    if operations.allowed:
        yield clear("The VM allows extensions.", operations.evidence)
        return
    rule = edition.one(_CAUSE, "extension-operations-off")
    yield found(rule, "The VM does not allow extensions.", operations.evidence)
