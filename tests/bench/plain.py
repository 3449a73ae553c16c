"""The same GETs by aiohttp and msgspec alone: what a scan is measured against."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import aiohttp

from scanner.arm.answer import decode_page, decode_record
from scanner.arm.calls import Call
from scanner.sim.server import Door

_AT_ONCE = 24


async def read_plainly(asked: Sequence[tuple[str, Call[object]]], door: Door, token: str) -> int:
    """Get and decode every URL; how many records there were."""
    connector = aiohttp.TCPConnector(limit=_AT_ONCE, ssl=door.client_context())
    slots = asyncio.Semaphore(_AT_ONCE)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def get(url: str, call: Call[object]) -> int:
            async with slots, session.get(url) as response:
                body = await response.read()
            if response.status != 200:
                return 0
            if call.per in ("VM", "collection"):
                decode_record(body, call.record)
                return 1
            return len(decode_page(body, call.record)[0])

        return sum(await asyncio.gather(*(get(*each) for each in asked)))
