"""Finding checks: ours come in by the strangers' door, a bad one is refused by name."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from scanner.catalogue import Catalogue, Edition, nearest
from scanner.check import Check
from scanner.errors import PluginError, UsageError
from scanner.inventory.vm import FACTS

GROUP = "backupscan.checks"
_OURS = "checks"


def discover(catalogue: Catalogue) -> tuple[Check, ...]:
    """Every installed check, by id.

    Raises ``PluginError`` for one that cannot be imported, has another's id, an unknown cause or
    fact, and where there is none at all: a check that is silently missing is a fleet silently
    clean.
    """
    found: dict[str, Check] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        checks = tuple(_checks_of(point))
        if not checks:
            raise PluginError(f"{point.value} (entry point {point.name}) holds no check", _TODO)
        for each in checks:
            _vet(each, point, catalogue)
            if each.id in found:
                other = found[each.id].where
                raise PluginError(f"two checks have the id {each.id}: {other}, {each.where}", _TODO)
            found[each.id] = each
    if not found:
        raise PluginError("no check is installed", "Install the package: pip install .")
    return tuple(found[name] for name in sorted(found))


def judges(checks: Sequence[Check]) -> Mapping[str, tuple[str, ...]]:
    """The ids of the checks by the cause that each judges."""
    causes = dict.fromkeys(each.cause for each in checks)
    return {cause: tuple(each.id for each in checks if each.cause == cause) for cause in causes}


def pick(checks: Sequence[Check], names: Sequence[str], edition: Edition) -> tuple[Check, ...]:
    """The checks named, or serving a cause named; all if none is. Raises ``UsageError``."""
    answers = {each: {each.id, each.cause, *_groups(each, edition)} for each in checks}
    known = set().union(*answers.values())
    for name in names:
        if name not in known:
            raise UsageError(f"unknown check {name!r}", nearest(name, sorted(known)))
    return tuple(each for each in checks if not names or answers[each] & set(names))


def _groups(check: Check, edition: Edition) -> list[str]:
    return [cause for cause in edition.causes if check.cause in edition.parts(cause)]


_TODO = "Mend or uninstall the package"


def _checks_of(point: EntryPoint) -> Iterator[Check]:
    try:
        modules = list(_modules(import_module(point.module)))
    except Exception as error:
        what = f"{point.value} (entry point {point.name}) cannot be imported: {error}"
        raise PluginError(what, _TODO) from error
    seen: set[int] = set()
    for module in modules:
        for value in vars(module).values():
            if isinstance(value, Check) and id(value) not in seen:
                seen.add(id(value))
                yield value


def _modules(module: ModuleType) -> Iterator[ModuleType]:
    yield module
    for inner in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
        yield import_module(inner.name)


def _vet(each: Check, point: EntryPoint, catalogue: Catalogue) -> None:
    package = point.dist.name if point.dist else point.module
    facts = (*each.reads, *([each.each] if each.each else []))
    strange = [fact for fact in facts if fact not in FACTS]
    if each.cause not in catalogue.causes:
        problem = f"names the unknown cause {each.cause!r}"
    elif not each.reads:
        problem = "declares no fact that it reads"
    elif strange:
        problem = f"reads the unknown fact {strange[0]!r}"
    elif point.module != _OURS and not each.id.startswith(f"{package}-"):
        problem = f"must have an id that begins with {package}-"
    elif not each.summary:
        problem = "has no docstring"
    else:
        return
    raise PluginError(f"the check {each.id} of {package} {problem} ({each.where})", _TODO)
