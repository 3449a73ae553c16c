"""windows-agent-unresponsive: facts and verdicts."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import EDITIONS, VIEW, agent, gap, no_agent, power, system, vm
from tests.support.verdicts import Seen, cites, evidence, is_found, told, verdict, worst

CAUSE = "windows-agent-unresponsive"
POWER: Seen = ("web-01", f"{VIEW}.statuses", "PowerState/running")
READY: Seen = ("web-01", f"{VIEW}.vmAgent.statuses", "Ready")
SILENT: Seen = ("web-01", f"{VIEW}.vmAgent.statuses", "Not Ready")
OFF = gap("agent", Reason.NOT_RUNNING)


def version(text: str) -> Seen:
    return ("web-01", f"{VIEW}.vmAgent.vmAgentVersion", text)


@pytest.mark.parametrize(
    ("facts", "then", "now", "shown"),
    [
        ({"agent": agent("2.7.41491.1131")}, "clear", "clear", None),
        ({"agent": agent("2.7.41491.1010")}, "clear", "clear", None),
        ({"agent": agent("2.7.41491.1010.0")}, "clear", "clear", None),
        ({"agent": agent("2.7.41491.10100")}, "clear", "clear", None),
        ({"agent": agent("2.10.0.0")}, "clear", "clear", None),
        (
            {"agent": agent("2.7.41491.1009")},
            "clear",
            "possible",
            [version("2.7.41491.1009"), READY],
        ),
        ({"agent": agent("2.7.41491.999")}, "clear", "possible", [version("2.7.41491.999"), READY]),
        ({"agent": agent("2.6.1198.718")}, "clear", "possible", [version("2.6.1198.718"), READY]),
        ({"agent": agent(None)}, "clear", "unknown (not-recorded)", None),
        ({"agent": agent(None, "Not Ready")}, "applies", "applies", [SILENT, POWER]),
        ({"agent": agent("2.7.41491.1131", "Not Ready")}, "applies", "applies", [SILENT, POWER]),
        ({"agent": agent("2.6.1198.718", "Not Ready")}, "applies", "applies", [SILENT, POWER]),
        (
            {"agent": no_agent()},
            "applies",
            "applies",
            [("web-01", f"{VIEW}.vmAgent", None), POWER],
        ),
        ({"agent": OFF, "power_state": power("stopped")}, *["unknown (not-running)"] * 2, None),
        ({"agent": OFF, "power_state": power("deallocated")}, *["unknown (not-running)"] * 2, None),
        ({"agent": OFF, "power_state": power("starting")}, *["unknown (not-running)"] * 2, None),
        ({"agent": gap("agent")}, *["unknown (denied)"] * 2, None),
        ({"power_state": gap("power_state", Reason.FAILED)}, *["unknown (failed)"] * 2, None),
        ({"os": gap("os")}, *["unknown (denied)"] * 2, None),
        ({"os": system("linux"), "agent": no_agent()}, *["not-applicable"] * 2, None),
        ({"os": system("linux"), "agent": gap("agent")}, *["not-applicable"] * 2, None),
    ],
)
def test_verdicts(facts: dict[str, Any], then: str, now: str, shown: list[Seen] | None) -> None:
    seen = vm(**({"os": system("windows")} | facts))
    for edition, expected in zip(EDITIONS, (then, now), strict=True):
        stands = verdict(CAUSE, edition, seen)
        assert told(stands) == expected, edition
        if is_found(stands):
            assert evidence(worst(stands)) == shown
            assert cites(stands, edition)


@pytest.mark.parametrize("minutes", [0, 1, 60, 100_000])
@pytest.mark.parametrize(("status", "expected"), [("Ready", "clear"), ("Not Ready", "applies")])
def test_age_is_shown_and_never_decides(minutes: int, status: str, expected: str) -> None:
    reported = agent("2.7.41491.1131", status, "Says this.", minutes)
    stands = verdict(CAUSE, "current", vm(os=system("windows"), agent=reported))
    assert told(stands) == expected
    value = f"{status}: Says this. (reported {minutes:,} min before it was read)"
    assert ("web-01", f"{VIEW}.vmAgent.statuses", value) in evidence(worst(stands))


@pytest.mark.parametrize("edition", EDITIONS)
def test_not_asked_for_is_a_note(edition: str) -> None:
    seen = vm(os=system("windows", asked=False), agent=agent("2.7.41491.1131"))
    stands = verdict(CAUSE, edition, seen)
    assert told(stands) == "clear"
    assert "provisionVMAgent is false" in worst(stands).message
