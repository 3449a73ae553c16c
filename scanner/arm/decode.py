"""From the bytes ARM answered to records, losing nothing silently."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw, Struct

from scanner.inventory.armid import ArmId

R = TypeVar("R")


UNDECODABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What bytes that are no JSON of the expected shape raise."""


class Malformed(Exception):  # noqa: N818 - becomes a gap, never ends a run
    """An answer that is not what ARM documents."""


class Page(Struct, Generic[R], rename="camel"):
    """One page of a listing."""

    value: tuple[R, ...]
    next_link: Any = None
    """Text, null, empty or missing; anything else leads nowhere and is told so."""


class Broken(Struct, frozen=True):
    """One entry that could not be decoded: its id where that much could be read."""

    id: ArmId | None
    problem: str


class _Stub(Struct):
    id: ArmId


def decode_page(
    body: bytes, record: type[R]
) -> tuple[tuple[R, ...], tuple[Broken, ...], str | None]:
    """The records of a page, the entries that are none, and the link to the next page.

    Raises ``Malformed`` where the page as a whole is no listing.
    """
    try:
        page = _decoder(Page[record]).decode(body)  # type: ignore[valid-type]
    except UNDECODABLE:
        return _entry_by_entry(body, record)
    return page.value, (), _link(page)


def decode_record(body: bytes, record: type[R]) -> R:
    """One record; raises ``Malformed``."""
    try:
        found: R = _decoder(record).decode(body)
    except UNDECODABLE as error:
        raise Malformed(str(error)) from error
    return found


def _entry_by_entry(
    body: bytes, record: type[R]
) -> tuple[tuple[R, ...], tuple[Broken, ...], str | None]:
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
            broken.append(Broken(_id_of(bytes(entry)), str(problem)))
    return tuple(whole), tuple(broken), _link(page)


def _link(page: Page[Any]) -> str | None:
    return None if page.next_link in (None, "") else str(page.next_link)


def _id_of(entry: bytes) -> ArmId | None:
    try:
        return decode_record(entry, _Stub).id
    except Malformed:
        return None


_DECODERS: dict[Any, msgspec.json.Decoder[Any]] = {}


def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    if kind not in _DECODERS:
        _DECODERS[kind] = msgspec.json.Decoder(kind, dec_hook=_from_text)
    return _DECODERS[kind]


def _from_text(kind: type, text: Any) -> ArmId:
    if kind is ArmId and isinstance(text, str):
        return ArmId(text)
    raise TypeError(f"expected an ARM resource id, got {type(text).__name__}")
