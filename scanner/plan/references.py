"""Which planned resource an expression of a configuration leads to.

A plan says that a value is unknown until it is applied. Its configuration says which references
the value comes from, as lists of traversals with all their prefixes (JSON Output Format,
"Expression Representation").
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from scanner.plan.module_tree import Instance, ModuleTree
from scanner.plan.traversal import Key, Module, Step, roots

_DEEPEST = 40
"""Steps from one module to another. A longer way is a circle."""
_EACH_KEY = ["each", "key"]
_NO_SOURCE = ("path", "terraform", "self", "each", "count")


class Found(Struct, frozen=True):
    """An instance, and the rest of the traversal after it."""

    instance: Instance
    rest: tuple[Step, ...]


class _Leads:
    """What one reference leads to."""

    def __init__(self, found: list[Found]) -> None:
        self.all = found
        self.by_key: dict[Key, list[Found]] = {}
        """By the key of the instance. Without one, by the keys of its modules, and by None."""
        for one in found:
            key = one.instance.key
            keys = {None, *(k for _, k in one.instance.module)} if key is None else {key}
            for key in keys:
                self.by_key.setdefault(key, []).append(one)


class References:
    """The configuration of one plan, and the instances that the plan has."""

    def __init__(self, configuration: Any, instances: Sequence[Instance]) -> None:
        root = _mapping(configuration).get("root_module")
        self.is_known = isinstance(root, Mapping)
        self._root = _mapping(root)
        self._instances = ModuleTree(instances)
        self._resources: dict[tuple[str, ...], Mapping[tuple[str, str, str], Any]] = {}
        self._leads: dict[tuple[Module, tuple[Step, ...], int], _Leads] = {}

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
            if one and (one[0].name == "count" or [step.name for step in one[:2]] == _EACH_KEY):
                continue
            leads = self._leads_of(of.module, one, for_each)
            # One of several is the one with the same key, if the expression uses the key.
            chosen = leads.by_key.get(of.key, ()) if same else ()
            found.append([*chosen] if len(chosen) == 1 else leads.all)
        return found

    def _leads_of(self, module: Module, one: tuple[Step, ...], for_each: Any) -> _Leads:
        """What a reference leads to, found once for all instances of a resource in a module."""
        key = (module, one, id(for_each) if one and one[0].name == "each" else 0)
        if key not in self._leads:
            self._leads[key] = _Leads([*self._lead(module, one, (), for_each, 0)])
        return self._leads[key]

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
            for found in self._instances.modules((*module, (second.name, second.key))):
                output = _mapping(self._module(tuple(n for n, _ in found)).get("outputs"))
                expression = _mapping(output.get(after[0].name)).get("expression")
                yield from self._lead_all(found, expression, after[1:], None, depth)
        elif head.name == "each" and second.name == "value":
            yield from self._lead_all(module, for_each, after, None, depth)
        elif head.name == "data" and after:
            yield from self._found(module, "data", second.name, after[0], after[1:])
        elif head.name not in _NO_SOURCE and head.name != "local":
            yield from self._found(module, "managed", head.name, second, after)

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

    def _found(
        self, module: Module, mode: str, type_: str, name: Step, rest: tuple[Step, ...]
    ) -> Iterator[Found]:
        for instance in self._instances.find(module, mode, type_, name.name):
            if name.key is None or name.key == instance.key:
                yield Found(instance, rest)

    def _module(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        module = self._root
        for name in names:
            calls = _mapping(module.get("module_calls"))
            module = _mapping(_mapping(calls.get(name)).get("module"))
        return module

    def _call(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        calls = _mapping(self._module(names[:-1]).get("module_calls"))
        return _mapping(calls.get(names[-1]))


def _uses_key(references: Sequence[Any]) -> bool:
    return any(
        isinstance(one, str) and one.startswith(("count.index", "each.key", "each.value"))
        for one in references
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
