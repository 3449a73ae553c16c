"""``backupscan redact``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli import bundle_options, options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE


def redact(
    bundle: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", parser=bundle_options.folder, help="The bundle.", show_default=False
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            parser=bundle_options.folder,
            help="Folder of the redacted bundle. It has to be new or empty.",
            show_default=False,
        ),
        NO_FILE,
    ],
    redact_key_file: bundle_options.RedactKeyFile = None,
    salvage: bundle_options.Salvage = False,
    debug: options.Debug = False,
) -> None:
    """Copy a bundle with pseudonyms in place of names.

    Ids, tags, addresses and messages get pseudonyms, too. Every verdict stays the same. Nothing is
    read of Azure.
    """
    with one_line_errors(debug=debug):
        from scanner.catalogue.text import counted
        from scanner.cli.pseudonyms import make_redactor
        from scanner.fleet.bundle import open_bundle
        from scanner.fleet.bundle.redacting import redact_bundle
        from scanner.fleet.bundle.writer import make_empty

        opened = open_bundle(bundle, salvage=salvage)
        make_empty(output)
        redactor = make_redactor(redact_key_file, is_new=True)
        manifest = redact_bundle(opened, output, redactor)
        vms = counted(sum(part.vms for part in manifest.parts), "VM")
        places = counted(len(manifest.parts), "subscription")
        sys.stderr.write(f"exit 0: redacted {vms} of {places}\n")
