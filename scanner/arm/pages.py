"""From the answers that the SDK receives to records, before the SDK makes models of them.

azure-core gives every answer to ``raw_response_hook``, an option of every operation. The hooks here
decode the body. Then they put an empty answer in its place, with the link to the next page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic, TypeVar

from azure.core.pipeline.policies import ContentDecodePolicy

from scanner.arm.answers import Response, body_of
from scanner.arm.call import Call, Listing
from scanner.arm.decode import Broken, Malformed, decode_page, decode_record
from scanner.arm.errors import Failure, entry_to_gap, malformed
from scanner.arm.limits import Limits
from scanner.arm.links import Address, address_of
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.base import Resource
from scanner.inventory.snapshot import Reading

R = TypeVar("R", bound=Resource)
A = TypeVar("A")


class Pages(Generic[R]):
    """The records of a listing, page by page.

    A link to a next page is checked before the operation sees it. The token goes to Resource
    Manager's own host alone. The pages of one listing have one path. No link is followed twice.
    An entry that is listed twice is one entry, as it was read last.
    """

    def __init__(
        self, call: Listing[R], scope: ArmId, now: Callable[[], datetime], limits: Limits
    ) -> None:
        self._call, self._scope, self._now, self._limits = call, scope, now, limits
        self._records = dict[ArmId, R]()
        self._seen_at: datetime | None = None
        self._address: Address | None = None
        self._urls = set[str]()
        self._pages = 0
        self._contradicted = set[ArmId]()
        self._barren = 0
        """Pages in a row without a new entry."""
        self._gaps = dict[tuple[object, ...], Gap]()

    @property
    def is_untouched(self) -> bool:
        """True if no page was read."""
        return self._seen_at is None

    @property
    def reading(self) -> Reading[R]:
        """Everything that was read, with the time of the first page."""
        seen_at = self._seen_at or self._now()
        gaps = tuple(self._gaps.values())
        return Reading(self._scope.text, seen_at, tuple(self._records.values()), gaps)

    def take(self, response: Response) -> None:
        """Decode a page. Raises ``Failure``."""
        body = body_of(response)
        try:
            records, broken, link = decode_page(body, self._call.record)
        except Malformed as problem:
            raise malformed(problem) from None
        self._seen_at = self._seen_at or self._now()
        before = len(self._records) + len(self._gaps)
        self._add(records)
        for entry in broken:
            self.miss(entry_to_gap(self._call, self._scope, entry))
        is_barren = len(self._records) + len(self._gaps) == before
        self._barren = self._barren + 1 if is_barren else 0
        self._pages += 1
        if link is not None:
            self._check_link(link, response.http_request.url)
            # Operations fill in names in braces. A link of ARM holds none of theirs.
            link = link.replace("{", "%7B").replace("}", "%7D")
        _hand_back(response, {"value": [], "nextLink": link})

    def _add(self, records: tuple[R, ...]) -> None:
        """Keep the records of a page. A record that cannot be in the listing is a gap.

        So is one that its page has twice with different contents.
        """
        page = dict[ArmId, R]()
        for record in records:
            if not self._call.may_hold(record.id, self._scope):
                what = f"its id is {record.id.text[:200]!r}, which is not in this listing"
                self.miss(entry_to_gap(self._call, self._scope, Broken(None, what)))
            elif page.setdefault(record.id, record) != record:
                self._contradicted.add(record.id)
        self._records.update(page)
        for id_ in self._contradicted & page.keys():
            del self._records[id_]
            broken = Broken(id_, "the page has it twice, with different contents")
            self.miss(entry_to_gap(self._call, self._scope, broken))

    def miss(self, gap: Gap) -> None:
        """Keep a gap of the listing or of an entry. The same gap again is not kept."""
        self._gaps.setdefault((gap.key, gap.remedy), gap)

    def _check_link(self, link: str, url: str) -> None:
        """Raise ``Failure`` if a link must not be followed. ``url`` is that of its page."""
        if len(link.encode(errors="replace")) > self._limits.link:
            raise Failure(Reason.FAILED, f"The link to the next page has {len(link):,} characters")
        if self._pages >= self._limits.pages or self._barren >= self._limits.barren_pages:
            what = f"The listing has no end: {self._barren} pages brought nothing new"
            raise Failure(Reason.FAILED, what if self._barren else "The listing has too many pages")
        self._urls.add(url)
        self._address = self._address or address_of(url)
        if address_of(link) != self._address:
            what = f"The next page was said to be at {link[:100]!r}, which is not asked"
            raise Failure(Reason.FAILED, what)
        if link in self._urls:
            raise Failure(Reason.FAILED, "The pages of the listing go in a circle")
        self._urls.add(link)


class Record(Generic[A]):
    """The one record of an answer."""

    value: A

    def __init__(self, call: Call[A], wanted: ArmId | None = None) -> None:
        """``wanted`` is the id that the record must have. None for a record without an id."""
        self._call, self._wanted = call, wanted

    def take(self, response: Response) -> None:
        """Decode the record. Raises ``Failure``, also if it is about another resource."""
        try:
            self.value = decode_record(body_of(response), self._call.record)
            found = getattr(self.value, "id", None)
            if self._wanted is not None and found != self._wanted:
                raise Malformed(f"It is about {str(found)[:200]!r}")
        except Malformed as problem:
            raise malformed(problem) from None
        _hand_back(response, {})


class _EmptyAnswer:
    """What an operation gets in place of the answer: only the link to the next page."""

    status_code = 200

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        # The client of metrics looks for the body here.
        self.context = {ContentDecodePolicy.CONTEXT_NAME: body}

    def json(self) -> Mapping[str, Any]:
        """The body."""
        return self._body


def _hand_back(response: Response, body: Mapping[str, Any]) -> None:
    response.http_response = _EmptyAnswer(body)  # type: ignore[assignment]
    # The clients of an older generation (locks) look for the body here.
    response.context[ContentDecodePolicy.CONTEXT_NAME] = body
