"""``backupscan show``: reads a report that was written earlier, and scans nothing."""

from __future__ import annotations

from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE


def _list_option(name: str, what: str) -> typer.models.OptionInfo:
    option: typer.models.OptionInfo = typer.Option(name, help=f"List {what}.")
    return option


def show(
    vm: Annotated[
        str | None, typer.Argument(metavar="VM", help="Name or ARM id of a VM.", show_default=False)
    ] = None,
    failing: Annotated[
        bool, _list_option("--failing", "the VMs whose backup fails"), NO_FILE
    ] = False,
    will_fail: Annotated[
        bool, _list_option("--will-fail", "the VMs to which a cause applies"), NO_FILE
    ] = False,
    at_risk: Annotated[
        bool, _list_option("--at-risk", "the VMs of which a cause is possible"), NO_FILE
    ] = False,
    unread: Annotated[
        bool, _list_option("--unread", "what was not read, and the VMs not judged for it"), NO_FILE
    ] = False,
    root: Annotated[
        int | None,
        typer.Option("--root", metavar="N", min=1, help="List the VMs of entry N of FIX FIRST."),
        NO_FILE,
    ] = None,
    from_file: options.FromFile = None,
    debug: options.Debug = False,
) -> None:
    """Show a VM, or a list of VMs, of the last report.

    Reads the report of the last scan or precheck, or the one that --from names. Scans nothing.
    """
    with one_line_errors(debug=debug):
        from scanner.cli.last_report import read_saved
        from scanner.cli.printed import saved as printed
        from scanner.errors import UsageError
        from scanner.report.formats.terminal_console import open_console
        from scanner.report.saved import find_vms, root_of, urgent_first, vms_of_root
        from scanner.report.standing import Standing

        lists = {
            Standing.FAILING: failing,
            Standing.WILL_FAIL: will_fail,
            Standing.AT_RISK: at_risk,
            Standing.NOT_JUDGED: unread,
        }
        if sum((vm is not None, root is not None, *lists.values())) != 1:
            what = (
                "show takes one thing: a VM, --failing, --will-fail, --at-risk, --unread or --root"
            )
            raise UsageError(what, "Try backupscan show --failing")
        report, about = read_saved(from_file)
        named = find_vms(report, vm) if vm is not None else []
        shared = root_of(report, root) if root is not None else None
        console = open_console()
        console.print(about, style="dim", soft_wrap=True)
        if named:
            printed.print_vm(named[0], report, console)
            printed.print_namesakes(named[1:], report, console)
        elif shared and root:
            printed.print_root(root, shared, console)
            printed.print_vms("behind it", vms_of_root(report, shared), report, console)
        else:
            if unread:
                printed.print_unread(report, console)
            word = next(word for word, is_wanted in lists.items() if is_wanted)
            vms = [one for one in urgent_first(report) if one.standing == word]
            printed.print_vms(word, vms, report, console)
