"""Errors of the service to documented symptoms: by symbol, by number, by their English words."""

import pytest

from scanner.catalogue import read
from scanner.catalogue.documents import Symptom
from scanner.catalogue.search import match_error

DOCUMENTS = read()
CURRENT = DOCUMENTS.editions["current"]
CODES = [
    (symptom, code)
    for documented in DOCUMENTS.editions.values()
    for symptom in documented.symptoms
    for code in symptom.codes
]
MESSAGES = [
    (name, symptom)
    for name, documented in DOCUMENTS.editions.items()
    for symptom in documented.symptoms
    if not symptom.message.startswith("(no code)")
]
# wire-surprises: numbers seen with their symbols, and what is documented of each.
NUMBERS = {
    400196: "UserErrorGuestAgentStatusUnavailable",
    400206: "ExtensionSnapshotFailedNoNetwork",
    400039: "GuestAgentSnapshotTaskStatusError",
    400198: "UserErrorKeyVaultPermissionsNotConfigured",
    400349: "UserErrorCrpReportedUserError",
    380016: "UserErrorGuestAgentVersionUnsupported",
    380020: "ExtensionVCRedistInstallationFailure",
    320001: "ResourceNotFound",
    400094: "BCMV2VMNotFound",
    400002: "BackUpOperationFailed",
    400136: "UserErrorVmNotFoundV2",
    400175: "UserErrorVMVaultLocationMismatch",
    380008: "AzureVmOffline",
}


@pytest.mark.parametrize(("symptom", "code"), CODES, ids=lambda x: getattr(x, "id", x))
def test_every_symbol(symptom: Symptom, code: str) -> None:
    found = match_error(code, None, None, "current", DOCUMENTS)
    assert found
    assert found.symptom
    assert code in found.symptom.all_codes


@pytest.mark.parametrize("number", NUMBERS)
def test_every_number_says_what_its_symbol_says(number: int) -> None:
    by_number = match_error(None, number, None, "current", DOCUMENTS)
    by_symbol = match_error(NUMBERS[number], None, None, "current", DOCUMENTS)
    assert (by_number is None) == (by_symbol is None)
    if by_number and by_symbol:
        assert by_number.causes == by_symbol.causes
        assert by_number.causes


@pytest.mark.parametrize(("edition", "symptom"), MESSAGES, ids=lambda x: getattr(x, "id", x))
def test_every_text(edition: str, symptom: object) -> None:
    message = getattr(symptom, "message")  # noqa: B009 - parametrized
    found = match_error(None, None, message, edition, DOCUMENTS)
    assert found
    assert found.symptom == symptom


@pytest.mark.parametrize(
    ("title", "number", "text"),
    [
        ("DiffCopyFailedToTransferData", 400052, "Backup failed to copy data to vault."),
        (None, 999999, None),
        # A symbol that is none of the documents' is not overruled by words that resemble.
        ("UserErrorSomethingNew", 999999, "VM agent is unable to communicate with Azure Backup."),
        (None, None, ""),
        (None, None, "Something else altogether happened on a Tuesday."),
    ],
)
def test_what_nobody_documents(title: str | None, number: int | None, text: str | None) -> None:
    assert match_error(title, number, text, "current", DOCUMENTS) is None


BARE = [code for code, told in DOCUMENTS.codes.items() if told.bare]


@pytest.mark.parametrize("code", BARE)
def test_what_the_documents_name_without_a_cause(code: str) -> None:
    """documented-causes 2.4 and wire-surprises: of these they give words, and no cause."""
    found = match_error(code, None, None, "current", DOCUMENTS)
    assert found
    assert (found.code, found.causes, found.symptom) == (code, (), None)


def test_a_number_without_a_cause() -> None:
    """wire-surprises: an item whose restore point collection was deleted."""
    found = match_error(None, 400288, None, "current", DOCUMENTS)
    assert found
    assert (found.code, found.causes) == ("UserErrorRpCollectionDeleted", ())


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        (None, "Could not perform the operation as VM no longer exists.", "ResourceNotFound"),
        (None, "Backup failed with an internal error.", "BackUpOperationFailed"),
        (" UserErrorCrpReportedUserError ".strip(), None, "UserErrorCrpReportedUserError"),
    ],
)
def test_words_that_were_recorded(title: str | None, text: str | None, code: str) -> None:
    found = match_error(title, None, text, "current", DOCUMENTS)
    assert found
    assert found.code == code


def test_a_title_in_words_is_no_symbol() -> None:
    words = "VM agent is unable to communicate with the Azure Backup Service."
    found = match_error(words, None, words, "current", DOCUMENTS)
    assert found
    assert found.symptom
    assert found.symptom.id == "UserErrorGuestAgentStatusUnavailable"
