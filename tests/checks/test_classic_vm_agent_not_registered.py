"""classic-vm-agent-not-registered: facts and verdicts."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import EDITIONS, classic_vm, gap, registration, vm
from tests.support.verdicts import cites, evidence, is_found, told, verdict, worst

CAUSE = "classic-vm-agent-not-registered"
FLAG = "properties.hardwareProfile.platformGuestAgent"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"registration": registration(provisioned=False)}, "applies"),
        ({"registration": registration(provisioned=True)}, "clear"),
        ({"registration": gap("registration", Reason.NOT_RECORDED)}, "unknown (not-recorded)"),
        ({"registration": gap("registration")}, "unknown (denied)"),
        ({"registration": registration(provisioned=False), "os": gap("os")}, "applies"),
    ],
)
def test_verdicts(facts: dict[str, Any], expected: str, edition: str) -> None:
    """The article of 2018: if ProvisionGuestAgent is false, set it to true."""
    stands = verdict(CAUSE, edition, classic_vm(**facts))
    assert told(stands) == expected
    if is_found(stands):
        assert evidence(worst(stands)) == [("old-01", FLAG, False)]
        assert cites(stands, edition)


@pytest.mark.parametrize("edition", EDITIONS)
def test_not_about_other_vms(edition: str) -> None:
    assert told(verdict(CAUSE, edition, vm())) == "not-applicable"


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    "cause",
    [
        "vm-no-internet-access",
        "windows-agent-unresponsive",
        "linux-agent-outdated",
        "backup-extension-not-loading",
        "restore-point-cleanup-blocked-by-lock",
        "disk-size-unsupported",
    ],
)
def test_other_causes_are_not_about_classic_vms(cause: str, edition: str) -> None:
    assert told(verdict(cause, edition, classic_vm())) == "not-applicable"
