"""vmsnapshotlinux-version, a member of backup-extension-not-loading: facts and verdicts."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import VM_SNAPSHOT, extension, gap, system, vm
from tests.support.verdicts import judge, verdict_of, worst

GROUP = "backup-extension-not-loading"
MEMBER = "vmsnapshotlinux-version"


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "1.0.90.0": ({"extensions": (extension(version="1.0.90.0"),)}, "applies"),
    "1.0.9.0": ({"extensions": (extension(version="1.0.9.0"),)}, "applies"),
    "1.0.91.0": ({"extensions": (extension(version="1.0.91.0"),)}, "clear"),
    "1.0.9220.0": ({"extensions": (extension(version="1.0.9220.0"),)}, "clear"),
    "1.0": ({"extensions": (extension(version="1.0"),)}, "clear"),
    "no version": ({"extensions": (extension(version=None),)}, "clear"),
    "extension of Windows":
        ({"extensions": (extension(VM_SNAPSHOT, version="1.0.15.0"),)}, "clear"),
    "no extension": ({"extensions": ()}, "clear"),
    "1.0.90.0 on Windows":
        ({"extensions": (extension(version="1.0.90.0"),), "os": system("windows")}, "clear"),
    "1.0.90.0, OS failed":
        ({"extensions": (extension(version="1.0.90.0"),), "os": gap("os", Reason.FAILED)},
         "unknown (failed)"),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "then"), CASES.values(), ids=CASES)
def test_only_four_parts_are_compared_and_only_in_2018(facts: dict[str, Any], then: str) -> None:
    """The article of 2018: update the extension to the latest version, 1.0.91.0."""
    seen = vm(**facts)
    judged = judge(GROUP, "2018-01", seen)
    assert verdict_of(judged) == then
    if then == "applies":
        assert judged.findings[0].check == MEMBER
        rule = worst(judged).rule
        assert rule is not None
        assert (rule.cause, rule.limit) == (MEMBER, "1.0.91.0")
    now = judge(GROUP, "current", seen)
    assert verdict_of(now) == "clear"
    assert MEMBER not in {attributed.check for attributed in now.findings}
    assert (now.superseded is not None) == (then == "applies")
