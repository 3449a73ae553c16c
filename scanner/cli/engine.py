"""``--engine``: who reads the subscriptions, this process or the workers of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from scanner.errors import UsageError

if TYPE_CHECKING:
    from scanner.fleet.work import Door

_LOCAL, _DASK = "local", "dask"


class Engine(Struct, frozen=True):
    """A cluster that reads the subscriptions."""

    address: str | None
    """The address of its scheduler. None for a cluster on this machine."""
    door: Door


def parse_engine(text: str, door: Door) -> Engine | None:
    """The cluster that ``--engine`` names, or None for this process. Raises ``UsageError``."""
    name, has_address, address = text.partition("=")
    if text == _LOCAL:
        return None
    if name != _DASK or (has_address and "://" not in address):
        what = f"--engine {text!r} is no engine"
        raise UsageError(what, "Give local, dask, or dask=tcp://scheduler:8786")
    if door.limits.max_calls is not None:
        what = "--max-calls counts the requests of one process"
        raise UsageError(what, "Leave it out, or give --engine local")
    return Engine(address or None, door)
