"""Azure Resource Graph: queries of the resources that the simulated tenant has.

It takes the part of the query language that the scanner and simple questions need: the stages
``where``, ``union``, ``summarize``, ``project``, ``take`` and ``count``. Any other query is refused
as Azure refuses a query that it cannot read. Answers have the members of recorded ones.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from scanner.sim.errors import GATEWAY
from scanner.sim.group_base import Item
from scanner.sim.http_messages import Response, json_response
from scanner.sim.resource_bodies import brief_body
from scanner.sim.world import Subscription, World

Row = Mapping[str, Any]
_MOST_ROWS = 1000
_TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_WHERE = re.compile(r"(\w+)\s*(=~|==|!~|in~)\s*(.+)", re.DOTALL)
_COUNT = re.compile(r"(\w+)\s*=\s*(countif|count)\((.*?)\)(?=\s*(?:,|$))", re.DOTALL)
_QUOTA = {"x-ms-user-quota-remaining": "14", "x-ms-user-quota-resets-after": "00:00:05"}


def answer_query(world: World, body: bytes) -> Response:
    """The answer to a query."""
    try:
        asked = json.loads(body)
        rows = _rows_of(_subscriptions(world, asked.get("subscriptions")), str(asked["query"]))
    except (ValueError, KeyError, AttributeError):
        return _invalid_query()
    options = asked.get("options") or {}
    shown = rows[: min(int(options.get("$top", _MOST_ROWS)), _MOST_ROWS)]
    is_cut = "true" if len(shown) < len(rows) else "false"
    found = {"totalRecords": len(rows), "count": len(shown), "resultTruncated": is_cut}
    return json_response(200, {**found, "facets": [], "data": shown}, _QUOTA)


def _subscriptions(world: World, wanted: Sequence[str] | None) -> list[Subscription]:
    """The subscriptions that are asked about: all of them if none is named."""
    names = None if wanted is None else {name.lower() for name in wanted}
    found = (entry for entry in world.subscriptions)
    return [entry for entry in found if names is None or entry.subscription_id.lower() in names]


def _resources(subscription: Subscription) -> Iterator[Row]:
    yield from (_resource_row(subscription, item) for item in subscription.all_items)


def _resource_row(subscription: Subscription, item: Item) -> Row:
    group = {"resourceGroup": item.id.split("/")[4].lower()}
    return {**brief_body(item), "type": item.type.lower(), **group, **_of(subscription)}


def _containers(subscription: Subscription) -> Iterator[Row]:
    type_ = "microsoft.resources/subscriptions"
    yield {"id": subscription.id, "name": subscription.name, "type": type_, **_of(subscription)}
    for group in subscription.groups:
        named = {"id": group.id, "name": group.name, "type": f"{type_}/resourcegroups"}
        yield {**named, "location": group.location, "tags": group.tags, **_of(subscription)}


def _locks(subscription: Subscription) -> Iterator[Row]:
    type_ = "microsoft.authorization/locks"
    for lock in subscription.locks:
        id_ = f"{lock.on}/providers/{type_}/{lock.name}"
        yield {"id": id_, "name": lock.name, "type": type_, **_of(subscription)}


def _of(subscription: Subscription) -> Row:
    tenant = subscription.world.tenant_id
    return {"subscriptionId": subscription.subscription_id, "tenantId": tenant}


_TABLES: Mapping[str, Callable[[Subscription], Iterator[Row]]] = {
    "resources": _resources,
    "resourcecontainers": _containers,
    "authorizationresources": _locks,
}


def _rows_of(subscriptions: Sequence[Subscription], query: str) -> list[Row]:
    """The rows of a query. Raises ``ValueError`` or ``KeyError`` if it cannot be read."""
    table, *stages = _split(query, "|")
    read = _TABLES[table.lower()]
    rows = [row for subscription in subscriptions for row in read(subscription)]
    for stage in stages:
        name, _, rest = stage.partition(" ")
        match name.lower():
            case "where":
                test = _test(rest)
                rows = [row for row in rows if test(row)]
            case "union":
                rows += _rows_of(subscriptions, rest.strip().removeprefix("(").removesuffix(")"))
            case "summarize":
                rows = _summarized(rows, rest)
            case "project":
                columns = _split(rest, ",")
                rows = [{column: row.get(column) for column in columns} for row in rows]
            case "take" | "limit":
                rows = rows[: int(rest)]
            case "count":
                rows = [{"Count": len(rows)}]
            case _:
                raise ValueError(name)
    return rows


def _test(condition: str) -> Callable[[Row], bool]:
    """A condition on one column. Raises ``ValueError`` for any other."""
    match = _WHERE.fullmatch(condition.strip())
    if match is None:
        raise ValueError(condition)
    column, operator, rest = match.groups()
    values = {one or other for one, other in _TEXT.findall(rest)}
    if operator == "==":
        return lambda row: row.get(column) in values
    lowered, is_wanted = {value.lower() for value in values}, operator != "!~"
    return lambda row: (str(row.get(column, "")).lower() in lowered) is is_wanted


def _summarized(rows: Sequence[Row], stage: str) -> list[Row]:
    """Numbers of rows, for each value of the column after ``by``."""
    counts, _, column = stage.rpartition(" by ")
    wanted = [(name, _test(test) if test else None) for name, _, test in _COUNT.findall(counts)]
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.get(column.strip()), []).append(row)
    return [
        {
            column.strip(): value,
            **{name: sum(test is None or test(row) for row in group) for name, test in wanted},
        }
        for value, group in groups.items()
    ]


def _split(text: str, separator: str) -> list[str]:
    """The parts of a text between separators that are in no parentheses and no quotes."""
    parts, depth, quote = [""], 0, ""
    for char in text:
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        depth += (char == "(") - (char == ")") if not quote else 0
        if char == separator and not depth and not quote:
            parts.append("")
        else:
            parts[-1] += char
    return [part.strip() for part in parts]


def _invalid_query() -> Response:
    message = "Query is invalid. Please refer to the documentation for the Azure Resource Graph"
    details = {
        "code": "InvalidQuery",
        "message": f"{message} service and fix the error before retrying.",
    }
    error = {"code": "BadRequest", "message": "The query cannot be read.", "details": [details]}
    return json_response(400, {"error": error}, GATEWAY)
