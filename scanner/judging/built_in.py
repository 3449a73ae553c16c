"""Which files are the built-in checks. Any package can install a file next to them."""

from __future__ import annotations

import csv
import pkgutil
from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint
from importlib.util import find_spec
from pathlib import Path

NAME = "checks"
"""The package with the built-in checks."""
DISTRIBUTION = "backupscan"
_ROOT = Path(__file__).resolve().parents[2]


def is_built_in(point: EntryPoint, package: str) -> bool:
    """True for the entry point of this project; false for one of another that names its module.

    ``package`` is the name of the point's distribution, if it has one.
    """
    return point.module == NAME and point.dist is not None and package == DISTRIBUTION


def foreign_files(point: EntryPoint) -> list[str]:
    """The files that would be imported as built-in checks and are not of this project.

    Imports nothing.
    """
    start = _ROOT / NAME / "__init__.py"
    found = _origin(NAME)
    if found != start:
        return [f"{found}"]
    installed = set(_installed_files(point.dist))
    if start not in installed:
        # A folder of sources is in no list of files.
        return []
    return [f"{file}" for file in _module_files(start.parent) if file not in installed]


def _origin(module: str) -> Path | None:
    spec = find_spec(module)
    return Path(spec.origin).resolve() if spec and spec.origin else None


def _installed_files(distribution: Distribution | None) -> Iterator[Path]:
    """The files of the built-in checks that an installed distribution lists as its own.

    A distribution that is built in its folder of sources has no such list.
    """
    record = distribution.read_text("RECORD") if distribution else None
    if distribution and record:
        root = Path(f"{distribution.locate_file('')}").resolve()
        for file, *_ in csv.reader(record.splitlines()):
            if file.startswith(f"{NAME}/"):
                yield root / file


def _module_files(folder: Path) -> Iterator[Path]:
    """The file that Python would import for every module in a folder."""
    for module in pkgutil.iter_modules([f"{folder}"]):
        spec = module.module_finder.find_spec(module.name, None)
        if spec and spec.origin:
            yield Path(spec.origin).resolve()
