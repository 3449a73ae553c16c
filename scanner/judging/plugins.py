"""Finds the installed checks by entry point and refuses bad ones by name."""

from __future__ import annotations

import inspect
import pkgutil
import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType, NoneType
from typing import get_args

from scanner.catalogue import Catalogue, Edition
from scanner.catalogue.text import nearest
from scanner.errors import PluginError, UsageError
from scanner.inventory.facts.machine import Deployment, Family
from scanner.inventory.vm import COLLECTIONS, FACTS
from scanner.judging import containment
from scanner.judging.built_in import foreign_files, is_built_in
from scanner.judging.check import Check, Scope, SlowCalls, When
from scanner.judging.containment import (
    answer_or,
    checks_at_work,
    how_it_failed,
    interruptible,
    plain_text,
)
from scanner.judging.limits import CHECK_LIMITS

GROUP = "backupscan.checks"
"""The entry-point group. Each entry point names a module or package with checks."""
_REMEDY = "Fix or uninstall the package, or leave it out with --skip-bad-plugins"
_WORDS: Mapping[str, tuple[object, ...]] = {
    "family": (None, *get_args(Family)),
    "deployment": (None, *get_args(Deployment)),
    "when": get_args(When),
    "scope": get_args(Scope),
}
"""What a check may declare. With another word it would never be asked."""
_OURS = (__file__, containment.__file__)


@dataclass(frozen=True)
class Choice:
    """Which installed packages are used."""

    skip_bad: bool = False
    """True to go on without a check that cannot be used. The report names it."""
    only_built_in: bool = False
    """True to import no plugin, that is no package but this one."""
    pinned: tuple[str, ...] = ()
    """The plugins that must be installed, and no others, as ``NAME==VERSION``. Empty for any."""


@dataclass(frozen=True)
class Installed:
    """A check and the name of the distribution that it comes from."""

    check: Check
    package: str


@dataclass(frozen=True)
class _Source:
    """An entry point and its distribution, whose name is read from a file each time it is asked."""

    point: EntryPoint
    package: str
    is_ours: bool
    """True for the built-in checks."""


Refuse = Callable[[PluginError], None]
"""Handles a bad check or package. Discovery goes on without it if the call returns."""


def _raise_refusal(error: PluginError) -> None:
    """The default for ``refuse``: end discovery with the first error."""
    raise error


def discover(
    catalogue: Catalogue,
    refuse: Refuse = _raise_refusal,
    choice: Choice = Choice(),
) -> tuple[Installed, ...]:
    """Every installed check, sorted by id.

    ``refuse`` is called for a package that cannot be imported or has no check, and for a check
    that cannot work: a duplicate id, an unknown cause or fact, wrong arguments. The default
    raises the first error, because a fleet would look clean if a check were left out silently.
    Raises ``PluginError`` if no check is left, and if the plugins are not those that are pinned.
    """
    found: dict[str, Installed] = {}
    with checks_at_work(CHECK_LIMITS.load):
        for source in _chosen_sources(choice):
            for installed in _usable_checks(source, catalogue, found, refuse):
                found[installed.check.id] = installed
    if not found:
        raise PluginError("no check is installed", "Install the package: pip install .")
    return tuple(found[check_id] for check_id in sorted(found))


def _chosen_sources(choice: Choice) -> list[_Source]:
    """The entry points to load. Built-in checks are first: a duplicate id is the plugin's fault."""
    sources = [_source(point) for point in entry_points(group=GROUP)]
    built_in = sorted((source for source in sources if source.is_ours), key=_point)
    if choice.only_built_in:
        return built_in
    plugins = sorted((source for source in sources if not source.is_ours), key=_point)
    if choice.pinned:
        _vet_pins(choice.pinned, plugins)
    return built_in + plugins


def _source(point: EntryPoint) -> _Source:
    package = point.dist.name if point.dist else point.module
    return _Source(point, package, is_built_in(point, package))


def _point(source: _Source) -> EntryPoint:
    return source.point


def _vet_pins(pins: Iterable[str], plugins: Iterable[_Source]) -> None:
    """Raise ``PluginError`` unless the plugins are those that are pinned, in the same versions."""
    pinned = {_canonical(pin) for pin in pins}
    installed = {_canonical(f"{plugin.package}=={_version(plugin.point)}") for plugin in plugins}
    for plugin in sorted(installed - pinned):
        remedy = f"Uninstall it, or read its code and give --pin-plugin {plugin}"
        raise PluginError(f"the installed package {plugin} is not pinned", remedy)
    for pin in sorted(pinned - installed):
        what = f"the plugin {pin} is pinned, but no such package with checks is installed"
        raise PluginError(what, f"Install it: pip install {pin}")


def _canonical(pin: str) -> str:
    """``NAME==VERSION`` as Python compares names. Raises ``UsageError`` if it has another form."""
    name, equals, version = (part.strip() for part in pin.partition("=="))
    if not (name and equals and version):
        raise UsageError(f"--pin-plugin {pin!r} is no pin", "Give NAME==VERSION")
    return f"{re.sub('[-_.]+', '-', name).lower()}=={version}"


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


def _version(point: EntryPoint) -> str:
    return point.dist.version if point.dist else "unknown"


def _usable_checks(
    source: _Source, catalogue: Catalogue, found: Mapping[str, Installed], refuse: Refuse
) -> Iterator[Installed]:
    """The checks of one entry point that can work. ``found`` are the checks so far, by id."""
    point, package, is_ours = source.point, source.package, source.is_ours
    try:
        if is_ours:
            _refuse_foreign_files(source)
        checks = _load_checks(f"{point.value} (entry point {point.name})", point.module, package)
    except PluginError as error:
        refuse(error)
        return
    for check in checks:
        adopted = _adopted(check, package, is_ours)
        try:
            adopted = _described(adopted)
            problem = _problem(adopted, "" if is_ours else f"{package}-", catalogue, found)
        except BaseException as error:  # noqa: BLE001 - what it declares may be code of the plugin
            problem = f"cannot be used: {how_it_failed(adopted, error)}"
        if problem:
            at = f" ({adopted.where})" if adopted.where else ""
            refuse(PluginError(f"{adopted} {problem}{at}", _REMEDY, package))
        else:
            yield Installed(adopted, package)


def _refuse_foreign_files(source: _Source) -> None:
    """Raise ``PluginError`` if another package put files among the built-in checks."""
    for file in foreign_files(source.point):
        what = f"{file} is among the built-in checks, but not a file of {source.package}"
        raise PluginError(what, "Uninstall the package that brought it", file)


def _adopted(check: Check, package: str, is_ours: bool) -> Check:
    """The check with what it may not declare itself. Without an id if its id is no text."""
    return replace(
        check,
        id=check.id if type(check.id) is str else "",
        package=package,
        is_built_in=is_ours,
        slow_calls=SlowCalls(),
        summary="",
        where="",
    )


@interruptible
def _described(check: Check) -> Check:
    """The check with what its function says of itself, which code of the plugin may answer."""
    summary = plain_text((inspect.getdoc(check.judge) or "").partition("\n")[0])
    code = getattr(inspect.unwrap(check.judge), "__code__", None)
    where = f"{code.co_filename}:{code.co_firstlineno}" if code else repr(check.judge)
    return replace(check, summary=summary, where=plain_text(where))


def _load_checks(plugin: str, module: str, package: str) -> tuple[Check, ...]:
    """The checks of an entry point, each once. Raises ``PluginError`` if there is none."""
    try:
        checks, files = _import_checks(plugin, module)
    except BaseException as error:
        how, where = how_it_failed(plugin, error), answer_or("", _failed_at, plugin, error)
        what = f"{plugin} cannot be imported{where}: {how}"
        raise PluginError(what, _REMEDY, package) from error
    if not checks:
        raise PluginError(f"{plugin} has no check ({', '.join(files)})", _REMEDY, package)
    return checks


@interruptible
def _import_checks(_plugin: str, name: str) -> tuple[tuple[Check, ...], list[str]]:
    """The checks of a module, each once, and the files that it was imported from."""
    modules = list(_modules(import_module(name)))
    values = [value for module in modules for value in vars(module).values()]
    # A module may import the checks of another one.
    checks = {id(value): value for value in values if type(value) is Check}
    return tuple(checks.values()), [str(module.__file__) for module in modules]


@interruptible
def _failed_at(_plugin: str, error: BaseException) -> str:
    """File and line of a failed import, after a comma. Empty if the module does not exist."""
    if isinstance(error, SyntaxError) and error.filename:
        return plain_text(f", {error.filename}:{error.lineno}")
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if "importlib" not in frame.filename]
    last = next((frame for frame in reversed(theirs) if frame.filename not in _OURS), None)
    return plain_text(f", {last.filename}:{last.lineno}") if last else ""


def _modules(module: ModuleType) -> Iterator[ModuleType]:
    """The module and, of a package, all modules in it."""
    yield module
    for inner in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{module.__name__}."):
        yield import_module(inner.name)


@interruptible
def _problem(
    check: Check, prefix: str, catalogue: Catalogue, found: Mapping[str, Installed]
) -> str | None:
    """What is wrong with a check, to follow its name in a sentence. None if it can work."""
    if not check.id or not check.id.isprintable() or " " in check.id:
        return "has an id that is no printable word"
    if check.id in found:
        return f"has the id of another check, {found[check.id].check.where}"
    # Types are compared, because a subclass may answer differently each time.
    for name in ("cause", "each", *_WORDS):
        if type(value := getattr(check, name)) not in (str, NoneType):
            return f"has {name}={value!r}, which is no text"
    for name in ("reads", "helps"):
        value = getattr(check, name)
        if type(value) is not tuple or any(type(fact) is not str for fact in value):
            return f"has {name}={value!r}, which is no tuple of names"
    if check.cause not in catalogue.causes:
        close = nearest(check.cause, sorted(catalogue.causes))
        return f"names the unknown cause {check.cause!r}. {close}"
    if not check.reads:
        return "reads no fact"
    for name, known in _WORDS.items():
        if getattr(check, name) not in known:
            words = ", ".join(map(str, known))
            return f"has {name}={getattr(check, name)!r}, which is none of {words}"
    collection = [check.each.partition(".")[0]] if check.each else []
    for fact in (*check.reads, *check.helps, *collection):
        if fact not in FACTS:
            return f"reads the unknown fact {fact!r}. {nearest(fact, sorted(FACTS))}"
    if check.each and "." not in check.each and check.each not in COLLECTIONS:
        return f"has each={check.each!r}, which is no collection"
    third = ["item"] if check.each else ["fleet"] if check.scope == "fleet" else []
    if not _accepts(check.judge, "vm", "edition", *third):
        return f"must be a function with the arguments ({', '.join(('vm', 'edition', *third))})"
    if check.unless is not None and not _accepts(check.unless, "vm"):
        return "must have an unless function with the argument (vm)"
    if check.skips is not None and not (check.each and _accepts(check.skips, "vm", "item")):
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
