"""Redacts the values of a bundle, by the types of their fields and the table of what they are."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeVar, get_origin

from msgspec import inspect

from scanner.arm.cloud import CLOUDS
from scanner.fleet.bundle.content import Index
from scanner.fleet.bundle.redaction.addresses import AddressMap
from scanner.fleet.bundle.redaction.fields import ERRORS, KINDS, Kind
from scanner.fleet.bundle.redaction.key import Key
from scanner.fleet.bundle.redaction.messages import Messages
from scanner.fleet.bundle.redaction.names import Names
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope
from scanner.inventory.snapshot import BackupReadings, Snapshot
from scanner.network.service_tags import is_known

T = TypeVar("T")
Change = Callable[[Any], Any]

_TIME = re.compile(r"[\d\s:.,+/TZtzAPMapm-]*")
_WORDS_FOR_PREFIXES = ("*", "any", "virtualnetwork", "internet")
_SETTINGS = frozenset((
    "diskexclusionproperties", "disklunlist", "isinclusionlist", "linuxvmapplicationname",
))  # fmt: skip
"""Members of the extended properties of an item."""


class Redactor:
    """Replaces what names a customer or a resource, by one key. Verdicts stay the same.

    The index of a bundle has to be redacted before its snapshots: it has the policies, which choose
    names of groups. Raises ``LookupError`` when it is made, if a field is not in the table.
    """

    def __init__(self, key: Key) -> None:
        self.fingerprint = key.fingerprint
        self._names = Names(key)
        self._addresses = AddressMap(key)
        self._messages = Messages(self._rename)
        self._changes: dict[Any, Change | None] = {}
        self._by_kind: Mapping[Kind, Change | None] = {
            "word": None,
            "public": None,
            "name": self._names.name,
            "exact": self._names.exact,
            "subscription": self._names.subscription,
            "id": self._names.id_text,
            "time": self._time,
            "address": self.address,
            "message": self._messages.text,
            "tags": self._tags,
            "settings": self._settings,
            "affix": self._names.part,
        }
        self._of_index, self._of_snapshot = self.change(Index), self.change(Snapshot)
        self._of_scope, self._of_gap = self.change(Scope), self.change(Gap)
        self._of_subscription = self.change(Subscription)

    def change(self, kind: type) -> Change | None:
        """What redacts the values of a type. None if nothing in it names anything.

        Raises ``LookupError`` for a text that is not in the table.
        """
        return self._change(inspect.type_info(kind))

    def index(self, index: Index) -> Index:
        """The subscriptions and the vaults."""
        self.prepare(index.backup)
        return _apply(self._of_index, index)

    def prepare(self, backup: BackupReadings) -> None:
        """Learn which groups the policies chose."""
        policies = (policy for vault in backup.vaults for policy in vault.policies.records)
        details = (p.properties.instant_details for p in policies if p.properties)
        self._names.keep_groups_of((found.prefix, found.suffix) for found in details if found)

    def snapshot(self, snapshot: Snapshot) -> Snapshot:
        """What was read of a subscription."""
        self._addresses.add(snapshot.service_tags)
        return _apply(self._of_snapshot, snapshot)

    def scope(self, scope: Scope) -> Scope:
        """The names of a scope."""
        return _apply(self._of_scope, scope)

    def id(self, found: ArmId) -> ArmId:
        """An id."""
        return self._names.id(found)

    def subscription(self, found: Subscription) -> Subscription:
        """A subscription."""
        return _apply(self._of_subscription, found)

    def found(self, found: Snapshot | Gap) -> Snapshot | Gap:
        """What was read of a subscription, or why nothing was."""
        return _apply(self._of_gap, found) if type(found) is Gap else self.snapshot(found)

    def endpoint(self, url: str) -> str:
        """The address of a Resource Manager. Public clouds keep theirs."""
        is_public = any(url == cloud.endpoint for cloud in CLOUDS.values())
        return url if is_public else f"https://{self._names.name(url)}"

    def address(self, text: str) -> str:
        """An address, a prefix, or what may be in the place of one."""
        mapped = self._addresses.text(text)
        if mapped is not None:
            return mapped
        is_word = text.strip().lower() in _WORDS_FOR_PREFIXES or is_known(text)
        return text if is_word else self._names.name(text)

    def message(self, text: str) -> str:
        """What the service or the scanner says."""
        return self._messages.text(text)

    def _change(self, kind: inspect.Type, text: Change | Literal["refused"] | None = "refused") -> (
        Change | None
    ):  # fmt: skip
        """What changes a value of a type. None if it has nothing to change.

        ``text`` changes the texts in it, which are refused if the table does not know the field.
        """
        if isinstance(kind, inspect.StructType | inspect.DataclassType):
            if kind.cls not in self._changes:
                self._changes[kind.cls] = self._of_fields(kind)
            return self._changes[kind.cls]
        if isinstance(kind, inspect.CustomType) and kind.cls is ArmId:
            return self._names.id
        if isinstance(kind, inspect.UnionType):
            return self._of_union(kind, text)
        if isinstance(kind, inspect.VarTupleType | inspect.FrozenSetType):
            make, inner = _MAKERS[type(kind)], self._change(kind.item_type, text)
            return None if inner is None else lambda values: make(map(inner, values))
        if isinstance(kind, inspect.DictType):
            of_key, of_value = (
                self._change(kind.key_type, text),
                self._change(kind.value_type, text),
            )
            return lambda values: {
                _apply(of_key, key): _apply(of_value, value) for key, value in values.items()
            }
        if isinstance(kind, inspect.StrType | inspect.LiteralType) and text != "refused":
            return text
        if isinstance(kind, _HARMLESS):
            return None
        raise LookupError(f"redaction does not know what {kind} is")

    def _of_fields(self, kind: inspect.StructType | inspect.DataclassType) -> Change | None:
        record = (get_origin(kind.cls) or kind.cls).__name__
        if record in ERRORS:
            return self._of_error(*ERRORS[record])
        changes: dict[str, Change] = {}
        for field in kind.fields:
            try:
                change = self._of_field(record, field)
            except LookupError as error:
                raise LookupError(f"{record}.{field.name}: {error}") from None
            if change is not None:
                changes[field.name] = change
        if not changes:
            return None
        make = _replaced if isinstance(kind, inspect.StructType) else _replaced_in_dataclass

        def redacted(value: Any) -> Any:
            old = ((name, change, getattr(value, name)) for name, change in changes.items())
            return make(value, {name: change(it) for name, change, it in old if it is not None})

        return redacted

    def _of_field(self, record: str, field: inspect.Field) -> Change | None:
        kind = KINDS.get((record, field.name))
        if kind is None:
            return self._change(field.type)
        change = self._by_kind[kind]
        return change if kind in _WHOLE else self._change(field.type, change)

    def _of_union(
        self, kind: inspect.UnionType, text: Change | Literal["refused"] | None
    ) -> Change | None:
        parts = [part for part in kind.types if not isinstance(part, inspect.NoneType)]
        if len(parts) == 1:
            return self._change(parts[0], text)
        changes = {_class_of(part): self._change(part, text) for part in parts}
        if not any(changes.values()):
            return None
        return lambda value: _apply(changes[type(value)], value)

    def _of_error(self, title: str, number: str, text: str) -> Change:
        known: dict[Any, tuple[str | None, str | None]] = {}

        def redacted(value: Any) -> Any:
            parts = (getattr(value, title), getattr(value, number), getattr(value, text))
            if parts not in known:
                known[parts] = self._messages.error(*parts)
            new_title, new_text = known[parts]
            return _replaced(value, {title: new_title, text: new_text})

        return redacted

    def _rename(self, word: str) -> str:
        """The pseudonym of a word in a message."""
        mapped = self._addresses.text(word)
        if mapped is not None:
            return mapped
        return self._names.id_text(word)

    def _time(self, text: str) -> str:
        return text if _TIME.fullmatch(text) else self._names.name(text)

    def _tags(self, tags: Any) -> Any:
        pairs = tags.items() if isinstance(tags, Mapping) else tags
        found = [
            (self._names.name(name), value and self._names.exact(value)) for name, value in pairs
        ]
        return dict(found) if isinstance(tags, Mapping) else tuple(found)

    def _settings(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._names.exact(value)
        if isinstance(value, list | tuple):
            return [self._settings(entry) for entry in value]
        if isinstance(value, dict):
            return {
                key if str(key).lower() in _SETTINGS else self._names.exact(str(key)):
                self._settings(entry)
                for key, entry in value.items()
            }  # fmt: skip
        return value


_HARMLESS = (
    inspect.IntType, inspect.FloatType, inspect.BoolType, inspect.DateTimeType, inspect.EnumType,
    inspect.NoneType,
)  # fmt: skip
"""Types that name nothing."""
_WHOLE: tuple[Kind, ...] = ("tags", "settings")
"""Kinds of fields that are changed as a whole."""
_CLASSES: Mapping[type, type] = {
    inspect.StrType: str,
    inspect.IntType: int,
    inspect.FloatType: float,
    inspect.BoolType: bool,
    inspect.VarTupleType: tuple,
    inspect.DictType: dict,
}
_MAKERS: Mapping[type, Callable[..., Any]] = {
    inspect.VarTupleType: tuple,
    inspect.FrozenSetType: frozenset,
}


def _apply(change: Change | None, value: T) -> T:
    found: T = value if change is None else change(value)
    return found


def _class_of(kind: inspect.Type) -> type:
    """The class of the values of a type. Raises ``LookupError``."""
    if isinstance(kind, inspect.StructType):
        return get_origin(kind.cls) or kind.cls
    return _CLASSES[type(kind)]


def _replaced(value: Any, changes: Mapping[str, Any]) -> Any:
    kind = type(value)
    names = kind.__struct_fields__
    return kind(*[changes[it] if it in changes else getattr(value, it) for it in names])


def _replaced_in_dataclass(value: Any, changes: Mapping[str, Any]) -> Any:
    return dataclasses.replace(value, **changes)
