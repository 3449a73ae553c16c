"""Which planned resource an expression of a configuration leads to.

A plan says that a value is unknown until it is applied. Its configuration says which references
the value comes from, as lists of traversals with all their prefixes (JSON Output Format,
"Expression Representation").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from scanner.plan.traversal import Key, Module, Step, roots

_DEEPEST = 40
"""Steps from one module to another. A longer way is a circle."""
_NO_SOURCE = ("path", "terraform", "self", "each", "count")


class Instance(Struct, frozen=True):
    """One resource of a plan, or a data source."""

    address: str
    module: Module
    mode: str
    type: str
    name: str
    key: Key = None


class Found(Struct, frozen=True):
    """An instance, and the rest of the traversal after it."""

    instance: Instance
    rest: tuple[Step, ...]


class References:
    """The configuration of one plan, and the instances that the plan has."""

    def __init__(self, configuration: Any, instances: Sequence[Instance]) -> None:
        root = _mapping(configuration).get("root_module")
        self.is_known = isinstance(root, Mapping)
        self._root = _mapping(root)
        self._by_name: defaultdict[tuple[str, str, str], list[Instance]] = defaultdict(list)
        for instance in instances:
            self._by_name[instance.mode, instance.type, instance.name].append(instance)
        self._resources: dict[tuple[str, ...], Mapping[tuple[str, str, str], Any]] = {}

    def resource(self, instance: Instance) -> Mapping[str, Any]:
        """The configuration of a resource. Empty if there is none."""
        names = tuple(name for name, _ in instance.module)
        if names not in self._resources:
            listed = self._module(names).get("resources")
            entries = [_mapping(entry) for entry in (listed if isinstance(listed, list) else [])]
            self._resources[names] = {
                (str(e.get("mode")), str(e.get("type")), str(e.get("name"))): e for e in entries
            }
        key = (instance.mode, instance.type, instance.name)
        return _mapping(self._resources[names].get(key))

    def module_source(self, names: Sequence[str]) -> list[str | None]:
        """The ``source`` of each module on the way to one."""
        found = []
        for index in range(len(names)):
            call = self._call(tuple(names[: index + 1]))
            source = call.get("source")
            found.append(source if isinstance(source, str) else None)
        return found

    def follow(self, of: Instance, expression: Any) -> list[list[Found]]:
        """What each reference of an expression leads to: none, one or several instances."""
        listed = _mapping(expression).get("references")
        if not isinstance(listed, list):
            return []
        for_each = self.resource(of).get("for_each_expression")
        same = _uses_key(listed)
        found = []
        for one in roots(listed):
            if one and one[0].name in ("each", "count") and one[0].name != "each":
                continue
            if one and one[0].name == "each" and len(one) > 1 and one[1].name == "key":
                continue
            leads = [*self._lead(of.module, one, (), for_each, 0)]
            found.append(_chosen(leads, of.key, same=same))
        return found

    def _lead(
        self,
        module: Module,
        one: tuple[Step, ...],
        rest: tuple[Step, ...],
        for_each: Any,
        depth: int,
    ) -> Iterator[Found]:
        """The instances that one traversal in a module may lead to."""
        whole = (*one, *rest)
        if depth > _DEEPEST or len(whole) < 2:
            return
        head, second, *more = whole
        after = tuple(more)
        if head.name == "var":
            call = self._call(tuple(name for name, _ in module)) if module else {}
            expression = _mapping(call.get("expressions")).get(second.name)
            each_of_call = call.get("for_each_expression")
            yield from self._lead_all(module[:-1], expression, after, each_of_call, depth)
        elif head.name == "module" and after:
            inner = (*module, (second.name, second.key if second.has_key else None))
            for found in self._modules(inner, has_key=second.has_key):
                output = _mapping(self._module(tuple(n for n, _ in found)).get("outputs"))
                expression = _mapping(output.get(after[0].name)).get("expression")
                yield from self._lead_all(found, expression, after[1:], None, depth)
        elif head.name == "each" and second.name == "value":
            yield from self._lead_all(module, for_each, after, None, depth)
        elif head.name == "data" and after:
            yield from self._instances(module, "data", second.name, after[0], after[1:])
        elif head.name not in _NO_SOURCE and head.name != "local":
            yield from self._instances(module, "managed", head.name, second, after)

    def _lead_all(
        self, module: Module, expression: Any, rest: tuple[Step, ...], for_each: Any, depth: int
    ) -> Iterator[Found]:
        listed = _mapping(expression).get("references")
        sources = [
            one
            for one in (roots(listed) if isinstance(listed, list) else [])
            if one and (one[0].name not in _NO_SOURCE or one[:1] == (Step("each"),))
        ]
        # Of several sources it is not known which one gives the value.
        if len(sources) == 1:
            yield from self._lead(module, sources[0], rest, for_each, depth + 1)

    def _instances(
        self, module: Module, mode: str, type_: str, name: Step, rest: tuple[Step, ...]
    ) -> Iterator[Found]:
        for instance in self._by_name.get((mode, type_, name.name), ()):
            if not _fits(instance.module, module):
                continue
            if name.has_key and name.key is not None and name.key != instance.key:
                continue
            yield Found(instance, rest)

    def _modules(self, inner: Module, *, has_key: bool) -> Iterator[Module]:
        """The instances of a module that the plan has."""
        depth, names = len(inner), tuple(name for name, _ in inner)
        known = {
            instance.module[:depth]
            for listed in self._by_name.values()
            for instance in listed
            if len(instance.module) >= depth
            and tuple(name for name, _ in instance.module[:depth]) == names
            and _fits(instance.module[: depth - 1], inner[:-1])
        }
        for module in sorted(known, key=repr):
            if not has_key or inner[-1][1] in (None, module[-1][1]):
                yield module

    def _module(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        module = self._root
        for name in names:
            calls = _mapping(module.get("module_calls"))
            module = _mapping(_mapping(calls.get(name)).get("module"))
        return module

    def _call(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        calls = _mapping(self._module(names[:-1]).get("module_calls"))
        return _mapping(calls.get(names[-1]))


def _fits(module: Module, wanted: Module) -> bool:
    """True if a module is the wanted one. A key that is not known fits every key."""
    return len(module) == len(wanted) and all(
        name == other and (key == other_key or other_key is None)
        for (name, key), (other, other_key) in zip(module, wanted, strict=True)
    )


def _uses_key(references: Sequence[Any]) -> bool:
    return any(
        isinstance(one, str) and one.startswith(("count.index", "each.key", "each.value"))
        for one in references
    )


def _chosen(leads: list[Found], key: Key, *, same: bool) -> list[Found]:
    """One instance of several: the one with the same key, if the expression uses the key."""
    if len(leads) < 2 or not same:
        return leads
    keys = [_key_of(lead.instance, key) for lead in leads]
    chosen = [lead for lead, found in zip(leads, keys, strict=True) if found == key]
    return chosen if len(chosen) == 1 else leads


def _key_of(instance: Instance, wanted: Key) -> Key:
    """The key of an instance, or of the innermost module that has the wanted kind of key."""
    if instance.key is not None:
        return instance.key
    return next((key for _, key in reversed(instance.module) if key == wanted), None)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
