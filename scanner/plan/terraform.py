"""What ``terraform show -json`` and ``tofu show -json`` print (JSON Output Format 1.x)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.origin import Origin
from scanner.plan.attributes import Attributes
from scanner.plan.azapi import AZAPI, azapi_body, azapi_target
from scanner.plan.azurerm import HIDDEN, REFERRED, TYPES
from scanner.plan.azurerm.backup import item_path
from scanner.plan.azurerm.mapped import Mapped, fill
from scanner.plan.kinds import is_kept
from scanner.plan.merge import removing, withdrawn
from scanner.plan.planned import UNKNOWN, UNKNOWN_NAME, Contents, Planned, Unknown
from scanner.plan.references import Found, Instance, References
from scanner.plan.traversal import Key, module_of, roots

_RAW_NULL = Raw(b"null")
_SUBSCRIPTION = re.compile(
    rb'"/subscriptions/([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})'
)


class _Change(Struct):
    actions: tuple[str, ...] = ()
    before: Raw = _RAW_NULL
    after: Raw = _RAW_NULL
    after_unknown: Raw = _RAW_NULL
    after_sensitive: Raw = _RAW_NULL
    before_sensitive: Raw = _RAW_NULL


class _Resource(Struct):
    address: str = ""
    module_address: str | None = None
    mode: str = "managed"
    type: str = ""
    name: str = ""
    index: Any = None
    deposed: str | None = None
    change: _Change = field(default_factory=_Change)


class TerraformPlan(Struct):
    """The members of a plan that are used. Bodies stay bytes: secrets of others are never read."""

    format_version: str
    resource_changes: tuple[_Resource, ...] = ()
    configuration: Raw = _RAW_NULL
    variables: Raw = _RAW_NULL
    complete: bool | None = None
    errored: bool | None = None


def read_terraform(plan: TerraformPlan, subscription: str | None) -> Contents:
    """The changes of a plan. ``subscription`` is of resources whose plan does not say it.

    Raises ``msgspec.MsgspecError`` for members of another shape.
    """
    return _Reader(plan, subscription).contents()


class _Reader:
    def __init__(self, plan: TerraformPlan, subscription: str | None) -> None:
        self.plan = plan
        self.subscription = subscription
        self.configuration = _mapping(msgspec.json.decode(plan.configuration))
        self.resources = {
            _instance(one): one
            for one in plan.resource_changes
            if one.deposed is None and one.type in (*TYPES, *AZAPI)
        }
        self.references = References(self.configuration, tuple(self.resources))
        self._ids: dict[Instance, str | Unknown] = {}
        self._open: set[Instance] = set()
        self._attributes: dict[tuple[Instance, bool], Attributes] = {}
        self._subscriptions: dict[str, str] = {}
        self.notes: list[str] = []
        self.unscoped: list[Origin] = []

    def contents(self) -> Contents:
        planned = [
            change
            for instance, one in self.resources.items()
            for change in self._changes(instance, one)
        ]
        planned = _with_separate_parts(planned)
        changed = [
            one
            for one in self.plan.resource_changes
            if one.mode == "managed" and not {*one.change.actions} <= {"no-op", "forget", "read"}
        ]
        hidden = {one.type for one in changed if one.type in HIDDEN}
        self.notes += [f"{type_} is not judged: {HIDDEN[type_]}" for type_ in sorted(hidden)]
        if self.plan.complete is False:
            self.notes.append(
                "The plan is incomplete (-target, or an error): what it leaves out is not judged"
            )
        if not self.references.is_known and planned:
            self.notes.append(
                "The plan has no configuration: what is unknown until apply cannot be followed"
            )
        gaps = []
        if self.plan.errored:
            remedy = "Planning ended with an error, so changes are missing. Plan again."
            gaps.append(Gap("the plan", "the plan", Reason.FAILED, None, remedy, "the plan"))
        return Contents(
            planned=tuple(planned),
            notes=tuple(self.notes),
            gaps=tuple(gaps),
            changes=len(changed),
            unscoped_locks=tuple(self.unscoped),
            folders=self._folders(),
        )

    def _folders(self) -> dict[tuple[str, ...], str]:
        """The folders of the modules that are in the configuration's own folder."""
        found: dict[tuple[str, ...], str] = {}
        for instance in self.resources:
            names = tuple(name for name, _ in instance.module)
            sources = self.references.module_source(names)
            if all(source and source.startswith(("./", "../")) for source in sources):
                found[names] = posixpath.normpath("/".join([".", *filter(None, sources)]))
        return found

    # -- changes ---------------------------------------------------------------------------

    def _changes(self, instance: Instance, one: _Resource) -> Iterator[Planned]:
        actions = {*one.change.actions}
        if one.mode != "managed" or not actions & {"create", "update", "delete"}:
            return
        origin = Origin(one.address)
        mapped = TYPES.get(one.type)
        if mapped is not None and mapped.changes is not None:
            yield from self._associations(instance, mapped, actions, origin)
            return
        before = None if "create" in actions and len(actions) == 1 else self._id(instance, old=True)
        after = None if actions == {"delete"} else self._id(instance)
        if one.type == "azapi_update_resource":
            yield from self._azapi_update(instance, actions, origin)
            return
        old, new = _arm_id(before), _arm_id(after)
        if "delete" in actions and old and old != new and is_kept(old):
            yield Planned(id=old, action="delete", origin=origin)
        if "delete" in actions and "create" not in actions:
            return
        if new is None:
            self._unplaced(one, origin, after)
            return
        if not is_kept(new) or one.type == "azurerm_resource_group":
            return
        body = self._body(instance, one, old=False)
        is_new = "create" in actions
        if is_new:
            yield Planned(
                id=new, action="create", origin=origin, body=body, is_replaced="delete" in actions
            )
            return
        was = self._body(instance, one, old=True)
        if was != body:
            yield Planned(
                id=new, action="change", origin=origin, body=removing(was, body), before=was
            )

    def _associations(
        self, instance: Instance, mapped: Mapped, actions: set[str], origin: Origin
    ) -> Iterator[Planned]:
        assert mapped.changes is not None
        for old, wanted in ((True, {"delete", "update"}), (False, {"create", "update"})):
            if not actions & wanted:
                continue
            for target, patch in mapped.changes(self.attributes(instance, old=old)):
                id_ = _arm_id(target)
                if id_ is None:
                    self.notes.append(f"{origin} changes a resource that is not known until apply")
                    continue
                is_part = id_.text.rpartition("/")[0].lower().endswith("/datadisks")
                if is_part:
                    action = "delete" if old else "create"
                    yield Planned(id=id_, action=action, origin=origin, body=None if old else patch)
                    continue
                body = withdrawn(patch) if old else patch
                yield Planned(id=id_, action="change", origin=origin, body=body, is_withdrawn=old)

    def _azapi_update(
        self, instance: Instance, actions: set[str], origin: Origin
    ) -> Iterator[Planned]:
        """It changes a resource that exists. Its end changes nothing: Azure keeps the values."""
        if actions == {"delete"}:
            return
        id_ = _arm_id(self._id(instance))
        if id_ is None:
            self.notes.append(f"{origin} changes a resource that is not known until apply")
        elif is_kept(id_):
            body = azapi_body(self.attributes(instance), self._by_type(instance))
            yield Planned(id=id_, action="change", origin=origin, body=body)

    def _unplaced(self, one: _Resource, origin: Origin, _id: object) -> None:
        is_lock = one.type == "azurerm_management_lock"
        if one.type == "azapi_resource":
            type_ = self.attributes(_instance(one)).get("type")
            is_lock = isinstance(type_, str) and type_.lower().startswith(
                "microsoft.authorization/locks"
            )
        if is_lock:
            self.unscoped.append(origin)
        else:
            self.notes.append(f"{origin} is of a resource that is not known until apply")

    def _body(self, instance: Instance, one: _Resource, *, old: bool) -> Any:
        attributes = self.attributes(instance, old=old)
        mapped = TYPES.get(one.type)
        if mapped is None:
            return azapi_body(attributes, self._by_type(instance))
        body = fill(attributes, mapped.rows)
        if mapped.more:
            mapped.more(attributes, body)
        return body

    # -- ids -------------------------------------------------------------------------------

    def _id(self, instance: Instance, *, old: bool = False) -> str | Unknown:
        """The ARM id of an instance: the one that it has, else the one that it will get."""
        one = self.resources[instance]
        attributes = self.attributes(instance, old=old)
        known = attributes.values.get("id")
        if isinstance(known, str) and known.startswith("/") and "|" not in known:
            return known
        if old:
            return UNKNOWN
        if instance in self._ids:
            return self._ids[instance]
        if instance in self._open:
            return UNKNOWN
        self._open.add(instance)
        try:
            found = (
                azapi_target(attributes, self._subscription_of(instance))
                if one.type in AZAPI
                else self._id_to_be(instance, attributes, TYPES[one.type])
            )
        finally:
            self._open.discard(instance)
        self._ids[instance] = found
        return found

    def _id_to_be(
        self, instance: Instance, attributes: Attributes, mapped: Mapped
    ) -> str | Unknown:
        """The id that ARM will give, by the resource's group and names."""
        if not mapped.id:
            return UNKNOWN
        template = mapped.id.removeprefix("id:")
        names = re.findall(r"\{(\w+)\}", template)
        values: dict[str, str] = {}
        for index, name in enumerate(names):
            if name == "item":
                values[name] = item_path(attributes.text("source_vm_id"), instance.address)
                continue
            value = attributes.text(name)
            is_parent = index == 0 and mapped.id.startswith("id:")
            if is_parent and not (isinstance(value, str) and value.startswith("/")):
                return UNKNOWN
            if not isinstance(value, str):
                value = self._stand_in(instance, attributes, name)
            values[name] = value if is_parent else value.replace("/", "_")
        found = template.format_map(values)
        if mapped.id.startswith("id:"):
            return found
        return f"/subscriptions/{self._subscription_of(instance)}/{found}"

    def _stand_in(self, instance: Instance, attributes: Attributes, name: str) -> str:
        """A name in place of one that is not known: the same for all that refer to it."""
        leads = self.references.follow(instance, attributes.expression(name))
        found = [lead for several in leads for lead in several]
        if len(found) == 1 and [step.name for step in found[0].rest] in (["name"], []):
            return found[0].instance.address
        # The id of a resource without a known name is that of no other resource.
        return instance.address

    def _subscription_of(self, instance: Instance) -> str:
        """The subscription of a resource's provider."""
        key = str(self.references.resource(instance).get("provider_config_key", ""))
        if key not in self._subscriptions:
            self._subscriptions[key] = self._find_subscription(key)
        return self._subscriptions[key]

    def _find_subscription(self, key: str) -> str:
        providers = _mapping(self.configuration.get("provider_config"))
        for name in (key, key.rpartition(":")[2], key.rpartition(":")[2].partition(".")[0]):
            provider = _mapping(providers.get(name))
            expression = _mapping(provider.get("expressions")).get("subscription_id")
            if found := self._constant(expression):
                return found
        found_ids: set[str] = set()
        for instance, one in self.resources.items():
            if self.references.resource(instance).get("provider_config_key") == key:
                bodies = (bytes(one.change.before), bytes(one.change.after))
                found_ids |= {
                    match.decode().lower()
                    for body in bodies
                    for match in _SUBSCRIPTION.findall(body)
                }
        if len(found_ids) == 1:
            return found_ids.pop()
        return self.subscription or UNKNOWN_NAME

    def _constant(self, expression: Any) -> str | None:
        """The text that an expression of a provider has, by a variable too."""
        expression = _mapping(expression)
        value = expression.get("constant_value")
        if value is None:
            listed = expression.get("references")
            named = [one for one in roots(listed if isinstance(listed, list) else [])
                     if len(one) == 2 and one[0].name == "var"]  # fmt: skip
            if len(named) == 1:
                variables = _mapping(msgspec.json.decode(self.plan.variables))
                value = _mapping(variables.get(named[0][1].name)).get("value")
        return value.lower() if isinstance(value, str) and value else None

    # -- attributes ------------------------------------------------------------------------

    def attributes(self, instance: Instance, *, old: bool = False) -> Attributes:
        """The attributes of an instance, after the change or before it."""
        key = (instance, old)
        if key not in self._attributes:
            change = self.resources[instance].change
            decode = msgspec.json.decode
            expressions: Any = None
            if self.references.is_known:
                resource = self.references.resource(instance)
                expressions = resource.get("expressions", {}) if resource else None
            self._attributes[key] = (
                Attributes(
                    decode(change.before),
                    None,
                    decode(change.before_sensitive),
                    {},
                    lambda _expression, _name: [],
                )
                if old
                else Attributes(
                    decode(change.after),
                    decode(change.after_unknown),
                    decode(change.after_sensitive),
                    expressions,
                    lambda expression, name: self._resolve(instance, expression, name),
                )
            )
        return self._attributes[key]

    def _resolve(self, instance: Instance, expression: Any, name: str) -> list[list[str | Unknown]]:
        return [
            [self._value(found, name) for found in leads]
            for leads in self.references.follow(instance, expression)
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
            value: Any = self._id(found.instance)
        elif found.instance in self._open:
            return UNKNOWN
        else:
            value = self.attributes(found.instance).get(name)
        if not isinstance(value, str):
            return UNKNOWN
        id_ = parse_id(value) if type_ else None
        if type_ and (id_ is None or id_.type not in type_):
            return UNKNOWN
        return value

    def _by_type(self, instance: Instance) -> Mapping[str, Sequence[str]]:
        """The ids that the expression of an azapi body refers to, by their type in lower case."""
        found: dict[str, list[str]] = {}
        expression = self.attributes(instance).expression("body")
        for leads in self.references.follow(instance, expression):
            for lead in leads:
                id_ = self._id(lead.instance)
                if isinstance(id_, str) and (parsed := parse_id(id_)) and parsed.type:
                    found.setdefault(parsed.type, []).append(id_)
        return found


def _instance(one: _Resource) -> Instance:
    key: Key = one.index if isinstance(one.index, int | str) else None
    return Instance(one.address, module_of(one.module_address), one.mode, one.type, one.name, key)


def _arm_id(value: object) -> ArmId | None:
    return parse_id(value) if isinstance(value, str) else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


_SEPARATE = {
    "microsoft.network/networksecuritygroups": "securityRules",
    "microsoft.network/routetables": "routes",
}


def _with_separate_parts(planned: list[Planned]) -> list[Planned]:
    """Parents whose parts are resources of their own have none inside."""
    parents = {change.id.parent for change in planned if change.id.parent}
    found = []
    for change in planned:
        name = _SEPARATE.get(change.id.type or "")
        properties = change.body.get("properties") if isinstance(change.body, dict) else None
        is_hidden = (
            name is not None
            and isinstance(properties, dict)
            and isinstance(properties.get(name), Unknown)
        )
        if is_hidden and change.id in parents:
            body = {**change.body, "properties": {**properties, name: []}}
            change = msgspec.structs.replace(change, body=body)
        found.append(change)
    return found
