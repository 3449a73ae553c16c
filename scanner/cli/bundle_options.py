"""Options for bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, cast

import typer

from scanner.cli.trust import NO_FILE


def folder(text: str) -> Path:
    """A folder by its path or URL. Without a name it would be the one that the command runs in."""
    from scanner.fleet.bundle.url import folder_at

    if not text.strip():
        raise typer.BadParameter("the folder has no name.")
    # Typer knows no unions. A bundle takes both.
    return cast("Path", folder_at(text))


Record = Annotated[
    Path | None,
    typer.Option(
        "--record",
        allow_from_autoenv=False,
        metavar="DIR",
        parser=folder,
        help="Save what is read as a bundle in this folder or at this URL, which is new or empty.",
    ),
    NO_FILE,
]
Resume = Annotated[
    Path | None,
    typer.Option(
        "--resume",
        allow_from_autoenv=False,
        metavar="DIR",
        parser=folder,
        help="Go on with a bundle that was interrupted: read only what it lacks.",
    ),
    NO_FILE,
]
OnlyFailed = Annotated[
    bool,
    typer.Option(
        "--only-failed/--no-only-failed",
        allow_from_autoenv=False,
        help="With --resume: also read again what had gaps.",
    ),
    NO_FILE,
]
Redact = Annotated[
    bool,
    typer.Option(
        "--redact/--no-redact",
        allow_from_autoenv=False,
        help="Save pseudonyms in place of names, ids, tags, addresses and messages.",
    ),
    NO_FILE,
]
RedactKeyFile = Annotated[
    Path | None,
    typer.Option(
        "--redact-key-file",
        allow_from_autoenv=False,
        metavar="FILE",
        help="The key of the pseudonyms: bundles of one key can be compared.",
        show_default="a new key, which is printed once",
    ),
    NO_FILE,
]
Bundle = Annotated[
    Path | None,
    typer.Option(
        "--bundle",
        allow_from_autoenv=False,
        metavar="DIR",
        parser=folder,
        help="Judge the bundle in this folder or at this URL, without Azure. Names narrow its"
        " scope.",
    ),
    NO_FILE,
]
Salvage = Annotated[
    bool,
    typer.Option(
        "--salvage/--no-salvage",
        allow_from_autoenv=False,
        help="With --bundle: leave out damaged files. Their subscriptions are gaps.",
    ),
    NO_FILE,
]
