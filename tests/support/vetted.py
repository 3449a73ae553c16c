"""The installed checks, as checks of a plugin: all that they find is vetted.

A scan vets only the messages of its own checks.
"""

from __future__ import annotations

from dataclasses import replace

from scanner.catalogue import Catalogue
from scanner.judging.check import Check
from scanner.judging.plugins import discover


def vetted_checks(catalogue: Catalogue) -> list[Check]:
    return [replace(plugin.check, is_built_in=False) for plugin in discover(catalogue)]
