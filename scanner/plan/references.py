"""Which planned resource an expression of a configuration leads to.

A plan says that a value is unknown until it is applied. Its configuration says which references
the value comes from, as lists of traversals with all their prefixes (JSON Output Format,
"Expression Representation").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cached_property
from typing import Any

from msgspec import Struct

from scanner.plan.decoded import mapping
from scanner.plan.module_tree import Instance, ModuleTree
from scanner.plan.traversal import Key, Module, Step, names_of, roots

_DEEPEST = 40
"""Steps from one module to another. A longer way is a circle."""
_KEYS = (("each", "key"), ("count", "index"))
_EACH_VALUE = ("each", "value")
_GIVEN = ("path", "terraform", "var")
"""What is known before the plan is applied: folders, the workspace, inputs of the root module."""
_NO_SOURCE = ("path", "terraform", "self", "each", "count")
_NO_RESOURCE = (*_NO_SOURCE, "local", "module", "var")


Named = tuple[str, str, str]
"""The mode, type and name of a resource."""


class Found(Struct, frozen=True, gc=False):
    """An instance, and the rest of the traversal after it."""

    instance: Instance
    rest: tuple[Step, ...]


class Lead(Struct, frozen=True, gc=False):
    """What one reference leads to: none, one or several instances."""

    found: Sequence[Found]
    is_open: bool = False
    """True if the value may be another one: it leads to none, or to one of several, of which only
    some are found."""


class _Parsed(Struct, frozen=True):
    """The references of an expression."""

    roots: Sequence[tuple[Step, ...]] = ()
    uses_key: bool = False
    """True if it has the key of the instance: another instance with the same key is meant. In a set
    the value of an entry is its key."""


_NO_REFERENCES = _Parsed()


def _parsed(references: Sequence[Any]) -> _Parsed:
    found = [one for one in roots(references) if one]
    keys = [one for one in found if _names(one, 2) in _KEYS]
    of_entry = any(_names(one) == _EACH_VALUE for one in found)
    return _Parsed(tuple(one for one in found if one not in keys), bool(keys) or of_entry)


def _names(one: tuple[Step, ...], count: int | None = None) -> tuple[str, ...]:
    return tuple(step.name for step in one[:count])


class _Leads:
    """What one reference leads to."""

    def __init__(self, found: list[Found], *, is_given: bool) -> None:
        self.all = found
        self.is_given = is_given
        self.is_one_to_one: dict[tuple[Module, str, str, str], bool] = {}
        """Whether a resource that refers to them has the same indices, by what identifies it."""

    @cached_property
    def by_key(self) -> Mapping[Key, Sequence[Found]]:
        """The instances by key. One without a key is found by the keys of its modules, and None."""
        by_key: defaultdict[Key, list[Found]] = defaultdict(list)
        for one in self.all:
            key = one.instance.key
            keys = {None, *(k for _, k in one.instance.module)} if key is None else {key}
            for key in keys:
                by_key[key].append(one)
        return by_key


class References:
    """The configuration of one plan, and the instances that the plan has."""

    def __init__(
        self,
        configuration: Any,
        instances: Sequence[Instance],
        others: Set[Named] | None = frozenset(),
    ) -> None:
        """``others`` are the resources of the plan that no instance is given of. None if the plan
        leaves out some."""
        root = mapping(configuration).get("root_module")
        self.is_known = isinstance(root, dict)
        self._root = mapping(root)
        self._instances = ModuleTree(instances)
        self._blocks: dict[tuple[str, ...], Mapping[tuple[str, str, str], Any]] = {}
        self._parsed: dict[int, tuple[Sequence[Any], _Parsed]] = {}
        """The references of expressions, by identity. A list is kept with what it says, so that no
        other list can have its identity."""
        self._leads: dict[tuple[Module, tuple[Step, ...], int], _Leads] = {}
        self._others = others
        self._given: dict[tuple[Module, tuple[Step, ...], int], bool] = {}

    def block(self, instance: Instance) -> Mapping[str, Any]:
        """The configuration of a resource. Empty if there is none."""
        names = names_of(instance.module)
        if names not in self._blocks:
            listed = self._module(names).get("resources")
            entries = [mapping(entry) for entry in (listed if isinstance(listed, list) else [])]
            self._blocks[names] = {
                (str(e.get("mode")), str(e.get("type")), str(e.get("name"))): e for e in entries
            }
        found = self._blocks[names].get((instance.mode, instance.type, instance.name))
        return mapping(found)

    def module_source(self, names: Sequence[str]) -> list[str | None]:
        """The ``source`` of each module on the way to one."""
        found = []
        for index in range(len(names)):
            call = self._call(tuple(names[: index + 1]))
            source = call.get("source")
            found.append(source if isinstance(source, str) else None)
        return found

    def follow(self, of: Instance, expression: Any) -> Iterator[Lead]:
        """What each reference of an expression leads to."""
        parsed = self._parse(expression)
        for one in parsed.roots:
            leads = self._leads_of(of, one)
            if not leads.all:
                if not leads.is_given:
                    yield Lead((), is_open=True)
                continue
            if len(leads.all) < 2 or not (parsed.uses_key or one[0].name == "each"):
                yield Lead(leads.all)
                continue
            # One of several is the one with the same key, if the expression uses the key.
            chosen = leads.by_key.get(of.key, ())
            is_found = len(chosen) == 1 and self._is_one_to_one(of, leads)
            yield Lead(chosen) if is_found else Lead(leads.all[:2], is_open=True)

    def _is_one_to_one(self, of: Instance, leads: _Leads) -> bool:
        """True if a resource has the same indices as what it leads to.

        Other indices are computed, such as ``floor(count.index / 2)``, and nobody knows how.
        """
        if not isinstance(of.key, int):
            return True
        named = (of.module, of.mode, of.type, of.name)
        if named not in leads.is_one_to_one:
            own = {one.key for one in self._instances.find(*named)}
            others = {key for key in leads.by_key if isinstance(key, int)}
            leads.is_one_to_one[named] = own == others
        return leads.is_one_to_one[named]

    def _is_given(self, module: Module, one: tuple[Step, ...], for_each: Any) -> bool:
        """True if what is unknown never comes from a reference.

        It is to an input, which is known before the plan is applied, or to a resource that the plan
        does not have: a data source that was read, or a resource of a ``count`` of 0. A local value
        may come from anywhere.
        """
        key = (module, one, id(for_each))
        if key not in self._given:
            # A circle of references is no input.
            self._given[key] = False
            self._given[key] = self._find_given(module, one, for_each)
        return self._given[key]

    def _find_given(self, module: Module, one: tuple[Step, ...], for_each: Any) -> bool:
        head, *more = (step.name for step in one)
        if head == "each":
            return self._are_given(module, for_each, None)
        if head == "var" and more and module:
            call = self._call(names_of(module))
            given = mapping(call.get("expressions")).get(more[0], {})
            each_of_call = call.get("for_each_expression")
            return bool(call) and self._are_given(module[:-1], given, each_of_call)
        if head == "module" and len(more) > 1:
            inner = (*module, (more[0], one[1].key))
            output = mapping(mapping(self._module(names_of(inner)).get("outputs")).get(more[1]))
            return self._are_given(inner, output.get("expression"), None)
        if head in _NO_RESOURCE or len(more) < 1 + (head == "data"):
            return head in _GIVEN
        named = ("data", *more[:2]) if head == "data" else ("managed", head, more[0])
        if self._others is None:
            return False
        return named not in self._others and not any(self._instances.find(module, *named))

    def _are_given(self, module: Module, expression: Any, for_each: Any) -> bool:
        """True if an expression has no references but those to inputs."""
        sources = self._parse(expression).roots
        is_known = isinstance(expression, dict)
        return is_known and all(self._is_given(module, one, for_each) for one in sources)

    def _parse(self, expression: Any) -> _Parsed:
        """The references of an expression, taken apart once for all that have it."""
        listed = expression.get("references") if isinstance(expression, dict) else None
        if not isinstance(listed, list):
            return _NO_REFERENCES
        found = self._parsed.get(id(listed))
        if found is None:
            found = self._parsed[id(listed)] = (listed, _parsed(listed))
        return found[1]

    def _leads_of(self, of: Instance, one: tuple[Step, ...]) -> _Leads:
        """What a reference leads to, found once for all instances of a resource in a module."""
        for_each = None
        if one[0].name == "each":
            for_each = self.block(of).get("for_each_expression")
        key = (of.module, one, id(for_each))
        found = self._leads.get(key)
        if found is None:
            listed = [*self._lead(of.module, one, (), for_each, 0)]
            is_given = not listed and self._is_given(of.module, one, for_each)
            found = self._leads[key] = _Leads(listed, is_given=is_given)
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
            call = self._call(names_of(module)) if module else {}
            expression = mapping(call.get("expressions")).get(second.name)
            each_of_call = call.get("for_each_expression")
            yield from self._lead_all(module[:-1], expression, after, each_of_call, depth)
        elif head.name == "module" and after:
            for found in self._instances.modules((*module, (second.name, second.key))):
                output = mapping(self._module(names_of(found)).get("outputs"))
                expression = mapping(output.get(after[0].name)).get("expression")
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
        roots_of = self._parse(expression).roots
        sources = [one for one in roots_of if not self._is_given(module, one, for_each)]
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
            calls = mapping(module.get("module_calls"))
            module = mapping(mapping(calls.get(name)).get("module"))
        return module

    def _call(self, names: tuple[str, ...]) -> Mapping[str, Any]:
        calls = mapping(self._module(names[:-1]).get("module_calls"))
        return mapping(calls.get(names[-1]))
