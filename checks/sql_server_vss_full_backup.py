"""SQL Server runs on a Windows VM, judged by its image and its extensions."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "sql-server-vss-full-backup"
_PUBLISHER = "microsoftsqlserver"
_EXTENSION = "microsoft.sqlserver.management.sqliaasagent"


@check("sql-server-image", cause=_CAUSE, reads=("image",), family="windows")
def sql_server_image(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM was created from a SQL Server image."""
    image = vm.image
    if (image.publisher or "").lower() == _PUBLISHER:
        rule = edition.one(_CAUSE, "sql-server-seen")
        yield found(rule, "The VM was created from a SQL Server image.", image.evidence)
    else:
        yield clear("The VM's image is not a SQL Server image.", image.evidence)


@check("sql-server-extension", cause=_CAUSE, reads=("extensions",), family="windows")
def sql_server_extension(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM has the SQL Server extension."""
    # Extensions of known type come first: they may decide before an unknown type raises.
    for extension in sorted(vm.extensions, key=lambda extension: not extension.is_typed):
        if extension.type == _EXTENSION:
            rule = edition.one(_CAUSE, "sql-server-seen")
            message = f"The VM has the SQL Server extension {extension.name}."
            yield found(rule, message, extension.type_evidence)
            return
    yield clear("The VM does not have the SQL Server extension.")
