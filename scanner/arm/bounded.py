"""Bodies of answers, bounded in size and in time."""

from __future__ import annotations

import asyncio

import aiohttp

from scanner.arm.errors import Failure, Kind
from scanner.arm.limits import Limits
from scanner.inventory.gap import Reason

_MIB = 1024 * 1024


def bounded_response(limits: Limits) -> type[aiohttp.ClientResponse]:
    """The class of answers whose bodies are read within limits, all of a session together."""
    being_read = 0
    """Bytes of all bodies that are being read."""

    class BoundedResponse(aiohttp.ClientResponse):
        async def read(self) -> bytes:
            """The body, unpacked. Raises ``Failure`` if it is too large or comes too slowly."""
            nonlocal being_read
            chunks, size, rate = list[bytes](), 0, _Rate(limits)
            try:
                async for chunk in self.content.iter_any():
                    chunks.append(chunk)
                    size += len(chunk)
                    being_read += len(chunk)
                    if size > limits.body:
                        raise _too_large(f"has more than {limits.body // _MIB} MiB")
                    if being_read > limits.bodies:
                        raise _too_many(limits.bodies)
                    if not self.content.at_eof():
                        rate.add(len(chunk))
                return b"".join(chunks)
            except BaseException:
                self.close()
                raise
            finally:
                being_read -= size

    return BoundedResponse


class _Rate:
    """Watches that a body comes fast enough."""

    def __init__(self, limits: Limits) -> None:
        self._limits, self._clock = limits, asyncio.get_running_loop().time
        self._began, self._bytes = self._clock(), 0

    def add(self, count: int) -> None:
        """Count bytes. Raises ``Failure`` after a window with too few."""
        self._bytes += count
        seconds = self._clock() - self._began
        if seconds < self._limits.rate_window:
            return
        if self._bytes < self._limits.least_rate * seconds:
            what = f"The answer came too slowly: {self._bytes} bytes in {seconds:.0f} seconds"
            raise Failure(Reason.FAILED, what, kind=Kind.SILENT)
        self._began, self._bytes = self._clock(), 0


def _too_many(limit: int) -> Failure:
    """The failure of an answer that would fit if no others were being read."""
    what = f"The answers that are read at once have more than {limit // _MIB} MiB"
    return Failure(Reason.FAILED, what, kind=Kind.DOWN)


def _too_large(what: str) -> Failure:
    return Failure(Reason.FAILED, f"The answer {what}", "Report it: ARM's pages are far smaller.")
