"""What a test needs beyond Python: skipped without it, loudly, or insisted on."""

from __future__ import annotations

import pytest
from hypothesis import settings

from tests.support.requirements import Need

# A busy machine is no bug: an example may take as long as it takes.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "fail, instead of skipping, where a program or a server is not there"
    parser.addoption("--require-all", action="store_true", help=told)


@pytest.fixture(scope="session")
def need(request: pytest.FixtureRequest) -> Need:
    """Skips without what is named; with ``--require-all``, fails."""
    insists = request.config.getoption("--require-all")

    def need(there: bool, what: str) -> None:
        if not there and insists:
            pytest.fail(f"needs {what}")
        if not there:
            pytest.skip(f"needs {what}")

    return need
