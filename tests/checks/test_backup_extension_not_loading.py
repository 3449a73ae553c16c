"""backup-extension-not-loading: facts and verdicts."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from scanner.inventory.evidence import Evidence
from scanner.inventory.gap import Reason
from tests.support.facts import (
    EDITIONS,
    EXTENSIONS,
    SEEN_AT,
    VM_ID,
    VM_SNAPSHOT,
    classic_vm,
    extension,
    gap,
    operations,
    power,
    system,
    vm,
)
from tests.support.verdicts import Seen, cites, evidence, is_found, judge, verdict_of, worst

CAUSE = "backup-extension-not-loading"
MONITOR = "Microsoft.Azure.Monitor.AzureMonitorLinuxAgent"
NOT_RECORDED = gap("extensions", Reason.NOT_RECORDED)
STATE: Seen = ("web-01", "resources[0].properties.provisioningState", "Failed")
COMPLAINT: Seen = ("web-01", EXTENSIONS, "It has failed.")
NAME: Seen = ("web-01", "resources[0].name", "backup")
OFF: Seen = ("web-01", "properties.osProfile.allowExtensionOperations", False)
FAILED = extension(state="Failed")
CHANGE: Seen = ("web-01", EXTENSIONS, "It is transitioning.")
CHANGES = replace(
    extension(), changes=(Evidence(VM_ID, EXTENSIONS, "It is transitioning.", SEEN_AT),)
)
COMPLAINS = extension(VM_SNAPSHOT, "Succeeded", "It has failed.")


CASES: dict[str, tuple[dict[str, Any], str, list[Seen] | None]] = {
    "Linux extension succeeded": ({}, "clear", None),
    "no extension": ({"extensions": ()}, "clear", None),
    "Linux extension failed": ({"extensions": (FAILED,)}, "applies", [STATE, NAME]),
    "state failed in lower case":
        ({"extensions": (extension(state="failed"),)}, "applies",
         [("web-01", STATE[1], "failed"), NAME]),
    "Windows extension succeeded with a complaint":
        ({"extensions": (COMPLAINS,)}, "applies", [COMPLAINT, NAME]),
    "type in upper case, failed":
        ({"extensions": (extension(VM_SNAPSHOT.upper(), "Failed"),)}, "applies", [STATE, NAME]),
    "no state": ({"extensions": (extension(VM_SNAPSHOT, None),)}, "clear", None),
    "no state with a complaint":
        ({"extensions": (extension(VM_SNAPSHOT, None, "It has failed."),)},
         "applies", [COMPLAINT, NAME]),
    "updating":
        ({"extensions": (extension(state="Updating"),)}, "possible",
         [("web-01", STATE[1], "Updating")]),
    "transitioning, without a time": ({"extensions": (CHANGES,)}, "possible", [CHANGE]),
    "transitioning for 89 minutes":
        ({"extensions": (replace(CHANGES, changing_since=SEEN_AT - timedelta(minutes=89)),)},
         "possible", [CHANGE]),
    "transitioning for 90 minutes, of a model with an unknown state":
        ({"extensions": (
            replace(CHANGES, changing_since=SEEN_AT - timedelta(minutes=90),
                    known_state=NOT_RECORDED),)},
         "applies", [CHANGE, NAME]),
    "transitioning, of a model that failed":
        ({"extensions": (replace(CHANGES, known_state="Failed"),)}, "applies", [STATE, NAME]),
    "transitioning and updating":
        ({"extensions": (replace(CHANGES, known_state="Updating"),)}, "possible", [CHANGE]),
    "deleting": ({"extensions": (extension(state="Deleting"),)}, "possible",
                 [("web-01", STATE[1], "Deleting")]),
    "creating in capitals": ({"extensions": (extension(state="CREATING"),)}, "possible",
                             [("web-01", STATE[1], "CREATING")]),
    "canceled, without its report":
        ({"extensions": (replace(extension(state="Canceled"), unreported=NOT_RECORDED),)},
         "possible", [("web-01", STATE[1], "Canceled")]),
    "updating on a deallocated VM":
        ({"extensions": (extension(state="Updating"),), "power_state": power("deallocated")},
         "possible", [("web-01", STATE[1], "Updating")]),
    "transitioning for 90 minutes":
        ({"extensions": (replace(CHANGES, changing_since=SEEN_AT - timedelta(minutes=90)),)},
         "applies", [CHANGE, NAME]),
    "succeeded, without its report":
        ({"extensions": (replace(extension(), unreported=NOT_RECORDED),)},
         "unknown (not-recorded)", None),
    "failed, without its report":
        ({"extensions": (replace(FAILED, unreported=NOT_RECORDED),)}, "applies", [STATE, NAME]),
    "another extension failed":
        ({"extensions": (extension(MONITOR, "Failed", "It has failed."),)}, "clear", None),
    "another extension failed, Backup's too":
        ({"extensions": (extension(MONITOR, "Failed"), FAILED)}, "applies", [STATE, NAME]),
    "failed on a deallocated VM":
        ({"extensions": (FAILED,), "power_state": power("deallocated")}, "applies",
         [STATE, NAME]),
    "failed, OS denied": ({"extensions": (FAILED,), "os": gap("os")}, "applies", [STATE, NAME]),
    "failed, type not recorded":
        ({"extensions": (extension(NOT_RECORDED, "Failed"),)}, "unknown (not-recorded)", None),
    "failed, next to one whose type is not recorded":
        ({"extensions": (extension(NOT_RECORDED), FAILED)}, "applies", [STATE, NAME]),
    "state not recorded":
        ({"extensions": (extension(state=NOT_RECORDED),)}, "unknown (not-recorded)", None),
    "state not recorded, with a complaint":
        ({"extensions": (extension(VM_SNAPSHOT, NOT_RECORDED, "It has failed."),)},
         "applies", [COMPLAINT, NAME]),
    "extensions denied": ({"extensions": gap("extensions")}, "unknown (denied)", None),
    "operations not allowed":
        ({"extension_operations": operations(allowed=False)}, "applies", [OFF]),
    "operations not allowed, extensions denied":
        ({"extension_operations": operations(allowed=False), "extensions": gap("extensions")},
         "applies", [OFF]),
    "operations denied":
        ({"extension_operations": gap("extension_operations")}, "unknown (denied)", None),
    "operations denied, extension failed":
        ({"extension_operations": gap("extension_operations"), "extensions": (FAILED,)},
         "applies", [STATE, NAME]),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "expected", "shown"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("edition", EDITIONS)
def test_verdicts(
    facts: dict[str, Any], expected: str, shown: list[Seen] | None, edition: str
) -> None:
    judged = judge(CAUSE, edition, vm(**facts))
    assert verdict_of(judged) == expected
    if is_found(judged):
        assert evidence(worst(judged)) == shown
        assert cites(judged, edition)


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize(
    ("minutes", "text"),
    [
        pytest.param(None, "is changing, and Azure does not say since when.", id="no time"),
        pytest.param(12, "has been changing for 12 min, since 2026-01-15 05:48Z.", id="12 min"),
        pytest.param(
            3_000, "has been changing for 3,000 min, since 2026-01-13 04:00Z.", id="two days"
        ),
    ],
)
def test_the_message_says_since_when(edition: str, minutes: int | None, text: str) -> None:
    since = None if minutes is None else SEEN_AT - timedelta(minutes=minutes)
    judged = judge(CAUSE, edition, vm(extensions=(replace(CHANGES, changing_since=since),)))
    assert worst(judged).message == f"The backup extension backup {text}"


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        pytest.param("windows", {"iaasvmprovider-service-not-automatic"}, id="Windows"),
        pytest.param("linux", set(), id="Linux"),
    ],
)
def test_service_of_windows_is_listed_for_the_guest(family: Any, expected: set[str]) -> None:
    """The article of 2018 asks for a service of Windows, which only the guest shows."""
    judged = judge(CAUSE, "2018-01", vm(os=system(family)))
    assert verdict_of(judged) == "clear"
    in_guest = {
        attributed.check
        for attributed in judged.findings
        if attributed.finding.reason is Reason.GUEST_ONLY
    }
    assert in_guest == expected


@pytest.mark.parametrize("edition", EDITIONS)
def test_not_about_classic_vms(edition: str) -> None:
    judged = judge(CAUSE, edition, classic_vm())
    assert verdict_of(judged) == "not-applicable"
    assert not any(attributed.finding.reason for attributed in judged.findings)
