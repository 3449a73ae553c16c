"""Changes of whole answers, for `Fault.change`: bodies and heads that no good server sends."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, repeat
from typing import Any

import msgspec

from scanner.sim.faults import Change
from scanner.sim.http_messages import Flow, Request, Response, json_response
from scanner.sim.patches import Body

_MEBIBYTE = 1 << 20


def change_body(change: Callable[[bytes], bytes]) -> Change:
    """Changes the bytes of the body."""
    return lambda _, response: replace(response, body=change(response.body))


def change_json(change: Callable[[Request, Any], Any]) -> Change:
    """Changes the JSON of a successful answer, given the request and the decoded body."""

    def changed(request: Request, response: Response) -> Response:
        if response.status != 200:
            return response
        return replace(response, body=_encode(change(request, response.json())))

    return changed


def change_entry(index: int, path: str, value: object) -> Change:
    """Sets a member of the entry at `index` of a page; `path` is its names with dots between."""

    def changed(_: Request, page: Any) -> Any:
        *parents, last = path.split(".")
        entry = page["value"][index]
        for name in parents:
            entry = entry.setdefault(name, {})
        entry[last] = value
        return page

    return change_json(changed)


def link_pages(make_link: Callable[[Request, str | None], object]) -> Change:
    """Changes the link to the next page. The function gets the request and the right link."""

    def changed(request: Request, page: Any) -> Any:
        return {**page, "nextLink": make_link(request, page.get("nextLink"))}

    return change_json(changed)


def endless_pages(*, full: bool) -> Change:
    """Links every page to one more, empty or with new names for the same entries."""

    def changed(request: Request, page: Any) -> Any:
        number = int(request.option("round") or 0)
        entries = [_renamed(entry, number) for entry in page["value"]] if full else []
        return {"value": entries, "nextLink": _url(request, f"round={number + 1}")}

    return change_json(changed)


def growing_links(size: int) -> Change:
    """Makes the link of a page longer than that of the page before, by `size` characters."""

    def make_link(request: Request, _: object) -> str:
        length = len(request.option("padding") or "") + size
        return _url(request, f"padding={'x' * length}")

    return link_pages(make_link)


def link_to_itself(request: Request, _: str | None) -> str:
    """The link of a page that goes in a circle."""
    return _url(request, f"$skiptoken={request.option('$skiptoken') or 'MA=='}")


def repeat_entries(_: Request, body: Any) -> Any:
    """A page that holds each of its entries twice. Any other answer stays as it is."""
    return {**body, "value": [*body["value"], *body["value"]]} if "value" in body else body


def double_value(body: bytes) -> bytes:
    """A page with a second, empty member `value`."""
    return body.rstrip()[:-1] + b',"value":[]}'


def nest(body: bytes, depth: int) -> bytes:
    """A page whose first entry has a tag of this many nested lists."""
    return body.replace(b'"id":', b'"nested":' + b"[" * depth + b"]" * depth + b',"id":', 1)


def truncate(_: Request, response: Response) -> Response:
    """Half of the body. Then the connection ends."""
    half = response.body[: len(response.body) // 2]
    return replace(response, flow=Flow(lambda: iter([half]), is_cut=True))


def drip(bytes_in_a_second: float) -> Change:
    """The body, byte by byte."""

    def changed(_: Request, response: Response) -> Response:
        pieces = (response.body[i : i + 1] for i in range(len(response.body)))
        return replace(response, flow=Flow(lambda: pieces, 1 / bytes_in_a_second))

    return changed


def drip_head(bytes_in_a_second: float) -> Change:
    """A head that never ends, byte by byte."""

    def pieces() -> Iterator[bytes]:
        return chain([b"HTTP/1.1 200 OK\r\nx-slow: "], repeat(b"x"))

    flow = Flow(pieces, 1 / bytes_in_a_second, is_raw=True)
    return lambda _, response: replace(response, flow=flow)


def endless_body(_: Request, response: Response) -> Response:
    """A page with an entry that never ends, as fast as it is read."""
    start = b'{"value":[{"id":"'
    return replace(response, flow=Flow(lambda: chain([start], repeat(b"x" * (_MEBIBYTE >> 4)))))


def pad(size: int) -> Change:
    """The body after this many bytes of blanks."""

    def changed(_: Request, response: Response) -> Response:
        blanks = repeat(b" " * _MEBIBYTE, size // _MEBIBYTE)
        return replace(response, flow=Flow(lambda: chain(blanks, [response.body])))

    return changed


def compress(_: Request, response: Response) -> Response:
    """The body, packed by gzip."""
    return _packed(response, lambda: iter([response.body]))


def gzip_bomb(size: int) -> Change:
    """A body that is small on the wire and this many bytes when it is unpacked."""

    def changed(_: Request, response: Response) -> Response:
        blanks = repeat(b" " * _MEBIBYTE, size // _MEBIBYTE)
        return _packed(response, lambda: chain(blanks, [response.body]))

    return changed


def redirect(url: str) -> Change:
    """Sends the client to another URL. Use it with a status such as 302."""
    return lambda _, response: replace(response, headers={**response.headers, "location": url})


def sign_in_at(authority: str) -> Change:
    """Metadata that name another host for the sign-in."""

    def changed(_: Request, metadata: Any) -> Any:
        authentication = {**metadata["authentication"], "loginEndpoint": f"{authority}/"}
        return {**metadata, "authentication": authentication}

    return change_json(changed)


def break_tls(_: Request, response: Response) -> Response:
    """The end of the connection, and of TLS for every later one."""
    return replace(response, breaks_tls=True)


def refuse_version(code: str, supported: str) -> Change:
    """The error of ARM for an api-version it does not know.

    `code` is InvalidApiVersionParameter, NoRegisteredProviderFound or InvalidResourceType;
    `supported` are the versions that it names, with commas.
    """

    def changed(request: Request, _: Response) -> Response:
        asked, type_ = request.option("api-version"), request.path.rpartition("/")[2]
        message = {
            "InvalidApiVersionParameter": f"The api-version '{asked}' is invalid. "
            f"The supported versions are '{supported}'.",
            "NoRegisteredProviderFound": "No registered resource provider found for location "
            f"'westeurope' and API version '{asked}' for type '{type_}'. "
            f"The supported api-versions are '{supported}'. "
            "The supported locations are 'westeurope, northeurope'.",
            "InvalidResourceType": f"The resource type '{type_}' could not be found in the "
            f"namespace 'Microsoft.Compute' for api version '{asked}'. "
            f"The supported api-versions are '{supported}'.",
        }[code]
        status = 404 if code == "InvalidResourceType" else 400
        return json_response(status, {"error": {"code": code, "message": message}})

    return changed


def _packed(response: Response, pieces: Callable[[], Iterator[bytes]]) -> Response:
    def packed() -> Iterator[bytes]:
        packer = zlib.compressobj(wbits=31)
        for piece in pieces():
            yield packer.compress(piece)
        yield packer.flush()

    headers = {**response.headers, "content-encoding": "gzip"}
    return replace(response, headers=headers, flow=Flow(packed))


def _renamed(entry: Any, number: int) -> Body:
    """An entry under a name of its own, so that no two pages hold the same one."""
    return entry if number == 0 else {**entry, "id": f"{entry['id']}-{number}"}


def _url(request: Request, option: str) -> str:
    version = request.option("api-version")
    return f"https://{request.host}{request.path}?api-version={version}&{option}"


def _encode(value: object) -> bytes:
    return msgspec.json.encode(value)
