"""unsupported-agent-needs-storage-egress: facts and verdicts.

"Minimum version support for VM agents in Azure": Linux 2.2.53.1, Windows 2.7.41491.1010, where the
pages of Backup still print 2.6.1198.718 for Windows. An older agent needs outbound access to Azure
Storage.
"""

from __future__ import annotations

import pytest

from scanner.inventory.facts.machine import Family
from scanner.inventory.facts.network import Network
from scanner.inventory.gap import Gap, Reason
from tests.support.facts import agent, gap, network, no_agent, nsg, outbound, system, vm
from tests.support.verdicts import cites, judge, verdict_of, worst

CAUSE = "unsupported-agent-needs-storage-egress"
DENY = network(nsg(outbound("Deny", 100, "Internet")))
HALF = network(nsg(outbound("Deny", 100, "0.0.0.0/1"), outbound("Allow", 4096, "*")))
UNREAD = gap("network")


@pytest.mark.parametrize(
    ("family", "version", "facts", "then"),
    [
        pytest.param("linux", "2.2.53.1", DENY, "clear", id="oldest supported"),
        pytest.param("linux", "2.11.1.12", UNREAD, "clear", id="new, network unread"),
        pytest.param("linux", "2.2.53", network(), "possible", id="old, open"),
        pytest.param("linux", "2.2.53", DENY, "applies", id="old, denied"),
        pytest.param("linux", "2.2.53", HALF, "possible", id="old, half denied"),
        pytest.param("linux", "2.2.53", UNREAD, "possible", id="old, network unread"),
        pytest.param("windows", "2.7.41491.1010", DENY, "clear", id="Windows, oldest supported"),
        pytest.param("windows", "2.7.41491.1009", network(), "possible", id="Windows, old"),
        pytest.param("windows", "2.7.41491.1009", DENY, "possible", id="Windows, old, denied"),
        pytest.param("linux", None, DENY, "unknown (not-recorded)", id="no version"),
    ],
)
def test_verdict(family: Family, version: str | None, facts: Network | Gap, then: str) -> None:
    judged = judge(CAUSE, "current", vm(os=system(family), agent=agent(version), network=facts))
    assert verdict_of(judged) == then
    if then in ("applies", "possible"):
        assert cites(judged, "current")


def test_the_rule_that_denies_is_the_root() -> None:
    judged = judge(CAUSE, "current", vm(agent=agent("2.2.20"), network=DENY))
    assert [root.name for root in worst(judged).roots] == ["rule-1"]


@pytest.mark.parametrize(
    ("seen", "then"),
    [
        pytest.param(no_agent(), "not-applicable", id="no agent"),
        pytest.param(gap("agent"), "unknown (denied)", id="agent unread"),
        pytest.param(gap("agent", Reason.NOT_RUNNING), "unknown (not-running)", id="turned off"),
    ],
)
def test_without_an_agent(seen: object, then: str) -> None:
    assert verdict_of(judge(CAUSE, "current", vm(agent=seen))) == then
