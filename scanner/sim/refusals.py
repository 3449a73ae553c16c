"""What ARM refuses before it looks at a resource: versions, types, scopes."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from scanner.sim import errors
from scanner.sim.http_messages import Response
from scanner.sim.resource_bodies import location_of
from scanner.sim.resource_types import NAMESPACES, takes, versions_of
from scanner.sim.targets import target_of
from scanner.sim.world import Classic, World

_ARM = "Microsoft.Resources"
_CLASSIC = "Microsoft.ClassicCompute"


def refusal(world: World, path: str, version: str | None) -> Response | None:
    """The refusal of a request without a look at its resource; None if ARM takes it."""
    if not version:
        return errors.missing_api_version()
    return _missing_scope(world, path) or _unknown_type(world, path, version)


def registration(world: World, path: str, namespace: str) -> Classic:
    """The registration of a namespace in the subscription of a path."""
    subscription = world.find(([*path.split("/"), "", ""])[2])
    if namespace == _CLASSIC and subscription is not None:
        return subscription.classic_provider
    known = NAMESPACES.get(namespace)
    return "absent" if known is None else "registered" if known else "unregistered"


def _missing_scope(world: World, path: str) -> Response | None:
    """The error if the subscription or the group in the path does not exist."""
    parts = [*path.split("/"), "", "", ""]
    if parts[1].lower() != "subscriptions" or not parts[2]:
        return None
    subscription = world.find(parts[2])
    if subscription is None and not _is_guid(parts[2]):
        return errors.invalid_subscription(parts[2])
    if subscription is None:
        return errors.subscription_not_found(parts[2])
    is_in_group = parts[3].lower() == "resourcegroups" and parts[4]
    if is_in_group and subscription.find_group(parts[4]) is None:
        return errors.group_not_found(parts[4])
    return None


def _unknown_type(world: World, path: str, version: str) -> Response | None:
    """The error if Azure, or this subscription, does not have the type or its version."""
    target = target_of(path)
    match registration(world, path, target.namespace):
        case "absent":
            return errors.namespace_not_found(target.namespace)
        case "unregistered":
            answer = errors.not_registered(target.namespace)
            return replace(answer, is_unserved=target.namespace != _CLASSIC)
    versions = world.versions.get(target.namespace) or versions_of(target.type)
    if versions is None:
        return replace(errors.type_not_found(target.type, version), is_unserved=True)
    if takes(versions, version):
        return None
    if target.namespace == _ARM:
        return errors.invalid_api_version(version, versions)
    item = world.find_resource(target.type, path) if target.is_resource else None
    if item is not None:
        where = location_of(item)
        return errors.version_in_location_not_found(target.type, where, version, versions)
    return errors.version_of_type_not_found(target.type, version, versions)


def _is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
