"""The simulated clock: sleeps overlap, and only waits take time."""

from __future__ import annotations

import asyncio
import time

import pytest

from scanner.sim.clock import run_simulated, running_time

HOUR = 3600.0


def test_sleeps_that_overlap_do_not_add_up() -> None:
    async def main() -> tuple[float, list[int]]:
        order: list[int] = []

        async def wake(number: int) -> None:
            await asyncio.sleep(number * HOUR)
            order.append(number)

        await asyncio.gather(*(wake(number) for number in (3, 1, 2)))
        return running_time(), order

    began = time.monotonic()
    assert run_simulated(main()) == (3 * HOUR, [1, 2, 3])
    assert time.monotonic() - began < 5


async def test_a_time_limit_ends_on_the_simulated_clock() -> None:
    began = running_time()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(25):
            await asyncio.sleep(HOUR)
    assert running_time() - began == pytest.approx(25)


async def test_a_thread_is_waited_for() -> None:
    async with asyncio.timeout(30):
        assert await asyncio.to_thread(_late_answer) == "late"
    assert running_time() < 30


def _late_answer() -> str:
    time.sleep(0.05)
    return "late"


async def test_a_wait_for_a_socket_takes_real_time() -> None:
    async with asyncio.timeout(30):
        server = await asyncio.start_server(_greet, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            assert await reader.read() == b"hello"
            writer.close()
            await writer.wait_closed()


async def _greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(0.05)
    writer.write(b"hello")
    await writer.drain()
    writer.close()
