"""Every parametrised case has an id that says what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest


def made_up(id_: str, values: Mapping[str, object], indices: Mapping[str, int]) -> list[str]:
    """The parts of an id that pytest made up, as it does for values without a text.

    Such a part is the name of an argument and the index of its value. A value that is itself such
    a text, as `vm1` of an argument `vm`, is none.
    """
    texts = [value for value in values.values() if isinstance(value, str)]
    parts = [f"{name}{index}" for name, index in indices.items()]
    return [part for part in parts if part not in texts and re.search(rf"(^|-){part}(-|$)", id_)]


@pytest.mark.parametrize(
    ("id_", "values", "indices", "expected"),
    [
        pytest.param("shape72", {"shape": {}}, {"shape": 72}, ["shape72"], id="alone"),
        pytest.param("current-verdicts0", {"edition": "current", "verdicts": []},
                     {"edition": 1, "verdicts": 0}, ["verdicts0"], id="last"),
        pytest.param("verdicts0-clear", {"verdicts": [], "expected": "clear"},
                     {"verdicts": 0, "expected": 0}, ["verdicts0"], id="first"),
        pytest.param("400196", {"number": 400196}, {"number": 0}, [], id="a number"),
        pytest.param("2018-01", {"edition": "2018-01"}, {"edition": 0}, [], id="a date"),
        pytest.param("VMSnapshotLinux", {"kind": "VMSnapshotLinux"}, {"kind": 0}, [], id="a word"),
        pytest.param("vm1", {"vm": "vm1"}, {"vm": 1}, [], id="a text like a made-up part"),
        pytest.param("vm10", {"vm": "vm10"}, {"vm": 1}, [], id="a longer text"),
        pytest.param("two disks", {"disks": []}, {"disks": 2}, [], id="given"),
    ],
)  # fmt: skip
def test_made_up_parts_of_an_id(
    id_: str, values: dict[str, object], indices: dict[str, int], expected: list[str]
) -> None:
    assert made_up(id_, values, indices) == expected


def test_every_case_has_an_id_that_says_what_it_is(request: pytest.FixtureRequest) -> None:
    """It looks at all tests that were collected in this run."""
    cases = [(item, getattr(item, "callspec", None)) for item in request.session.items]
    nameless = [
        item.nodeid for item, case in cases if case and made_up(case.id, case.params, case.indices)
    ]
    assert not nameless, "give these cases ids: pytest.param(…, id=…), or ids=…"
