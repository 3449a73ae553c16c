"""The pipeline policies that every request passes, first to last.

The clients' own policies are left out on purpose. One of them answers 409
``MissingSubscriptionRegistration`` by registering the resource provider, which is a write. Another
parses each body.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import (
    AsyncBearerTokenCredentialPolicy,
    AsyncHTTPPolicy,
    AsyncRetryPolicy,
    CustomHookPolicy,
    UserAgentPolicy,
)
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner import __version__

AT_ONCE = 24
"""Requests that are in flight at the same time, over as many connections."""
_RETRIED = (408, 429, 500, 502, 503, 504)
_RETRIES = 6
_LONGEST_WAIT = 3600.0
"""Seconds that one request waits in all: the longest window in which ARM counts reads."""
_TOO_MANY = 429
_IN_WORDS = re.compile(rb"try again after '(\d{1,5})' seconds")


class ReadOnlyError(AzureError):
    """Something tried to send a request that may write. It is a bug of backupscan."""


class ReadOnlyPolicy(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Lets only GET and the POSTs that the user opted into leave, and sets the User-Agent.

    It is the last policy, so that nothing changes a request after it. It does both, because each
    policy costs every request about as much as decoding its answer.
    """

    def __init__(self, posts: Sequence[str] = ()) -> None:
        """``posts`` are the last segments of the paths of POSTs that only read, in lower case."""
        super().__init__()
        self._posts = tuple(posts)
        self._headers = {
            "Accept": "application/json",
            "Accept-Language": "en-US",
            "User-Agent": user_agent().user_agent,
        }

    async def send(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Refuse anything that may write; raises ``ReadOnlyError``."""
        if request.http_request.method != "GET" and not self._only_reads(request.http_request):
            raise ReadOnlyError(
                f"refused to send {request.http_request.method}: only GET may leave"
            )
        request.http_request.headers.update(self._headers)
        return await self.next.send(request)

    def _only_reads(self, request: HttpRequest) -> bool:
        """True for a POST to a path that the user opted in to, such as ``backupStatus``."""
        path = urlsplit(request.url).path.lower()
        return request.method == "POST" and path.endswith(self._posts)


class _Retries(AsyncRetryPolicy[HttpRequest, AsyncHttpResponse]):
    """Retries errors that may go away, and waits as long as the answer asks.

    A request needs a slot to be sent. A request that waits gives its slot to another.
    """

    def __init__(self, total: int) -> None:
        super().__init__(
            retry_total=total,
            retry_connect=min(total, 3),
            retry_read=min(total, 3),
            retry_status=total,
            retry_backoff_max=30,
        )
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def send(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Send the request when a slot is free. Raises ``AzureError``."""
        async with self._slots:
            return await super().send(request)

    def configure_retries(self, options: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """The settings of one request. All requests have the same."""
        return {**self._shared_settings, "history": [], "waited": 0.0}

    @cached_property
    def _shared_settings(self) -> dict[str, Any]:
        return super().configure_retries({})

    def is_retry(self, settings: dict[str, Any], response: PipelineResponse[Any, Any]) -> bool:
        """True to ask again. ARM also puts ``Retry-After: 0`` on answers that are final."""
        if response.http_response.status_code not in _RETRIED:
            return False
        settings["waited"] += self.get_retry_after(response) or 0
        return settings["waited"] <= _LONGEST_WAIT and bool(super().is_retry(settings, response))

    def get_retry_after(self, response: PipelineResponse[Any, Any]) -> float | None:
        """Seconds to wait. None if the answer does not say, or does not say a number.

        The gateway's 429 for reads of backup jobs says it only in the message.
        """
        try:
            wait = super().get_retry_after(response)
        except (ValueError, OverflowError):
            return None
        if wait is None and response.http_response.status_code == _TOO_MANY:
            match = _IN_WORDS.search(response.http_response.content)
            wait = float(match.group(1)) if match else None
        return wait if wait is not None and 0 <= wait <= _LONGEST_WAIT else None

    async def sleep(
        self,
        settings: dict[str, Any],
        transport: Any,
        response: PipelineResponse[Any, Any] | None = None,
    ) -> None:
        """Wait without a slot."""
        self._slots.release()
        try:
            await super().sleep(settings, transport, response)
        finally:
            await self._slots.acquire()


def retries(total: int = _RETRIES) -> AsyncRetryPolicy[HttpRequest, AsyncHttpResponse]:
    """The retry policy."""
    return _Retries(total)


def user_agent() -> UserAgentPolicy:
    """The policy that names the program in the User-Agent."""
    return UserAgentPolicy(base_user_agent=f"backupscan/{__version__}")


def read_only_policies(
    credential: AsyncTokenCredential, scope: str, posts: Sequence[str] = ()
) -> list[Any]:
    """The policies of every request, first to last.

    ``CustomHookPolicy`` implements ``raw_response_hook``. It is first, so that a hook sees only the
    answers that are not retried.
    """
    return [
        CustomHookPolicy(),
        retries(),
        AsyncBearerTokenCredentialPolicy(credential, scope),
        ReadOnlyPolicy(posts),
    ]
