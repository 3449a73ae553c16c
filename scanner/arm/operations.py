"""The result of an operation that Azure may run in the background.

ARM answers 200 with the result, or 202 with a link to poll (Track asynchronous Azure operations):
``Location`` has the result in the end, ``Azure-AsyncOperation`` the status. The SDK polls.
"""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from scanner.arm.answers import Response, body_of
from scanner.arm.call import LongPost
from scanner.arm.decode import Malformed, decode_record
from scanner.arm.errors import Failure, malformed
from scanner.arm.limits import Limits
from scanner.arm.links import address_of, is_plain
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Reason
from scanner.inventory.records.base import Record

A = TypeVar("A")
_RESULT, _STATUS = "Location", "Azure-AsyncOperation"
_OPERATIONS = ("operations", "operationresults")
_SEGMENTS = 3
"""The name of a location, ``operations`` or ``operationResults``, and the id of the operation."""
_ACCEPTED = 202
_FAILED = ("failed", "canceled")


class _Error(Record, frozen=True):
    code: str | None = None


class _Status(Record, frozen=True):
    """The status of an operation, with its result where no other link has it."""

    status: str | None = None
    error: _Error | None = None
    properties: msgspec.Raw = msgspec.Raw()


class LongAnswer(Generic[A]):
    """The result of one operation, from all answers that the SDK gets until its end.

    A link to poll is checked before the SDK sees it. As with the pages of a listing, the token goes
    to Resource Manager's own host alone. The path is that of an operation, or of its result, of the
    same provider in the same subscription.
    """

    def __init__(self, call: LongPost[A], resource: ArmId, limits: Limits) -> None:
        self._call, self._resource, self._limits = call, resource, limits
        self._statuses = set[str]()
        self._has_result_link = False
        self._polls = 0
        self._found: list[A] = []

    @property
    def value(self) -> A:
        """The result. Raises ``Failure`` if the operation ended without one."""
        if not self._found:
            raise malformed(Malformed("The operation ended without a result"))
        return self._found[-1]

    def take(self, response: Response) -> None:
        """Read an answer. Raises ``Failure``."""
        answer = response.http_response
        url = str(answer.request.url)
        self._count_poll(answer.request.method)
        links = {name: answer.headers.get(name) for name in (_RESULT, _STATUS)}
        for name, link in links.items():
            if link:
                self._check_link(link, url)
                self._has_result_link |= name == _RESULT
                if name == _STATUS:
                    self._statuses.add(link)
        if answer.status_code == _ACCEPTED:
            if answer.request.method == "POST" and not any(links.values()):
                raise malformed(Malformed("The operation was accepted, without a link to poll"))
            return
        try:
            body = body_of(response)
        except Failure as failure:
            if failure.reason is Reason.DENIED and answer.request.method == "GET":
                raise self._refused(failure) from None
            raise
        try:
            if url in self._statuses:
                self._take_status(decode_record(body, _Status))
            else:
                self._found.append(decode_record(body, self._call.record))
        except Malformed as problem:
            raise malformed(problem) from None

    def _count_poll(self, method: str) -> None:
        self._polls += method == "GET"
        if self._polls > self._limits.polls:
            what = f"The operation did not end in {self._limits.polls} polls"
            raise Failure(Reason.FAILED, what)

    def _refused(self, failure: Failure) -> Failure:
        """The refusal of a poll, which needs other rights than the operation."""
        actions, scope = " and ".join(self._call.poll_actions), self._resource.subscription_id
        remedy = f"Grant {actions} on {scope}, the Reader role has them, then ask again."
        return Failure(failure.reason, failure.what, failure.remedy or remedy, failure.kind)

    def _take_status(self, found: _Status) -> None:
        """Keep the result, if only the status has it. Raises ``Failure`` or ``Malformed``."""
        status = (found.status or "").lower()
        if status in _FAILED:
            code = found.error.code if found.error else None
            what = f"The operation ended as {status}{f' ({code[:80]})' if code else ''}"
            raise Failure(Reason.FAILED, what)
        if status == "succeeded" and not self._has_result_link:
            self._found.append(decode_record(bytes(found.properties), self._call.record))

    def _check_link(self, link: str, url: str) -> None:
        """Raise ``Failure`` if a link must not be polled. ``url`` is that of its answer."""
        if len(link.encode(errors="replace")) > self._limits.link:
            raise Failure(Reason.FAILED, f"The link to poll has {len(link):,} characters")
        own, there = address_of(url), address_of(link)
        provider = self._call.action.partition("/")[0]
        locations = f"/subscriptions/{self._resource.subscription}/providers/{provider}/locations"
        below = there.segments_below(locations) if there else None
        is_operation = below and len(below) == _SEGMENTS and below[1] in _OPERATIONS
        is_own = own and there and own.door == there.door and is_operation
        # An operation of the SDK fills in names in braces.
        if not is_own or not is_plain(link) or {*"{}"} & {*link}:
            what = f"The operation was said to be at {link[:100]!r}, which is not asked"
            raise Failure(Reason.FAILED, what)
