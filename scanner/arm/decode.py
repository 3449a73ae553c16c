"""From the bytes of an answer to records. An entry that cannot be decoded is reported."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from scanner.arm.json_parts import elements, members
from scanner.inventory.armid import ArmId
from scanner.inventory.records.base import arm_id_from_text

R = TypeVar("R")


UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Raised for bytes that are not JSON of the expected shape."""


_VALUE, _NEXT_LINK, _ID = b'"value"', b'"nextLink"', b'"id"'
_ERROR = b'"error"'
_ESCAPED_ASCII = b"\\u00"


class Malformed(Exception):  # noqa: N818 - becomes a gap, never ends a run
    """An answer that does not have the documented shape."""


class Page(Struct, Generic[R], rename="camel"):
    """One page of a listing."""

    value: tuple[R, ...]
    next_link: Any = None
    """Text, null, empty or missing. Anything else is refused as a link."""


class Broken(Struct, frozen=True):
    """One entry that could not be decoded, with its id if that could be read."""

    id: ArmId | None
    problem: str


def decode_page(
    body: bytes, record: type[R]
) -> tuple[tuple[R, ...], tuple[Broken, ...], str | None]:
    """The records of a page, the entries that cannot be decoded, and the link to the next page.

    Raises ``Malformed`` if the page as a whole is not a listing.
    """
    try:
        page = _decoder(Page[record]).decode(body)  # type: ignore[valid-type]
    except UNDECODABLE as error:
        return _entry_by_entry(body, record, error)
    if _may_be_odd(body):
        _vet_names(body)
    return page.value, (), _next_link(page.next_link)


def decode_record(body: bytes, record: type[R]) -> R:
    """One record. Raises ``Malformed``."""
    try:
        found: R = _decoder(record).decode(body)
    except UNDECODABLE as error:
        raise Malformed(str(error)) from error
    return found


def _entry_by_entry(
    body: bytes, record: type[R], problem: Exception
) -> tuple[tuple[R, ...], tuple[Broken, ...], str | None]:
    """As ``decode_page``, but slower: an entry that cannot be decoded spoils no other."""
    whole: list[R] = []
    broken: list[Broken] = []
    try:
        _vet_names(body)
        page = dict(members(body))
        entries = elements(page[_VALUE])
        link = msgspec.json.decode(page.get(_NEXT_LINK, b"null"))
    except (ValueError, LookupError, RecursionError):
        # The decoder says what is wrong, and where.
        raise Malformed(str(problem)) from None
    for entry in entries:
        try:
            whole.append(decode_record(entry, record))
        except Malformed as error:
            broken.append(Broken(_id_of_entry(entry), str(error)))
    return tuple(whole), tuple(broken), _next_link(link)


def _may_be_odd(body: bytes) -> bool:
    """False if a glance shows that the page has no name twice, no odd link and no error."""
    links = body.count(_NEXT_LINK)
    return (
        body.count(_VALUE) > 1
        or links > 1
        or body.lower().count(b"nextlink") > links
        or _ERROR in body
        or _ESCAPED_ASCII in body
    )


def _vet_names(body: bytes) -> None:
    """Raise ``Malformed`` for two lists of entries, two links, another kind of link or an error."""
    names = [msgspec.json.decode(name) for name, _ in members(body)]
    for name in names:
        if name == "error" or (name != "nextLink" and name.lower().endswith("nextlink")):
            raise Malformed(f"The page contradicts itself: it has {name[:100]!r}")
    for name in ("value", "nextLink"):
        if names.count(name) > 1:
            raise Malformed(f"The page contradicts itself: it has {name!r} twice")


def _next_link(link: object) -> str | None:
    return None if link in (None, "") else str(link)


def _id_of_entry(entry: bytes) -> ArmId | None:
    """The id of an entry that cannot be decoded, if it can be read."""
    try:
        return decode_record(dict(members(entry))[_ID], ArmId)
    except (ValueError, LookupError, Malformed):
        return None


_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    if kind not in _DECODERS:
        _DECODERS[kind] = msgspec.json.Decoder(kind, dec_hook=arm_id_from_text)
    return _DECODERS[kind]
