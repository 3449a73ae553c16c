"""Scans with the limits that users get."""

from __future__ import annotations

from pathlib import Path

import pytest
import trustme

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="package")
def authority() -> trustme.CA:
    return trustme.CA()
