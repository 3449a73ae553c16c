"""What a test needs beyond Python: it is skipped without it, or fails with ``--require-all``."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Mapping
from pathlib import Path

import pytest
from hypothesis import settings

from scanner.sim.clock import SimulatedLoop
from tests.support.requirements import Need

# A busy machine is no bug: an example may take as long as it takes.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "fail, instead of skipping, where a program or a server is not there"
    parser.addoption("--require-all", action="store_true", help=text)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the folder of long tests where none is asked for: its imports take long."""
    is_asked = config.option.markexpr != "not long"
    return None if is_asked or collection_path != Path(__file__).parent / "long" else True


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage among modules and tests, which all live until the end.

    After that rarely: a scan makes few cycles, and a collection looks through all that it holds.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 100)
        gc.enable()


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], SimulatedLoop]]:
    """Run every asynchronous test on a loop that waits only for sockets and threads."""
    return {"simulated": SimulatedLoop}


@pytest.fixture(scope="session")
def need(request: pytest.FixtureRequest) -> Need:
    """Skips a test if a requirement is missing; fails it with ``--require-all``."""
    is_required = request.config.getoption("--require-all")

    def need(is_there: bool, what: str) -> None:
        if not is_there and is_required:
            pytest.fail(f"needs {what}")
        if not is_there:
            pytest.skip(f"needs {what}")

    return need
