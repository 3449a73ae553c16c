"""The connection to Azure Resource Manager: every answer becomes records or gaps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from azure.core import AsyncPipelineClient
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.answer import Broken, Malformed, decode_page, decode_record
from scanner.arm.calls import Call
from scanner.arm.cloud import Cloud, Transport
from scanner.arm.policies import read_only_policies
from scanner.arm.problem import error_code, why
from scanner.arm.transport import Get
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records import Resource
from scanner.inventory.snapshot import Reading

R = TypeVar("R", bound=Resource)
A = TypeVar("A")

_SIGN_IN = "Sign in again, then scan again."
_PATH = "/()@:+,;=!$&'*~"


class _Failure(Exception):  # noqa: N818 - becomes a gap
    def __init__(self, reason: Reason, what: str, todo: str | None = None) -> None:
        super().__init__(what)
        self.reason, self.what, self.todo = reason, what, todo


class Arm:
    """Azure Resource Manager of one cloud, for one credential.

    One pipeline of azure-core serves all providers, as it stands inside every management client:
    the clients around it would only turn URLs and answers over once more.
    """

    def __init__(
        self,
        cloud: Cloud,
        credential: AsyncTokenCredential,
        transport: Transport,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        asks: Sequence[Call[Any]] = (),
    ) -> None:
        """``asks`` are the POSTs, which only read, that may leave beside GET."""
        self.cloud = cloud
        self.now = now
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            cloud.endpoint,
            policies=read_only_policies(
                credential,
                cloud.token_scope,
                ["/" + each.path.rpartition("/")[2].lower() for each in asks],
            ),
            transport=transport,
        )

    async def list_all(self, call: Call[R], scope: ArmId) -> Reading[R]:
        """All pages of a listing; what could not be read is in the reading's gaps."""
        records, gaps, times = list[R](), list[Gap](), list[datetime]()
        link: str | None = self._url(call, scope)
        followed: set[str] = set()
        while link:
            try:
                self._check_link(link, followed)
                body = await self._get(link)
                times.append(self.now())
                page, broken, link = decode_page(body, call.record)
            except (_Failure, Malformed) as problem:
                if str(problem) not in call.none_if:
                    gaps.append(_gap(call, scope.text, problem))
                break
            records.extend(page)
            gaps.extend(_broken(call, scope, entry) for entry in broken)
        return Reading(scope.text, times[0] if times else self.now(), tuple(records), tuple(gaps))

    async def read(self, call: Call[R], resource: ArmId) -> R | Gap:
        """One resource, or the gap in its place."""
        try:
            return decode_record(await self._get(self._url(call, resource)), call.record)
        except (_Failure, Malformed) as problem:
            return _gap(call, resource.text, problem)

    async def ask(
        self, call: Call[A], scope: ArmId, region: str, body: Mapping[str, str]
    ) -> A | Gap:
        """The answer to a POST that only reads, or the gap in its place."""
        url = self._url(call, scope).replace("{region}", quote(region, safe=""))
        try:
            return decode_record(await self._send(HttpRequest("POST", url, json=body)), call.record)
        except (_Failure, Malformed) as problem:
            return _gap(call, scope.text, problem)

    async def read_all(self, call: Call[R], scope: ArmId, wanted: list[ArmId]) -> Reading[R]:
        """Many single resources of one subscription, as one reading."""
        answers = await asyncio.gather(*(self.read(call, resource) for resource in wanted))
        records = tuple(answer for answer in answers if not isinstance(answer, Gap))
        gaps = tuple(answer for answer in answers if isinstance(answer, Gap))
        return Reading(scope.text, self.now(), records, gaps)

    def _url(self, call: Call[Any], scope: ArmId) -> str:
        path = call.path.replace("{scope}", quote(scope.text, safe=_PATH))
        return f"{self.cloud.endpoint}{path}?{call.options}"

    def _check_link(self, link: str, followed: set[str]) -> None:
        """A token goes to Resource Manager's own host alone, and no page is read twice."""
        if _origin(link) != _origin(self.cloud.endpoint):
            what = f"The next page was said to be at {link[:100]!r}, which is not asked"
            raise _Failure(Reason.FAILED, what)
        if link in followed:
            raise _Failure(Reason.FAILED, "The pages of the listing go in a circle")
        followed.add(link)

    async def _get(self, url: str) -> bytes:
        return await self._send(Get(url))

    async def _send(self, request: HttpRequest) -> bytes:
        try:
            response = await self._client.send_request(request)
        except ClientAuthenticationError as error:
            what = "The sign-in expired and was not renewed"
            raise _Failure(Reason.DENIED, what, _SIGN_IN) from error
        except AzureError as error:
            raise _Failure(Reason.FAILED, why(self.cloud.endpoint, error)[0]) from error
        except (ValueError, LookupError) as error:
            raise _Failure(Reason.FAILED, f"{request.url[:200]!r} cannot be asked for") from error
        if response.status_code == 200:
            return response.content
        what = error_code(response)
        if response.status_code == 401:
            raise _Failure(Reason.DENIED, f"The sign-in was not accepted ({what})", _SIGN_IN)
        denied = response.status_code == 403
        raise _Failure(Reason.DENIED if denied else Reason.FAILED, what)


def _origin(url: str) -> tuple[str, str | None, int] | None:
    try:
        parts = urlsplit(url)
        with_secrets = parts.username is not None or parts.password is not None
        return None if with_secrets else (parts.scheme, parts.hostname, parts.port or 443)
    except ValueError:
        return None


def _gap(call: Call[Any], scope: str, problem: _Failure | Malformed) -> Gap:
    if isinstance(problem, Malformed):
        problem = _Failure(Reason.FAILED, f"The answer is not what ARM documents: {problem}")
    reason, what = problem.reason, problem.what
    todo = "Scan again; if it stays, look at the resource in the Azure portal."
    if reason is Reason.DENIED:
        # Reader has every read; that a POST only reads does not put it among them.
        has = ", the Reader role has it," if call.action.endswith("/read") else ""
        granted = f"Grant {call.action} on {scope}{has or ','} then scan again."
        todo = problem.todo or granted
    return Gap(scope, call.fact, reason, call.action, f"{what.rstrip('.')}. {todo}")


def _broken(call: Call[Any], scope: ArmId, entry: Broken) -> Gap:
    what = f"An entry of the {call.name} listing is not what ARM documents: {entry.problem}"
    where = entry.id.text if entry.id else scope.text
    return _gap(call, where, _Failure(Reason.FAILED, what))
