"""classic-vm-agent-not-registered: facts and verdicts."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import EDITIONS, classic_vm, gap, registration, vm
from tests.support.verdicts import cites, evidence, is_found, judge, verdict_of, worst

CAUSE = "classic-vm-agent-not-registered"
FLAG = "properties.hardwareProfile.platformGuestAgent"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param(
            {"registration": registration(provisioned=False)}, "applies", id="not registered"
        ),
        pytest.param({"registration": registration(provisioned=True)}, "clear", id="registered"),
        pytest.param(
            {"registration": gap("registration", Reason.NOT_RECORDED)},
            "unknown (not-recorded)",
            id="registration not recorded",
        ),
        pytest.param(
            {"registration": gap("registration")}, "unknown (denied)", id="registration denied"
        ),
        pytest.param(
            {"registration": registration(provisioned=False), "os": gap("os")},
            "applies",
            id="not registered, OS denied",
        ),
    ],
)
def test_verdicts(facts: dict[str, Any], expected: str, edition: str) -> None:
    """The article of 2018: if ProvisionGuestAgent is false, set it to true."""
    judged = judge(CAUSE, edition, classic_vm(**facts))
    assert verdict_of(judged) == expected
    if is_found(judged):
        assert evidence(worst(judged)) == [("old-01", FLAG, False)]
        assert cites(judged, edition)


@pytest.mark.parametrize("edition", EDITIONS)
def test_not_about_other_vms(edition: str) -> None:
    assert verdict_of(judge(CAUSE, edition, vm())) == "not-applicable"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    "cause",
    [
        "vm-no-internet-access",
        "backup-extension-not-loading",
        "restore-point-cleanup-blocked-by-lock",
        "disk-size-unsupported",
    ],
)
def test_other_causes_are_not_about_classic_vms(cause: str, edition: str) -> None:
    assert verdict_of(judge(cause, edition, classic_vm())) == "not-applicable"
