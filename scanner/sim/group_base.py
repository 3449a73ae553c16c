"""A resource group without what it holds, and what its contents know of the scopes above it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from scanner.sim.faults import HasFaults
from scanner.sim.patches import Body


class Item(Protocol):
    """Anything a subscription keeps by resource type and ARM id."""

    @property
    def type(self) -> str:
        """The ARM resource type."""

    @property
    def id(self) -> str:
        """The ARM id."""


class WorldLike(HasFaults, Protocol):
    """The part of a world that decides what its resources look like."""

    seed: int
    now: datetime


class SubscriptionLike(Protocol):
    """The part of a subscription that a resource group needs."""

    @property
    def id(self) -> str:
        """The ARM id."""

    @property
    def world(self) -> WorldLike:
        """The world it belongs to."""

    def add(self, item: Item) -> None:
        """Keep a resource."""

    def find(self, type: str, resource_id: str) -> Item | None:  # noqa: A002
        """The resource of that type and id."""


@dataclass
class Resource:
    """A resource whose body is served unchanged; its type decides which listing shows it."""

    type: str
    id: str
    body: Body


@dataclass
class GroupBase:
    """A resource group that takes resources as finished bodies."""

    subscription: SubscriptionLike = field(repr=False)
    name: str
    location: str = "westeurope"
    managed_by: str | None = None
    tags: dict[str, str] | None = None

    @property
    def id(self) -> str:
        """The ARM id."""
        return f"{self.subscription.id}/resourceGroups/{self.name}"

    @property
    def world(self) -> WorldLike:
        """The world it belongs to."""
        return self.subscription.world

    def resource(self, type: str, name: str, body: Mapping[str, Any]) -> Resource:  # noqa: A002
        """Add a resource; name, id, type and location are filled in where the body lacks them."""
        id_ = self.id_of(type, name)
        defaults = {"name": name, "id": id_, "type": type, "location": self.location}
        added = Resource(type, id_, defaults | dict(body))
        self.subscription.add(added)
        return added

    def id_of(self, type: str, name: str) -> str:  # noqa: A002
        """The ARM id of a resource of this type and name in the group."""
        return f"{self.id}/providers/{type}/{name}"
