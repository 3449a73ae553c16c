"""vmsnapshotlinux-version, a member of backup-extension-not-loading: facts and verdicts."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import VM_SNAPSHOT, extension, gap, system, vm
from tests.support.verdicts import told, verdict, worst

GROUP = "backup-extension-not-loading"
MEMBER = "vmsnapshotlinux-version"


@pytest.mark.parametrize(
    ("facts", "then"),
    [
        ({"extensions": (extension(version="1.0.90.0"),)}, "applies"),
        ({"extensions": (extension(version="1.0.9.0"),)}, "applies"),
        ({"extensions": (extension(version="1.0.91.0"),)}, "clear"),
        ({"extensions": (extension(version="1.0.9220.0"),)}, "clear"),
        ({"extensions": (extension(version="1.0"),)}, "clear"),
        ({"extensions": (extension(version=None),)}, "clear"),
        ({"extensions": (extension(VM_SNAPSHOT, version="1.0.15.0"),)}, "clear"),
        ({"extensions": ()}, "clear"),
        ({"extensions": (extension(version="1.0.90.0"),), "os": system("windows")}, "clear"),
        ({"extensions": (extension(version="1.0.90.0"),), "os": gap("os", Reason.FAILED)},
         "unknown (failed)"),
    ],
)  # fmt: skip
def test_only_four_parts_are_compared_and_only_in_2018(facts: dict[str, Any], then: str) -> None:
    """The article of 2018: update the extension to the latest version, 1.0.91.0."""
    seen = vm(**facts)
    stands = verdict(GROUP, "2018-01", seen)
    assert told(stands) == then
    if then == "applies":
        assert stands.findings[0].check == MEMBER
        rule = worst(stands).rule
        assert rule is not None
        assert (rule.cause, rule.limit) == (MEMBER, "1.0.91.0")
    now = verdict(GROUP, "current", seen)
    assert told(now) == "clear"
    assert MEMBER not in {each.check for each in now.findings}
    assert (now.superseded is not None) == (then == "applies")
