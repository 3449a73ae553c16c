"""The instances of a Terraform plan: their attributes, and the ARM ids that they will have."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from functools import cache, cached_property, partial
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from scanner.inventory.armid import parse_id
from scanner.plan.attributes import Attributes
from scanner.plan.azapi import AZAPI, Referred, azapi_target
from scanner.plan.azurerm import REFERRED, TYPES
from scanner.plan.azurerm.backup import item_path
from scanner.plan.azurerm.mapped import Mapped
from scanner.plan.decoded import mapping
from scanner.plan.marks import Marks
from scanner.plan.module_tree import Instance
from scanner.plan.planned import UNKNOWN, UNKNOWN_NAME, Unknown, stand_in
from scanner.plan.references import Found, References
from scanner.plan.traversal import Key, module_of, roots

_RAW_NULL = Raw(b"null")
_READ = frozenset((*TYPES, *AZAPI))
_GUID = rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_SUBSCRIPTION = re.compile(rb'"/subscriptions/(%s)' % _GUID)
_LIVING = re.compile(rb'"id":\s*"/subscriptions/(%s)' % _GUID)


class Change(Struct, gc=False):
    """``change`` of a resource: its bodies, undecoded."""

    actions: frozenset[str] = frozenset()
    before: Raw = _RAW_NULL
    after: Raw = _RAW_NULL
    after_unknown: Raw = _RAW_NULL
    after_sensitive: Raw = _RAW_NULL
    before_sensitive: Raw = _RAW_NULL


class ResourceChange(Struct, gc=False):
    """An entry of ``resource_changes``."""

    address: str = ""
    module_address: str | None = None
    mode: str = "managed"
    type: str = ""
    name: str = ""
    index: Any = None
    deposed: str | None = None
    change: Change = field(default_factory=Change)


class TerraformPlan(Struct):
    """The members of a plan that are used. Bodies stay bytes: secrets of others are never read."""

    format_version: str
    resource_changes: tuple[ResourceChange, ...] = ()
    configuration: Raw = _RAW_NULL
    variables: Raw = _RAW_NULL
    complete: bool | None = None
    errored: bool | None = None


class Instances:
    """The instances of a plan whose types are known."""

    def __init__(self, plan: TerraformPlan, subscription: str | None) -> None:
        self._variables = plan.variables
        self._given = subscription
        self._configuration = mapping(msgspec.json.decode(plan.configuration))
        self.changes = {
            instance_of(one): one
            for one in plan.resource_changes
            if one.type in _READ and one.deposed is None
        }
        others = {(o.mode, o.type, o.name) for o in plan.resource_changes if o.type not in _READ}
        known = None if plan.complete is False else others
        self.references = References(self._configuration, tuple(self.changes), known)
        self._ids: dict[Instance, str | Unknown] = {}
        self._open: set[Instance] = set()
        self._types: dict[str, str | None] = {}
        self._new: dict[Instance, Attributes] = {}
        self._old: dict[Instance, Attributes] = {}
        self._marks: dict[tuple[int, bytes, bytes], Marks] = {}
        self._subscriptions: dict[str, str] = {}

    def id(self, instance: Instance, *, old: bool = False) -> str | Unknown:
        """The ARM id of an instance: the one that it has, else the one that it will get."""
        if old:
            return _known_id(self.attributes(instance, old=True)) or UNKNOWN
        found = self._ids.get(instance)
        if found is None and instance not in self._open:
            self._open.add(instance)
            found = self._ids[instance] = self._find_id(instance)
            self._open.discard(instance)
        return found or UNKNOWN

    def _find_id(self, instance: Instance) -> str | Unknown:
        attributes = self.attributes(instance)
        if known := _known_id(attributes):
            return known
        if instance.type in AZAPI:
            return azapi_target(attributes, self._subscription_of(instance))
        return self._id_to_be(instance, attributes, TYPES[instance.type])

    def _id_to_be(
        self, instance: Instance, attributes: Attributes, mapped: Mapped
    ) -> str | Unknown:
        """The id that ARM will give, by the resource's group and names."""
        if not mapped.id:
            return UNKNOWN
        template, parent, names = _taken_apart(mapped.id)
        values: dict[str, str] = {}
        if parent:
            value = attributes.text(parent)
            if not isinstance(value, str) or value[:1] != "/":
                return UNKNOWN
            values[parent] = value.rstrip("/")
        for name in names:
            if name == "item":
                values[name] = item_path(attributes.text("source_vm_id"), instance.address)
                continue
            value = attributes.text(name)
            if not isinstance(value, str):
                value = self._stand_in(instance, attributes, name)
            values[name] = value.replace("/", "_")
        found = template.format_map(values)
        if parent:
            return found
        subscription = attributes.subscription(mapped.sibling) or self._subscription_of(instance)
        if subscription == UNKNOWN_NAME:
            subscription = attributes.subscription(mapped.subject) or UNKNOWN_NAME
        return f"/subscriptions/{subscription}/{found}"

    def _stand_in(self, instance: Instance, attributes: Attributes, name: str) -> str:
        """A name in place of one that is not known: the same for all that refer to it."""
        leads = [*self.references.follow(instance, attributes.marks.expression((name,)))]
        found = [one for lead in leads for one in lead.found]
        is_open = any(lead.is_open for lead in leads)
        if (
            not is_open
            and len(found) == 1
            and [step.name for step in found[0].rest] in (["name"], [])
        ):
            return stand_in(found[0].instance.address)
        # The id of a resource without a known name is that of no other resource.
        return stand_in(instance.address)

    def _subscription_of(self, instance: Instance) -> str:
        """The subscription of a resource's provider."""
        key = str(self.references.block(instance).get("provider_config_key", ""))
        if key not in self._subscriptions:
            self._subscriptions[key] = self._find_subscription(key)
        return self._subscriptions[key]

    def _find_subscription(self, key: str) -> str:
        providers = mapping(self._configuration.get("provider_config"))
        for name in (key, key.rpartition(":")[2], key.rpartition(":")[2].partition(".")[0]):
            provider = mapping(providers.get(name))
            expression = mapping(provider.get("expressions")).get("subscription_id")
            if found := self._constant(expression):
                return found
        # The id of a resource that lives says it; what else is named may be of another one.
        given = {self._given} if self._given else set[str]()
        for guids in (self._living.get(key, ()), given, self._named.get(key, ())):
            if len(guids) == 1:
                return next(iter(guids))
        return UNKNOWN_NAME

    @cached_property
    def _living(self) -> Mapping[str, Set[str]]:
        """The subscriptions in ids that resources have before the change, by provider."""
        return self._subscriptions_in(_LIVING, lambda change: bytes(change.before))

    @cached_property
    def _named(self) -> Mapping[str, Set[str]]:
        """The subscriptions that resources name after the change, by provider."""
        return self._subscriptions_in(_SUBSCRIPTION, lambda change: bytes(change.after))

    def _subscriptions_in(
        self, pattern: re.Pattern[bytes], body_of: Callable[[Change], bytes]
    ) -> Mapping[str, Set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for instance, one in self.changes.items():
            key = str(self.references.block(instance).get("provider_config_key", ""))
            guids = pattern.findall(body_of(one.change))
            found[key].update(guid.decode().lower() for guid in guids)
        return found

    def _constant(self, expression: Any) -> str | None:
        """The text that an expression of a provider has, by a variable too."""
        expression = mapping(expression)
        value = expression.get("constant_value")
        if value is None:
            listed = expression.get("references")
            named = [one for one in roots(listed if isinstance(listed, list) else [])
                     if len(one) == 2 and one[0].name == "var"]  # fmt: skip
            if len(named) == 1:
                variables = mapping(msgspec.json.decode(self._variables))
                value = mapping(variables.get(named[0][1].name)).get("value")
        return value.lower() if isinstance(value, str) and value else None

    def attributes(self, instance: Instance, *, old: bool = False) -> Attributes:
        """The attributes of an instance, after the change or before it."""
        known = self._old if old else self._new
        found = known.get(instance)
        if found is None:
            found = known[instance] = self._read(instance, old=old)
        return found

    def _read(self, instance: Instance, *, old: bool) -> Attributes:
        change, decode = self.changes[instance].change, msgspec.json.decode
        if old:
            marks = self._marks_of(None, _RAW_NULL, change.before_sensitive)
            return Attributes(decode(change.before), marks, lambda _expression, _name: [])
        block = self.references.block(instance) if self.references.is_known else None
        marks = self._marks_of(block, change.after_unknown, change.after_sensitive)
        return Attributes(decode(change.after), marks, partial(self._resolve, instance))

    def _marks_of(self, block: Mapping[str, Any] | None, unknown: Raw, sensitive: Raw) -> Marks:
        """The marks of an instance. Instances that a plan marks alike share them."""
        # The configuration lives as long as this, so no other block has the identity of one.
        key = (id(block), bytes(unknown), bytes(sensitive))
        found = self._marks.get(key)
        if found is None:
            expressions = block.get("expressions", {}) if block else None
            decode = msgspec.json.decode
            found = self._marks[key] = Marks(decode(unknown), decode(sensitive), expressions)
        return found

    def _resolve(self, instance: Instance, expression: Any, name: str) -> list[list[str | Unknown]]:
        return [
            [UNKNOWN] if lead.is_open else [self._value(one, name) for one in lead.found]
            for lead in self.references.follow(instance, expression)
        ]

    def _value(self, found: Found, wanted: str) -> str | Unknown:
        """The value of what a reference leads to: the id to be, or another attribute.

        An index that is an expression, as in ``x[count.index].id``, hides the attribute.
        """
        type_ = REFERRED.get(wanted)
        if len(found.rest) > 1 or (not found.rest and type_ is None):
            return UNKNOWN
        name = found.rest[0].name if found.rest else "id"
        if name == "id":
            value: Any = self.id(found.instance)
        elif found.instance in self._open:
            return UNKNOWN
        else:
            value = self.attributes(found.instance).get(name)
        if not isinstance(value, str):
            return UNKNOWN
        return UNKNOWN if type_ and self._type_of(value) not in type_ else value

    def _type_of(self, id_: str) -> str | None:
        """The type of an ARM id in lower case. Many resources refer to the same one."""
        if id_ not in self._types:
            parsed = parse_id(id_)
            self._types[id_] = parsed.type if parsed else None
        return self._types[id_]

    def referred(self, instance: Instance) -> Referred:
        """The ids that the expression of an azapi body refers to."""
        found: dict[str, list[str]] = {}
        expression = self.attributes(instance).marks.expression(("body",))
        leads = [*self.references.follow(instance, expression)]
        for one in (one for lead in leads for one in lead.found):
            is_id = not one.rest or one.rest[0].name == "id"
            id_ = self.id(one.instance) if is_id else UNKNOWN
            if isinstance(id_, str) and (type_ := self._type_of(id_)):
                found.setdefault(type_, []).append(id_)
        return Referred(found, any(lead.is_open for lead in leads))


def _known_id(attributes: Attributes) -> str | None:
    """The ARM id that the plan says. Some resources of the provider have two, or none."""
    known = attributes.values.get("id")
    is_id = isinstance(known, str) and known.startswith("/") and "|" not in known
    return known if is_id else None


@cache
def _taken_apart(id_: str) -> tuple[str, str, Sequence[str]]:
    """The template of an id, the attribute with the id of the parent, and the other attributes."""
    template = id_.removeprefix("id:")
    names = re.findall(r"\{(\w+)\}", template)
    return (template, names[0], names[1:]) if template != id_ else (template, "", names)


def instance_of(one: ResourceChange) -> Instance:
    """What identifies the resource of a change."""
    key: Key = one.index if isinstance(one.index, int | str) else None
    return Instance(one.address, module_of(one.module_address), one.mode, one.type, one.name, key)
