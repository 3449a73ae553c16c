"""The installed checks, as every command loads them."""

from __future__ import annotations

import sys

from scanner.catalogue import Catalogue
from scanner.errors import PluginError
from scanner.judging.plugins import Choice, Installed, discover


def installed(
    catalogue: Catalogue, choice: Choice
) -> tuple[tuple[Installed, ...], tuple[PluginError, ...]]:
    """The installed checks, and why others are left out. A note on stderr names these, too.

    Raises ``PluginError`` for a check that cannot be used, unless bad ones may be skipped.
    """
    refused: list[PluginError] = []

    def note(error: PluginError) -> None:
        sys.stderr.write(f"note: left out: {error.what}\n")
        refused.append(error)

    found = (
        discover(catalogue, note, choice) if choice.skip_bad else discover(catalogue, choice=choice)
    )
    return found, tuple(refused)
