"""HTTP requests and responses, as the simulated ARM takes and gives them."""

from collections.abc import Mapping
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


@dataclass(frozen=True)
class Response:
    """A response, delivered after `delay` seconds; `dropped` breaks the connection instead."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    dropped: bool = False

    def json(self) -> object:
        """The body, decoded from JSON."""
        return msgspec.json.decode(self.body)


class Logged(NamedTuple):
    """A request in the log; `authorized` is True if it carried a token."""

    method: str
    path: str
    query: Mapping[str, str]
    host: str
    authorized: bool


def json_response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """A response with a JSON body."""
    return Response(
        status=status,
        headers={"content-type": JSON_TYPE, **(headers or {})},
        body=msgspec.json.encode(body),
    )
