"""Every value of a recorded plan poisoned, one after another: none makes a verdict clear."""

from __future__ import annotations

import pytest

from tests.support.plans import over_nothing, recorded, verdicts
from tests.support.poison import poisons

pytestmark = pytest.mark.long
EDITIONS = ("current", "2018-01")


@pytest.mark.parametrize(
    "name",
    ["greenfield.json", "azapi.json", "legacy-vm.json", "modules-for-each-count-locals.json"],
)
def test_no_value_that_is_not_known_makes_a_verdict_clear(name: str) -> None:
    before = {edition: verdicts(over_nothing(recorded(name)), edition) for edition in EDITIONS}
    wrong = [
        (where, edition, key)
        for where, plan in poisons(name, 10_000)
        for edition, old in before.items()
        for key, verdict in verdicts(over_nothing(plan), edition).items()
        if verdict == "clear" and old.get(key, "clear") not in ("clear", "not-applicable")
    ]
    assert not wrong
