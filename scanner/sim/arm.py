"""A simulated ARM: takes a request, gives the answer the real one would, and remembers both."""

import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus

from scanner.sim import errors
from scanner.sim.answers import LISTINGS, SINGLES, Ask, metadata
from scanner.sim.asked import ASKED
from scanner.sim.faults import Fault
from scanner.sim.patches import Body
from scanner.sim.routes import ROUTES, Found, find, scope_of
from scanner.sim.wire import (
    SIMULATED_TOKEN,
    Logged,
    Request,
    Response,
    json_response,
)
from scanner.sim.world import World

_LAST_LINKS: tuple[Body, ...] = ({}, {"nextLink": None}, {"nextLink": ""})
_READS = 3750


class SimulatedArm:
    """Answers requests from a world.

    `page_size` is one number for all listings or one per route name (others get 100);
    `latency` is how long an answer takes, in seconds of the door's clock.
    """

    def __init__(
        self, world: World, *, page_size: int | Mapping[str, int] = 100, latency: float = 0.0
    ) -> None:
        self.world = world
        self.page_size = page_size
        self.latency = latency
        self.log: list[Logged] = []
        self._tokens: dict[str, float] = {SIMULATED_TOKEN: float("inf")}
        self._spent: Counter[str] = Counter()
        self._struck: dict[int, tuple[Fault, int]] = {}

    def issue_token(self, lifetime: float = 3600.0) -> str:
        """A new bearer token that this ARM accepts."""
        token = f"simulated.{self.world.seed}.{len(self._tokens)}"
        self._tokens[token] = time.time() + lifetime
        return token

    def expire_tokens(self) -> None:
        """Every token given out so far is past its time."""
        for token in self._tokens:
            self._tokens[token] = time.time() - 60.0

    def answer(self, request: Request) -> Response:
        """The answer to one request."""
        authorization = request.headers.get("authorization", "")
        self.log.append(
            Logged(request.method, request.path, request.query, request.host, bool(authorization))
        )
        found = find(request)
        if found is not None and found.route.name == "metadata":
            return json_response(200, metadata(self.world, request.host))
        faults = self._faults(request)
        response = (
            self._refused(authorization)
            or self._broken(request, found, faults)
            or self._usual(request, found, faults)
        )
        delay = self.latency + sum(fault.delay for fault in faults)
        return replace(response, delay=delay, headers=self._headers(response, found))

    def _refused(self, authorization: str) -> Response | None:
        if not authorization:
            return errors.no_token()
        expiry = self._tokens.get(authorization.removeprefix("Bearer "))
        if expiry is None:
            return errors.unknown_token()
        if expiry < time.time():
            moments = (datetime.fromtimestamp(at, UTC) for at in (expiry, time.time()))
            return errors.expired_token(*moments)
        return None

    def _faults(self, request: Request) -> list[Fault]:
        """The faults that hit this request; one that ends it keeps later ones unspent."""
        hit = []
        for fault in self.world.faults:
            count = self._struck.get(id(fault), (fault, 0))[1]
            if (fault.times is not None and count >= fault.times) or not fault.strikes(request):
                continue
            self._struck[id(fault)] = (fault, count + 1)
            hit.append(fault)
            if not fault.alters:
                break
        return hit

    def _broken(
        self, request: Request, found: Found | None, faults: Sequence[Fault]
    ) -> Response | None:
        ending = next((fault for fault in faults if not fault.alters), None)
        if ending is None:
            return None
        if ending.drop:
            return Response(0, dropped=True)
        if ending.body is not None:
            headers = {"content-type": "application/json; charset=utf-8"}
            return Response(ending.status, headers, ending.body)
        response = self._error(request, found, ending)
        if ending.retry_after is None:
            return response
        headers = {**response.headers, "retry-after": str(ending.retry_after)}
        return replace(response, headers=headers)

    def _error(self, request: Request, found: Found | None, fault: Fault) -> Response:
        action = found.route.action if found else "*/read"
        params = found.params if found else {}
        subscription, name = params.get("subscription", ""), params.get("name", "")
        if fault.bare:
            return errors.bare_error(fault.status, fault.code or "BadRequest", "Refused.")
        match fault.status, fault.code:
            case 403, None | "AuthorizationFailed":
                scope = scope_of(found, request.path) if found else request.path
                return errors.forbidden(self.world.object_id, action, scope)
            case 404, "SubscriptionNotFound":
                return errors.subscription_not_found(subscription)
            case 404, "ResourceGroupNotFound":
                return errors.group_not_found(params.get("group", ""))
            case 404, "NotFound":
                return errors.entity_not_found()
            case 404, None | "ResourceNotFound":
                type_ = found.route.type if found else ""
                return errors.resource_not_found(
                    f"{type_}/{name or params.get('vm', '')}", params.get("group", "")
                )
            case 409, None | "MissingSubscriptionRegistration":
                namespace = action.split("/")[0]
                return errors.not_registered(namespace)
            case 429, None if fault.retry_after is None:
                return errors.throttled_in_words(action, 324)
            case 429, None:
                wait = fault.retry_after or 0
                return errors.throttled(subscription, self.world.object_id, wait)
            case 503, None:
                return errors.unavailable()
            case status, None:
                return replace(errors.server_error(), status=status)
            case status, code:
                return errors.error(status, str(code), "The request could not be completed.")

    def _usual(self, request: Request, found: Found | None, faults: Sequence[Fault]) -> Response:
        if request.method == "POST" and found and found.route.name in ASKED:
            body = json.loads(request.body or b"{}")
            return json_response(200, ASKED[found.route.name](self.world, body))
        if request.method != "GET":
            return self._written(request)
        if not request.option("api-version"):
            return errors.missing_api_version()
        if found is None:
            return errors.path_not_found(request.path)
        missing = self._missing_scope(found)
        if missing is not None:
            return missing
        if found.route.listing:
            return self._page(request, found, faults)
        single = SINGLES.get(found.route.name, SINGLES["resource"])
        body = single(Ask(self.world, found, request.path.rstrip("/")))
        return body if isinstance(body, Response) else json_response(200, body)

    def _written(self, request: Request) -> Response:
        if request.method == "POST" and request.path.lower().endswith("/register"):
            namespace = request.path.split("/")[-2]
            state = {"namespace": namespace, "registrationState": "Registering"}
            return json_response(200, {"id": request.path.rsplit("/", 1)[0], **state})
        verb = {"DELETE": "delete", "POST": "action"}.get(request.method, "write")
        parts = request.path.partition("/providers/")[2].split("/")
        action = "/".join([*parts[:1], *parts[1::2], verb])
        return errors.forbidden(self.world.object_id, action, request.path)

    def _missing_scope(self, found: Found) -> Response | None:
        id_, group = found.params.get("subscription"), found.params.get("group")
        if id_ is None:
            return None
        subscription = self.world.find(id_)
        if subscription is None:
            return errors.subscription_not_found(id_)
        if group is not None and subscription.find_group(group) is None:
            return errors.group_not_found(group)
        return None

    def _page(self, request: Request, found: Found, faults: Sequence[Fault]) -> Response:
        name = found.route.name
        listing = LISTINGS.get(name, LISTINGS["resources"])
        wanted = request.option("$filter") or ""
        items = listing(Ask(self.world, found, request.path.rstrip("/"), wanted))
        if isinstance(items, Response):
            return items
        start, size = _offset(request), self._size(name)
        end = start + size
        if any(fault.empty_page for fault in faults):
            items, end = (), start
        entries: list[object] = [render() for render in items[start : start + size]]
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

    def _size(self, name: str) -> int:
        if isinstance(self.page_size, int):
            return self.page_size
        return self.page_size.get(name, 100)

    def _headers(self, response: Response, found: Found | None) -> Mapping[str, str]:
        """The headers of every answer: its time and what is left of the budgets it drew on."""
        headers = {**response.headers, "date": f"{self.world.now:%a, %d %b %Y %H:%M:%S} GMT"}
        if found is None or "subscription" not in found.params or response.status == 401:
            return headers
        subscription = found.params["subscription"].lower()
        reads = self._left(subscription, "reads", _READS)
        headers["x-ms-ratelimit-remaining-subscription-global-reads"] = str(reads)
        buckets = [
            f"{bucket};{self._left(subscription, bucket, full)}"
            for bucket, full in found.route.buckets
        ]
        if buckets:
            headers["x-ms-ratelimit-remaining-resource"] = ",".join(buckets)
        return headers

    def _left(self, subscription: str, bucket: str, full: int) -> int:
        self._spent[f"{subscription} {bucket}"] += 1
        return max(0, full - self._spent[f"{subscription} {bucket}"])


def _offset(request: Request) -> int:
    token = request.option("$skiptoken")
    return int(urlsafe_b64decode(token)) if token else 0


def _link(request: Request, offset: int) -> str:
    token = urlsafe_b64encode(str(offset).encode()).decode()
    kept = {key: value for key, value in request.query.items() if key.lower() != "$skiptoken"}
    query = "&".join(
        f"{quote_plus(key)}={quote_plus(value)}"
        for key, value in {**kept, "$skiptoken": token}.items()
    )
    return f"https://{request.host}{quote(request.path)}?{query}"


def _last_link(name: str) -> Body:
    """How the last page of a listing says that it is the last: three ways were recorded."""
    position = next(i for i, route in enumerate(ROUTES) if route.name == name)
    return dict(_LAST_LINKS[position % len(_LAST_LINKS)])
