"""A simulated ARM: it answers requests as the real one would, and logs them."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from scanner.sim import errors
from scanner.sim.answers import LISTINGS, SINGLES
from scanner.sim.backup_service import BACKUP_POSTS
from scanner.sim.clock import running_time
from scanner.sim.fault_answers import fault_answer
from scanner.sim.faults import Fault
from scanner.sim.http_messages import (
    SIMULATED_TOKEN,
    Logged,
    Request,
    Response,
    json_response,
)
from scanner.sim.network_watcher import WATCHER_POSTS, Operations
from scanner.sim.paging import page
from scanner.sim.rate_limits import RateLimits, Throttling
from scanner.sim.refusals import refusal
from scanner.sim.resource_graph import answer_query
from scanner.sim.route import RouteMatch
from scanner.sim.routed import RoutedRequest
from scanner.sim.routes import match_route, plain_path
from scanner.sim.sign_in import is_open, open_answer
from scanner.sim.targets import scope_of_write, target_of
from scanner.sim.tokens import make_token, read_token
from scanner.sim.world import World

_POSTS = frozenset([*BACKUP_POSTS, *WATCHER_POSTS, "resource_graph"])
"""The routes of the POSTs that only read."""


class SimulatedArm:
    """Answers requests from a world and keeps them in `log`.

    `page_size` is one number for all listings or one per route name (100 for the rest);
    `latency` is the delay of every answer in seconds. Without `throttling` no request is refused
    for coming too often. A token is said to be valid for `token_seconds` and accepted for
    `accepted_seconds`; without it, for as long as it is said to be valid. The clock is that of the
    running event loop. `watch` is called with every entry of the log.
    """

    def __init__(
        self,
        world: World,
        *,
        page_size: int | Mapping[str, int] = 100,
        latency: float = 0.0,
        throttling: Throttling | None = None,
        token_seconds: float = 3599.0,
        accepted_seconds: float | None = None,
        watch: Callable[[Logged], None] = lambda _: None,
    ) -> None:
        self.world = world
        self.page_size = page_size
        self.latency = latency
        self.token_seconds = token_seconds
        self.accepted_seconds = accepted_seconds
        self.watch = watch
        self.log: list[Logged] = []
        self._operations = Operations(world)
        self._began: float | None = None
        """When the first request came. The time of the world runs from then."""
        self._limits = RateLimits(world.object_id, throttling, running_time)
        self._expiries: dict[str, float] = {SIMULATED_TOKEN: float("inf")}
        # By identity, since faults need not be hashable; kept alive, since ids are reused.
        self._uses: dict[int, tuple[Fault, int]] = {}

    @property
    def tokens(self) -> frozenset[str]:
        """The tokens that were issued, expired ones too."""
        return frozenset(self._expiries)

    def issue_token(
        self, lifetime: float = 3600.0, stated: float | None = None, audience: str = ""
    ) -> str:
        """A new bearer token that this ARM accepts for `lifetime` seconds.

        The token states them itself, unless `stated` is another number of seconds.
        """
        seconds = lifetime if stated is None else stated
        token = make_token(self.world, audience, len(self._expiries), seconds)
        self._expiries[token] = time.time() + lifetime
        return token

    def expire_tokens(self) -> None:
        """Let all tokens expire that were issued so far."""
        for token in self._expiries:
            self._expiries[token] = time.time() - 60.0

    def answer(self, request: Request) -> Response:
        """The answer to one request."""
        matched = match_route(request)
        faults = self._use_faults(request)
        response = self._answer(request, matched, faults)
        delay = self.latency + sum(fault.delay for fault in faults)
        response = replace(response, delay=delay, headers=self._headers(response, matched))
        unserved = response.is_unserved or matched is None
        self.log.append(_logged(request, response, is_unserved=unserved))
        self.watch(self.log[-1])
        return response

    def _answer(
        self, request: Request, matched: RouteMatch | None, faults: Sequence[Fault]
    ) -> Response:
        """The answer, altered by the faults unless the request is refused before them."""
        refusal = self._token_error(request, matched) or self._limits.refusal(matched)
        if refusal:
            return refusal
        response = self._fault_answer(request, matched, faults) or self._normal_answer(
            request, matched, faults
        )
        for fault in faults:
            response = replace(response, headers={**response.headers, **fault.headers})
            if fault.change:
                response = fault.change(request, response)
        return response

    def _token_error(self, request: Request, matched: RouteMatch | None) -> Response | None:
        if is_open(matched):
            return None
        authorization = request.headers.get("authorization", "")
        if not authorization:
            return errors.no_token()
        expiry = self._expiry(authorization.removeprefix("Bearer "))
        if expiry is None:
            return errors.unknown_token()
        if expiry < time.time():
            times = (datetime.fromtimestamp(at, UTC) for at in (expiry, time.time()))
            return errors.expired_token(*times)
        return None

    def _expiry(self, token: str) -> float | None:
        """When a token expires, in seconds since the epoch; None if it is unknown."""
        if token in self._expiries:
            return self._expiries[token]
        claims = read_token(self.world, token)
        return None if claims is None else float(claims["exp"])

    def _sign_in(self, audience: str) -> tuple[str, float]:
        """A new token, and the seconds that it is said to be valid."""
        stated, accepted = self.token_seconds, self.accepted_seconds
        return self.issue_token(stated if accepted is None else accepted, stated, audience), stated

    def _use_faults(self, request: Request) -> list[Fault]:
        """The faults of this request, up to the first that replaces the answer; counts their use.

        Faults after that one do not count the request, since they cannot alter its answer.
        """
        used = []
        for fault in self.world.faults:
            count = self._uses.get(id(fault), (fault, 0))[1]
            if fault.is_over(count) or not fault.matches(request):
                continue
            self._uses[id(fault)] = (fault, count + 1)
            if count < fault.skips:
                continue
            used.append(fault)
            if not fault.alters:
                break
        return used

    def _fault_answer(
        self, request: Request, matched: RouteMatch | None, faults: Sequence[Fault]
    ) -> Response | None:
        fault = next((fault for fault in faults if not fault.alters), None)
        return None if fault is None else fault_answer(self.world, request, matched, fault)

    def _normal_answer(
        self, request: Request, matched: RouteMatch | None, faults: Sequence[Fault]
    ) -> Response:
        if matched is not None and is_open(matched):
            return open_answer(self.world, request, matched, self._sign_in)
        if matched is not None and matched.route.name == "graph":
            return replace(errors.forbidden_by_graph(), is_unserved=True)
        if request.method == "HEAD":
            return _head(self._normal_answer(replace(request, method="GET"), matched, faults))
        name = matched.route.name if matched else ""
        if request.method != "GET" and (request.method != "POST" or name not in _POSTS):
            return self._write_answer(request)
        path, version = plain_path(request.path), request.option("api-version")
        refused = refusal(self.world, path, version)
        if refused is not None:
            return refused
        if matched is None:
            return errors.type_not_found(target_of(path).type, version or "")
        if request.method == "POST":
            return self._post_answer(request, matched)
        if name in ("operation", "operation_result"):
            return self._operations.poll(matched)
        if matched.route.listing:
            return self._page(request, matched, faults)
        single = SINGLES.get(name, SINGLES["resource"])
        body = single(RoutedRequest(self.world, matched, path, query=request.query))
        return body if isinstance(body, Response) else json_response(200, body)

    def _post_answer(self, request: Request, matched: RouteMatch) -> Response:
        """The answer to a POST that only reads."""
        if matched.route.name in WATCHER_POSTS:
            return self._operations.begin(request, matched)
        if matched.route.name == "resource_graph":
            return answer_query(self.world, request.body)
        question = json.loads(request.body or b"{}")
        return json_response(200, BACKUP_POSTS[matched.route.name](self.world, question))

    def _write_answer(self, request: Request) -> Response:
        """The identity may only read; the registration of a provider is a write, too."""
        path = plain_path(request.path)
        action = target_of(path).action(request.method)
        return errors.forbidden(self.world.object_id, action, scope_of_write(path))

    def _page(self, request: Request, matched: RouteMatch, faults: Sequence[Fault]) -> Response:
        """One page of a listing, with the faults that alter it."""
        name = matched.route.name
        listing = LISTINGS.get(name, LISTINGS["resources"])
        filter_, path = request.option("$filter") or "", plain_path(request.path)
        items = listing(RoutedRequest(self.world, matched, path, filter_, request.query))
        if isinstance(items, Response):
            return items
        return page(request, name, items, self._page_size_of(name), faults)

    def _page_size_of(self, name: str) -> int:
        if isinstance(self.page_size, int):
            return self.page_size
        return self.page_size.get(name, 100)

    def _headers(self, response: Response, matched: RouteMatch | None) -> Mapping[str, str]:
        """The headers of every answer: its time and the remainder of its rate limits."""
        remaining = {} if response.status == 401 else self._limits.headers(matched)
        if self._began is None:
            self._began = running_time()
        now = self.world.now + timedelta(seconds=running_time() - self._began)
        date = f"{now:%a, %d %b %Y %H:%M:%S} GMT"
        return {"date": date, **response.headers, **remaining}


def _head(response: Response) -> Response:
    """The answer to HEAD: 204 for what exists, and no body."""
    status = 204 if response.status == 200 else response.status
    return replace(response, status=status, body=b"")


def _logged(request: Request, response: Response, *, is_unserved: bool) -> Logged:
    """The entry of a request in the log."""
    wait = response.headers.get("retry-after", "")
    return Logged(
        request.method,
        request.path,
        request.query,
        request.host,
        authorized=bool(request.headers.get("authorization")),
        at=running_time(),
        status=0 if response.dropped else response.status,
        is_unserved=is_unserved,
        retry_after=float(wait) if wait.isdecimal() else None,
    )
