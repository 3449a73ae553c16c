"""From the answers that the SDK receives to records, before the SDK makes models of them.

azure-core gives every answer to ``raw_response_hook``, an option of every operation. The hooks here
decode the body. Then they put an empty answer in its place, with the link to the next page.
"""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import unquote, urlsplit

from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.policies import ContentDecodePolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from scanner.arm.call import Call, Listing
from scanner.arm.decode import decode_page, decode_record
from scanner.arm.errors import SIGN_IN_AGAIN, Failure, entry_to_gap, error_code
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.base import Resource
from scanner.inventory.snapshot import Reading

R = TypeVar("R", bound=Resource)
A = TypeVar("A")
Response = PipelineResponse[HttpRequest, AsyncHttpResponse]


class Pages(Generic[R]):
    """The records of a listing, page by page.

    A link to a next page is checked before the operation sees it. The token goes to Resource
    Manager's own host alone. The pages of one listing have one path. No link is followed twice.
    """

    def __init__(self, call: Listing[R], scope: ArmId, now: Callable[[], datetime]) -> None:
        self._call, self._scope, self._now = call, scope, now
        self._records = list[R]()
        self._seen_at: datetime | None = None
        self._address: _Address | None = None
        self._urls = set[str]()
        self.gaps = list[Gap]()

    @property
    def is_untouched(self) -> bool:
        """True if no page was read."""
        return self._seen_at is None

    @property
    def reading(self) -> Reading[R]:
        """Everything that was read, with the time of the first page."""
        seen_at = self._seen_at or self._now()
        return Reading(self._scope.text, seen_at, tuple(self._records), tuple(self.gaps))

    def take(self, response: Response) -> None:
        """Decode a page. Raises ``Failure`` and ``Malformed``."""
        body = _body_of(response.http_response)
        self._seen_at = self._seen_at or self._now()
        records, broken, link = decode_page(body, self._call.record)
        self._records.extend(records)
        self.gaps.extend(entry_to_gap(self._call, self._scope, entry) for entry in broken)
        if link is not None:
            self._check_link(link, response.http_request.url)
            # Operations fill in names in braces. A link of ARM holds none of theirs.
            link = link.replace("{", "%7B").replace("}", "%7D")
        _hand_back(response, {"value": [], "nextLink": link})

    def _check_link(self, link: str, url: str) -> None:
        """Raise ``Failure`` if a link must not be followed. ``url`` is that of its page."""
        self._urls.add(url)
        self._address = self._address or _address(url)
        if _address(link) != self._address:
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
        """Decode the record. Raises ``Failure`` and ``Malformed``."""
        self.value = decode_record(_body_of(response.http_response), self._call.record)
        _hand_back(response, {})


class _EmptyAnswer:
    """What an operation gets in place of the answer: only the link to the next page."""

    status_code = 200

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body

    def json(self) -> Mapping[str, Any]:
        """The body."""
        return self._body


def _hand_back(response: Response, body: Mapping[str, Any]) -> None:
    response.http_response = _EmptyAnswer(body)  # type: ignore[assignment]
    # The clients of an older generation (locks) look for the body here.
    response.context[ContentDecodePolicy.CONTEXT_NAME] = body


_Address = tuple[str, str | None, int, str]


def _address(url: str) -> _Address | None:
    """Scheme, host, port and path. None if the text is not a URL, or names a user."""
    try:
        parts = urlsplit(url)
        if parts.username is not None or parts.password is not None:
            return None
        path = unquote(parts.path).lower().rstrip("/")
        return parts.scheme, parts.hostname, parts.port or 443, path
    except ValueError:
        return None


def _body_of(response: AsyncHttpResponse) -> bytes:
    """The body of an answer with status 200. Raises ``Failure`` for any other status."""
    if response.status_code == 200:
        return response.content.removeprefix(BOM_UTF8)
    what = error_code(response)
    if response.status_code == 401:
        raise Failure(Reason.DENIED, f"The sign-in was not accepted ({what})", SIGN_IN_AGAIN)
    raise Failure(Reason.DENIED if response.status_code == 403 else Reason.FAILED, what)
