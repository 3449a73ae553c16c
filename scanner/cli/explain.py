"""``backupscan explain``: works offline, from the documents that ship with the scanner."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from scanner.cli import options
from scanner.cli.one_line_errors import one_line_errors
from scanner.cli.trust import NO_FILE


def explain(
    query: Annotated[
        list[str],
        typer.Argument(
            metavar="ID|CODE|NUMBER|TEXT",
            help="Id of a cause or a symptom, an error code, its number, or the text of an error.",
        ),
    ],
    edition: options.Edition = "current",
    format: Annotated[  # noqa: A002 - the name of the option
        str,
        typer.Option(
            "-f", "--format", metavar="FORMAT", help="Print as terminal, json or markdown."
        ),
        NO_FILE,
    ] = "terminal",
    details: Annotated[
        bool, typer.Option("--details", help="Print all that the documents say of it."), NO_FILE
    ] = False,
    skip_bad_plugins: options.SkipBadPlugins = False,
    no_plugins: options.NoPlugins = False,
    debug: options.Debug = False,
) -> None:
    """Explain a backup error or a cause, from the documents.

    Shows its causes in the document's order, what the scanner sees of them, and Microsoft's page.
    Works offline.
    """
    with one_line_errors(debug=debug):
        from scanner.catalogue import load, read
        from scanner.catalogue.explanation import explain as explained
        from scanner.catalogue.search import look_up
        from scanner.catalogue.text import nearest
        from scanner.cli.installed import installed
        from scanner.cli.printed.answer import print_answer
        from scanner.cli.printed.explanation import print_explanation, to_json, to_markdown
        from scanner.errors import UsageError
        from scanner.judging.plugins import Choice, check_ids_by_cause
        from scanner.report.formats.terminal_console import open_console

        if format not in ("terminal", "json", "markdown"):
            raise UsageError(
                f"unknown format {format!r}", nearest(format, ["terminal", "json", "markdown"])
            )
        catalogue, documents, words = load(), read(), " ".join(query)
        match = look_up(words, catalogue.edition(edition).id)
        loaded, _ = installed(catalogue, Choice(skip_bad_plugins, no_plugins))
        checks = [entry.check for entry in loaded]
        found = explained(words, match, catalogue, documents, check_ids_by_cause(checks))
        console = open_console()
        if format == "terminal" and details:
            print_explanation(found, console)
        elif format == "terminal":
            print_answer(found, console)
        else:
            text = to_json(found).decode() if format == "json" else to_markdown(found)
            sys.stdout.write(text)
