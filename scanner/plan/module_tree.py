"""The instances of a plan, by the modules that they are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from scanner.plan.traversal import Key, Module


class Instance(Struct, eq=False, gc=False):
    """One resource of a plan, or a data source."""

    address: str
    module: Module
    mode: str
    type: str
    name: str
    key: Key = None


class _Node:
    """One instance of a module, and the modules in it."""

    def __init__(self, module: Module) -> None:
        self.module = module
        self.children: dict[str, dict[Key, _Node]] = {}
        self.instances: dict[tuple[str, str, str], list[Instance]] = {}


class ModuleTree:
    """The instances by their modules, so that no reference looks at more than it may lead to."""

    def __init__(self, instances: Iterable[Instance]) -> None:
        self._root = _Node(())
        self._found: dict[Module, list[_Node]] = {}
        nodes: dict[Module, _Node] = {(): self._root}
        for instance in instances:
            node = nodes.get(instance.module) or self._add(instance.module, nodes)
            named = (instance.mode, instance.type, instance.name)
            node.instances.setdefault(named, []).append(instance)

    def _add(self, module: Module, nodes: dict[Module, _Node]) -> _Node:
        node = self._root
        for depth, (name, key) in enumerate(module, 1):
            keyed = node.children.setdefault(name, {})
            if key not in keyed:
                keyed[key] = nodes[module[:depth]] = _Node(module[:depth])
            node = keyed[key]
        return node

    def find(self, module: Module, mode: str, type_: str, name: str) -> Iterator[Instance]:
        """The instances of a resource in a module. A key that is not known fits every key."""
        for node in self._nodes(module):
            yield from node.instances.get((mode, type_, name), ())

    def modules(self, module: Module) -> Iterator[Module]:
        """The instances of a module that the plan has. A key that is not known fits every key."""
        for node in self._nodes(module):
            yield node.module

    def _nodes(self, module: Module) -> list[_Node]:
        """The instances of a module, found once: all its resources refer to their neighbours."""
        if module not in self._found:
            self._found[module] = self._find_nodes(module)
        return self._found[module]

    def _find_nodes(self, module: Module) -> list[_Node]:
        found = [self._root]
        for name, key in module:
            keyed = [node.children.get(name, {}) for node in found]
            if key is None:
                found = [node for nodes in keyed for node in nodes.values()]
            else:
                found = [nodes[key] for nodes in keyed if key in nodes]
        return found
