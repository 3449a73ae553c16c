"""linux-stale-goal-state-xml, a member of linux-agent-outdated: facts and verdicts."""

from typing import Any

import pytest

from tests.support.facts import agent, gap, no_agent, power, system, vm
from tests.support.verdicts import judge, verdict_of

GROUP = "linux-agent-outdated"
MEMBER = "linux-stale-goal-state-xml"


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "2.2.19": ({"agent": agent("2.2.19")}, "possible"),
    "2.2.19.0": ({"agent": agent("2.2.19.0")}, "possible"),
    "WALinuxAgent-2.2.19": ({"agent": agent("WALinuxAgent-2.2.19")}, "possible"),
    "2.2.18": ({"agent": agent("2.2.18")}, "clear"),
    "2.2.20": ({"agent": agent("2.2.20")}, "clear"),
    "2.2.190": ({"agent": agent("2.2.190")}, "clear"),
    "2.2.19, silent": ({"agent": agent("2.2.19", "Not Ready")}, "clear"),
    "no agent": ({"agent": no_agent()}, "clear"),
    "no version": ({"agent": agent(None)}, "unknown (not-recorded)"),
    "agent denied": ({"agent": gap("agent")}, "unknown (denied)"),
    "2.2.19, deallocated VM": (
        {"agent": agent("2.2.19"), "power_state": power("deallocated")},
        "possible",
    ),
    "2.2.19, Windows": ({"agent": agent("2.2.19"), "os": system("windows")}, "not-applicable"),
}


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_note_of_4_january_2018(facts: dict[str, Any], expected: str) -> None:
    """Note of 4 January 2018 in the article: stale files of WALinuxAgent 2.2.19."""
    judged = judge(GROUP, "2018-01", vm(**facts))
    [finding] = [attributed.finding for attributed in judged.findings if attributed.check == MEMBER]
    reason = f" ({finding.reason})" if finding.reason else ""
    assert f"{finding.verdict}{reason}" == expected
    if expected == "possible":
        assert verdict_of(judged) == "possible"
        assert finding.rule is not None
        assert finding.rule.cause == MEMBER


def test_no_member_today() -> None:
    judged = judge(GROUP, "current", vm(agent=agent("2.2.53.1")))
    assert MEMBER not in {attributed.check for attributed in judged.findings}
