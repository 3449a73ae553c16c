"""What the path of a request is about: a resource type, and the right that it takes."""

from __future__ import annotations

import re
from typing import NamedTuple

from scanner.sim.resource_types import spelt

_PROVIDERS = re.compile("/providers(?=/)", re.IGNORECASE)
_NAMESPACE_AT_END = re.compile("/providers/[^/]+$", re.IGNORECASE)
_RESOURCES = "Microsoft.Resources"
_VERBS = {"GET": "read", "HEAD": "read", "DELETE": "delete", "POST": "action"}


class Target(NamedTuple):
    """The type that a path names."""

    namespace: str
    type: str
    """With its namespace and the types above it: ``Microsoft.Network/virtualNetworks/subnets``."""
    is_resource: bool
    """True if the path ends in a name, not in a type."""

    def action(self, method: str) -> str:
        """The right that a request takes."""
        return f"{self.type}/{_VERBS.get(method, 'write')}"


def target_of(path: str) -> Target:
    """The target of a path. Only the last provider in it counts."""
    before, *rest = _PROVIDERS.split(path)
    if not rest:
        return _scope_target(path)
    parts = [part for part in rest[-1].split("/") if part]
    if len(parts) < 2:
        parent = "subscriptions/providers" if "/subscriptions/" in before.lower() else "providers"
        return Target(_RESOURCES, f"{_RESOURCES}/{parent}", is_resource=True)
    namespace = spelt(parts[0])
    type_ = spelt("/".join([namespace, *parts[1::2]]))
    return Target(namespace, type_, is_resource=len(parts) % 2 == 1)


def scope_of_write(path: str) -> str:
    """The scope that the refusal of a write names: of an action, what it acts on."""
    if target_of(path).is_resource:
        return path
    return _NAMESPACE_AT_END.sub("", path.rpartition("/")[0])


def _scope_target(path: str) -> Target:
    """The target of a path without a provider, such as a resource group."""
    parts = [part for part in path.split("/") if part]
    type_ = spelt("/".join([_RESOURCES, *parts[::2]]))
    return Target(_RESOURCES, type_, is_resource=len(parts) % 2 == 0)
