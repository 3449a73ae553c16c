"""vm-status-misreported-after-rdp-shutdown, a member of snapshot-status-or-snapshot-failed."""

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import EDITIONS, VIEW, gap, power, vm
from tests.support.verdicts import evidence, judge, verdict_of, worst

GROUP = "snapshot-status-or-snapshot-failed"
MEMBER = "vm-status-misreported-after-rdp-shutdown"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("stopped", "possible"),
        ("deallocated", "clear"),
        ("running", "clear"),
        ("stopping", "clear"),
        ("starting", "clear"),
    ],
)
def test_stopped_and_not_deallocated(code: str, expected: str, edition: str) -> None:
    judged = judge(GROUP, edition, vm(power_state=power(code)))
    assert verdict_of(judged) == expected
    if expected == "possible":
        assert judged.findings[0].check == MEMBER
        assert evidence(worst(judged)) == [("web-01", f"{VIEW}.statuses", "PowerState/stopped")]


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("reason", [Reason.DENIED, Reason.FAILED, Reason.NOT_RECORDED])
def test_unread(reason: Reason, edition: str) -> None:
    judged = judge(GROUP, edition, vm(power_state=gap("power_state", reason)))
    assert verdict_of(judged) == f"unknown ({reason})"


@pytest.mark.parametrize("edition", EDITIONS)
def test_what_only_the_guest_knows_is_listed_and_keeps_it_clear(edition: str) -> None:
    judged = judge(GROUP, edition, vm())
    assert verdict_of(judged) == "clear"
    in_guest = {
        attributed.check
        for attributed in judged.findings
        if attributed.finding.reason is Reason.GUEST_ONLY
    }
    assert in_guest == {"high-cpu-or-memory", "guest-dhcp-no-host-address"}
