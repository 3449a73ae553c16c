"""A simulated ARM: it answers requests as the real one would, and logs them."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import reduce
from urllib.parse import quote, quote_plus

from scanner.sim import errors
from scanner.sim.answers import LISTINGS, SINGLES, RoutedRequest
from scanner.sim.backup_service import BACKUP_POSTS
from scanner.sim.cloud_metadata import metadata
from scanner.sim.fault_answers import fault_answer
from scanner.sim.faults import Fault
from scanner.sim.http_messages import (
    SIMULATED_TOKEN,
    Logged,
    Request,
    Response,
    json_response,
)
from scanner.sim.patches import Body
from scanner.sim.routes import ROUTES, RouteMatch, match_route
from scanner.sim.world import World

_LAST_LINKS: tuple[Body, ...] = ({}, {"nextLink": None}, {"nextLink": ""})
"""The three ways in which a last page was recorded to have no next one."""
_READ_LIMIT = 3750


class SimulatedArm:
    """Answers requests from a world and keeps them in `log`.

    `page_size` is one number for all listings or one per route name (100 for the rest);
    `latency` is the delay of every answer in seconds.
    """

    def __init__(
        self, world: World, *, page_size: int | Mapping[str, int] = 100, latency: float = 0.0
    ) -> None:
        self.world = world
        self.page_size = page_size
        self.latency = latency
        self.log: list[Logged] = []
        self._expiries: dict[str, float] = {SIMULATED_TOKEN: float("inf")}
        self._spent: Counter[str] = Counter()
        # By identity, since faults need not be hashable; kept alive, since ids are reused.
        self._uses: dict[int, tuple[Fault, int]] = {}

    def issue_token(self, lifetime: float = 3600.0) -> str:
        """A new bearer token that this ARM accepts for `lifetime` seconds."""
        token = f"simulated.{self.world.seed}.{len(self._expiries)}"
        self._expiries[token] = time.time() + lifetime
        return token

    def expire_tokens(self) -> None:
        """Let all tokens expire that were issued so far."""
        for token in self._expiries:
            self._expiries[token] = time.time() - 60.0

    def answer(self, request: Request) -> Response:
        """The answer to one request."""
        authorization = request.headers.get("authorization", "")
        self.log.append(
            Logged(request.method, request.path, request.query, request.host, bool(authorization))
        )
        matched = match_route(request)
        if matched is not None and matched.route.name == "metadata":
            return json_response(200, metadata(self.world, request.host))
        faults = self._use_faults(request)
        response = (
            self._token_error(authorization)
            or self._fault_answer(request, matched, faults)
            or _changed(self._normal_answer(request, matched, faults), faults)
        )
        delay = self.latency + sum(fault.delay for fault in faults)
        return replace(response, delay=delay, headers=self._headers(response, matched))

    def _token_error(self, authorization: str) -> Response | None:
        if not authorization:
            return errors.no_token()
        expiry = self._expiries.get(authorization.removeprefix("Bearer "))
        if expiry is None:
            return errors.unknown_token()
        if expiry < time.time():
            times = (datetime.fromtimestamp(at, UTC) for at in (expiry, time.time()))
            return errors.expired_token(*times)
        return None

    def _use_faults(self, request: Request) -> list[Fault]:
        """The faults of this request, up to the first that replaces the answer; counts their use.

        Faults after that one do not count the request, since they cannot alter its answer.
        """
        used = []
        for fault in self.world.faults:
            count = self._uses.get(id(fault), (fault, 0))[1]
            if (fault.times is not None and count >= fault.times) or not fault.matches(request):
                continue
            self._uses[id(fault)] = (fault, count + 1)
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
        if request.method == "POST" and matched and matched.route.name in BACKUP_POSTS:
            question = json.loads(request.body or b"{}")
            return json_response(200, BACKUP_POSTS[matched.route.name](self.world, question))
        if request.method != "GET":
            return self._write_answer(request)
        if not request.option("api-version"):
            return errors.missing_api_version()
        if matched is None:
            return errors.path_not_found(request.path)
        missing = self._missing_scope(matched)
        if missing is not None:
            return missing
        if matched.route.listing:
            return self._page(request, matched, faults)
        single = SINGLES.get(matched.route.name, SINGLES["resource"])
        body = single(RoutedRequest(self.world, matched, request.path.rstrip("/")))
        return body if isinstance(body, Response) else json_response(200, body)

    def _write_answer(self, request: Request) -> Response:
        """The registration of a provider is accepted, any other write is forbidden."""
        if request.method == "POST" and request.path.lower().endswith("/register"):
            namespace = request.path.split("/")[-2]
            state = {"namespace": namespace, "registrationState": "Registering"}
            return json_response(200, {"id": request.path.rsplit("/", 1)[0], **state})
        verb = {"DELETE": "delete", "POST": "action"}.get(request.method, "write")
        parts = request.path.partition("/providers/")[2].split("/")
        action = "/".join([*parts[:1], *parts[1::2], verb])
        return errors.forbidden(self.world.object_id, action, request.path)

    def _missing_scope(self, matched: RouteMatch) -> Response | None:
        """The error if the subscription or the group in the path does not exist."""
        id_, group = matched.params.get("subscription"), matched.params.get("group")
        if id_ is None:
            return None
        subscription = self.world.find(id_)
        if subscription is None:
            return errors.subscription_not_found(id_)
        if group is not None and subscription.find_group(group) is None:
            return errors.group_not_found(group)
        return None

    def _page(self, request: Request, matched: RouteMatch, faults: Sequence[Fault]) -> Response:
        """One page of a listing, with the faults that alter it."""
        name = matched.route.name
        listing = LISTINGS.get(name, LISTINGS["resources"])
        filter_ = request.option("$filter") or ""
        items = listing(RoutedRequest(self.world, matched, request.path.rstrip("/"), filter_))
        if isinstance(items, Response):
            return items
        start, size = _offset(request), self._page_size_of(name)
        end = start + size
        if any(fault.empty_page for fault in faults):
            items, end = (), start
        entries: list[object] = [make_entry() for make_entry in items[start : start + size]]
        for fault in faults:
            for index, entry in fault.entries.items():
                if start <= index < start + len(entries):
                    entries[index - start] = entry
        more = end < len(items) or end == start
        link: Body = {"nextLink": _link(request, end)} if more else _last_link(name)
        for fault in faults:
            if fault.next_link is not None:
                link = {"nextLink": fault.next_link}
        count = {"count": {"type": "Total", "value": len(items)}} if name == "subscriptions" else {}
        return json_response(200, {"value": entries, **link, **count})

    def _page_size_of(self, name: str) -> int:
        if isinstance(self.page_size, int):
            return self.page_size
        return self.page_size.get(name, 100)

    def _headers(self, response: Response, matched: RouteMatch | None) -> Mapping[str, str]:
        """The headers of every answer: its time and the remainder of its rate limits."""
        headers = {**response.headers, "date": f"{self.world.now:%a, %d %b %Y %H:%M:%S} GMT"}
        if matched is None or "subscription" not in matched.params or response.status == 401:
            return headers
        subscription = matched.params["subscription"].lower()
        reads = self._spend(subscription, "reads", _READ_LIMIT)
        headers["x-ms-ratelimit-remaining-subscription-global-reads"] = str(reads)
        buckets = [
            f"{bucket};{self._spend(subscription, bucket, limit)}"
            for bucket, limit in matched.route.buckets
        ]
        if buckets:
            headers["x-ms-ratelimit-remaining-resource"] = ",".join(buckets)
        return headers

    def _spend(self, subscription: str, bucket: str, limit: int) -> int:
        """Count one request against a rate limit; the number of requests that remain."""
        self._spent[f"{subscription} {bucket}"] += 1
        return max(0, limit - self._spent[f"{subscription} {bucket}"])


def _changed(response: Response, faults: Sequence[Fault]) -> Response:
    """A successful answer with its JSON changed by the faults that do so."""
    changes = [fault.change for fault in faults if fault.change]
    if response.status != 200 or not changes:
        return response
    body = reduce(lambda body, change: change(body), changes, response.json())
    return json_response(200, body, response.headers)


def _offset(request: Request) -> int:
    """The index of the first entry of the requested page."""
    token = request.option("$skiptoken")
    return int(urlsafe_b64decode(token)) if token else 0


def _link(request: Request, offset: int) -> str:
    """The URL of the page that begins at this index."""
    token = urlsafe_b64encode(str(offset).encode()).decode()
    kept = {key: value for key, value in request.query.items() if key.lower() != "$skiptoken"}
    query = "&".join(
        f"{quote_plus(key)}={quote_plus(value)}"
        for key, value in {**kept, "$skiptoken": token}.items()
    )
    return f"https://{request.host}{quote(request.path)}?{query}"


def _last_link(name: str) -> Body:
    """The link of the last page of a listing; the recorded ways take turns over the routes."""
    position = next(i for i, route in enumerate(ROUTES) if route.name == name)
    return dict(_LAST_LINKS[position % len(_LAST_LINKS)])
