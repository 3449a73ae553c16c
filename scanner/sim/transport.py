"""An in-process transport for Azure SDK clients, on a simulated clock."""

import asyncio
import time
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Any
from urllib.parse import unquote

from azure.core.credentials import AccessToken, AccessTokenInfo, TokenRequestOptions
from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.core.rest._http_response_impl_async import AsyncHttpResponseImpl
from azure.core.utils import case_insensitive_dict

from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import SIMULATED_TOKEN, Request, Response


class SimulatedTransport(AsyncHttpTransport[HttpRequest, AsyncHttpResponse]):
    """Carries requests to a simulated ARM without a socket.

    Nothing waits: the delay of an answer and every `sleep` advance `clock`, in simulated seconds;
    `sleeps` lists the durations of the sleeps. Waits of concurrent tasks add up.
    """

    def __init__(self, arm: SimulatedArm) -> None:
        self.arm = arm
        self.clock = 0.0
        self.sleeps: list[float] = []

    async def send(self, request: HttpRequest, **kwargs: Any) -> AsyncHttpResponse:
        """The answer of the simulated ARM; raises `ServiceResponseError` if it is dropped."""
        answer = self.arm.answer(_request_from_sdk(request))
        self.clock += answer.delay
        await asyncio.sleep(0)
        if answer.dropped:
            raise ServiceResponseError("the simulated connection broke before an answer")
        response = _response_for_sdk(request, answer)
        if not kwargs.get("stream"):
            await response.read()
        return response

    async def sleep(self, duration: float) -> None:
        """Let simulated time pass."""
        self.clock += duration
        self.sleeps.append(duration)
        await asyncio.sleep(0)

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
    """Gives one token; counts the `calls` and lists the `scopes` of each."""

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
        yield answer.body

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
