"""The request and the response that both doors hand to the simulated ARM and take from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import msgspec

JSON_TYPE = "application/json; charset=utf-8"
SIMULATED_TOKEN = "simulated-token"  # noqa: S105 - opens the in-process door only to a simulation


@dataclass(frozen=True)
class Request:
    """One request as ARM sees it: the path is decoded, header names are lower-case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    host: str = "management.azure.com"

    @classmethod
    def get(cls, url: str, **headers: str) -> "Request":
        """A GET of an absolute or relative URL, signed in unless a header says otherwise."""
        parts = urlsplit(url)
        return cls(
            method="GET",
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={"authorization": f"Bearer {SIMULATED_TOKEN}", **headers},
            host=parts.netloc or cls.host,
        )

    def option(self, name: str) -> str | None:
        """A query option, its name compared without case."""
        wanted = name.lower()
        return next((value for key, value in self.query.items() if key.lower() == wanted), None)


@dataclass(frozen=True)
class Response:
    """An answer; `delay` is for the door to wait, `dropped` for it to break the connection."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0
    dropped: bool = False

    def json(self) -> object:
        """The decoded body."""
        return msgspec.json.decode(self.body)


class Logged(NamedTuple):
    """A request as the log keeps it."""

    method: str
    path: str
    query: Mapping[str, str]
    host: str
    authorized: bool


def json_response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON answer."""
    return Response(
        status=status,
        headers={"content-type": JSON_TYPE, **(headers or {})},
        body=msgspec.json.encode(body),
    )
