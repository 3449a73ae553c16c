"""The backup extension of a VM failed, does not respond, or is not allowed."""

from scanner.api import Edition, Extension, Finding, Iterator, Vm, check, clear, found

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
    if (extension.provisioning_state or "").lower() == "failed":
        message = f"The backup extension {extension.name} failed."
        return found(rule, message, extension.evidence, *name_evidence)
    extension.require_report()
    return clear(f"The backup extension {extension.name} is healthy.", extension.evidence)


@check("extension-operations", cause=_CAUSE, reads=("extension_operations",))
def extension_operations(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM does not allow extensions."""
    operations = vm.extension_operations
    if operations.allowed:
        yield clear("The VM allows extensions.", operations.evidence)
        return
    rule = edition.one(_CAUSE, "extension-operations-off")
    yield found(rule, "The VM does not allow extensions.", operations.evidence)
