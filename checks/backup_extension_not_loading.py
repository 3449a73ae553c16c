"""The backup extension of a VM has failed, does not answer, or is not let in."""

from scanner.api import Edition, Extension, Finding, Iterator, Vm, check, clear, found

_CAUSE = "backup-extension-not-loading"
BACKUP_EXTENSIONS = (
    "microsoft.azure.recoveryservices.vmsnapshot",
    "microsoft.azure.recoveryservices.vmsnapshotlinux",
)


@check("backup-extension", cause=_CAUSE, reads=("extensions",))
def backup_extension(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """VMSnapshot or VMSnapshotLinux failed, or its handler is not Ready."""
    listed = False
    # Those of known type first: they may decide alone.
    for extension in sorted(vm.extensions, key=lambda each: not each.is_typed):
        if extension.type in BACKUP_EXTENSIONS:
            listed = True
            yield _judge(extension, edition)
    if not listed:
        yield clear("The backup extension is not listed, which proves nothing.")


def _judge(extension: Extension, edition: Edition) -> Finding:
    rule = edition.one(_CAUSE, "extension-failed")
    named = [extension.named] if extension.named else []
    if extension.complaints:
        message = f"The backup extension {extension.name} reports that it is not well."
        return found(rule, message, *extension.complaints, *named)
    if (extension.provisioning_state or "").lower() == "failed":
        message = f"The backup extension {extension.name} failed."
        return found(rule, message, extension.evidence, *named)
    return clear(f"The backup extension {extension.name} is well.", extension.evidence)


@check("extension-operations", cause=_CAUSE, reads=("extension_operations",))
def extension_operations(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM takes no extensions."""
    switch = vm.extension_operations
    if switch.allowed:
        yield clear("The VM takes extensions.", switch.evidence)
        return
    rule = edition.one(_CAUSE, "extension-operations-off")
    yield found(rule, "Extension operations are switched off on the VM.", switch.evidence)
