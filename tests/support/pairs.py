"""Values and pairs of values, most of them for the long tests."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from _pytest.mark import ParameterSet


def one_of(values: Collection[str], one_in: int) -> list[ParameterSet]:
    """Parameters of a test: every value, of which one in so many is no long test."""
    return [
        pytest.param(
            value, marks=() if at % one_in == 0 else pytest.mark.long, id=ascii(value)[1:-1]
        )
        for at, value in enumerate(values)
    ]


def pairs(first: Collection[str], second: Collection[str], one_in: int) -> list[ParameterSet]:
    """Parameters of a test: every pair, of which one in so many is no long test.

    Every value of both sets is in some pair that is no long test.
    """
    assert one_in <= min(len(first), len(second))
    return [
        pytest.param(
            left,
            right,
            marks=() if (row + column) % one_in == 0 else pytest.mark.long,
            id=f"{left}-{right}",
        )
        for row, left in enumerate(first)
        for column, right in enumerate(second)
    ]
