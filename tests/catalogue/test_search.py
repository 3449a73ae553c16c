"""What a person types, and what it means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import read
from scanner.catalogue.documents import Symptom
from scanner.catalogue.search import look_up
from scanner.catalogue.vocabulary import counterpart
from scanner.errors import UsageError

DOCUMENTS = read()
SYMPTOMS = [
    (edition, symptom)
    for edition, documented in DOCUMENTS.editions.items()
    for symptom in documented.symptoms
]
AGENT = "UserErrorGuestAgentStatusUnavailable"
LIMIT, LOCK = "UserErrorRpCollectionLimitReached", "restore-point-cleanup-blocked-by-lock"
NO_NETWORK = "ExtensionSnapshotFailedNoNetwork"


QUERIES = {
    "id": (AGENT, "current", "id", AGENT),
    "id-in-lower-case": (AGENT.lower(), "current", "id", AGENT),
    "id-of-a-cause": ("disk-size-unsupported", "current", "id", "disk-size-unsupported"),
    "id-of-an-older-edition": (
        "linux-stale-goal-state-xml", "current", "id", "linux-stale-goal-state-xml"
    ),
    "id-of-a-newer-edition": ("vm-not-running", "2018-01", "id", "vm-not-running"),
    "code-of-a-later-edition": (AGENT, "2018-01", "id", "vm-agent-unable-to-communicate"),
    "code-of-a-symptom": ("BackUpOperationFailedV2", "current", "code", "BackUpOperationFailed"),
    "code-of-a-cause": ("ScopeLocked", "current", "code", "restore-point-cleanup-blocked-by-lock"),
    "code-in-a-sentence": (
        f"Job 7 failed: {AGENT} (400196), see the portal", "current", "code", AGENT
    ),
    "400196": ("400196", "current", "number", AGENT),
    "400206": ("400206", "current", "number", NO_NETWORK),
    "400039": ("400039", "current", "number", "GuestAgentSnapshotTaskStatusError"),
    "400198": ("400198", "current", "number", "UserErrorKeyvaultPermissionsNotConfigured"),
    "400349": ("400349", "current", "number", "UserErrorCrpReportedUserError"),
    "380016": ("380016", "current", "number", "linux-agent-outdated"),
    "380020": ("380020", "current", "number", "vmsnapshot-dll-or-bitness-mismatch"),
    "320001": ("320001", "current", "number", "vm-deleted-or-moved"),
    "400094": ("400094", "current", "number", "vm-deleted-or-moved"),
    "380008": ("380008", "current", "number", "vm-offline-at-registration"),
    "number-of-a-newer-edition": ("320001", "2018-01", "number", "vm-deleted-or-moved"),
    "number-in-a-sentence": (
        "The job ended with error 400206.", "current", "number", NO_NETWORK
    ),
    "korean-heading": (
        "VM 에이전트를 Azure Backup과 통신할 수 없음", "current", "text", AGENT
    ),
    "message": (
        "the specified disk configuration is not supported", "2018-01", "text",
        "disk-configuration-unsupported",
    ),
    "message-with-more-words": (
        "The VM agent is unable to communicate with the Azure Backup Service.", "current",
        "text", AGENT,
    ),
    "message-in-other-words": (
        "Snapshot operation failed because there was no network", "current", "text", NO_NETWORK
    ),
    "code-with-typing-errors": ("UserErorGuestAgentStatusUnavailble", "current", "text", AGENT),
    "code-cut-by-a-table": ("UserErrorRpCollectionLimitR…", "current", "id", LIMIT),
    "cause-cut-by-a-table": ("restore-point-cl…", "current", "id", LOCK),
    "cause-cut-by-a-table-of-ascii": ("restore-point-cleanup-...", "2018-01", "id", LOCK),
    "words-of-a-cause": ("restore point limit", "current", "text", "restore-point-limit-reached"),
}  # fmt: skip
"""A query in an edition: how it is found, and the symptom or cause that it means."""


@pytest.mark.parametrize(("query", "edition", "by", "found"), QUERIES.values(), ids=QUERIES)
def test_what_a_query_means(query: str, edition: str, by: str, found: str) -> None:
    match = look_up(query, edition)
    assert match.by == by
    assert (match.symptom.id if match.symptom else match.causes[0]) == found
    if match.symptom:
        assert match.causes == match.symptom.all_causes


@pytest.mark.parametrize(
    "query", ["", "  ", "?", "asdf qwer", "99999", "\x00", "0x80070005"], ids=ascii
)
def test_what_no_document_has(query: str) -> None:
    with pytest.raises(UsageError, match="is no documented error or cause"):
        look_up(query, "current")


def test_a_cut_name_that_several_begin_with_names_them() -> None:
    with pytest.raises(UsageError) as refused:
        look_up("UserErrorGuestAg…", "current")
    assert AGENT in str(refused.value)
    assert "UserErrorGuestAgentVersionUnsupported" in str(refused.value)
    assert LIMIT not in str(refused.value)


def test_unknown_words_name_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"Nearest: .*disk.*;.*;"):
        look_up("discs with blue stripes", "current")


@pytest.mark.parametrize(
    ("edition", "symptom"),
    SYMPTOMS,
    ids=[f"{edition}-{symptom.id}" for edition, symptom in SYMPTOMS],
)
def test_every_symptom_is_found_by_id_message_heading_and_codes(
    edition: str, symptom: Symptom
) -> None:
    for query in (symptom.id, symptom.message, symptom.heading_ko, *symptom.all_codes):
        if query:
            match = look_up(query, edition)
            assert match.symptom is not None
            assert match.symptom.id == symptom.id


@given(st.text(max_size=60), st.sampled_from(list(DOCUMENTS.editions)))
def test_whatever_is_typed_is_found_or_refused(query: str, edition: str) -> None:
    try:
        match = look_up(query, edition)
    except UsageError:
        return
    assert match.causes


def test_the_same_symptom_in_another_edition() -> None:
    oldest, current = DOCUMENTS.editions["2018-01"], DOCUMENTS.editions["current"]
    counterparts = ((symptom.id, counterpart(symptom, current)) for symptom in oldest.symptoms)
    assert {name: other.id if other else None for name, other in counterparts} == {
        "vm-agent-unable-to-communicate": AGENT,
        "snapshot-failed-no-network": NO_NETWORK,
        "vmsnapshot-extension-operation-failed": "ExtensionOperationFailedForManagedDisks",
        "vm-agent-not-responsive": "GuestAgentSnapshotTaskStatusError",
        "internal-error-retry": "BackUpOperationFailed",
        "disk-configuration-unsupported": "UserErrorUnsupportedDiskSize",
    }
