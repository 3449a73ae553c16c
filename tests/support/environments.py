"""A Python environment that holds a few packages and what they declare to need."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name


def run(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program of an environment, which sees no packages but its own."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(
        [program, *words], capture_output=True, text=True, cwd=program.parent, env=kept
    )


class Environment:
    """A virtual environment. Dependencies are links to those of this environment.

    So nothing is downloaded or unpacked, and what no package declares is not there.
    """

    def __init__(self, folder: Path) -> None:
        venv.create(folder)
        self.programs = folder / "bin"
        [self._packages] = folder.glob("lib/python*/site-packages")

    def pip(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run pip for this environment."""
        options = ("--disable-pip-version-check", "--no-input")
        python = str(self.programs / "python")
        return run(Path(sys.executable), "-m", "pip", *options, "--python", python, *words)

    def link(self, requirements: Iterable[str]) -> None:
        """Link the distributions that the requirements need, directly or not."""
        for found in _closure(requirements):
            for file in found.files or ():
                # Scripts lie outside of the folder of packages.
                if ".." not in file.parts:
                    link = self._packages / file
                    link.parent.mkdir(parents=True, exist_ok=True)
                    link.symlink_to(Path(str(found.locate_file(file))).resolve())


def requirements_of(project: Path, *extras: str) -> list[str]:
    """What the ``pyproject.toml`` of a project declares to need."""
    declared = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    optional = declared.get("optional-dependencies", {})
    return [*declared["dependencies"], *(need for extra in extras for need in optional[extra])]


def _closure(requirements: Iterable[str]) -> Iterable[Distribution]:
    """The distributions that the requirements need, directly or not."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) not in seen:
            seen.add((name, extras))
            found[name] = distribution(name)
            waiting += _needed(found[name], extras)
    return found.values()


def _needed(package: Distribution, extras: Iterable[str]) -> list[Requirement]:
    """What a distribution needs itself, on this machine and with these extras."""
    declared = [Requirement(text) for text in package.requires or ()]
    return [
        need
        for need in declared
        if need.marker is None or any(need.marker.evaluate({"extra": e}) for e in ("", *extras))
    ]
