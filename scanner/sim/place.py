"""A resource group, as far as anything can be put into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scanner.sim.machine import Resource

if TYPE_CHECKING:
    from scanner.sim.world import Subscription, World


@dataclass
class Place:
    """A resource group without what it can hold."""

    subscription: Subscription = field(repr=False)
    name: str
    location: str = "westeurope"
    managed_by: str | None = None
    tags: dict[str, str] | None = None

    @property
    def id(self) -> str:
        """The ARM id."""
        return f"{self.subscription.id}/resourceGroups/{self.name}"

    @property
    def world(self) -> World:
        """The world it belongs to."""
        return self.subscription.world

    def resource(self, type: str, name: str, body: Mapping[str, Any]) -> Resource:  # noqa: A002
        """Add any other resource; name, id, type and location are filled in where missing."""
        id_ = self.id_of(type, name)
        usual = {"name": name, "id": id_, "type": type, "location": self.location}
        added = Resource(type, id_, usual | dict(body))
        self.subscription.add(added)
        return added

    def id_of(self, type: str, name: str) -> str:  # noqa: A002
        """The id that a resource of this type and name has here."""
        return f"{self.id}/providers/{type}/{name}"
