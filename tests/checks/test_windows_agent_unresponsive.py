"""windows-agent-unresponsive: facts and verdicts."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import EDITIONS, VIEW, agent, gap, no_agent, power, system, vm
from tests.support.verdicts import Seen, cites, evidence, is_found, judge, verdict_of, worst

CAUSE = "windows-agent-unresponsive"
POWER: Seen = ("web-01", f"{VIEW}.statuses", "PowerState/running")
READY: Seen = ("web-01", f"{VIEW}.vmAgent.statuses", "Ready")
SILENT: Seen = ("web-01", f"{VIEW}.vmAgent.statuses", "Not Ready")
OFF = gap("agent", Reason.NOT_RUNNING)


def version(text: str) -> Seen:
    return ("web-01", f"{VIEW}.vmAgent.vmAgentVersion", text)


OUTDATED = ("2.7.41491.1009", "2.7.41491.999", "2.6.1198.718")
RECENT = ("2.7.41491.1131", "2.7.41491.1010", "2.7.41491.1010.0", "2.7.41491.10100", "2.10.0.0")
CASES: dict[str, tuple[Any, ...]] = {
    **{text: ({"agent": agent(text)}, "clear", "clear", None) for text in RECENT},
    **{
        text: ({"agent": agent(text)}, "clear", "possible", [version(text), READY])
        for text in OUTDATED
    },
    "no version": ({"agent": agent(None)}, "clear", "unknown (not-recorded)", None),
    "silent and without a version":
        ({"agent": agent(None, "Not Ready")}, "applies", "applies", [SILENT, POWER]),
    "2.7.41491.1131, silent":
        ({"agent": agent("2.7.41491.1131", "Not Ready")}, "applies", "applies", [SILENT, POWER]),
    "2.6.1198.718, silent":
        ({"agent": agent("2.6.1198.718", "Not Ready")}, "applies", "applies", [SILENT, POWER]),
    "no agent":
        ({"agent": no_agent()}, "applies", "applies", [("web-01", f"{VIEW}.vmAgent", None), POWER]),
    "stopped VM":
        ({"agent": OFF, "power_state": power("stopped")}, *["unknown (not-running)"] * 2, None),
    "deallocated VM":
        ({"agent": OFF, "power_state": power("deallocated")}, *["unknown (not-running)"] * 2, None),
    "starting VM":
        ({"agent": OFF, "power_state": power("starting")}, *["unknown (not-running)"] * 2, None),
    "agent denied": ({"agent": gap("agent")}, *["unknown (denied)"] * 2, None),
    "power state failed":
        ({"power_state": gap("power_state", Reason.FAILED)}, *["unknown (failed)"] * 2, None),
    "OS denied": ({"os": gap("os")}, *["unknown (denied)"] * 2, None),
    "Linux without an agent":
        ({"os": system("linux"), "agent": no_agent()}, *["not-applicable"] * 2, None),
    "Linux, agent denied":
        ({"os": system("linux"), "agent": gap("agent")}, *["not-applicable"] * 2, None),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "then", "now", "shown"), CASES.values(), ids=CASES)
def test_verdicts(facts: dict[str, Any], then: str, now: str, shown: list[Seen] | None) -> None:
    seen = vm(**({"os": system("windows")} | facts))
    for edition, expected in zip(EDITIONS, (then, now), strict=True):
        judged = judge(CAUSE, edition, seen)
        assert verdict_of(judged) == expected, edition
        if is_found(judged):
            assert evidence(worst(judged)) == shown
            assert cites(judged, edition)


@pytest.mark.parametrize("minutes", [0, 1, 60, 100_000])
@pytest.mark.parametrize(("status", "expected"), [("Ready", "clear"), ("Not Ready", "applies")])
def test_age_is_shown_and_never_decides(minutes: int, status: str, expected: str) -> None:
    reported = agent("2.7.41491.1131", status, "Says this.", minutes)
    judged = judge(CAUSE, "current", vm(os=system("windows"), agent=reported))
    assert verdict_of(judged) == expected
    value = f"{status}: Says this. (status of {minutes:,} min before the read)"
    assert ("web-01", f"{VIEW}.vmAgent.statuses", value) in evidence(worst(judged))


@pytest.mark.parametrize("edition", EDITIONS)
def test_not_asked_for_is_a_note(edition: str) -> None:
    seen = vm(os=system("windows", asked=False), agent=agent("2.7.41491.1131"))
    judged = judge(CAUSE, edition, seen)
    assert verdict_of(judged) == "clear"
    assert "provisionVMAgent is false" in worst(judged).message
