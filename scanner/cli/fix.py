"""``backupscan fix``: prints the commands of one fix. Nothing is run."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE


def fix(
    what: Annotated[
        str,
        typer.Argument(metavar="N|VM", help="Entry N of FIX FIRST, or the name or id of a VM."),
    ],
    shell: Annotated[
        str,
        typer.Option("--shell", metavar="NAME", help="Commands of az or of powershell."),
        NO_FILE,
    ] = "az",
    from_file: options.FromFile = None,
    debug: options.Debug = False,
) -> None:
    """Print how to fix what the last report found.

    Each command is one line to paste, the rest are comments. Nothing is run. A command is made of
    the catalogue and of ids: none is taken from the report.
    """
    with one_line_errors(debug=debug):
        from scanner.catalogue.text import nearest
        from scanner.cli.last_report import read_saved
        from scanner.errors import UsageError
        from scanner.report.escape import log_line
        from scanner.report.formats.scripts import SHELLS, remediation_lines
        from scanner.report.saved import causes_of, find_vms, fixes_of_root, fixes_of_vm, root_of

        if shell not in SHELLS:
            raise UsageError(f"unknown shell {shell!r}", nearest(shell, [*SHELLS]))
        report, about = read_saved(from_file)
        comments = [about, "Nothing was run. Read, then paste line by line."]
        # A VM may be called by a number: its id names it.
        first, nothing = 1, "No command fixes it"
        if what.isdecimal():
            first = int(what)
            found = fixes_of_root(report, root_of(report, first))
            more = f"show --root {first}"
        else:
            vm, *others = find_vms(report, what)
            found = fixes_of_vm(report, vm)
            more = f"show {what}"
            if not any(causes_of(vm, verdict) for verdict in ("applies", "possible")):
                nothing = "Nothing to fix was found on it"
            if others:
                comments.append(f"{vm.id}: the most urgent of {len(others) + 1} VMs of this name")
        lines = [*(f"# {comment}" for comment in comments), ""]
        for number, remediation in enumerate(found, first):
            lines += remediation_lines(number, remediation, SHELLS[shell], is_asked=True)
        if not found:
            lines.append(f"# {nothing}: see backupscan {more}.")
        sys.stdout.write("\n".join(map(log_line, lines)).rstrip() + "\n")
