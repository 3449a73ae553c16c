"""The installed checks, as a command loads them."""

from __future__ import annotations

import sys

from scanner.catalogue import Catalogue
from scanner.errors import PluginError
from scanner.judging.plugins import Installed, discover


def installed(catalogue: Catalogue, *, skip_bad: bool) -> tuple[Installed, ...]:
    """Every installed check; a bad one ends the run, or is named on stderr and left out."""
    return discover(catalogue, _note) if skip_bad else discover(catalogue)


def _note(refused: PluginError) -> None:
    sys.stderr.write(f"note: left out: {refused.what}\n")
