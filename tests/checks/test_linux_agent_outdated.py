"""linux-agent-outdated: facts and verdicts."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import EDITIONS, VIEW, agent, gap, no_agent, power, system, vm
from tests.support.verdicts import Seen, cites, evidence, is_found, judge, verdict_of, worst

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
        pytest.param(None, *["unknown (not-recorded)"] * 2, id="no version"),
    ],
)
def test_versions(version: str | None, then: str, now: str) -> None:
    for edition, expected in zip(EDITIONS, (then, now), strict=True):
        judged = judge(CAUSE, edition, vm(agent=agent(version)))
        assert verdict_of(judged) == expected, edition
        if is_found(judged):
            shown = ("web-01", f"{VIEW}.vmAgent.vmAgentVersion", version)
            assert evidence(worst(judged)) == [shown, READY]
            assert cites(judged, edition)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("facts", "expected", "shown"),
    [
        pytest.param({"agent": agent(status="Not Ready")}, "applies", [SILENT, POWER], id="silent"),
        pytest.param(
            {"agent": agent(None, "Not Ready")},
            "applies",
            [SILENT, POWER],
            id="silent and without a version",
        ),
        pytest.param(
            {"agent": no_agent()},
            "applies",
            [("web-01", f"{VIEW}.vmAgent", None), POWER],
            id="no agent",
        ),
        pytest.param(
            {"agent": OFF, "power_state": power("stopped")},
            "unknown (not-running)",
            None,
            id="stopped VM",
        ),
        pytest.param(
            {"agent": OFF, "power_state": power("deallocating")},
            "unknown (not-running)",
            None,
            id="deallocating VM",
        ),
        pytest.param({"agent": gap("agent")}, "unknown (denied)", None, id="agent denied"),
        pytest.param(
            {"power_state": gap("power_state")},
            "unknown (denied)",
            None,
            id="power state denied",
        ),
        pytest.param(
            {"os": gap("os", Reason.NOT_RECORDED)},
            "unknown (not-recorded)",
            None,
            id="OS not recorded",
        ),
        pytest.param(
            {"os": system("windows"), "agent": no_agent()},
            "not-applicable",
            None,
            id="Windows without an agent",
        ),
    ],
)
def test_state(
    edition: str, facts: dict[str, Any], expected: str, shown: list[Seen] | None
) -> None:
    judged = judge(CAUSE, edition, vm(**facts))
    assert verdict_of(judged) == expected
    if is_found(judged):
        assert evidence(worst(judged)) == shown
        assert cites(judged, edition)
