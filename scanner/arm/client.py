"""The connection to Azure Resource Manager. Every answer becomes records or gaps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline import AsyncPipeline

from scanner.arm.answers import Response
from scanner.arm.asked import options_for
from scanner.arm.azure import Azure, Pipeline, Transport
from scanner.arm.call import Call, Get, Listing, LongPost, Options, Post
from scanner.arm.call_plan import CallPlan
from scanner.arm.clock import Clock
from scanner.arm.cloud import Cloud
from scanner.arm.errors import Failure, Kind, given_up, to_gap
from scanner.arm.limits import LIMITS, Limits
from scanner.arm.notices import Notice, Notify, ignore
from scanner.arm.operations import LongAnswer
from scanner.arm.pages import Pages, Record
from scanner.arm.parallel import in_parallel
from scanner.arm.policies import read_only_policies
from scanner.arm.polling import PacedPolling
from scanner.arm.token import SharedToken
from scanner.arm.traffic import Traffic
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.base import Resource
from scanner.inventory.snapshot import Reading

R = TypeVar("R", bound=Resource)
A = TypeVar("A")
_Operation = Callable[[Azure, Options], Awaitable[Any]]

_CLIENTS_KEPT = 32
"""The number of subscriptions whose clients are kept. They take about 0.25 MiB each."""


class Arm:
    """Azure Resource Manager of one cloud, for one credential.

    The SDK's operations build the requests and follow the pages. One pipeline sends them all.
    """

    def __init__(
        self,
        cloud: Cloud,
        credential: AsyncTokenCredential,
        transport: Transport,
        now: Callable[[], datetime] | None = None,
        posts: Sequence[Post[Any] | LongPost[Any]] = (),
        limits: Limits = LIMITS,
        notify: Notify = ignore,
        plan: CallPlan | None = None,
    ) -> None:
        """``posts`` are the POSTs that may be sent. They only read.

        ``plan`` counts calls that are then not sent. Their answers are gaps.
        ``now`` is the time (UTC). Without it the clock is compared with Azure's.
        """
        self.cloud = cloud
        self.limits = limits
        self.notes: list[str] = []
        """What happened and holds for the whole scan."""
        self.traffic = Traffic()
        self._notify, self._plan = notify, plan
        self._clock = Clock(self._note)
        self.now = now or self._clock
        self._versions: dict[str, str] = {}
        """The api-version of calls whose own version the cloud does not know."""
        actions = [post.sent_as for post in posts]
        if not isinstance(credential, SharedToken):
            credential = SharedToken(credential, limits=limits)
        policies = read_only_policies(
            credential, cloud.token_scope, cloud.endpoint, limits, notify, actions, self.traffic
        )
        pipeline: Pipeline = AsyncPipeline(transport, policies)

        def clients(subscription: str | None, version: str | None) -> Azure:
            return Azure(credential, subscription, cloud.endpoint, pipeline, version)

        self._clients = lru_cache(_CLIENTS_KEPT)(clients)

    @property
    def clock_note(self) -> str | None:
        """The note about the clock of this machine, which another machine does not have."""
        return self._clock.note

    async def list_all(self, call: Listing[R], scope: ArmId) -> Reading[R]:
        """All pages of a listing. The gaps of the reading say what could not be read."""
        pages = Pages(call, scope, self.now, self.limits)

        async def follow(azure: Azure, options: Options) -> None:
            async for _ in call.operation(azure, scope, options).by_page():
                pass

        def take(response: Response) -> None:
            if self.now is self._clock:
                self._clock.compare(response.http_response.headers.get("Date"))
            pages.take(response)

        try:
            await self._run_operation(call, follow, scope, take, self.limits.page_read)
        except Failure as problem:
            # On a later page the answer cannot mean that there are none.
            if not (pages.is_untouched and str(problem) in call.none_if):
                pages.miss(to_gap(call, scope, problem))
        return pages.reading

    async def read(self, call: Get[A], resource: ArmId) -> A | Gap:
        """What is read of one resource, or the gap in its place.

        What was not sent because others of its kind failed is one gap of the subscription.
        """
        answer = await self._get(call, resource)
        if not isinstance(answer, Failure):
            return answer
        if str(answer) in call.none_if:
            answer = Failure(Reason.NOT_RECORDED, answer.what)
        return _single_gap(call, resource, answer)

    async def exists(self, call: Get[R], resource: ArmId) -> bool | Gap:
        """True if a resource exists, false if ARM says that it does not, else why not known."""
        answer = await self._get(call, resource)
        if not isinstance(answer, Failure):
            return True
        return False if str(answer) in call.none_if else _single_gap(call, resource, answer)

    async def _get(self, call: Get[A], resource: ArmId) -> A | Failure:
        """One resource, or how the request for it failed."""

        def get(azure: Azure, options: Options) -> Awaitable[Any]:
            return call.operation(azure, resource, options)

        try:
            record = Record(call, resource if call.is_named else None)
            return await self._read_single(call, resource, get, record)
        except Failure as problem:
            return problem.renewed()

    async def ask(
        self, call: Post[A], subscription: ArmId, region: str, body: Mapping[str, object]
    ) -> A | Gap:
        """The answer to a POST that only reads, or the gap in its place."""

        def post(azure: Azure, options: Options) -> Awaitable[Any]:
            return call.operation(azure, region, dict(body), options)

        try:
            return await self._read_single(call, subscription, post, Record(call))
        except Failure as problem:
            return to_gap(call, subscription, problem)

    async def ask_resource(
        self, call: LongPost[A], resource: ArmId, body: Mapping[str, str]
    ) -> A | Gap:
        """The result of an operation that only reads, or the gap in its place.

        The SDK polls until it has ended, or until the time for it is over.
        """
        answer = LongAnswer(call, resource, self.limits)
        seconds = self.limits.operation

        async def run(azure: Azure, options: Options) -> None:
            # Without a request_id the polls take it from a header that no policy here sets.
            of_polls = {**options, "request_id": None}
            of_polls.pop("params", None)
            polling = PacedPolling(self.limits.poll_pause, **of_polls)
            poller = await call.operation(
                azure, resource, dict(body), {**options, "polling": polling}
            )
            await poller.result()

        try:
            async with asyncio.timeout(seconds):
                await self._run_operation(call, run, resource, answer.take, self.limits.single_read)
            return answer.value
        except Failure as failure:
            failed = failure
        except TimeoutError:
            failed = Failure(Reason.FAILED, f"The operation did not end in {seconds:g} seconds")
        except AzureError as error:
            # Its text has the body of the answer.
            failed = Failure(
                Reason.FAILED, f"The operation ended as no document says ({type(error).__name__})"
            )
        return to_gap(call, resource, failed)

    async def read_all(self, call: Get[R], scope: ArmId, wanted: Sequence[ArmId]) -> Reading[R]:
        """Many single resources of one subscription, as one reading."""

        async def read(resource: ArmId) -> R | Gap:
            return await self.read(call, resource)

        answers = await in_parallel(read, wanted)
        records = tuple(answer for answer in answers if type(answer) is not Gap)
        missing = {
            resource: answer
            for resource, answer in zip(wanted, answers, strict=True)
            if type(answer) is Gap
        }
        gaps = {gap.key: gap for gap in missing.values()}
        return Reading(scope.text, self.now(), records, tuple(gaps.values()), missing)

    async def _read_single(
        self, call: Call[A], scope: ArmId, operation: _Operation, record: Record[A]
    ) -> A:
        """The one record that an operation answers with. Raises ``Failure``."""
        await self._run_operation(call, operation, scope, record.take, self.limits.single_read)
        return record.value

    async def _run_operation(
        self,
        call: Call[Any],
        operation: _Operation,
        scope: ArmId,
        take: Callable[[Response], None],
        seconds: float,
    ) -> None:
        """Run an operation of the SDK and give each of its answers to ``take``.

        ``seconds`` is the time for one attempt of one request. Raises ``Failure``.
        """
        if self._plan is not None and self._plan.takes(call, scope):
            raise given_up(Reason.FAILED, "It was counted for a plan", "Scan to read it.")
        options = {**options_for(call, scope, seconds), "raw_response_hook": take}
        version = self._versions.get(call.name)
        if version:
            # Some operations take it from their client, others only from their own parameters.
            options["params"] = {"api-version": version}
        try:
            await operation(self._clients(scope.subscription, version), options)
        except Failure as failure:
            if version or not failure.versions:
                raise
            self._use_version(call, failure.versions[0])
        except (ValueError, LookupError) as error:
            # The id has the wrong type, or a link is not a URL.
            what = f"It could not be asked for ({type(error).__name__}: {str(error)[:300]})"
            raise Failure(Reason.FAILED, what) from None
        else:
            return
        await self._run_operation(call, operation, scope, take, seconds)

    def _use_version(self, call: Call[Any], version: str) -> None:
        """Ask a call with another api-version from now on, and report it once."""
        if call.name not in self._versions:
            self._versions[call.name] = version
            newest = f"api-version {version}, the newest that {self.cloud.endpoint} knows"
            self._note(Notice(f"for {call.name} the scan uses {newest}"))

    def _note(self, notice: Notice) -> None:
        """Report something that holds for the whole scan."""
        self.notes.append(notice.text)
        self._notify(notice)


def _single_gap(call: Call[Any], resource: ArmId, problem: Failure) -> Gap:
    """The gap in place of one resource, or of the subscription if others of its kind failed."""
    is_shared = problem.kind in (Kind.REFUSED, Kind.GIVEN_UP)
    return to_gap(call, (is_shared and resource.subscription_id) or resource, problem)
