"""The pipeline policies that every request passes, first to last.

The clients' own policies are left out on purpose. One of them answers 409
``MissingSubscriptionRegistration`` by registering the resource provider, which is a write. Another
parses each body.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from azure.core.exceptions import ServiceResponseTimeoutError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy, CustomHookPolicy, UserAgentPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner import __version__
from scanner.arm.asked import Asked
from scanner.arm.call import action_of_post
from scanner.arm.errors import ReadOnlyError, given_up
from scanner.arm.limits import Limits
from scanner.arm.notices import Notify
from scanner.arm.pacing import Pacing
from scanner.arm.retries import Retries
from scanner.arm.token import SharedToken, TokenPolicy
from scanner.arm.traffic import Traffic
from scanner.inventory.gap import Reason


class ReadOnlyPolicy(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Lets only GET and the POSTs that the user opted into leave, in their time.

    It is the last policy, so that nothing changes a request after it. It also sets the User-Agent,
    because each policy costs every request about as much as decoding its answer.
    """

    def __init__(
        self,
        posts: Sequence[str] = (),
        traffic: Traffic | None = None,
        max_calls: int | None = None,
    ) -> None:
        """``posts`` are the actions of the POSTs that only read.

        ``max_calls`` is the number of requests that may leave, ``None`` for no limit.
        """
        super().__init__()
        self._max_calls = max_calls
        self._posts = frozenset(post.lower() for post in posts)
        self._traffic = traffic or Traffic()
        self._headers = {
            "Accept": "application/json",
            "Accept-Language": "en-US",
            "User-Agent": user_agent().user_agent,
        }

    async def send(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Send a request that only reads.

        Raises ``ReadOnlyError`` for any other, ``AzureError`` if no whole answer comes in time,
        ``Failure`` if as many requests have left as may leave.
        """
        if request.http_request.method != "GET" and not self._only_reads(request.http_request):
            raise ReadOnlyError(
                f"refused to send {request.http_request.method}: only GET may leave"
            )
        request.http_request.headers.update(self._headers)
        # A part of an answer would not be counted, and would outlive its time.
        request.context.options["stream"] = False
        # The SDK's polls have one. The policy that takes it is left out.
        request.context.options.pop("request_id", None)
        asked: Asked = request.context["asked"]
        seconds = asked.seconds
        self._count(asked)
        try:
            async with asyncio.timeout(seconds):
                return await self.next.send(request)
        except TimeoutError:
            what = f"The answer was not whole after {seconds:g} seconds"
        raise ServiceResponseTimeoutError(what)

    def _count(self, asked: Asked) -> None:
        """Count a request that leaves. Raises ``Failure`` if it may not."""
        if self._max_calls is not None and self._traffic.requests >= self._max_calls:
            what = f"--max-calls {self._max_calls} allows no more requests"
            raise given_up(Reason.FAILED, what, "Raise it, then scan again.")
        self._traffic.by_kind[asked.kind] += 1

    def _only_reads(self, request: HttpRequest) -> bool:
        """True for a POST whose action the user opted in to, such as ``backupStatus``."""
        return request.method == "POST" and action_of_post(urlsplit(request.url).path) in (
            self._posts
        )


def user_agent() -> UserAgentPolicy:
    """The policy that names the program in the User-Agent."""
    return UserAgentPolicy(base_user_agent=f"backupscan/{__version__}")


def read_only_policies(
    token: SharedToken,
    scope: str,
    endpoint: str,
    limits: Limits,
    notify: Notify,
    posts: Sequence[str] = (),
    traffic: Traffic | None = None,
) -> list[Any]:
    """The policies of every request, first to last. ``traffic`` counts the requests.

    ``CustomHookPolicy`` implements ``raw_response_hook``. It is behind the retries, because what a
    hook cannot decode is asked for once more.
    """
    return [
        Retries(endpoint, limits, notify),
        CustomHookPolicy(),
        Pacing(limits, notify, traffic),
        TokenPolicy(token, scope),
        ReadOnlyPolicy(posts, traffic, limits.max_calls),
    ]
