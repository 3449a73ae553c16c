"""The backup extension of a VM failed, does not respond, or is not allowed."""

from scanner.api import Edition, Extension, Finding, Iterator, Rule, Vm, check, clear, found

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
            yield _judge_extension(extension, edition)
    if not is_listed:
        yield clear("The backup extension is not listed, which is no sign of a failure.")


def _judge_extension(extension: Extension, edition: Edition) -> Finding:
    rule = edition.one(_CAUSE, "extension-failed")
    name_evidence = [extension.named] if extension.named else []
    if extension.complaints:
        message = f"The backup extension {extension.name} reports that it is not healthy."
        return found(rule, message, *extension.complaints, *name_evidence)
    state, changing = extension.provisioning_state, edition.one(_CAUSE, "extension-changing")
    if (state or "").lower() == "failed":
        message = f"The backup extension {extension.name} failed."
        return found(rule, message, extension.evidence, *name_evidence)
    if extension.changes or (state or "").lower() in changing.words:
        return _judge_change(extension, edition, changing)
    extension.require_report()
    return clear(f"The backup extension {extension.name} is healthy.", extension.evidence)


def _judge_change(extension: Extension, edition: Edition, changing: Rule) -> Finding:
    """An ongoing change is stuck once it takes longer than an extension may."""
    stuck, since = edition.one(_CAUSE, "extension-stuck"), extension.changing_since
    evidence = (*extension.changes, extension.evidence)
    minutes = (extension.source.seen_at - since).total_seconds() / 60 if since else 0
    if minutes >= stuck.number:
        message = f"The backup extension {extension.name} has been changing for {minutes:,.0f} min."
        names = (extension.named,) if extension.named else ()
        return found(stuck, message, *evidence, *names)
    return found(changing, f"The backup extension {extension.name} is changing.", *evidence)


@check("extension-operations", cause=_CAUSE, reads=("extension_operations",))
def extension_operations(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM does not allow extensions."""
    operations = vm.extension_operations
    if operations.allowed:
        yield clear("The VM allows extensions.", operations.evidence)
        return
    rule = edition.one(_CAUSE, "extension-operations-off")
    yield found(rule, "The VM does not allow extensions.", operations.evidence)
