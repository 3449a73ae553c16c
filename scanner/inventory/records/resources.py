"""Records of subscriptions, groups and locks (Microsoft.Resources 2025-04-01,
Microsoft.Authorization 2020-05-01)."""

from __future__ import annotations

from msgspec.structs import force_setattr

from scanner.inventory.records.base import Record, Resource


class Subscription(Resource, frozen=True):
    """A subscription as ``GET /subscriptions`` lists it."""

    subscription_id: str
    """The GUID in lower case, so that a subscription listed twice in other casing is one."""
    display_name: str | None = None
    state: str | None = None

    def __post_init__(self) -> None:
        force_setattr(self, "subscription_id", self.subscription_id.lower())


class Descendant(Resource, frozen=True):
    """An entry below a management group: a subscription or another management group."""

    name: str
    type: str


class ResourceGroup(Resource, frozen=True):
    """A resource group. ``managed_by`` is the id of the resource that manages it, such as AKS."""

    name: str
    managed_by: str | None = None


class LockProperties(Record, frozen=True):
    """``level`` is CanNotDelete or ReadOnly."""

    level: str | None = None


class Lock(Resource, frozen=True):
    """A management lock. Its id names the resource that it locks."""

    properties: LockProperties | None = None
