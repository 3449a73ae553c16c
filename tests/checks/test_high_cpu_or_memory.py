"""high-cpu-or-memory, a member of snapshot-status-or-snapshot-failed.

The article of January 2018 says 90 % or more of the CPU in its Korean text, more than 90 % in its
English one. "Troubleshoot backup failures on Azure virtual machines" (2025-11) says above 90 % of
CPU or memory. The member is at most possible, at 90 % and above.
"""

from typing import Any

import pytest

from scanner.inventory.facts.load import GuestLoad
from scanner.inventory.gap import Gap, Reason
from tests.support.facts import (
    EDITIONS,
    classic_vm,
    gap,
    guest_load,
    power,
    use,
    vm,
)
from tests.support.verdicts import evidence, judge, verdict_of

GROUP, MEMBER = "snapshot-status-or-snapshot-failed", "high-cpu-or-memory"
DENIED, UNMEASURED = gap(MEMBER), gap(MEMBER, Reason.NOT_RECORDED)
GUEST = gap("guest_load", Reason.GUEST_ONLY)
IN_PART = use(50, missing=UNMEASURED)

CASES: dict[str, tuple[GuestLoad | Gap, str]] = {
    "both low": (guest_load(12.5, 40), "clear"),
    "CPU just below 90 %": (guest_load(cpu=89.99), "clear"),
    "CPU at 90 %": (guest_load(cpu=90), "possible"),
    "CPU above 100 %": (guest_load(cpu=100.4), "possible"),
    "memory just below 90 %": (guest_load(memory=89.99), "clear"),
    "memory at 90 %": (guest_load(memory=90), "possible"),
    "both high": (guest_load(97, 97), "possible"),
    "denied": (DENIED, "unknown (denied)"),
    "both denied": (guest_load(DENIED, DENIED), "unknown (denied)"),
    "no memory measured": (guest_load(12.5, UNMEASURED), "unknown (not-recorded)"),
    "no memory measured, CPU high": (guest_load(95, UNMEASURED), "possible"),
    "no CPU measured, memory high": (guest_load(UNMEASURED, 95), "possible"),
    "CPU measured in part": (guest_load(IN_PART), "unknown (not-recorded)"),
    "CPU high, measured in part": (guest_load(use(95, missing=UNMEASURED)), "possible"),
    "not asked": (GUEST, "clear"),
}


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(("load", "expected"), CASES.values(), ids=CASES)
def test_load_around_a_failed_snapshot(load: GuestLoad | Gap, expected: str, edition: str) -> None:
    judged = judge(GROUP, edition, vm(guest_load=load))
    assert verdict_of(judged) == expected
    if expected != "clear":
        assert judged.findings[0].check == MEMBER


def findings(**facts: Any) -> list[tuple[str, str | None]]:
    """Verdict and reason of every finding of the member."""
    judged = judge(GROUP, "current", vm(**facts))
    found = [named.finding for named in judged.findings if named.check == MEMBER]
    return [(str(finding.verdict), finding.reason) for finding in found]


def test_it_stays_guest_only_where_it_was_not_read() -> None:
    assert findings(guest_load=GUEST) == [("unknown", Reason.GUEST_ONLY)]
    judged = judge(GROUP, "current", vm(guest_load=GUEST))
    note = next(named.finding for named in judged.findings if named.check == MEMBER)
    assert note.message.startswith("CPU or memory use is high while the snapshot is taken: Only")


def test_it_is_not_guest_only_where_it_was_read() -> None:
    assert findings(guest_load=guest_load()) == [("clear", None)] * 2
    assert findings(guest_load=DENIED) == [("unknown", Reason.DENIED)] * 2


def test_below_the_limit_the_use_is_said() -> None:
    judged = judge(GROUP, "current", vm(guest_load=guest_load(89.99, 40)))
    messages = [named.finding.message for named in judged.findings if named.check == MEMBER]
    window = "from 2026-01-15 00:55Z to 01:42Z, around the backup that failed in its snapshot."
    assert messages == [
        f"The CPU in use was at most 89.9 % at 00:55, {window}",
        f"The memory in use was at most 40 % at 00:55, {window}",
    ]


def test_the_evidence_is_the_value_of_the_minute() -> None:
    judged = judge(GROUP, "current", vm(guest_load=guest_load(97.25, 92)))
    found = {seen for named in judged.findings[:2] for seen in evidence(named.finding)}
    path = "timeseries[0].data[3].average"
    assert found == {
        ("Percentage CPU", path, 97.25),
        # Azure Monitor has the memory that is left.
        ("Available Memory Percentage", path, 8),
    }


def test_a_sign_elsewhere_outranks_a_load_that_was_not_read() -> None:
    stopped = vm(power_state=power("stopped"), guest_load=DENIED)
    assert verdict_of(judge(GROUP, "current", stopped)) == "possible"


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_classic_vm_has_no_such_metrics(edition: str) -> None:
    assert verdict_of(judge(GROUP, edition, classic_vm())) == "clear"
