"""Version: compared number by number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.inventory.version import Version

numbers = st.lists(st.integers(0, 10**12), min_size=2, max_size=6)


def version(parts: list[int]) -> Version:
    return Version(".".join(map(str, parts)))


def stripped(parts: list[int]) -> list[int]:
    kept = list(parts)
    while kept and kept[-1] == 0:
        kept.pop()
    return kept


@given(numbers, numbers)
def test_total_order_number_by_number(left: list[int], right: list[int]) -> None:
    one, other = version(left), version(right)
    assert (one < other) == (stripped(left) < stripped(right))
    assert (one == other) == (stripped(left) == stripped(right))
    assert (one < other) + (other < one) + (one == other) == 1
    assert (one <= other) == (not other < one)


@given(st.lists(numbers, min_size=2, max_size=5))
def test_sorts_like_its_numbers(many: list[list[int]]) -> None:
    assert sorted(map(version, many)) == [version(parts) for parts in sorted(many, key=stripped)]


@given(numbers, st.integers(1, 4))
def test_trailing_zeros_are_ignored(parts: list[int], zeros: int) -> None:
    longer = version(parts + [0] * zeros)
    assert version(parts) == longer
    assert hash(version(parts)) == hash(longer)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("2.9", "2.10"),
        ("2.2.53", "2.2.53.1"),
        ("2.2.53.1", "2.2.100"),
        ("WALinuxAgent-2.0.16", "2.2"),
        ("2.7.41491.999", "2.7.41491.1010"),
        ("0.0", "0.0.1"),
    ],
)
def test_less(less: str, more: str) -> None:
    assert Version(less) < Version(more)
    assert Version(more) > Version(less)


@pytest.mark.parametrize(
    "text", [pytest.param("", id="empty"), "Unknown", "2", "v2", ".", "2.", ".2", "2,2"]
)
def test_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        Version(text)


def test_keeps_its_text() -> None:
    found = Version("WALinuxAgent-2.0.16")
    assert (str(found), repr(found)) == ("WALinuxAgent-2.0.16", "Version('WALinuxAgent-2.0.16')")
    assert found != "2.0.16"
