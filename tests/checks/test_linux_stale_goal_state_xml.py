"""linux-stale-goal-state-xml, a member of linux-agent-outdated: facts and verdicts."""

from typing import Any

import pytest

from tests.support.facts import agent, gap, no_agent, power, system, vm
from tests.support.verdicts import told, verdict

GROUP = "linux-agent-outdated"
MEMBER = "linux-stale-goal-state-xml"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"agent": agent("2.2.19")}, "possible"),
        ({"agent": agent("2.2.19.0")}, "possible"),
        ({"agent": agent("WALinuxAgent-2.2.19")}, "possible"),
        ({"agent": agent("2.2.18")}, "clear"),
        ({"agent": agent("2.2.20")}, "clear"),
        ({"agent": agent("2.2.190")}, "clear"),
        ({"agent": agent("2.2.19", "Not Ready")}, "clear"),
        ({"agent": no_agent()}, "clear"),
        ({"agent": agent(None)}, "unknown (not-recorded)"),
        ({"agent": gap("agent")}, "unknown (denied)"),
        ({"agent": agent("2.2.19"), "power_state": power("deallocated")}, "possible"),
        ({"agent": agent("2.2.19"), "os": system("windows")}, "not-applicable"),
    ],
)
def test_of_4_january_2018(facts: dict[str, Any], expected: str) -> None:
    """Note of 4 January 2018 in the article: stale files of WALinuxAgent 2.2.19."""
    stands = verdict(GROUP, "2018-01", vm(**facts))
    found = [each.finding for each in stands.findings if each.check == MEMBER]
    assert [
        f"{each.verdict} ({each.reason})" if each.reason else str(each.verdict) for each in found
    ] == [expected]
    if expected == "possible":
        assert told(stands) == "possible"
        assert found[0].rule is not None
        assert found[0].rule.cause == MEMBER


def test_no_member_today() -> None:
    stands = verdict(GROUP, "current", vm(agent=agent("2.2.53.1")))
    assert MEMBER not in {each.check for each in stands.findings}
