"""Installs a package with checks in a folder, for a command that runs as a process."""

import os

from tests.support.command import Command

HEAD = """
import asyncio, atexit, os, signal, sys, threading, time
from scanner.api import Edition, Evidence, Finding, Iterator, Verdict, Vm, check, clear, found
from scanner.inventory.gap import Unseen
EXITS = property(lambda _: sys.exit(0))
"""
_CHECK = '''
@check("stranger-{name}", cause="disk-size-unsupported", reads=("os",){more})
def judged_{function}(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """Something."""
    {body}
'''


def a_check(name: str, body: str, more: str = "") -> str:
    """The source of a check called ``stranger-NAME``. ``body`` is indented by 4 spaces."""
    return _CHECK.format(name=name, function=name.replace("-", "_"), body=body, more=more)


def with_plugin(
    run: Command,
    source: str,
    name: str = "stranger",
    version: str = "1.0",
    module: str | None = None,
) -> Command:
    """The command in an environment with one more package, which has these checks.

    Its entry point names a ``module``: by default the package's own one.
    """
    folder = run.folder / f"{name}_files"
    described = folder / f"{name}-{version}.dist-info"
    described.mkdir(parents=True)
    (folder / f"{name}.py").write_text(HEAD + source, encoding="utf-8")
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    (described / "METADATA").write_text(metadata, encoding="utf-8")
    entry_points = f"[backupscan.checks]\none = {module or name}\n"
    (described / "entry_points.txt").write_text(entry_points, encoding="utf-8")
    path = os.pathsep.join(filter(None, [run.environment.get("PYTHONPATH"), str(folder)]))
    return run.with_environment(PYTHONPATH=path)
