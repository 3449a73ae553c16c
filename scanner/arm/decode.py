"""From the bytes of an answer to records. An entry that cannot be decoded is reported."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw, Struct

from scanner.inventory.armid import ArmId

R = TypeVar("R")


UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""Raised for bytes that are not JSON of the expected shape."""


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


class _Stub(Struct):
    id: ArmId


def decode_page(
    body: bytes, record: type[R]
) -> tuple[tuple[R, ...], tuple[Broken, ...], str | None]:
    """The records of a page, the entries that cannot be decoded, and the link to the next page.

    Raises ``Malformed`` if the page as a whole is not a listing.
    """
    try:
        page = _decoder(Page[record]).decode(body)  # type: ignore[valid-type]
    except UNDECODABLE:
        return _entry_by_entry(body, record)
    return page.value, (), _next_link(page)


def decode_record(body: bytes, record: type[R]) -> R:
    """One record. Raises ``Malformed``."""
    try:
        found: R = _decoder(record).decode(body)
    except UNDECODABLE as error:
        raise Malformed(str(error)) from error
    return found


def _entry_by_entry(
    body: bytes, record: type[R]
) -> tuple[tuple[R, ...], tuple[Broken, ...], str | None]:
    """As ``decode_page``, but slower: an entry that cannot be decoded spoils no other."""
    try:
        page = _decoder(Page[Raw]).decode(body)
    except UNDECODABLE as error:
        raise Malformed(str(error)) from error
    whole: list[R] = []
    broken: list[Broken] = []
    for entry in page.value:
        try:
            whole.append(decode_record(bytes(entry), record))
        except Malformed as problem:
            broken.append(Broken(_id_of_entry(bytes(entry)), str(problem)))
    return tuple(whole), tuple(broken), _next_link(page)


def _next_link(page: Page[Any]) -> str | None:
    return None if page.next_link in (None, "") else str(page.next_link)


def _id_of_entry(entry: bytes) -> ArmId | None:
    try:
        return decode_record(entry, _Stub).id
    except Malformed:
        return None


_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    if kind not in _DECODERS:
        _DECODERS[kind] = msgspec.json.Decoder(kind, dec_hook=_arm_id_from_text)
    return _DECODERS[kind]


def _arm_id_from_text(kind: type, text: Any) -> ArmId:
    if kind is ArmId and isinstance(text, str):
        return ArmId(text)
    raise TypeError(f"expected an ARM resource id, got {type(text).__name__}")
