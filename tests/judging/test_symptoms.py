"""Errors of the service to documented symptoms: by symbol, by number, by message."""

import pytest

from scanner.catalogue import read
from scanner.catalogue.documents import Symptom
from scanner.catalogue.search import match_error

DOCUMENTS = read()
SYMBOLS = [
    pytest.param(symbol, id=symbol)
    for symbol in dict.fromkeys(
        code
        for edition in DOCUMENTS.editions.values()
        for symptom in edition.symptoms
        for code in symptom.codes
    )
]
MESSAGES = [
    pytest.param(name, symptom, id=f"{name} {symptom.id}")
    for name, edition in DOCUMENTS.editions.items()
    for symptom in edition.symptoms
    if not symptom.message.startswith("(no code)")
]
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
"""Numbers of errors that were recorded together with their symbols."""


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_every_documented_symbol(symbol: str) -> None:
    found = match_error(symbol, None, None, "current")
    assert found
    assert found.symptom
    assert symbol in found.symptom.all_codes


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_has_the_causes_of_its_symbol(number: int) -> None:
    by_number = match_error(None, number, None, "current")
    by_symbol = match_error(NUMBERS[number], None, None, "current")
    assert (by_number is None) == (by_symbol is None)
    if by_number and by_symbol:
        assert by_number.causes == by_symbol.causes
        assert by_number.causes


@pytest.mark.parametrize(("edition", "symptom"), MESSAGES)
def test_every_documented_message(edition: str, symptom: Symptom) -> None:
    found = match_error(None, None, symptom.message, edition)
    assert found
    assert found.symptom == symptom


@pytest.mark.parametrize(
    ("title", "number", "text"),
    [
        pytest.param(None, 999999, None, id="unknown number"),
        # An undocumented symbol is not overruled by a message that resembles a documented one.
        pytest.param("UserErrorSomethingNew", 999999,
                     "VM agent is unable to communicate with Azure Backup.", id="unknown symbol"),
        pytest.param(None, None, "", id="empty message"),
        pytest.param(None, None, "Something else altogether happened on a Tuesday.",
                     id="unknown message"),
    ],
)  # fmt: skip
def test_an_undocumented_error(title: str | None, number: int | None, text: str | None) -> None:
    assert match_error(title, number, text, "current") is None


RECORDED = [code for code, known in DOCUMENTS.codes.items() if known.recorded]


@pytest.mark.parametrize("code", RECORDED)
def test_a_code_that_only_recordings_have(code: str) -> None:
    """As recorded for items whose backup was cancelled or did not reach the vault."""
    number, texts = DOCUMENTS.codes[code].number, DOCUMENTS.codes[code].texts
    found = [
        match_error(code, None, None, "current"),
        match_error(None, number, None, "current"),
        *(match_error(None, None, text, "current") for text in texts),
    ]
    assert all(
        one and (one.code, one.causes, one.is_documented) == (code, (), False) for one in found
    )


BARE = [code for code, documented in DOCUMENTS.codes.items() if documented.bare]


@pytest.mark.parametrize("code", BARE)
def test_a_code_that_is_documented_without_a_cause(code: str) -> None:
    found = match_error(code, None, None, "current")
    assert found
    assert (found.code, found.causes, found.symptom) == (code, (), None)


def test_a_number_that_is_documented_without_a_cause() -> None:
    """As recorded for an item whose restore point collection was deleted."""
    found = match_error(None, 400288, None, "current")
    assert found
    assert (found.code, found.causes) == ("UserErrorRpCollectionDeleted", ())


@pytest.mark.parametrize(
    ("title", "text", "code"),
    [
        pytest.param(None, "Could not perform the operation as VM no longer exists.",
                     "ResourceNotFound", id="VM gone"),
        pytest.param(None, "Backup failed with an internal error.", "BackUpOperationFailed",
                     id="generic"),
        pytest.param("UserErrorCrpReportedUserError", None, "UserErrorCrpReportedUserError",
                     id="symbol"),
    ],
)  # fmt: skip
def test_recorded_errors(title: str | None, text: str | None, code: str) -> None:
    found = match_error(title, None, text, "current")
    assert found
    assert found.code == code


def test_a_message_as_title_is_no_symbol() -> None:
    message = "VM agent is unable to communicate with the Azure Backup Service."
    found = match_error(message, None, message, "current")
    assert found
    assert found.symptom
    assert found.symptom.id == "UserErrorGuestAgentStatusUnavailable"
