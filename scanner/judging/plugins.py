"""Finding checks: ours come in by the strangers' door, a bad one is refused by name."""

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
_OURS = "checks"


@dataclass(frozen=True)
class Installed:
    """A check and the distribution it is from."""

    check: Check
    package: str


Refuse = Callable[[PluginError], None]


def _raise(refused: PluginError) -> None:
    raise refused


def discover(catalogue: Catalogue, refuse: Refuse = _raise) -> tuple[Installed, ...]:
    """Every installed check, by id.

    ``refuse`` is told of a package that cannot be imported or holds no check, and of a check with
    another's id, an unknown cause or fact, or a function that cannot be asked. Unless it is given,
    the first of them is raised: a check that is silently missing is a fleet silently clean.
    Raises ``PluginError`` too where none is left.
    """
    found: dict[str, Installed] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (_is_strange(point), point)):
        for each in _usable(point, catalogue, found, refuse):
            found[each.check.id] = each
    if not found:
        raise PluginError("no check is installed", "Install the package: pip install .")
    return tuple(found[name] for name in sorted(found))


def judges(checks: Sequence[Check]) -> Mapping[str, tuple[str, ...]]:
    """The ids of the checks by the cause that each judges."""
    causes = dict.fromkeys(each.cause for each in checks)
    return {cause: tuple(each.id for each in checks if each.cause == cause) for cause in causes}


def pick(
    checks: Sequence[Check],
    names: Sequence[str],
    edition: Edition,
    without: Sequence[str] = (),
    *,
    planning: bool = True,
) -> tuple[Check, ...]:
    """The checks named, or serving a cause named, all if none is, but those named as left out.

    Without ``planning``, a check for planning is picked only where it is named. Raises
    ``UsageError`` for a name that none has, and where none is left.
    """
    answers = {each: {each.id, each.cause, *_groups(each, edition)} for each in checks}
    known = set().union(*answers.values())
    for name in (*names, *without):
        if name not in known:
            raise UsageError(f"unknown check {name!r}", nearest(name, sorted(known)))
    asked = (
        each
        for each in checks
        if planning or each.when == "always" or {each.id, each.cause} & {*names}
    )
    wanted, unwanted = set(names) or known, set(without)
    picked = tuple(
        each for each in asked if answers[each] & wanted and not answers[each] & unwanted
    )
    if checks and not picked:
        raise UsageError("every check is left out", "Leave out fewer with --exclude-check")
    return picked


def _groups(check: Check, edition: Edition) -> list[str]:
    return [cause for cause in edition.causes if check.cause in edition.parts(cause)]


_TODO = "Mend or uninstall the package, or leave it out with --skip-bad-plugins"


def _is_strange(point: EntryPoint) -> bool:
    """Ours come first: whose id another takes is not the one to be refused."""
    return point.module != _OURS


def _usable(
    point: EntryPoint, catalogue: Catalogue, found: Mapping[str, Installed], refuse: Refuse
) -> Iterator[Installed]:
    """The checks of one package, one by one; ``found`` are those before."""
    try:
        checks = _checks_of(point)
    except PluginError as refused:
        refuse(refused)
        return
    package = point.dist.name if point.dist else point.module
    prefix = f"{package}-" if _is_strange(point) else ""
    for check in checks:
        problem = _problem(check, prefix, catalogue)
        if check.id in found:
            problem = f"has the id of another check, {found[check.id].check.where}"
        if problem:
            what = f"the check {check.id} of {package} {problem} ({check.where})"
            refuse(PluginError(what, _TODO))
        else:
            yield Installed(check, package)


def _checks_of(point: EntryPoint) -> tuple[Check, ...]:
    """The checks of a package, each once; raises ``PluginError``."""
    named = f"{point.value} (entry point {point.name})"
    try:
        modules = list(_modules(import_module(point.module)))
    except (Exception, SystemExit) as error:
        what = f"{named} cannot be imported{_place(error)}: {type(error).__name__}: {error}"
        raise PluginError(what, _TODO) from error
    values = [value for module in modules for value in vars(module).values()]
    checks = {id(value): value for value in values if isinstance(value, Check)}
    if not checks:
        files = ", ".join(str(module.__file__) for module in modules)
        raise PluginError(f"{named} holds no check ({files})", _TODO)
    return tuple(checks.values())


def _place(error: BaseException) -> str:
    """File and line at which an import failed; nothing where the module is not there."""
    if isinstance(error, SyntaxError) and error.filename:
        return f", {error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    *_, last = (each for each in frames if "importlib" not in each.filename)
    return "" if last.filename == __file__ else f", {last.filename}:{last.lineno}"


def _modules(module: ModuleType) -> Iterator[ModuleType]:
    yield module
    for inner in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
        yield import_module(inner.name)


def _problem(check: Check, prefix: str, catalogue: Catalogue) -> str | None:
    """What is wrong with a check, as the rest of a sentence about it; None if nothing is."""
    if check.cause not in catalogue.causes:
        close = nearest(check.cause, sorted(catalogue.causes))
        return f"names the unknown cause {check.cause!r}. {close}"
    if not check.reads:
        return "declares no fact that it reads"
    for fact in (
        *check.reads,
        *check.helps,
        *([check.each.partition(".")[0]] if check.each else []),
    ):
        if fact not in FACTS:
            return f"reads the unknown fact {fact!r}. {nearest(fact, sorted(FACTS))}"
    if check.each and "." not in check.each and check.each not in COLLECTIONS:
        return f"asks for each of {check.each!r}, which is one thing"
    third = ["item"] if check.each else ["fleet"] if check.scope == "fleet" else []
    if not _takes(check.judge, "vm", "edition", *third):
        return f"does not take ({', '.join(('vm', 'edition', *third))})"
    if check.unless and not _takes(check.unless, "vm"):
        return "has an unless that does not take (vm)"
    if not check.id.startswith(prefix):
        return f"must have an id that begins with {prefix}"
    return None if check.summary else "has no docstring"


def _takes(function: Callable[..., object], *given: str) -> bool:
    """Whether a function takes what the engine gives."""
    try:
        inspect.signature(function).bind(*given)
    except (TypeError, ValueError):
        return False
    return True
