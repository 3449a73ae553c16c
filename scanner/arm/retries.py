"""What is sent again after a failure, and what is not sent any more."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.asked import Asked
from scanner.arm.errors import NO_ANSWER, Failure, Kind, given_up, no_answer
from scanner.arm.limits import Limits
from scanner.arm.notices import Notice, Notify
from scanner.inventory.gap import Reason


class Retries(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Sends a request again if that may help, within a budget and a deadline.

    A kind of request that gets no answers is given up: the requests to come fail at once. The
    failures that it raises hold no traceback of the connection, which would keep its memory.
    """

    def __init__(self, endpoint: str, limits: Limits, notify: Notify) -> None:
        super().__init__()
        self._endpoint, self._limits, self._notify = endpoint, limits, notify
        self._times = {
            Kind.ODD: 1,
            Kind.SILENT: limits.silences,
            Kind.BROKEN: limits.reconnects,
            Kind.DOWN: limits.retries,
        }
        self._lines: dict[tuple[str, str], _Line] = {}
        self._sent = self._sent_again = 0
        self._ends_at: float | None = None

    async def send(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """The answer. Raises ``Failure``, also if the deadline passes."""
        asked: Asked = request.context.options.pop("asked")
        request.context["asked"] = asked
        if self._limits.deadline is None:
            return await self._send_until_final(request, asked)
        if self._ends_at is None:
            self._ends_at = asyncio.get_running_loop().time() + self._limits.deadline
        try:
            async with asyncio.timeout_at(self._ends_at):
                return await self._send_until_final(request, asked)
        except TimeoutError:
            what = f"The deadline of {self._limits.deadline:g} seconds passed"
            raise given_up(Reason.FAILED, what, "Scan again with a later --deadline.") from None

    async def _send_until_final(
        self, request: PipelineRequest[HttpRequest], asked: Asked
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        line = self._lines.setdefault(asked.kind, _Line(self._limits))
        failures: Counter[Kind] = Counter()
        while True:
            line.check()
            outcome = await self._attempt(request)
            if not isinstance(outcome, Failure):
                line.answered()
                return outcome
            line.failed(outcome)
            failures[outcome.kind] += 1
            if not self._may_send_again(outcome.kind, failures):
                raise outcome
            await self._wait(outcome, failures[outcome.kind], asked)

    async def _attempt(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse] | Failure:
        """The answer to one attempt, or how it failed."""
        self._sent += 1
        try:
            return await self.next.send(request)
        except Failure as failure:
            return failure.with_traceback(None)
        except AzureError as error:
            return no_answer(self._endpoint, error)

    def _may_send_again(self, kind: Kind, failures: Counter[Kind]) -> bool:
        """True if the request and the budget of the scan have retries left."""
        if failures[kind] > self._times.get(kind, 0):
            return False
        budget = self._limits.free_retries + self._limits.retry_share * self._sent
        self._sent_again += 1
        return self._sent_again <= budget

    async def _wait(self, failure: Failure, times: int, asked: Asked) -> None:
        """Wait before the next attempt, as long as the answer asks. Report a long wait."""
        backoff = min(self._limits.first_backoff * 2 ** (times - 1), self._limits.longest_backoff)
        seconds = failure.wait or backoff
        if seconds > self._limits.max_wait:
            raise failure
        if seconds > self._limits.notice_after:
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            self._notify(Notice(f"{asked.call}: {failure.what}", until))
        await asyncio.sleep(seconds)


class _Line:
    """The requests of one kind in a subscription. Without answers the line is dead for a while."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._missed = 0
        self._dead: Failure | None = None
        self._dead_until = 0.0

    def check(self) -> None:
        """Raise ``Failure`` if the line is dead. After a pause one request finds out."""
        now = asyncio.get_running_loop().time()
        if self._dead is None:
            return
        if now < self._dead_until:
            raise self._dead.renewed()
        self._dead_until = now + self._limits.breaker_pause

    def answered(self) -> None:
        """An answer came."""
        self._missed, self._dead = 0, None

    def failed(self, failure: Failure) -> None:
        """A request failed. Without an answer several times in a row, the line is dead."""
        if failure.kind in (Kind.REFUSED, Kind.GIVEN_UP):
            self._pause(failure.renewed())
        elif failure.kind in NO_ANSWER:
            self._missed += 1
            if self._missed >= self._limits.breaker_failures:
                self._give_up(failure.what)
        else:
            self.answered()

    def _give_up(self, what: str) -> None:
        """Give the requests to come up."""
        what = f"{what}, {self._limits.breaker_failures} times in a row: no more is asked for"
        self._pause(given_up(Reason.FAILED, what, "Check the network, then scan again."))

    def _pause(self, failure: Failure) -> None:
        """Let the requests to come fail at once, until the pause is over."""
        self._dead = failure
        now = asyncio.get_running_loop().time()
        self._dead_until = now + self._limits.breaker_pause
