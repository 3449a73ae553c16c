"""HTTP requests and responses, as the simulated ARM takes and gives them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

JSON_TYPE = "application/json; charset=utf-8"
SIMULATED_TOKEN = "simulated-token"  # noqa: S105 - opens nothing but the simulation


@dataclass(frozen=True)
class Request:
    """A request; its path is URL-decoded, its header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    host: str = "management.azure.com"

    @classmethod
    def get(cls, url: str, **headers: str) -> "Request":
        """A GET of an absolute or relative URL, with a token unless a header replaces it."""
        parts = urlsplit(url)
        return cls(
            method="GET",
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={"authorization": f"Bearer {SIMULATED_TOKEN}", **headers},
            host=parts.netloc or cls.host,
        )

    def option(self, name: str) -> str | None:
        """The value of a query option, its name compared without case."""
        wanted = name.lower()
        return next((value for key, value in self.query.items() if key.lower() == wanted), None)


class Flow(NamedTuple):
    """A body that is sent piece by piece."""

    pieces: Callable[[], Iterator[bytes]]
    """Makes every piece when it is sent."""
    pause: float = 0.0
    """Seconds before a piece."""
    is_cut: bool = False
    """True if the connection ends before the body does."""
    is_raw: bool = False
    """True if the pieces take the place of the whole response, its head too."""


@dataclass(frozen=True)
class Response:
    """A response, delivered after `delay` seconds; `dropped` breaks the connection instead."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    dropped: bool = False
    flow: Flow | None = None
    """What is sent in place of `body`."""
    is_unserved: bool = False
    """True if Azure has an answer and the simulation has none."""
    breaks_tls: bool = False
    """True if the connection breaks and every later one fails in its TLS handshake."""

    def json(self) -> object:
        """The body, decoded from JSON."""
        return msgspec.json.decode(self.body)


class Logged(NamedTuple):
    """A request in the log, with the status of its answer."""

    method: str
    path: str
    query: Mapping[str, str]
    host: str
    authorized: bool
    """True if it carried a token."""
    at: float
    """When it came, in seconds on the clock of the simulated ARM."""
    status: int
    """0 if the connection broke before an answer."""
    is_unserved: bool = False
    """True if the simulation has no answer for it."""
    retry_after: float | None = None
    """The seconds of the answer's `Retry-After`, if it is a number."""


def json_response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """A response with a JSON body."""
    return Response(
        status=status,
        headers={"content-type": JSON_TYPE, **(headers or {})},
        body=msgspec.json.encode(body),
    )
