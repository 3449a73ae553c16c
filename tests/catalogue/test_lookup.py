"""What a person types, and what is meant by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue.documents import read
from scanner.catalogue.search import counterpart, look_up
from scanner.errors import UsageError

DOCUMENTS = read()
SYMPTOMS = [
    (edition, symptom)
    for edition, documented in DOCUMENTS.editions.items()
    for symptom in documented.symptoms
]
AGENT = "UserErrorGuestAgentStatusUnavailable"
NO_NETWORK = "ExtensionSnapshotFailedNoNetwork"


@pytest.mark.parametrize(
    ("query", "edition", "by", "found"),
    [
        (AGENT, "current", "id", AGENT),
        (AGENT, "2018-01", "code", "vm-agent-unable-to-communicate"),
        (AGENT.lower(), "current", "id", AGENT),
        ("400196", "current", "number", AGENT),
        ("400206", "current", "number", NO_NETWORK),
        ("400039", "current", "number", "GuestAgentSnapshotTaskStatusError"),
        ("400198", "current", "number", "UserErrorKeyvaultPermissionsNotConfigured"),
        ("400349", "current", "number", "UserErrorCrpReportedUserError"),
        ("380016", "current", "number", "linux-agent-outdated"),
        ("380020", "current", "number", "vmsnapshot-dll-or-bitness-mismatch"),
        ("320001", "current", "number", "vm-deleted-or-moved"),
        ("400094", "current", "number", "vm-deleted-or-moved"),
        ("380008", "current", "number", "vm-offline-at-registration"),
        ("320001", "2018-01", "number", "vm-deleted-or-moved"),
        ("BackUpOperationFailedV2", "current", "code", "BackUpOperationFailed"),
        ("ScopeLocked", "current", "code", "restore-point-cleanup-blocked-by-lock"),
        ("disk-size-unsupported", "current", "id", "disk-size-unsupported"),
        ("linux-stale-goal-state-xml", "current", "id", "linux-stale-goal-state-xml"),
        ("vm-not-running", "2018-01", "id", "vm-not-running"),
        (f"Job 7 failed: {AGENT} (400196), see the portal", "current", "code", AGENT),
        ("The job ended with error 400206.", "current", "number", NO_NETWORK),
        ("VM 에이전트를 Azure Backup과 통신할 수 없음", "current", "text",
         "vm-agent-unable-to-communicate"),
        ("the specified disk configuration is not supported", "2018-01", "text",
         "disk-configuration-unsupported"),
        ("The VM agent is unable to communicate with the Azure Backup Service.", "current",
         "text", AGENT),
        ("Snapshot operation failed because there was no network", "current", "text", NO_NETWORK),
        ("UserErorGuestAgentStatusUnavailble", "current", "text", AGENT),
        ("restore point limit", "current", "text", "restore-point-limit-reached"),
    ],
)  # fmt: skip
def test_what_is_meant(query: str, edition: str, by: str, found: str) -> None:
    match = look_up(query, edition, DOCUMENTS)
    assert match.by == by
    assert (match.symptom.id if match.symptom else match.causes[0]) == found
    if match.symptom:
        assert match.causes == match.symptom.all_causes


@pytest.mark.parametrize("query", ["", "  ", "?", "asdf qwer", "99999", "\x00", "0x80070005"])
def test_what_nobody_documented(query: str) -> None:
    with pytest.raises(UsageError, match="nothing that is documented resembles"):
        look_up(query, "current", DOCUMENTS)


def test_unknown_words_name_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"Nearest: .*disk.*;.*;"):
        look_up("discs with blue stripes", "current", DOCUMENTS)


@pytest.mark.parametrize(("edition", "symptom"), SYMPTOMS, ids=lambda each: str(each)[:40])
def test_every_symptom_is_found_by_all_it_goes_by(edition: str, symptom: object) -> None:
    _, each = next(pair for pair in SYMPTOMS if pair == (edition, symptom))
    for query in (each.id, each.message, each.heading_ko, *each.all_codes):
        if query:
            match = look_up(query, edition, DOCUMENTS)
            assert match.symptom is not None
            assert match.symptom.id == each.id


@given(st.text(max_size=60), st.sampled_from(list(DOCUMENTS.editions)))
def test_whatever_is_typed_is_found_or_refused(query: str, edition: str) -> None:
    try:
        match = look_up(query, edition, DOCUMENTS)
    except UsageError:
        return
    assert match.causes


def test_the_same_symptom_in_another_edition() -> None:
    then, now = DOCUMENTS.editions["2018-01"], DOCUMENTS.editions["current"]
    found = {
        each.id: same.id if (same := counterpart(each, now)) else None for each in then.symptoms
    }
    assert found == {
        "vm-agent-unable-to-communicate": AGENT,
        "snapshot-failed-no-network": NO_NETWORK,
        "vmsnapshot-extension-operation-failed": "ExtensionOperationFailedForManagedDisks",
        "vm-agent-not-responsive": "GuestAgentSnapshotTaskStatusError",
        "internal-error-retry": "BackUpOperationFailed",
        "disk-configuration-unsupported": "UserErrorUnsupportedDiskSize",
    }
