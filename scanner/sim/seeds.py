"""Numbers, ids and times that look drawn at random and are the same in every run."""

import hashlib
from datetime import UTC, datetime
from uuid import UUID


def roll(sides: int, *key: object) -> int:
    """A number from 0 up to `sides`, decided by the key alone."""
    return int.from_bytes(_digest(key)[:8], "big") % sides


def guid(*key: object) -> str:
    """A GUID decided by the key alone."""
    return str(UUID(bytes=_digest(key)[:16], version=4))


def hexadecimal(length: int, *key: object) -> str:
    """Hexadecimal digits decided by the key alone, as Azure appends them to disk names."""
    return _digest(key).hex()[:length]


def arm_time(moment: datetime, *key: object) -> str:
    """A time as Compute writes it: seven digits of fraction and an explicit offset."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{roll(10_000_000, *key):07d}+00:00"


def second(moment: datetime) -> str:
    """A time as the guest agent writes it: whole seconds and an explicit offset."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"


def _digest(key: tuple[object, ...]) -> bytes:
    return hashlib.sha256("\x1f".join(map(str, key)).encode()).digest()
