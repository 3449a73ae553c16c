"""The backup extension of a Linux VM is older than the latest version in the article of 2018."""

from scanner.api import Edition, Finding, Iterator, Version, Vm, check, clear, found

_CAUSE = "vmsnapshotlinux-version"
_EXTENSION = "microsoft.azure.recoveryservices.vmsnapshotlinux"
_PARTS = 4


@check("vmsnapshotlinux-version", cause=_CAUSE, reads=("extensions",), family="linux")
def vmsnapshotlinux_version(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """VMSnapshotLinux reports an old version."""
    rule = edition.one(_CAUSE, "extension-older-than")
    for extension in vm.extensions:
        if extension.type != _EXTENSION:
            continue
        version = extension.version or ""
        # A version of two parts is the requested one, not the installed one.
        if version.count(".") != _PARTS - 1:
            continue
        message = f"VMSnapshotLinux reports version {version}"
        if Version(version) < Version(rule.version):
            yield found(rule, f"{message}, not {rule.version}.", extension.version_evidence)
        else:
            yield clear(f"{message}.", extension.version_evidence)
        return
    yield clear("VMSnapshotLinux reports no version.")
