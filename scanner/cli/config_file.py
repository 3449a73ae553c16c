"""``backupscan.toml``, or the table ``tool.backupscan`` of ``pyproject.toml``.

Options outrank environment variables, those outrank this file, and it outranks the defaults.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from scanner.catalogue import Catalogue, Edition, Limit, Rule
from scanner.catalogue.text import limit_text, nearest
from scanner.errors import UsageError
from scanner.gate.waivers import Waiver
from scanner.inventory.armid import ArmId

FILE = "backupscan.toml"
Kind = type[bool] | type[int] | type[str] | type[list[str]]
"""What an option takes."""
_KINDS: Mapping[Kind, str] = {
    bool: "true or false",
    int: "a number",
    str: "a text",
    list: "a list of texts",
}
_TABLES = ("scan", "precheck", "waiver", "threshold")
_VERSION = re.compile(r"\d+(\.\d+)+")
_UNKNOWN = re.compile(r"unknown field `(\w+)`")


class Threshold(Struct, frozen=True, forbid_unknown_fields=True):
    """A limit of the documents that is another one here, with the reason why."""

    cause: str
    condition: str
    verdict: str
    limit: Limit
    reason: str

    def is_of(self, rule: Rule) -> bool:
        """Whether it is the limit of a rule."""
        of = (rule.cause, rule.condition, rule.verdict)
        return of == (self.cause, self.condition, self.verdict)


class Config(Struct, frozen=True):
    """What the file says; nothing where there is none."""

    path: Path | None = None
    options: Mapping[str, Mapping[str, Any]] = {}
    """Values of options by command, under the option's long name with underscores."""
    waivers: tuple[Waiver, ...] = ()
    thresholds: tuple[Threshold, ...] = ()

    def apply(self, edition: Edition, catalogue: Catalogue) -> Edition:
        """The edition with the thresholds of this house.

        One file serves every edition: a threshold of a rule that another edition has changes
        nothing. Raises ``UsageError`` for a rule that no edition has.
        """
        rules = list(edition.rules)
        for each in self.thresholds:
            here = [at for at, rule in enumerate(rules) if each.is_of(rule)]
            if not any(each.is_of(rule) for known in catalogue.editions for rule in known.rules):
                what = f"{self.path}: no rule {each.cause}/{each.condition}/{each.verdict}"
                raise UsageError(what, "See backupscan explain for the rules of a cause")
            for at in here:
                old = rules[at]
                if old.limit is None or not _is_like(each.limit, old.limit):
                    what = f"{self.path}: the limit {each.limit!r} of {each.cause} is no"
                    raise UsageError(what + f" limit like {old.limit!r}", "Give one of its kind")
                limits = f"limit {limit_text(old.limit)} overridden by {limit_text(each.limit)}"
                says = f"{old.says} ({limits}: {each.reason})"
                limit = each.limit
                if isinstance(limit, tuple):
                    # Words are compared in lower case.
                    limit = tuple(word.lower() for word in limit)
                rules[at] = msgspec.structs.replace(old, limit=limit, says=says)
        return msgspec.structs.replace(edition, rules=tuple(rules))


def _is_like(limit: Limit, other: Limit) -> bool:
    """Whether one can be given for the other: both are counts, versions or lists of words."""
    if isinstance(limit, tuple) or isinstance(other, tuple):
        return isinstance(limit, tuple) and isinstance(other, tuple)
    if isinstance(limit, str) and isinstance(other, str):
        return _VERSION.fullmatch(limit) is not None
    return isinstance(limit, int) and isinstance(other, int) and limit >= 0


def find(folder: Path) -> Path | None:
    """The file of a folder, if it has one."""
    own, shared = folder / FILE, folder / "pyproject.toml"
    if own.is_file():
        return own
    if shared.is_file() and _shared(shared, _table(shared)):
        return shared
    return None


def load(path: Path, options: Mapping[str, Mapping[str, Kind]]) -> Config:
    """Read a file; ``options`` are the names that each command takes, and of what kind they are.

    Raises ``UsageError`` that names the key, and the nearest one for an unknown one.
    """
    told = _table(path)
    if path.name == "pyproject.toml":
        told = _shared(path, told)
    for key in told:
        if key not in _TABLES:
            raise UsageError(f"{path}: unknown table {key!r}", nearest(key, list(_TABLES)))
    found = {name: _options(path, name, told.get(name, {}), options[name]) for name in options}
    waivers = tuple(_one(path, each, Waiver) for each in _entries(path, told, "waiver"))
    for waiver in waivers:
        _vet(path, waiver)
    thresholds = tuple(_one(path, each, Threshold) for each in _entries(path, told, "threshold"))
    return Config(path, found, waivers, thresholds)


def _shared(path: Path, told: dict[str, Any]) -> dict[str, Any]:
    """The table of a ``pyproject.toml``; an empty one where it has none."""
    for key in ("tool", "backupscan"):
        found = told.get(key, {})
        if not isinstance(found, dict):
            raise UsageError(f"{path}: {key} is no table", "Write [tool.backupscan]")
        told = found
    return told


def _entries(path: Path, told: Mapping[str, Any], key: str) -> list[Any]:
    found = told.get(key, [])
    if not isinstance(found, list):
        raise UsageError(f"{path}: {key} is no list of tables", f"Write [[{key}]]")
    return found


def vet_causes(config: Config, catalogue: Catalogue) -> None:
    """Raises ``UsageError`` for a waiver of a cause that no edition knows."""
    for waiver in config.waivers:
        if waiver.cause not in catalogue.causes:
            what = f"{config.path}: waiver of the unknown cause {waiver.cause!r}"
            raise UsageError(what, nearest(waiver.cause, sorted(catalogue.causes)))


def _table(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read ({error})", "Mend the file") from error


def _options(path: Path, command: str, told: Any, known: Mapping[str, Kind]) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise UsageError(f"{path}: {command} is no table", f"Write [{command}]")
    found = {}
    for key, value in told.items():
        name = key.replace("-", "_")
        if name not in known:
            dashed = sorted(each.replace("_", "-") for each in known)
            raise UsageError(f"{path}: unknown key {command}.{key}", nearest(key, dashed))
        if known[name] is list and isinstance(value, str):
            value = [value]
        if not _is_of(value, known[name]):
            what = f"{path}: {command}.{key} is {value!r}"
            raise UsageError(what, f"Give {_KINDS[known[name]]}")
        found[name] = value
    return found


def _is_of(value: object, kind: Kind) -> bool:
    if kind is list:
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    # A truth is a number to Python, and not to whoever writes the file.
    return type(value) is kind


def _one(path: Path, told: Any, kind: type[Any]) -> Any:
    word = kind.__name__.lower()
    try:
        return msgspec.convert(told, kind)
    except msgspec.ValidationError as error:
        unknown = _UNKNOWN.search(str(error))
        todo = "See the README for its keys"
        if unknown:
            todo = nearest(unknown.group(1), list(kind.__struct_fields__))
        raise UsageError(f"{path}: a {word} is wrong: {error}", todo) from error


def _vet(path: Path, waiver: Waiver) -> None:
    for key in ("reason", "owner"):
        if not getattr(waiver, key).strip():
            raise UsageError(f"{path}: the waiver of {waiver.cause} has no {key}", "Write one")
    if waiver.scope is None and waiver.tag is None:
        raise UsageError(f"{path}: the waiver of {waiver.cause} covers everything",
                         "Give it a scope (an ARM id) or a tag")  # fmt: skip
    if waiver.tag is not None and not all(waiver.tag.partition("=")[:2]):
        raise UsageError(f"{path}: the tag {waiver.tag!r} has no '='", "Write key=value")
    if waiver.scope is not None and _subscription(waiver.scope) is None:
        raise UsageError(f"{path}: the scope {waiver.scope!r} is no ARM id in a subscription",
                         "Give the id of a subscription, a group or a VM")  # fmt: skip


def _subscription(scope: str) -> str | None:
    try:
        return ArmId(scope).subscription
    except ValueError:
        return None
