"""backup-extension-not-loading: facts and verdicts."""

from typing import Any

import pytest

from scanner.inventory.gap import Reason
from tests.support.facts import (
    EDITIONS,
    EXTENSIONS,
    VM_SNAPSHOT,
    classic_vm,
    extension,
    gap,
    operations,
    power,
    system,
    vm,
)
from tests.support.verdicts import Seen, cites, evidence, is_found, told, verdict, worst

CAUSE = "backup-extension-not-loading"
MONITOR = "Microsoft.Azure.Monitor.AzureMonitorLinuxAgent"
UNTYPED = gap("extensions", Reason.NOT_RECORDED)
UNTOLD = gap("extensions", Reason.NOT_RECORDED)
STATE: Seen = ("web-01", "resources[0].properties.provisioningState", "Failed")
SAYS: Seen = ("web-01", EXTENSIONS, "It has failed.")
NAME: Seen = ("web-01", "resources[0].name", "backup")
OFF: Seen = ("web-01", "properties.osProfile.allowExtensionOperations", False)
FAILED = extension(state="Failed")
COMPLAINS = extension(VM_SNAPSHOT, "Succeeded", "It has failed.")


@pytest.mark.parametrize(
    ("facts", "expected", "shown"),
    [
        ({}, "clear", None),
        ({"extensions": ()}, "clear", None),
        ({"extensions": (FAILED,)}, "applies", [STATE, NAME]),
        ({"extensions": (extension(state="failed"),)}, "applies",
         [("web-01", STATE[1], "failed"), NAME]),
        ({"extensions": (COMPLAINS,)}, "applies", [SAYS, NAME]),
        ({"extensions": (extension(VM_SNAPSHOT.upper(), "Failed"),)}, "applies", [STATE, NAME]),
        ({"extensions": (extension(VM_SNAPSHOT, None),)}, "clear", None),
        ({"extensions": (extension(VM_SNAPSHOT, None, "It has failed."),)},
         "applies", [SAYS, NAME]),
        ({"extensions": (extension(state="Updating"),)}, "clear", None),
        ({"extensions": (extension(MONITOR, "Failed", "It has failed."),)}, "clear", None),
        ({"extensions": (extension(MONITOR, "Failed"), FAILED)}, "applies", [STATE, NAME]),
        ({"extensions": (FAILED,), "power_state": power("deallocated")}, "applies", [STATE, NAME]),
        ({"extensions": (FAILED,), "os": gap("os")}, "applies", [STATE, NAME]),
        ({"extensions": (extension(UNTYPED, "Failed"),)}, "unknown (not-recorded)", None),
        ({"extensions": (extension(UNTYPED), FAILED)}, "applies", [STATE, NAME]),
        ({"extensions": (extension(state=UNTOLD),)}, "unknown (not-recorded)", None),
        ({"extensions": (extension(VM_SNAPSHOT, UNTOLD, "It has failed."),)},
         "applies", [SAYS, NAME]),
        ({"extensions": gap("extensions")}, "unknown (denied)", None),
        ({"extension_operations": operations(allowed=False)}, "applies", [OFF]),
        ({"extension_operations": operations(allowed=False), "extensions": gap("extensions")},
         "applies", [OFF]),
        ({"extension_operations": gap("extension_operations")}, "unknown (denied)", None),
        ({"extension_operations": gap("extension_operations"), "extensions": (FAILED,)},
         "applies", [STATE, NAME]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("edition", EDITIONS)
def test_verdicts(
    facts: dict[str, Any], expected: str, shown: list[Seen] | None, edition: str
) -> None:
    stands = verdict(CAUSE, edition, vm(**facts))
    assert told(stands) == expected
    if is_found(stands):
        assert evidence(worst(stands)) == shown
        assert cites(stands, edition)


@pytest.mark.parametrize(
    ("family", "expected"),
    [("windows", {"iaasvmprovider-service-not-automatic"}), ("linux", set())],
)
def test_service_of_windows_is_told_beside_it(family: Any, expected: set[str]) -> None:
    """The article of 2018 asks for a service of Windows, which only the guest shows."""
    stands = verdict(CAUSE, "2018-01", vm(os=system(family)))
    assert told(stands) == "clear"
    beside = {each.check for each in stands.findings if each.finding.reason is Reason.GUEST_ONLY}
    assert beside == expected


@pytest.mark.parametrize("edition", EDITIONS)
def test_not_about_classic_vms(edition: str) -> None:
    stands = verdict(CAUSE, edition, classic_vm())
    assert told(stands) == "not-applicable"
    assert not [each for each in stands.findings if each.finding.reason]
