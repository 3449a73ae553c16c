"""What was read, as the bytes of a file and back: MessagePack, compressed by zstandard."""

from __future__ import annotations

from functools import cache
from typing import Any, Generic, TypeVar

import zstandard
from msgspec import MsgspecError, msgpack

from scanner.inventory.armid import ArmId

T = TypeVar("T")

_LEVEL = 6
"""The highest is 22. Higher ones make a bundle little smaller, and take several times as long."""
_MOST_BYTES = 4 * 1024**3
"""The largest content that is unpacked: a subscription of a million VMs is not so large."""


class Malformed(Exception):  # noqa: N818 - its reader says of which file
    """Bytes that are not what was saved."""


class Codec(Generic[T]):
    """Packs values of one type."""

    def __init__(self, kind: type[T]) -> None:
        self._encoder = msgpack.Encoder(enc_hook=id_to_text)
        self._decoder = msgpack.Decoder(kind, dec_hook=id_from_text)

    def pack(self, value: T) -> bytes:
        """The bytes of a file.

        Raises ``OverflowError`` for a number of more than 64 bits, which JSON may have.
        """
        return zstandard.ZstdCompressor(_LEVEL, write_checksum=True).compress(
            self._encoder.encode(value)
        )

    def unpack(self, data: bytes) -> T:
        """What a file holds. Raises ``Malformed``."""
        return self.decode(expand(data))

    def decode(self, content: bytes) -> T:
        """What the content of a file says. Raises ``Malformed``."""
        try:
            return self._decoder.decode(content)
        except (MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(f"{error}") from None
        finally:
            _id_of.cache_clear()


def expand(data: bytes) -> bytes:
    """The content of a file. Raises ``Malformed``."""
    try:
        if not 0 <= zstandard.frame_content_size(data) <= _MOST_BYTES:
            raise Malformed("it does not say how large its content is, or is too large")
        return zstandard.ZstdDecompressor().decompress(data, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Malformed(f"{error}") from None


def id_to_text(value: object) -> str:
    """How msgspec saves an id. Raises ``TypeError`` for anything else."""
    if isinstance(value, ArmId):
        return value.text
    raise TypeError(f"a {type(value).__name__} cannot be saved")


def id_from_text(kind: type, text: Any) -> ArmId:
    """How msgspec reads an id. Raises ``TypeError`` for anything else."""
    if kind is ArmId and isinstance(text, str):
        return _id_of(text)
    raise TypeError(f"expected an ARM resource id, got {type(text).__name__}")


@cache
def _id_of(text: str) -> ArmId:
    """The id of a text. What names the same resource in a file shares one id."""
    return ArmId(text)
