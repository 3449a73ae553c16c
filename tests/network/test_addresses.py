"""Address sets, compared with Python's sets."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.network.addresses import EVERY, EVERY_IPV4, Addresses

_intervals = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 12)).map(lambda pair: (pair[0], sum(pair))),
    max_size=6,
)


def members(addresses: Addresses) -> set[int]:
    return {number for first, last in addresses.intervals for number in range(first, last + 1)}


@given(_intervals, _intervals)
def test_operators_are_those_of_sets(left, right):
    one, other = Addresses(left), Addresses(right)
    assert members(one | other) == members(one) | members(other)
    assert members(one & other) == members(one) & members(other)
    assert members(one - other) == members(one) - members(other)


@given(_intervals)
def test_one_set_has_one_form(intervals):
    addresses = Addresses(intervals)
    assert addresses == Addresses((number, number) for number in members(addresses))
    assert len(addresses) == len(members(addresses))
    assert bool(addresses) == bool(members(addresses))


def test_two_halves_are_everything():
    assert Addresses.of("0.0.0.0/1", "128.0.0.0/1") == EVERY_IPV4
    assert EVERY_IPV4.count == 2**32
    assert EVERY.count == 2**32 + 2**128
    assert Addresses.of("10.0.0.5") == Addresses.of("10.0.0.5/32")
