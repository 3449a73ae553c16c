"""Pages of a listing: their entries, and the link from a page to the next."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from urllib.parse import quote, quote_plus

from scanner.sim.faults import Fault
from scanner.sim.http_messages import Request, Response, json_response
from scanner.sim.patches import Body
from scanner.sim.routed import Entries
from scanner.sim.routes import ROUTES

_LAST_LINKS: tuple[Body, ...] = ({}, {"nextLink": None}, {"nextLink": ""})
"""The three ways in which a last page was recorded to have no next one."""


def page(
    request: Request, name: str, items: Entries, size: int, faults: Sequence[Fault]
) -> Response:
    """The page that a request asks for, with the faults that alter it.

    `name` is that of the route, `size` the number of entries of a page.
    """
    start = _offset(request)
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
