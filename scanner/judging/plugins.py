"""Finds the installed checks by entry point and refuses bad ones by name."""

from __future__ import annotations

import inspect
import pkgutil
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from scanner.catalogue import Catalogue, Edition
from scanner.catalogue.text import nearest
from scanner.errors import PluginError, UsageError
from scanner.inventory.vm import COLLECTIONS, FACTS
from scanner.judging.check import Check

GROUP = "backupscan.checks"
"""The entry-point group. Each entry point names a module or package with checks."""
_BUILT_IN = "checks"
_REMEDY = "Fix or uninstall the package, or leave it out with --skip-bad-plugins"


@dataclass(frozen=True)
class Installed:
    """A check and the name of the distribution that it comes from."""

    check: Check
    package: str


Refuse = Callable[[PluginError], None]
"""Handles a bad check or package. Discovery goes on without it if the call returns."""


def _raise_refusal(error: PluginError) -> None:
    """The default for ``refuse``: end discovery with the first error."""
    raise error


def discover(catalogue: Catalogue, refuse: Refuse = _raise_refusal) -> tuple[Installed, ...]:
    """Every installed check, sorted by id.

    ``refuse`` is called for a package that cannot be imported or has no check, and for a check
    that cannot work: a duplicate id, an unknown cause or fact, wrong arguments. The default
    raises the first error, because a fleet would look clean if a check were left out silently.
    Raises ``PluginError`` if no check is left.
    """
    found: dict[str, Installed] = {}
    # Built-in checks load first, so a duplicate id is blamed on the plugin.
    points = sorted(entry_points(group=GROUP), key=lambda point: (_is_plugin(point), point))
    for point in points:
        for installed in _usable_checks(point, catalogue, found, refuse):
            found[installed.check.id] = installed
    if not found:
        raise PluginError("no check is installed", "Install the package: pip install .")
    return tuple(found[check_id] for check_id in sorted(found))


def check_ids_by_cause(checks: Sequence[Check]) -> Mapping[str, tuple[str, ...]]:
    """The ids of the checks for every cause that has one."""
    causes = dict.fromkeys(check.cause for check in checks)
    return {cause: tuple(check.id for check in checks if check.cause == cause) for cause in causes}


def pick(
    checks: Sequence[Check],
    names: Sequence[str],
    edition: Edition,
    excluded: Sequence[str] = (),
    *,
    planning: bool = True,
) -> tuple[Check, ...]:
    """The checks selected by id or cause (all by default), minus the excluded ones.

    Without ``planning``, checks with ``when="planning"`` are only picked by name. Raises
    ``UsageError`` for an unknown name, and if no check is left.
    """
    names_of = {check: _names(check, edition) for check in checks}
    known = set().union(*names_of.values())
    for name in (*names, *excluded):
        if name not in known:
            raise UsageError(f"unknown check {name!r}", nearest(name, sorted(known)))
    selected = set(names) or known
    picked = tuple(
        check
        for check in checks
        if (planning or check.when == "always" or {check.id, check.cause} & {*names})
        and names_of[check] & selected
        and not names_of[check] & {*excluded}
    )
    if checks and not picked:
        raise UsageError("every check is left out", "Leave out fewer with --exclude-check")
    return picked


def _names(check: Check, edition: Edition) -> set[str]:
    """The names that select a check: its id, its cause, and the group of its cause, if any."""
    groups = {cause for cause in edition.causes if check.cause in edition.parts(cause)}
    return {check.id, check.cause} | groups


def _is_plugin(point: EntryPoint) -> bool:
    return point.module != _BUILT_IN


def _usable_checks(
    point: EntryPoint, catalogue: Catalogue, found: Mapping[str, Installed], refuse: Refuse
) -> Iterator[Installed]:
    """The checks of one entry point that can work. ``found`` are the checks so far, by id."""
    try:
        checks = _load_checks(point)
    except PluginError as error:
        refuse(error)
        return
    package = point.dist.name if point.dist else point.module
    prefix = f"{package}-" if _is_plugin(point) else ""
    for check in checks:
        problem = _problem(check, prefix, catalogue)
        if check.id in found:
            problem = f"has the id of another check, {found[check.id].check.where}"
        if problem:
            what = f"the check {check.id} of {package} {problem} ({check.where})"
            refuse(PluginError(what, _REMEDY))
        else:
            yield Installed(check, package)


def _load_checks(point: EntryPoint) -> tuple[Check, ...]:
    """The checks of an entry point, each once. Raises ``PluginError`` if there is none."""
    plugin = f"{point.value} (entry point {point.name})"
    try:
        modules = list(_modules(import_module(point.module)))
    except (Exception, SystemExit) as error:
        what = f"{plugin} cannot be imported{_failed_at(error)}: {type(error).__name__}: {error}"
        raise PluginError(what, _REMEDY) from error
    values = [value for module in modules for value in vars(module).values()]
    # A module may import the checks of another one.
    checks = {id(value): value for value in values if isinstance(value, Check)}
    if not checks:
        files = ", ".join(str(module.__file__) for module in modules)
        raise PluginError(f"{plugin} has no check ({files})", _REMEDY)
    return tuple(checks.values())


def _failed_at(error: BaseException) -> str:
    """File and line of a failed import, after a comma. Empty if the module does not exist."""
    if isinstance(error, SyntaxError) and error.filename:
        return f", {error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    *_, last = (frame for frame in frames if "importlib" not in frame.filename)
    return "" if last.filename == __file__ else f", {last.filename}:{last.lineno}"


def _modules(module: ModuleType) -> Iterator[ModuleType]:
    """The module and, of a package, all modules in it."""
    yield module
    for inner in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
        yield import_module(inner.name)


def _problem(check: Check, prefix: str, catalogue: Catalogue) -> str | None:
    """What is wrong with a check, to follow its name in a sentence. None if it can work."""
    if check.cause not in catalogue.causes:
        close = nearest(check.cause, sorted(catalogue.causes))
        return f"names the unknown cause {check.cause!r}. {close}"
    if not check.reads:
        return "reads no fact"
    collection = [check.each.partition(".")[0]] if check.each else []
    for fact in (*check.reads, *check.helps, *collection):
        if fact not in FACTS:
            return f"reads the unknown fact {fact!r}. {nearest(fact, sorted(FACTS))}"
    if check.each and "." not in check.each and check.each not in COLLECTIONS:
        return f"has each={check.each!r}, which is no collection"
    third = ["item"] if check.each else ["fleet"] if check.scope == "fleet" else []
    if not _accepts(check.judge, "vm", "edition", *third):
        return f"must be a function with the arguments ({', '.join(('vm', 'edition', *third))})"
    if check.unless and not _accepts(check.unless, "vm"):
        return "must have an unless function with the argument (vm)"
    if check.skips and not (check.each and _accepts(check.skips, "vm", "item")):
        return "must have each, and a skips function with the arguments (vm, item)"
    if not check.id.startswith(prefix):
        return f"must have an id that begins with {prefix}"
    return None if check.summary else "has no docstring"


def _accepts(function: Callable[..., object], *arguments: str) -> bool:
    """True if a function can be called with these positional arguments."""
    try:
        inspect.signature(function).bind(*arguments)
    except (TypeError, ValueError):
        return False
    return True
