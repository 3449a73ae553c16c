"""One session for all requests, and a short way through the SDK for the GETs among them.

The SDK's own request, answer and transport cost each GET more CPU than sending it. What stands
here in their place does the same for a GET without a body; anything else takes the SDK's way.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from azure.core.exceptions import (
    HttpResponseError,
    ServiceRequestError,
    ServiceRequestTimeoutError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.cloud import Transport
from scanner.arm.policies import AT_ONCE
from scanner.errors import UsageError

_CONNECT_SECONDS = 15
_READ_SECONDS = 90
_NO_ANSWER = (
    aiohttp.ClientResponseError,
    aiohttp.ClientPayloadError,
    aiohttp.ServerDisconnectedError,
)
"""What aiohttp raises once a request is on its way."""


class Get(HttpRequest):
    """A GET that has no body.

    The copy that the clients take can be itself, and what they ask of a body is answered at once.
    """

    data: Any = None
    files: Any = None
    multipart_mixed_info: Any = None

    def __init__(self, url: str) -> None:
        self.method, self.url, self.headers = "GET", url, {}
        self._data = self._files = None

    def prepare_multipart_body(self, content_index: int = 0) -> int:
        """Nothing to prepare."""
        return content_index

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Get:
        return self


class Answer(AsyncHttpResponse):
    """An answer that was read whole."""

    is_closed = True
    is_stream_consumed = True
    reason = ""
    content_type: str | None = None
    encoding: str | None = None

    def __init__(self, request: HttpRequest, status: int, headers: Any, content: bytes) -> None:
        self._request, self._status, self._headers = request, status, headers
        self._content = content

    @property
    def request(self) -> HttpRequest:
        """What was asked."""
        return self._request

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self._status

    @property
    def headers(self) -> Any:
        """The headers, compared without case."""
        return self._headers

    @property
    def url(self) -> str:
        """Where it came from."""
        return self._request.url

    @property
    def content(self) -> bytes:
        """The body."""
        return self._content

    def text(self, encoding: str | None = None) -> str:
        """The body as text."""
        return self._content.decode(encoding or "utf-8", errors="replace")

    def json(self) -> Any:
        """Not offered: every body is decoded into records."""
        raise NotImplementedError

    def raise_for_status(self) -> None:
        """Raises ``HttpResponseError`` for a status of 400 or more."""
        if self._status >= 400:
            raise HttpResponseError(response=self)

    async def read(self) -> bytes:
        """The body."""
        return self._content

    async def iter_raw(self, **_: Any) -> AsyncIterator[bytes]:
        """The body as one piece."""
        yield self._content

    async def iter_bytes(self, **_: Any) -> AsyncIterator[bytes]:
        """The body as one piece."""
        yield self._content

    async def close(self) -> None:
        """Nothing is open."""

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open."""


class SessionTransport(AioHttpTransport):  # type: ignore[misc]  # typed as Any, loaded late
    """The SDK's transport over a session that it does not own; a ``Get`` takes the short way."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        super().__init__(
            session=session,
            session_owner=False,
            connection_timeout=_CONNECT_SECONDS,
            read_timeout=_READ_SECONDS,
        )
        self._session = session
        self._patience = aiohttp.ClientTimeout(
            sock_connect=_CONNECT_SECONDS, sock_read=_READ_SECONDS
        )

    async def send(self, request: Any, **options: Any) -> Any:
        """Send a request; raises ``AzureError`` where no answer comes, as the SDK's own does."""
        if not isinstance(request, Get):
            return await super().send(request, **options)
        try:
            async with self._session.get(
                request.url,
                headers=request.headers,
                timeout=self._patience,
                allow_redirects=False,
            ) as answer:
                content = await answer.read()
        except aiohttp.ConnectionTimeoutError as error:
            raise ServiceRequestTimeoutError(error, error=error) from error
        except TimeoutError as error:
            raise ServiceResponseTimeoutError(error, error=error) from error
        except _NO_ANSWER as error:
            raise ServiceResponseError(error, error=error) from error
        except aiohttp.ClientError as error:
            raise ServiceRequestError(error, error=error) from error
        return Answer(request, answer.status, answer.headers, content)


@asynccontextmanager
async def open_transport(
    trust: ssl.SSLContext | None = None, *, proxies: bool = True
) -> AsyncIterator[Transport]:
    """One session for all clients: it holds the TLS trust, the proxies and the connections.

    Trust and proxies are what the usual variables name, unless given and switched off. Raises
    ``UsageError`` where a file named by one of them cannot be read.
    """
    connector = aiohttp.TCPConnector(limit=AT_ONCE, ssl=trust or _trust())
    async with aiohttp.ClientSession(
        connector=connector, trust_env=proxies, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        yield SessionTransport(session)


def _trust() -> ssl.SSLContext:
    """The usual variables; OpenSSL itself knows the first alone."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        if file := os.environ.get(name):
            try:
                return ssl.create_default_context(cafile=file)
            except OSError as error:
                raise UsageError(
                    f"{name} names {file}, which holds no certificates ({error.strerror or error})",
                    "Name a PEM file of certificate authorities, or unset it",
                ) from error
    return ssl.create_default_context()
