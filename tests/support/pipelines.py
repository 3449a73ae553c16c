"""The policies that pace and retry, in front of a service that a test describes."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from azure.core.exceptions import ServiceResponseTimeoutError
from azure.core.pipeline import AsyncPipeline, PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy, CustomHookPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.answers import body_of
from scanner.arm.asked import Asked
from scanner.arm.errors import Failure
from scanner.arm.limits import Limits
from scanner.arm.notices import Notice
from scanner.arm.pacing import Pacing
from scanner.arm.retries import Retries
from scanner.sim.arm import SimulatedArm
from scanner.sim.transport import SimulatedTransport
from scanner.sim.world import World

URL = "https://management.azure.com/x"


@dataclass(frozen=True)
class Reply:
    """An answer, after some seconds; status 0 for none at all."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    seconds: float = 0.1


@dataclass(frozen=True)
class _Answer:
    """What the policies read of an HTTP answer."""

    status_code: int
    headers: Mapping[str, str]
    content: bytes


class Service(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Answers by a rule: the call, the time in seconds and the number of requests before."""

    def __init__(
        self,
        rule: Callable[[str, float, int], Reply],
        limits: Limits = Limits(),  # noqa: B008
    ) -> None:
        super().__init__()
        self._rule = rule
        self.log: list[tuple[float, str, int]] = []
        """Time, call and status of every request."""
        self.notices: list[Notice] = []
        world = SimulatedTransport(SimulatedArm(World()))
        policies: Sequence[Any] = [
            Retries(URL, limits, self.notices.append),
            CustomHookPolicy(),
            Pacing(limits, self.notices.append),
            self,
        ]
        self._pipeline = AsyncPipeline[HttpRequest, AsyncHttpResponse](world, policies)

    async def send(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """The answer of the rule."""
        now, call = asyncio.get_running_loop().time(), request.context["asked"].call
        reply = self._rule(call, now, len(self.log))
        self.log.append((now, call, reply.status))
        await asyncio.sleep(reply.seconds)
        if not reply.status:
            raise ServiceResponseTimeoutError("no answer")
        answer: Any = _Answer(reply.status, reply.headers, reply.body)
        return PipelineResponse(request.http_request, answer, request.context)

    async def ask(self, call: str = "views", subscription: str = "s") -> str:
        """Send a request: ``answered``, or the kind of its failure."""
        asked = Asked(subscription, "Microsoft.Compute", call, 30)
        try:
            await self._pipeline.run(
                HttpRequest("GET", URL), asked=asked, raw_response_hook=body_of
            )
        except Failure as failure:
            return failure.kind.name
        return "answered"

    async def ask_many(self, count: int, call: str = "views") -> Counter[str]:
        """Send many requests at once. How many ended in which way."""
        return Counter(await asyncio.gather(*(self.ask(call) for _ in range(count))))


def now() -> float:
    """Seconds on the simulated clock."""
    return asyncio.get_running_loop().time()
