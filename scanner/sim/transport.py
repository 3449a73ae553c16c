"""An in-process transport for Azure SDK clients."""

import asyncio
import time
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions
from azure.core.exceptions import IncompleteReadError, ServiceResponseError
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.core.rest._http_response_impl_async import AsyncHttpResponseImpl
from azure.core.utils import case_insensitive_dict

from scanner.sim.arm import SimulatedArm
from scanner.sim.clock import running_time
from scanner.sim.http_messages import SIMULATED_TOKEN, Request, Response


class SimulatedTransport(AsyncHttpTransport[HttpRequest, AsyncHttpResponse]):
    """Carries requests to a simulated ARM without a socket.

    The delay of an answer and every `sleep` are waits of the event loop, which take no time on a
    `SimulatedLoop`. `clock` is the seconds from the first request or sleep to the end of the last;
    `sleeps` lists the durations of the sleeps.
    """

    def __init__(self, arm: SimulatedArm) -> None:
        self.arm = arm
        self.clock = 0.0
        self.sleeps: list[float] = []
        self._started: float | None = None

    async def send(self, request: HttpRequest, **kwargs: Any) -> AsyncHttpResponse:
        """The answer of the simulated ARM; raises `ServiceResponseError` if it is dropped."""
        self._start()
        answer = self.arm.answer(_request_from_sdk(request))
        await self._wait(answer.delay)
        if answer.dropped or answer.breaks_tls:
            raise ServiceResponseError("the simulated connection broke before an answer")
        response = _response_for_sdk(request, answer)
        if not kwargs.get("stream"):
            await response.read()
        return response

    async def sleep(self, duration: float) -> None:
        """Let simulated time pass."""
        self.sleeps.append(duration)
        await self._wait(duration)

    async def _wait(self, seconds: float) -> None:
        started = self._start()
        await asyncio.sleep(seconds)
        self.clock = running_time() - started

    def _start(self) -> float:
        """The time of the first request or sleep."""
        if self._started is None:
            self._started = running_time()
        return self._started

    async def open(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        """Nothing to close."""

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()


class SimulatedCredential:
    """Gives one token; counts the `calls` and lists the `scopes` of every call."""

    def __init__(self, token: str = SIMULATED_TOKEN, lifetime: int = 3600) -> None:
        self.token = token
        self.lifetime = lifetime
        self.calls = 0
        self.scopes: list[tuple[str, ...]] = []

    async def get_token(self, *scopes: str, **kwargs: Any) -> AccessToken:  # noqa: ARG002
        """A token for clients of the older protocol."""
        return AccessToken(self.token, self._expiry(scopes))

    async def get_token_info(
        self,
        *scopes: str,
        options: TokenRequestOptions | None = None,  # noqa: ARG002
    ) -> AccessTokenInfo:
        """A token for clients of the newer protocol."""
        return AccessTokenInfo(self.token, self._expiry(scopes))

    async def close(self) -> None:
        """Nothing to close."""

    async def __aenter__(self) -> "SimulatedCredential":
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.close()

    def _expiry(self, scopes: tuple[str, ...]) -> int:
        """The expiry of a token, in seconds since the epoch; counts the call."""
        self.calls += 1
        self.scopes.append(scopes)
        return int(time.time()) + self.lifetime


class _NoConnection:
    """The connection that an Azure response closes when it is done."""

    async def close(self) -> None:
        """Nothing to close."""


def _request_from_sdk(request: HttpRequest) -> Request:
    content = request.content
    url = Request.get(request.url)
    return Request(
        method=request.method,
        path=unquote(url.path),
        query=url.query,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=content if isinstance(content, bytes) else str(content or "").encode(),
        host=url.host,
    )


def _response_for_sdk(request: HttpRequest, answer: Response) -> AsyncHttpResponse:
    async def body(**_: object) -> AsyncIterator[bytes]:
        if answer.flow is None:
            yield answer.body
            return
        for piece in answer.flow.pieces():
            await asyncio.sleep(answer.flow.pause)
            if not answer.flow.is_raw:
                yield piece
        if answer.flow.is_cut:
            raise IncompleteReadError("the simulated connection broke in the body")

    headers = case_insensitive_dict(answer.headers)
    return AsyncHttpResponseImpl(
        request=request,
        internal_response=_NoConnection(),
        status_code=answer.status,
        reason="",
        content_type=headers.get("content-type"),
        headers=headers,
        stream_download_generator=body,
    )
