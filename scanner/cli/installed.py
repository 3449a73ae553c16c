"""The installed checks, as every command loads them."""

from __future__ import annotations

import sys

from scanner.catalogue import Catalogue
from scanner.errors import PluginError
from scanner.judging.plugins import Installed, discover


def installed(catalogue: Catalogue, *, skip_bad: bool) -> tuple[Installed, ...]:
    """Every installed check.

    Raises ``PluginError`` for a check that cannot be used. With ``skip_bad`` a note on stderr names
    it instead.
    """
    return discover(catalogue, _note_refused) if skip_bad else discover(catalogue)


def _note_refused(refused: PluginError) -> None:
    """Say on stderr which check is left out, and go on."""
    sys.stderr.write(f"note: left out: {refused.what}\n")
