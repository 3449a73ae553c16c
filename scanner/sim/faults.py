"""What goes wrong in a simulated Azure: one value per fault, and helpers that add the usual ones.

Helpers take a scope (a world, subscription, group, VM or collection) and the name of a route
in `routes.ROUTES`, add the fault to the world, and return it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from scanner.sim.routes import ROUTES, find
from scanner.sim.wire import Request

if TYPE_CHECKING:
    from scanner.sim.world import World

Match = Callable[[Request], bool] | tuple[str, str]
"""A test of the request, or a part of its path and a part of its query, both without case."""


class Scope(Protocol):
    """Anything of a world that has an ARM id; the world's own is empty."""

    @property
    def id(self) -> str:
        """The ARM id."""

    @property
    def world(self) -> World:
        """The world it belongs to."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong, for all matching requests or for the first `times` of them.

    With status 200 the usual answer is given, altered by `body` (raw bytes in its place),
    `next_link`, `empty_page` (no entries, and a link to the same page) and `entries` (index to
    replacement). With any other status the answer is an error: `body` if given, else what ARM
    says for that status and `code`. `bare` leaves out the `error` member. `delay` and `drop`
    hold for both.
    """

    match: Match
    status: int = 403
    code: str | None = None
    times: int | None = None
    retry_after: int | None = None
    body: bytes | None = None
    next_link: str | None = None
    empty_page: bool = False
    entries: Mapping[int, object] = field(default_factory=dict)
    bare: bool = False
    delay: float = 0.0
    drop: bool = False

    @property
    def alters(self) -> bool:
        """Whether the usual answer is still given, only changed."""
        return self.status == 200 and self.body is None and not self.drop

    def strikes(self, request: Request) -> bool:
        """Whether this request is hit."""
        if callable(self.match):
            return self.match(request)
        path, query = (part.lower() for part in self.match)
        options = "&".join(f"{name}={value}" for name, value in request.query.items()).lower()
        return path in request.path.lower() and query in options


def route_at(scope: Scope, name: str) -> Callable[[Request], bool]:
    """A test for requests of one route at or below a scope."""
    if name not in {route.name for route in ROUTES}:
        raise ValueError(f"no route is called {name!r}")
    root = scope.id.lower()

    def matches(request: Request) -> bool:
        path = request.path.lower().rstrip("/")
        found = find(request)
        inside = path == root or path.startswith(root + "/")
        return found is not None and found.route.name == name and inside

    return matches


def refuse(scope: Scope, *routes: str, times: int | None = None) -> list[Fault]:
    """403 AuthorizationFailed for these routes, naming the action of each."""
    return [_add(scope, Fault(route_at(scope, name), times=times)) for name in routes]


def fail(
    scope: Scope, route: str, status: int, code: str | None = None, times: int | None = None
) -> Fault:
    """Any other status: 404 (with a code), 500, 503 …"""
    return _add(scope, Fault(route_at(scope, route), status=status, code=code, times=times))


def throttle(
    scope: Scope, route: str, *, times: int | None = 1, retry_after: int | None = 1
) -> Fault:
    """429; without `retry_after` the wait stands only in the message, as the gateway does it."""
    fault = Fault(route_at(scope, route), status=429, times=times, retry_after=retry_after)
    return _add(scope, fault)


def not_registered(scope: Scope, route: str, times: int | None = None) -> Fault:
    """409 MissingSubscriptionRegistration, as for a subscription that never used the provider."""
    return fail(scope, route, 409, "MissingSubscriptionRegistration", times)


def broken_entry(scope: Scope, route: str, index: int, replacement: object) -> Fault:
    """One entry of a listing (counted over all its pages) is replaced."""
    return _add(scope, Fault(route_at(scope, route), status=200, entries={index: replacement}))


def broken_body(scope: Scope, route: str, body: bytes, times: int | None = None) -> Fault:
    """The answer is these bytes, with status 200."""
    return _add(scope, Fault(route_at(scope, route), status=200, body=body, times=times))


def foreign_next_link(scope: Scope, route: str, url: str) -> Fault:
    """Every page of a listing links to `url`."""
    return _add(scope, Fault(route_at(scope, route), status=200, next_link=url))


def empty_page(scope: Scope, route: str) -> Fault:
    """The first page of a listing is empty and links to the full one."""
    return _add(scope, Fault(route_at(scope, route), status=200, empty_page=True, times=1))


def slow(scope: Scope, route: str, seconds: float, times: int | None = None) -> Fault:
    """The answer takes this much longer."""
    return _add(scope, Fault(route_at(scope, route), status=200, delay=seconds, times=times))


def drop(scope: Scope, route: str, times: int | None = None) -> Fault:
    """The connection breaks before an answer."""
    return _add(scope, Fault(route_at(scope, route), status=200, drop=True, times=times))


def _add(scope: Scope, fault: Fault) -> Fault:
    scope.world.faults.append(fault)
    return fault
