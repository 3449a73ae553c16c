"""unsupported-agent-needs-storage-egress: facts and verdicts.

"Minimum version support for VM agents in Azure": Linux 2.2.53.1, Windows 2.7.41491.1010, where the
pages of Backup still print 2.6.1198.718 for Windows. An older agent needs outbound access to Azure
Storage.
"""

from __future__ import annotations

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.facts.machine import Family
from scanner.inventory.facts.network import Network
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.network import (
    Route,
    RouteProperties,
    RouteTable,
    RouteTableProperties,
)
from tests.support.facts import (
    GROUP,
    NIC,
    VIEW,
    agent,
    gap,
    network,
    no_agent,
    nsg,
    outbound,
    policy,
    protection,
    system,
    vm,
)
from tests.support.verdicts import cites, evidence, judge, verdict_of, worst

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
        pytest.param("windows", "2.7.41491.1009", UNREAD, "possible", id="Windows, old, unread"),
        pytest.param("linux", None, DENY, "unknown (not-recorded)", id="Ready without a version"),
    ],
)
def test_verdict(family: Family, version: str | None, facts: Network | Gap, then: str) -> None:
    judged = judge(CAUSE, "current", vm(os=system(family), agent=agent(version), network=facts))
    assert verdict_of(judged) == then
    if then in ("applies", "possible"):
        assert cites(judged, "current")


NIC_SHOWN = ("web-01", "properties.networkProfile.networkInterfaces", NIC.text)
VERSION_SHOWN = ("web-01", f"{VIEW}.vmAgent.vmAgentVersion", "2.2.20")


def test_the_proof_of_a_rule() -> None:
    """Agent, target, part, rule and interface, in message and evidence. The rule is the root."""
    finding = worst(judge(CAUSE, "current", vm(agent=agent("2.2.20"), network=DENY)))
    assert finding.message == (
        "The agent is 2.2.20, older than 2.2.53.1: it needs Azure Storage. 100 % of Azure Storage"
        " in westeurope (service tags Public 360) cannot be reached over TCP 443 from the NIC"
        " web-01VMNic, by rule rule-1 (priority 100) of nsg-web on the NIC web-01VMNic."
    )
    shown = evidence(finding)
    assert shown[:2] == [
        VERSION_SHOWN, ("rule-1", "properties.access", "Deny, priority 100, on the NIC web-01VMNic")
    ]  # fmt: skip
    assert shown[-1] == NIC_SHOWN
    assert [root.name for root in finding.roots] == ["rule-1"]


def test_the_proof_of_a_route() -> None:
    table = ArmId(f"{GROUP}/providers/Microsoft.Network/routeTables/rt-hub")
    nowhere = Route(f"{table}/routes/all", "all", RouteProperties("0.0.0.0/0", "None", None))
    routes = RouteTable(id=table, properties=RouteTableProperties((nowhere,)))
    facts = vm(agent=agent("2.2.20"), network=network(routes=routes))
    finding = worst(judge(CAUSE, "current", facts))
    assert "from the NIC web-01VMNic, by route all (to None) of default" in finding.message
    assert ("all", "properties.nextHopType", "None") in evidence(finding)
    assert evidence(finding)[-1] == NIC_SHOWN
    assert [root.name for root in finding.roots] == ["all"]


@pytest.mark.parametrize("facts", [network(), DENY], ids=["open", "denied"])
@pytest.mark.parametrize(
    ("seen", "then"),
    [
        pytest.param(no_agent(), "unknown (guest-only)", id="no agent"),
        pytest.param(agent(None, "Not Ready"), "unknown (guest-only)", id="silent"),
        pytest.param(agent("2.2.53.1", "Not Ready"), "clear", id="Not Ready, supported"),
        pytest.param(gap("agent"), "unknown (denied)", id="agent unread"),
        pytest.param(gap("agent", Reason.NOT_RUNNING), "unknown (not-running)", id="turned off"),
    ],
)
def test_an_agent_without_a_version(seen: object, then: str, facts: Network) -> None:
    """An old agent reports by Azure Storage: one that is kept from it shows no version."""
    assert verdict_of(judge(CAUSE, "current", vm(agent=seen, network=facts))) == then


@pytest.mark.parametrize(
    ("crash_consistent", "then"), [(True, "not-applicable"), (False, "applies")]
)
def test_a_crash_consistent_policy_needs_no_agent(crash_consistent: bool, then: str) -> None:
    in_force = policy(crash_consistent=crash_consistent)
    facts = vm(agent=agent("2.2.20"), network=DENY, protection=protection(by=in_force))
    assert verdict_of(judge(CAUSE, "current", facts)) == then


def test_an_unread_policy_is_noted() -> None:
    facts = vm(agent=agent("2.2.20"), network=DENY, plan=gap("plan"))
    judged = judge(CAUSE, "current", facts)
    assert verdict_of(judged) == "applies"
    messages = [attributed.finding.message for attributed in judged.findings]
    assert any("the agent is assumed to be required" in message for message in messages)
