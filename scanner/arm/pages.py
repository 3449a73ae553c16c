"""What the SDK's operations bring: bytes that become records before the SDK makes models of them.

azure-core gives the answer of every request to ``raw_response_hook``, an option of every operation.
The hooks here take the body and leave the operation an empty one, with the link to the next page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import unquote, urlsplit

from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import ContentDecodePolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.answer import decode_page, decode_record
from scanner.arm.call import Call, Listing
from scanner.arm.problem import Failure, body_of, entry_to_gap
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records import Resource
from scanner.inventory.snapshot import Reading

R = TypeVar("R", bound=Resource)
A = TypeVar("A")
Response = PipelineResponse[HttpRequest, AsyncHttpResponse]


class Pages(Generic[R]):
    """The records of a listing, page by page.

    A link to a next page is checked before the operation sees it: the token goes to Resource
    Manager's own host alone, the pages of one listing have one path, and none is read twice.
    """

    def __init__(self, call: Listing[R], scope: ArmId, now: Callable[[], datetime]) -> None:
        self._call, self._scope, self._now = call, scope, now
        self._records = list[R]()
        self._seen_at: datetime | None = None
        self._place: _Place | None = None
        self._urls = set[str]()
        self.gaps = list[Gap]()

    @property
    def reading(self) -> Reading[R]:
        """All that was read, and the time of its first page."""
        seen_at = self._seen_at or self._now()
        return Reading(self._scope.text, seen_at, tuple(self._records), tuple(self.gaps))

    def take(self, response: Response) -> None:
        """Decode a page; raises ``Failure`` and ``Malformed``."""
        body = body_of(response.http_response)
        self._seen_at = self._seen_at or self._now()
        records, broken, link = decode_page(body, self._call.record)
        self._records.extend(records)
        self.gaps.extend(entry_to_gap(self._call, self._scope, entry) for entry in broken)
        if link is not None:
            self._check(link, response.http_request.url)
            # Operations fill in names in braces. A link of ARM holds none of theirs.
            link = link.replace("{", "%7B").replace("}", "%7D")
        _leave(response, {"value": [], "nextLink": link})

    def _check(self, link: str, url: str) -> None:
        """Raise ``Failure`` for a link that is not followed; ``url`` is of the page it was on."""
        self._urls.add(url)
        self._place = self._place or _place(url)
        if _place(link) != self._place:
            what = f"The next page was said to be at {link[:100]!r}, which is not asked"
            raise Failure(Reason.FAILED, what)
        if link in self._urls:
            raise Failure(Reason.FAILED, "The pages of the listing go in a circle")
        self._urls.add(link)


class Record(Generic[A]):
    """The one record of an answer."""

    value: A

    def __init__(self, call: Call[A]) -> None:
        self._call = call

    def take(self, response: Response) -> None:
        """Decode it; raises ``Failure`` and ``Malformed``."""
        self.value = decode_record(body_of(response.http_response), self._call.record)
        _leave(response, {})


class _Left:
    """An answer as the operation sees it: a link to follow, nothing to make models of."""

    status_code = 200

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    def json(self) -> Mapping[str, Any]:
        """The body."""
        return self._body


def _leave(response: Response, body: Mapping[str, Any]) -> None:
    response.http_response = _Left(body)  # type: ignore[assignment]
    # The clients of an older generation (locks) look for the body here.
    response.context[ContentDecodePolicy.CONTEXT_NAME] = body


_Place = tuple[str, str | None, int, str]


def _place(url: str) -> _Place | None:
    """Scheme, host, port and path of a URL; None where it has a user's name, or is none."""
    try:
        parts = urlsplit(url)
        if parts.username is not None or parts.password is not None:
            return None
        path = unquote(parts.path).lower().rstrip("/")
        return parts.scheme, parts.hostname, parts.port or 443, path
    except ValueError:
        return None
