"""The same GETs by aiohttp and msgspec alone: what a scan is measured against."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import aiohttp

from scanner.arm.answer import decode_page, decode_record
from scanner.arm.calls import CALLS, Call
from scanner.sim.server import Door

_AT_ONCE = 24


async def read_plainly(urls: Sequence[str], door: Door, token: str) -> int:
    """Get and decode every URL; how many records there were."""
    connector = aiohttp.TCPConnector(limit=_AT_ONCE, ssl=door.client_context())
    slots = asyncio.Semaphore(_AT_ONCE)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def get(url: str) -> int:
            async with slots, session.get(url) as response:
                body = await response.read()
            if response.status != 200:
                return 0
            call = call_of(url)
            if call.per in ("VM", "collection"):
                decode_record(body, call.record)
                return 1
            return len(decode_page(body, call.record)[0])

        return sum(await asyncio.gather(*map(get, urls)))


def call_of(url: str) -> Call[object]:
    """Which call of the table a URL is; most options first, as a bare one would fit many."""
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    fitting = (
        call
        for call in sorted(CALLS, key=lambda call: -len(call.query))
        if call.query.items() <= options.items()
        and parts.path.lower().endswith(call.path.rpartition("}")[2].lower())
    )
    return next(fitting)
