"""SQL Server runs on a Windows VM, as far as its image and its extensions tell."""

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found

_CAUSE = "sql-server-vss-full-backup"
_PUBLISHER = "microsoftsqlserver"
_EXTENSION = "microsoft.sqlserver.management.sqliaasagent"


@check("sql-server-image", cause=_CAUSE, reads=("image",), family="windows")
def sql_server_image(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM was made of an image of SQL Server."""
    image = vm.image
    if (image.publisher or "").lower() == _PUBLISHER:
        rule = edition.one(_CAUSE, "sql-server-seen")
        yield found(rule, "The VM was made of an image of SQL Server.", image.evidence)
    else:
        yield clear("The VM's image is not one of SQL Server.", image.evidence)


@check("sql-server-extension", cause=_CAUSE, reads=("extensions",), family="windows")
def sql_server_extension(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM has the extension of SQL Server."""
    for extension in sorted(vm.extensions, key=lambda each: not each.is_typed):
        if extension.type == _EXTENSION:
            rule = edition.one(_CAUSE, "sql-server-seen")
            message = f"The VM has the extension of SQL Server, {extension.name}."
            yield found(rule, message, extension.type_evidence)
            return
    yield clear("The VM has no extension of SQL Server.")
