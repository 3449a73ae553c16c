"""Faults of the simulated Azure: one value per fault, and functions that add the usual ones.

The functions take a scope (a world, subscription, group, VM or collection) and the name of a
route in `routes.ROUTES`, add the fault to the world, and return it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from scanner.sim.http_messages import Request, Response
from scanner.sim.routes import ROUTES, match_route

Match = Callable[[Request], bool] | tuple[str, str]
"""A test of the request, or a part of its path and a part of its query, compared without case."""
Change = Callable[[Request, Response], Response]
"""Makes the answer from the request and the answer it would get."""


@dataclass(frozen=True)
class Fault:
    """A fault of all matching requests, or of the first `times` of them after `skips`.

    With status 200 the normal answer is given, altered by `body` (bytes that replace it),
    `next_link`, `empty_page` (no entries, and a link to the same page) and `entries` (index to
    replacement). With any other status the answer is an error: `body` if given, otherwise the
    one ARM gives for that status and `code`. `bare` leaves out the `error` member. `headers` are
    added, `change` alters the whole answer, `delay` (seconds; `math.inf` for no answer at all)
    and `drop` (the connection breaks) work with every status.
    """

    match: Match
    status: int = 403
    code: str | None = None
    times: int | None = None
    skips: int = 0
    retry_after: int | None = None
    body: bytes | None = None
    next_link: str | None = None
    empty_page: bool = False
    entries: Mapping[int, object] = field(default_factory=dict)
    bare: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    change: Change | None = None
    delay: float = 0.0
    drop: bool = False

    @property
    def alters(self) -> bool:
        """True if the normal answer is still given, only changed."""
        return self.status == 200 and self.body is None and not self.drop

    def is_over(self, count: int) -> bool:
        """True if the fault is over after this number of matching requests."""
        return self.times is not None and count >= self.skips + self.times

    def matches(self, request: Request) -> bool:
        """True if this request meets the fault."""
        if callable(self.match):
            return self.match(request)
        path, query = (part.lower() for part in self.match)
        options = "&".join(f"{name}={value}" for name, value in request.query.items()).lower()
        return path in request.path.lower() and query in options


class HasFaults(Protocol):
    """The world, as far as faults are added to it."""

    faults: list[Fault]


class Scope(Protocol):
    """Anything in a world that has an ARM id, or the world itself, whose id is empty."""

    @property
    def id(self) -> str:
        """The ARM id."""

    @property
    def world(self) -> HasFaults:
        """The world it belongs to."""


def route_at(scope: Scope, name: str) -> Callable[[Request], bool]:
    """A test for requests of one route at or below a scope.

    Raises `ValueError` if no route has that name.
    """
    if name not in {route.name for route in ROUTES}:
        raise ValueError(f"no route is called {name!r}")
    root = scope.id.lower()

    def matches(request: Request) -> bool:
        path = request.path.lower().rstrip("/")
        matched = match_route(request)
        inside = path == root or path.startswith(root + "/")
        return matched is not None and matched.route.name == name and inside

    return matches


def refuse(scope: Scope, *routes: str, times: int | None = None) -> list[Fault]:
    """403 AuthorizationFailed for these routes. The answer names the action of the route."""
    return [_add_fault(scope, Fault(route_at(scope, name), times=times)) for name in routes]


def fail(
    scope: Scope, route: str, status: int, code: str | None = None, times: int | None = None
) -> Fault:
    """An error with any other status, such as 404 (with a code), 500 or 503."""
    return _add_fault(scope, Fault(route_at(scope, route), status=status, code=code, times=times))


def throttle(
    scope: Scope, route: str, *, times: int | None = 1, retry_after: int | None = 1
) -> Fault:
    """429 with `retry_after` seconds in the header; None puts the wait only in the message."""
    fault = Fault(route_at(scope, route), status=429, times=times, retry_after=retry_after)
    return _add_fault(scope, fault)


def not_registered(scope: Scope, route: str, times: int | None = None) -> Fault:
    """409 MissingSubscriptionRegistration: the subscription has not registered the provider."""
    return fail(scope, route, 409, "MissingSubscriptionRegistration", times)


def broken_entry(scope: Scope, route: str, index: int, replacement: object) -> Fault:
    """Replaces the entry of a listing at `index`, counted over all its pages."""
    return _add_fault(
        scope, Fault(route_at(scope, route), status=200, entries={index: replacement})
    )


def broken_body(scope: Scope, route: str, body: bytes, times: int | None = None) -> Fault:
    """Status 200 with these bytes in place of the JSON."""
    return _add_fault(scope, Fault(route_at(scope, route), status=200, body=body, times=times))


def foreign_next_link(scope: Scope, route: str, url: str) -> Fault:
    """Makes every page of a listing link to `url`."""
    return _add_fault(scope, Fault(route_at(scope, route), status=200, next_link=url))


def empty_page(scope: Scope, route: str) -> Fault:
    """Makes the first page of a listing empty, with a link to the full page."""
    return _add_fault(scope, Fault(route_at(scope, route), status=200, empty_page=True, times=1))


def slow(scope: Scope, route: str, seconds: float, times: int | None = None) -> Fault:
    """Makes the answer take this many seconds longer."""
    return _add_fault(scope, Fault(route_at(scope, route), status=200, delay=seconds, times=times))


def hang(scope: Scope, route: str, times: int | None = None, skips: int = 0) -> Fault:
    """Gives no answer, and leaves the connection open."""
    hanging = Fault(route_at(scope, route), status=200, delay=math.inf, times=times, skips=skips)
    return _add_fault(scope, hanging)


def alter(
    scope: Scope, route: str, change: Change, times: int | None = None, status: int = 200
) -> Fault:
    """Alters the whole answer; `scanner.sim.changes` holds the changes."""
    return _add_fault(
        scope, Fault(route_at(scope, route), status=status, change=change, times=times)
    )


def drop(scope: Scope, route: str, times: int | None = None) -> Fault:
    """Breaks the connection before an answer."""
    return _add_fault(scope, Fault(route_at(scope, route), status=200, drop=True, times=times))


def _add_fault(scope: Scope, fault: Fault) -> Fault:
    scope.world.faults.append(fault)
    return fault
