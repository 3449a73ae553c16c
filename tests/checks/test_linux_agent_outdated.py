"""linux-agent-outdated: facts and verdicts."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import EDITIONS, VIEW, agent, gap, no_agent, power, system, vm
from tests.support.verdicts import Seen, cites, evidence, is_found, told, verdict, worst

CAUSE = "linux-agent-outdated"
POWER: Seen = ("web-01", f"{VIEW}.statuses", "PowerState/running")
READY: Seen = ("web-01", f"{VIEW}.vmAgent.statuses", "Ready")
SILENT: Seen = ("web-01", f"{VIEW}.vmAgent.statuses", "Not Ready")
OFF = gap("agent", Reason.NOT_RUNNING)


@pytest.mark.parametrize(
    ("version", "then", "now"),
    [
        ("2.11.1.12", "clear", "clear"),
        ("2.2.100", "clear", "clear"),
        ("2.2.53.1", "clear", "clear"),
        ("2.2.53.1.0", "clear", "clear"),
        ("2.2.53.10", "clear", "clear"),
        ("2.2.53", "clear", "applies"),
        ("2.2.53.0", "clear", "applies"),
        ("2.2.20", "clear", "applies"),
        ("2.2.20.0", "clear", "applies"),
        ("2.2.19", "possible", "applies"),
        ("2.2.2", "possible", "applies"),
        ("2.1.99", "possible", "applies"),
        ("WALinuxAgent-2.0.16", "possible", "applies"),
        (None, "unknown (not-recorded)", "unknown (not-recorded)"),
    ],
)
def test_versions(version: str | None, then: str, now: str) -> None:
    for edition, expected in zip(EDITIONS, (then, now), strict=True):
        stands = verdict(CAUSE, edition, vm(agent=agent(version)))
        assert told(stands) == expected, edition
        if is_found(stands):
            shown = ("web-01", f"{VIEW}.vmAgent.vmAgentVersion", version)
            assert evidence(worst(stands)) == [shown, READY]
            assert cites(stands, edition)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("facts", "expected", "shown"),
    [
        ({"agent": agent(status="Not Ready")}, "applies", [SILENT, POWER]),
        ({"agent": agent(None, "Not Ready")}, "applies", [SILENT, POWER]),
        ({"agent": no_agent()}, "applies", [("web-01", f"{VIEW}.vmAgent", None), POWER]),
        ({"agent": OFF, "power_state": power("stopped")}, "unknown (not-running)", None),
        ({"agent": OFF, "power_state": power("deallocating")}, "unknown (not-running)", None),
        ({"agent": gap("agent")}, "unknown (denied)", None),
        ({"power_state": gap("power_state")}, "unknown (denied)", None),
        ({"os": gap("os", Reason.NOT_RECORDED)}, "unknown (not-recorded)", None),
        ({"os": system("windows"), "agent": no_agent()}, "not-applicable", None),
    ],
)
def test_state(
    edition: str, facts: dict[str, Any], expected: str, shown: list[Seen] | None
) -> None:
    stands = verdict(CAUSE, edition, vm(**facts))
    assert told(stands) == expected
    if is_found(stands):
        assert evidence(worst(stands)) == shown
        assert cites(stands, edition)
