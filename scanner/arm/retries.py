"""What is sent again after a failure, and what is not sent any more."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.asked import Asked
from scanner.arm.errors import NO_ANSWER, Failure, Kind, ReadOnlyError, given_up, no_answer
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
        self._budgets = defaultdict[str, _Budget](lambda: _Budget(limits))
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
                # Otherwise a request leaves before its time-out is looked at.
                await asyncio.sleep(0)
                return await self._send_until_final(request, asked)
        except TimeoutError:
            what = "The deadline passed"
            raise given_up(Reason.FAILED, what, "Scan again with a later --deadline.") from None

    async def _send_until_final(
        self, request: PipelineRequest[HttpRequest], asked: Asked
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        line = self._lines.setdefault(asked.kind, _Line(self._limits))
        budget = self._budgets[asked.subscription]
        failures: Counter[Kind] = Counter()
        waited = 0.0
        while True:
            sent = line.check()
            budget.sent += 1
            outcome = await self._attempt(request)
            if not isinstance(outcome, Failure):
                line.answered()
                return outcome
            line.failed(outcome, sent)
            failures[outcome.kind] += 1
            seconds = self._pause(outcome, failures[outcome.kind])
            waited += seconds
            if waited > self._limits.max_wait or not self._may_send_again(
                failures, outcome, budget
            ):
                raise outcome
            self._report(outcome, seconds, asked)
            await asyncio.sleep(seconds)

    async def _attempt(
        self, request: PipelineRequest[HttpRequest]
    ) -> PipelineResponse[HttpRequest, AsyncHttpResponse] | Failure:
        """The answer to one attempt, or how it failed."""
        try:
            return await self.next.send(request)
        except ReadOnlyError:
            raise
        except Failure as failure:
            return failure.with_traceback(None)
        except AzureError as error:
            return no_answer(self._endpoint, error)

    def _may_send_again(self, failures: Counter[Kind], last: Failure, budget: _Budget) -> bool:
        """True if the request and the budget of its subscription have retries left."""
        return failures[last.kind] <= self._times.get(last.kind, 0) and budget.take()

    def _pause(self, failure: Failure, times: int) -> float:
        """Seconds before the next attempt: as long as the answer asks."""
        backoff = self._limits.first_backoff * 2 ** (times - 1)
        return failure.wait or min(backoff, self._limits.longest_backoff)

    def _report(self, failure: Failure, seconds: float, asked: Asked) -> None:
        """Report a long wait."""
        if seconds > self._limits.notice_after:
            until = datetime.now(UTC) + timedelta(seconds=seconds)
            self._notify(Notice(f"{asked.call}: {failure.what}", until))


class _Budget:
    """The retries that the requests of a subscription may have."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.sent = 0
        """Attempts of all requests."""
        self._sent_again = 0

    def take(self) -> bool:
        """Take one retry. False if none is left."""
        most = self._limits.free_retries + self._limits.retry_share * self.sent
        if self._sent_again >= most:
            return False
        self._sent_again += 1
        return True


class _Line:
    """The requests of one kind in a subscription. Without answers the line is dead for a while."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._missed = 0
        self._answered_at = 0.0
        self._dead: Failure | None = None
        self._dead_until = 0.0

    def check(self) -> float:
        """The time, in seconds, at which a request is sent.

        Raises ``Failure`` if the line is dead. After a pause one request finds out.
        """
        now = asyncio.get_running_loop().time()
        if self._dead is not None:
            if now < self._dead_until:
                raise self._dead.renewed()
            self._dead_until = now + self._limits.breaker_pause
        return now

    def answered(self) -> None:
        """An answer came."""
        self._missed, self._dead = 0, None
        self._answered_at = asyncio.get_running_loop().time()

    def failed(self, failure: Failure, sent: float) -> None:
        """A request failed that was sent at ``sent``.

        The line is dead if several requests in a row have no answer. If others were answered
        meanwhile, a request without an answer says nothing of the line.
        """
        if failure.kind in (Kind.REFUSED, Kind.GIVEN_UP):
            self._pause(failure.renewed())
        elif failure.kind in NO_ANSWER:
            self._missed += sent >= self._answered_at
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
