"""The plain reader: sends the GETs of a scan with nothing but aiohttp and msgspec.

As a program it reads the token, the URLs and the names of their calls from a file.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import Sequence
from pathlib import Path

import aiohttp
import msgspec

from scanner.arm.call import Call, Listing
from scanner.arm.calls import CALLS
from scanner.arm.decode import decode_page, decode_record

_AT_ONCE = 24
Asked = Sequence[tuple[str, Call[object]]]


class Work(msgspec.Struct):
    """The requests of the program."""

    token: str
    urls: list[tuple[str, str]]
    """URLs with the name of their call."""


async def read_plainly(asked: Asked, trust: ssl.SSLContext, token: str) -> int:
    """Get and decode every URL. Returns the number of records."""
    connector = aiohttp.TCPConnector(limit=_AT_ONCE, ssl=trust)
    slots = asyncio.Semaphore(_AT_ONCE)
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}

    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:

        async def get(url: str, call: Call[object]) -> int:
            async with slots, session.get(url) as response:
                body = await response.read()
            if response.status != 200:
                return 0
            if isinstance(call, Listing):
                return len(decode_page(body, call.record)[0])
            decode_record(body, call.record)
            return 1

        return sum(await asyncio.gather(*(get(url, call) for url, call in asked)))


def main(file: str) -> None:
    work = msgspec.json.decode(Path(file).read_bytes(), type=Work)
    calls = {call.name: call for call in CALLS}
    asked = [(url, calls[name]) for url, name in work.urls]
    # Trusts the certificates of SSL_CERT_FILE.
    print(asyncio.run(read_plainly(asked, ssl.create_default_context(), work.token)), "records")


if __name__ == "__main__":
    main(*sys.argv[1:])
