"""Numbers, ids and times that look drawn at random and are the same in every run."""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID


def roll(sides: int, *key: object) -> int:
    """A number from 0 to `sides` - 1; the same key always gives the same number."""
    return int.from_bytes(_digest(key)[:8], "big") % sides


def guid(*key: object) -> str:
    """A GUID; the same key always gives the same GUID."""
    return str(UUID(bytes=_digest(key)[:16], version=4))


def hexadecimal(length: int, *key: object) -> str:
    """Up to 64 hexadecimal digits; the same key always gives the same digits."""
    return _digest(key).hex()[:length]


def arm_time(moment: datetime, *key: object) -> str:
    """A time as Compute writes it: UTC, seven digits of fraction (from the key), an offset."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{roll(10_000_000, *key):07d}+00:00"


def agent_time(moment: datetime) -> str:
    """A time as the guest agent writes it: UTC, whole seconds, an offset."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"


def _digest(key: tuple[object, ...]) -> bytes:
    return _digest_of("\x1f".join(map(str, key)))


@lru_cache(16384)
def _digest_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
