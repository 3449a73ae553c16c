"""Writes a new package with one check, its test and a ``pyproject.toml``, ready to install."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from string import Template

from scanner.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TAKEN = {"backupscan", "scanner", "checks", *sys.stdlib_module_names, *keyword.kwlist}

_PYPROJECT = Template("""\
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "$name"
version = "0.1.0"
description = "A check for backupscan"
requires-python = ">=3.11"
dependencies = ["backupscan"]

[project.optional-dependencies]
test = ["pytest"]

# The scanner finds the module by this group. Ids of its checks begin with the package's name.
[project.entry-points."backupscan.checks"]
$module = "$module"

[tool.setuptools]
py-modules = ["$module"]
""")

_MODULE = Template('''\
"""Disks that are larger than we allow, whatever Azure Backup supports."""

from scanner.api import Disk, Edition, Finding, Iterator, Rule, Vm, check, clear, found

_CAUSE = "disk-size-unsupported"
_LIMIT_GIB = 4096
_SAYS = "our restores are timed for disks of at most 4,096 GiB"


@check("$name-disk-size", cause=_CAUSE, reads=("disks",), each="disks")
def disk_size(_vm: Vm, edition: Edition, disk: Disk) -> Iterator[Finding]:
    """A disk is larger than our own limit."""
    message = f"The {disk} has {disk.size_gib:,} GiB."
    if disk.size_gib > _LIMIT_GIB:
        rule = Rule(edition.id, _CAUSE, "disk-larger-than", "possible", (), _SAYS, _LIMIT_GIB)
        yield found(rule, message, disk.evidence)
    else:
        yield clear(message, disk.evidence)
''')

_TEST = Template("""\
from scanner.api import Disk, Verdict
from scanner.testing import SEEN, findings, vm

from $module import disk_size


def test_a_disk_over_our_limit_is_found() -> None:
    small, large = Disk("os", None, 4096, SEEN), Disk("data", 0, 4097, SEEN)
    worst, other = findings(disk_size, vm(disks=(small, large)))
    assert (worst.verdict, other.verdict) == (Verdict.POSSIBLE, Verdict.CLEAR)
    assert "data disk (LUN 0) data has 4,097 GiB" in worst.message
""")


def package(name: str) -> Mapping[str, str]:
    """The files of a new package by path; raises ``UsageError`` if it cannot have this name."""
    module = name.replace("-", "_")
    if not _NAME.fullmatch(name):
        todo = "Use lower-case letters, digits and '-', such as contoso-checks"
        raise UsageError(f"{name!r} cannot be the name of a package", todo)
    if module in _TAKEN:
        raise UsageError(f"{name!r} is the name of an existing module", "Choose another name")
    files = {
        "pyproject.toml": _PYPROJECT,
        f"{module}.py": _MODULE,
        f"test_{module}.py": _TEST,
    }
    return {
        f"{module}/{path}": template.substitute(name=name, module=module)
        for path, template in files.items()
    }


def write_package(name: str, folder: Path) -> tuple[Path, ...]:
    """Write a new package below a folder and return the paths of its files.

    Raises ``UsageError`` if the package cannot have this name, or something has it already.
    """
    files = {folder / path: text for path, text in package(name).items()}
    home = next(iter(files)).parent
    try:
        home.mkdir()
        for path, text in files.items():
            path.write_text(text, encoding="utf-8")
    except FileExistsError:
        raise UsageError(f"{home} is there already", "Choose another name, or move it") from None
    except OSError as error:
        what = f"{home} cannot be written ({error.strerror})"
        raise UsageError(what, "Check the folder and its rights") from None
    return tuple(files)
