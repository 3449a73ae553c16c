"""The files of ``backupscan plan``: plans, and the configuration that they were made of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from operator import add
from pathlib import Path

from scanner.cli.collector import paused_collector
from scanner.cli.user_files import PLAN_BYTES, read_bytes, read_input, read_text
from scanner.errors import UsageError
from scanner.plan.planned import Contents, NotAPlan
from scanner.plan.read import read_plan
from scanner.plan.source import locate

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INPUT = Path("-")
_EXAMPLE = "terraform show -json PLANFILE | backupscan plan -"
_ENDINGS = (".tf", ".tofu")
"""Files of Terraform and OpenTofu with lines to point at."""
_FILE_BYTES = 4 * 1024 * 1024


def read_plans(
    files: Sequence[Path], subscriptions: Sequence[str], source: Path | None, *, reads: bool
) -> Contents:
    """What all files say, as one change. ``reads`` is True if what lives is read, too.

    Raises ``UsageError`` for a file that is no plan: what it is, and what to run.
    """
    if files.count(_INPUT) > 1:
        raise UsageError("- is named twice, and the standard input is read once", "Name files")
    guids = [name.lower() for name in subscriptions if _GUID.fullmatch(name.lower())]
    if len(guids) < len(subscriptions) and not reads:
        what = "-s has a name of a subscription, and nothing is read that has names"
        raise UsageError(what, "Give its GUID, or --live")
    subscription = guids[0] if len(guids) == 1 else None
    contents = reduce(add, (_read(file, subscription) for file in files), Contents())
    if source is None:
        return contents
    files_of_source = dict(_sources(source, contents.folders.values()))
    return locate(contents, files_of_source, _shown(source))


def _read(file: Path, subscription: str | None) -> Contents:
    is_input = file == _INPUT
    data = read_input(PLAN_BYTES, _EXAMPLE) if is_input else read_bytes(file, PLAN_BYTES)
    try:
        with paused_collector():
            return read_plan(data, subscription)
    except NotAPlan as error:
        name = "the standard input" if is_input else f"{file}"
        raise UsageError(f"{name} is no plan: {error.what}", error.remedy) from None


def _shown(folder: Path) -> str:
    """The folder by its path from the working directory: pipelines run in their repository.

    Empty if it is elsewhere: paths in it are shown then.
    """
    here, there = Path.cwd().resolve(), folder.resolve()
    return there.relative_to(here).as_posix() if there.is_relative_to(here) else ""


def _sources(folder: Path, modules: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The files of a configuration, by their paths in its folder.

    ``modules`` are the folders of its modules. Nothing else is looked at.
    """
    if not folder.is_dir():
        raise UsageError(f"--source {folder} is no folder", "Name the folder of the configuration")
    root = folder.resolve()
    for module in sorted({".", *modules}):
        inside = (root / module).resolve()
        if not inside.is_relative_to(root):
            continue
        for path in sorted(inside.glob("*")):
            if path.suffix in _ENDINGS and path.is_file():
                yield path.relative_to(root).as_posix(), read_text(path, _FILE_BYTES)
