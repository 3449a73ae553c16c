"""What is sent again after a failure, and what is not sent any more."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.asked import Asked
from scanner.arm.breaker import Breaker, Turn
from scanner.arm.errors import Failure, Kind, ReadOnlyError, given_up, no_answer
from scanner.arm.limits import Limits
from scanner.arm.notices import Notice, Notify, after
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
        self._breakers = defaultdict[tuple[str, str], Breaker](lambda: Breaker(limits))
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
        breaker = self._breakers[asked.kind]
        budget = self._budgets[asked.subscription]
        failures: Counter[Kind] = Counter()
        waited = 0.0
        while True:
            turn = Turn(breaker)
            request.context["turn"] = turn
            budget.sent += 1
            outcome = await self._attempt(request)
            if not isinstance(outcome, Failure):
                breaker.answered()
                return outcome
            breaker.failed(outcome, turn.sent_at)
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
        except ReadOnlyError as error:
            return Failure(Reason.FAILED, f"It was not sent: {error}", "Report it to the authors.")
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
            self._notify(Notice(f"{asked.call}: {failure.what}", after(seconds)))


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
