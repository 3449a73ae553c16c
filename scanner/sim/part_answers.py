"""The answers about the parts in the body of a resource, such as the subnets of a network."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from scanner.sim import errors
from scanner.sim.http_messages import Response
from scanner.sim.patches import Body
from scanner.sim.resource_bodies import listed_body
from scanner.sim.routed import Entries, RoutedRequest, find_subscription
from scanner.sim.targets import target_of

_NEVER_THERE = frozenset(("flowlogs", "runcommands", "backupengines", "backupresourceguardproxies"))
"""Kinds of parts of which no resource has any here, in lower case."""


def _list_parts(request: RoutedRequest) -> Entries | Response:
    parts = _parts(request)
    return parts if isinstance(parts, Response) else [partial(dict, body) for body in parts]


def _one_part(request: RoutedRequest) -> Body | Response:
    parts = _parts(request)
    if isinstance(parts, Response):
        return parts
    wanted = request.params["member"].lower()
    named = (body for body in parts if body["name"].lower() == wanted)
    return next(named, None) or errors.part_not_found(request.path)


def _parts(request: RoutedRequest) -> list[Body] | Response:
    """The bodies of one kind in the properties of the resource that the path names."""
    kind = request.params["part"]
    parent, _, _ = request.path.rpartition(f"/{kind}")
    item = find_subscription(request).find(request.type, parent)
    if item is None:
        return errors.parent_not_found(f"{request.type.partition('/')[2]}/{kind}", parent)
    members = listed_body(item).get("properties", {})
    for name, value in members.items():
        if name.lower() == kind.lower() and isinstance(value, list):
            return value
    if kind.lower() in _NEVER_THERE:
        return []
    version = next((v for k, v in request.query.items() if k.lower() == "api-version"), "")
    answer = errors.type_not_found(target_of(request.path).type, version)
    return replace(answer, is_unserved=True)


LISTINGS = {"parts": _list_parts}
SINGLES = {"part": _one_part}
