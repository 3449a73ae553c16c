"""The connection to Azure Resource Manager. Every answer becomes records or gaps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.pipeline import AsyncPipeline

from scanner.arm.azure import Azure, Pipeline
from scanner.arm.call import Call, Get, Listing, Options, Post
from scanner.arm.cloud import Cloud, Transport
from scanner.arm.decode import Malformed
from scanner.arm.errors import SIGN_IN_AGAIN, Failure, to_gap, why
from scanner.arm.pages import Pages, Record, Response
from scanner.arm.policies import read_only_policies
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
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        posts: Sequence[Post[Any]] = (),
    ) -> None:
        """``posts`` are the POSTs that may be sent. They only read."""
        self.cloud = cloud
        self.now = now
        path_ends = [post.path_end for post in posts]
        policies = read_only_policies(credential, cloud.token_scope, path_ends)
        pipeline: Pipeline = AsyncPipeline(transport, policies)

        def clients(subscription: str | None) -> Azure:
            return Azure(credential, subscription, cloud.endpoint, pipeline)

        self._clients = lru_cache(_CLIENTS_KEPT)(clients)

    async def list_all(self, call: Listing[R], scope: ArmId) -> Reading[R]:
        """All pages of a listing. The gaps of the reading say what could not be read."""
        pages = Pages(call, scope, self.now)

        async def follow(azure: Azure, options: Options) -> None:
            async for _ in call.operation(azure, scope, options).by_page():
                pass

        try:
            await self._run_operation(follow, scope, pages.take)
        except (Failure, Malformed) as problem:
            # On a later page the answer cannot mean that there are none.
            if not (pages.is_untouched and str(problem) in call.none_if):
                pages.gaps.append(to_gap(call, scope.text, problem))
        return pages.reading

    async def read(self, call: Get[R], resource: ArmId) -> R | Gap:
        """One resource, or the gap in its place."""

        def get(azure: Azure, options: Options) -> Awaitable[Any]:
            return call.operation(azure, resource, options)

        return await self._read_single(call, resource, get)

    async def ask(
        self, call: Post[A], subscription: ArmId, region: str, body: Mapping[str, str]
    ) -> A | Gap:
        """The answer to a POST that only reads, or the gap in its place."""

        def post(azure: Azure, options: Options) -> Awaitable[Any]:
            return call.operation(azure, region, dict(body), options)

        return await self._read_single(call, subscription, post)

    async def read_all(self, call: Get[R], scope: ArmId, wanted: list[ArmId]) -> Reading[R]:
        """Many single resources of one subscription, as one reading."""
        answers = await asyncio.gather(*(self.read(call, resource) for resource in wanted))
        records = tuple(answer for answer in answers if not isinstance(answer, Gap))
        gaps = tuple(answer for answer in answers if isinstance(answer, Gap))
        return Reading(scope.text, self.now(), records, gaps)

    async def _read_single(self, call: Call[A], scope: ArmId, operation: _Operation) -> A | Gap:
        """The one record that an operation answers with."""
        record = Record(call)
        try:
            await self._run_operation(operation, scope, record.take)
        except (Failure, Malformed) as problem:
            return to_gap(call, scope.text, problem)
        return record.value

    async def _run_operation(
        self, operation: _Operation, scope: ArmId, take: Callable[[Response], None]
    ) -> None:
        """Run an operation of the SDK and give each of its answers to ``take``.

        Raises ``Failure``, and what ``take`` raises.
        """
        try:
            await operation(self._clients(scope.subscription), {"raw_response_hook": take})
        except ClientAuthenticationError as error:
            what = "The sign-in expired and was not renewed"
            raise Failure(Reason.DENIED, what, SIGN_IN_AGAIN) from error
        except AzureError as error:
            raise Failure(Reason.FAILED, why(self.cloud.endpoint, error)[0]) from error
        except (ValueError, LookupError) as error:
            # The id has the wrong type, a link is not a URL, or a challenge cannot be read.
            what = f"It could not be asked for ({type(error).__name__}: {str(error)[:300]})"
            raise Failure(Reason.FAILED, what) from error
