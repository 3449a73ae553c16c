"""Every code, number and sentence of the catalogue in the forms in which people paste it.

``explain`` and a scan read an error in the same way, so both are asked.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.catalogue import read
from scanner.catalogue.search import look_up, match_error
from scanner.catalogue.vocabulary import Match, vocabulary
from scanner.errors import UsageError
from tests.support.pairs import pairs

DOCUMENTS = read()
EDITIONS = tuple(DOCUMENTS.editions)
CODES = sorted(
    {
        match.code
        for edition in EDITIONS
        for match in vocabulary(edition).codes.values()
        if match.code and not match.code.isdigit()
    }
)
NUMBERS = sorted(
    {
        known.number: code
        for code, known in DOCUMENTS.codes.items()
        if known.number and not known.refused
    }.items()
)
SENTENCES = sorted(
    {
        *(text for known in DOCUMENTS.codes.values() if not known.refused for text in known.texts),
        *(
            text
            for pages in DOCUMENTS.editions.values()
            for symptom in pages.symptoms
            for text in (symptom.message, symptom.heading_ko)
            if text
        ),
        *(
            text
            for pages in DOCUMENTS.editions.values()
            for cause in pages.causes.values()
            for text in (*cause.sentences, cause.heading_ko)
            if text
        ),
    }
)
OF_OTHERS = sorted(code for code, known in DOCUMENTS.codes.items() if known.refused)
GENERAL = sorted(code for code, known in DOCUMENTS.codes.items() if known.is_general)
FORMS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda text: text,
    "prefixed": lambda text: f"Error code: {text}, see the portal",
    "leading": lambda text: f"{text}: try again later.",
    "quoted": lambda text: f"'code': '{text}'",
    "in-markdown": lambda text: f"**Error Code**: `{text}`",
    "in-lower-case": str.lower,
    "in-json": lambda text: json.dumps({"error": {"code": text, "details": []}}),
    "in-json-of-json": lambda text: json.dumps(json.dumps({"message": f"x\n{text}\n"})),
    "in-korean": lambda text: f"오류코드{text}입니다",
    "in-german": lambda text: f"Der Vorgang ist fehlgeschlagen ({text}).",
    "in-an-address": lambda text: f"https://aka.ms/backup?code%3D{text}%26x",
    "with-its-number": lambda text: f"{text}400196",
    "broken-line": lambda text: f"{text[:9]}\n    {text[9:]}",
    "coloured": lambda text: f"\x1b[31m{text}\x1b[0m",
    "full-width": lambda text: text.translate({at: at + 0xFEE0 for at in range(0x30, 0x7B)}),
}
"""What people paste around a code."""


def means(match: Match | None) -> object:
    """What is compared: the symptom, the causes, or the bare code."""
    if match is None:
        return None
    bare = None if match.symptom or match.causes else match.code
    return match.symptom.id if match.symptom else None, match.causes, bare


@pytest.mark.parametrize(("form", "edition"), pairs(FORMS, EDITIONS, one_in=2))
def test_a_code_in_every_form(edition: str, form: str) -> None:
    for code in CODES:
        plain = look_up(code, edition)
        text = FORMS[form](code)
        found = look_up(text, edition)
        assert (means(found), found.is_guess) == (means(plain), False), text
        assert means(match_error(None, None, text, edition)) == means(plain), text
        assert means(match_error(code, None, None, edition)) == means(plain)


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_number_in_every_form(edition: str) -> None:
    for number, code in NUMBERS:
        plain = means(look_up(code, edition))
        for text in (f"{number}", f"Fehler {number}.", f'{{"errorCode":{number}}}', hex(number)):
            assert means(look_up(text, edition)) == plain, text
        assert means(match_error(None, number, None, edition)) == plain


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_code_that_an_ellipsis_cuts(edition: str) -> None:
    """Found if the rest is of one meaning; never as another one."""
    for code in CODES:
        for text in (f"{code[:-4]}…", f"{code[:-1]}...", f"{code[:9]}…{code[-9:]}"):
            try:
                found = look_up(text, edition)
            except UsageError:
                assert match_error(text, None, None, edition) is None
                continue
            assert not found.is_guess
            start = text.replace("...", "…").split("…")[0].lower()
            # A person may give less of a code than a scan takes for it.
            scanned = match_error(None, None, text, edition)
            assert (scanned is None and len(start) < 12) or means(scanned) == means(found)
            whole = [
                one for code, one in vocabulary(edition).codes.items() if code.startswith(start)
            ]
            assert means(found) in [means(one) for one in whole], text


@pytest.mark.parametrize(
    "text", ["Restore Point creation", "Snapshot operation failed", "has reported a failure"]
)
def test_words_of_several_sentences_mean_none_of_them(text: str) -> None:
    with pytest.raises(UsageError, match="Nearest"):
        look_up(text, "current")
    assert match_error(None, None, text, "current") is None


@pytest.mark.parametrize(
    ("text", "is_guess"),
    [
        ("Could not perform the operation as VM no longer", False),
        ("perform the operation as VM no longer exists", False),
        ("Could not perform the operation…", False),
        ("Could not perform the operation.", True),
        ("perform the operation as VM", True),
    ],
)
def test_a_part_of_a_sentence_is_a_guess_unless_it_is_most_of_it(text: str, is_guess: bool) -> None:
    found, scanned = look_up(text, "current"), match_error(None, 123456, text, "current")
    assert scanned
    assert (found.code, found.is_guess) == ("ResourceNotFound", is_guess)
    assert (scanned.code, scanned.is_guess) == ("ResourceNotFound", is_guess)


def test_a_code_is_found_at_the_end_of_a_long_log() -> None:
    log = json.dumps({"events": ["nothing of interest"] * 5_000, "code": CODES[0]})
    assert means(look_up(log, "current")) == means(look_up(CODES[0], "current"))


def test_a_text_with_errors_of_a_backup_and_of_a_restore_is_one_of_a_backup() -> None:
    text = "UserErrorSkuNotAvailable, and before that ExtensionSnapshotFailedCOM"
    assert look_up(text, "current").code == "ExtensionSnapshotFailedCOM"


def test_a_half_of_a_code_is_a_guess() -> None:
    found = look_up("UserErrorGuestAgentStat", "current")
    assert found.is_guess
    assert found.code == "UserErrorGuestAgentStatusUnavailable"
    for several in ("UserErrorRpCollection", "UserErrorVmNot"):
        with pytest.raises(UsageError):
            look_up(several, "current")


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_sentence_in_every_form(edition: str) -> None:
    for sentence in SENTENCES:
        text = sentence.replace("*", "Linux")
        found = look_up(text, edition)
        assert not found.is_guess
        others = (f"{text} Recommended action: retry.", text.upper(), f"  {text}  ", f'"{text}"')
        for other in others if len(text) > 20 else ():
            again = look_up(other, edition)
            assert (means(again), again.is_guess) == (means(found), False), other
            assert means(match_error(None, None, other, edition)) == means(found), other


def test_the_edition_asked_for_answers_where_it_has_the_symptom() -> None:
    for other, pages in DOCUMENTS.editions.items():
        for symptom in pages.symptoms:
            for edition in EDITIONS:
                found = look_up(symptom.heading_ko or symptom.id, edition)
                codes = {code.lower() for code in symptom.all_codes}
                has_it = any(
                    codes & {code.lower() for code in one.all_codes}
                    for one in DOCUMENTS.editions[edition].symptoms
                )
                assert found.edition == (edition if has_it or edition == other else other)


INNER = {
    "a code": ("Details: ScopeLocked: the scope is locked", "ScopeLocked"),
    "a sentence": (
        (
            "OperationNotAllowed: The number of restore points across restore point collections and"
            " resource groups for a VM cannot exceed 18."
        ),
        "UserErrorRpCollectionLimitReached",
    ),
    "a number": ("Inner error 400196.", "UserErrorGuestAgentStatusUnavailable"),
    "a code that is cut": (
        "Inner: UserErrorGuestAgentStatusUnav…",
        "UserErrorGuestAgentStatusUnavailable",
    ),
    "only its own words": ("Backup failed due to an error.", None),
    "a general code": ("Details: OperationNotAllowed.", None),
    "a resource that is no VM": (
        "Details: ResourceNotFound: The Resource 'Microsoft.Network/virtualNetworks/v' is gone",
        None,
    ),
}


@pytest.mark.parametrize(("text", "code"), INNER.values(), ids=INNER)
def test_the_error_that_the_words_of_an_error_name(text: str, code: str | None) -> None:
    outer = "UserErrorCrpReportedUserError"
    scanned = match_error(outer, 400349, text, "current")
    explained = look_up(f"{outer}: {text}", "current")
    assert scanned is not None
    for found in (scanned, explained):
        assert found.code == outer
        assert (found.inner.code if found.inner else None) == code
    assert scanned.all_causes == explained.all_causes
    if scanned.inner:
        assert scanned.all_causes == (*scanned.inner.causes, "crp-reported-error")


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("The Resource 'Microsoft.Compute/virtualMachines/a' was not found", "vm-deleted-or-moved"),
        ("Could not perform the operation as VM no longer exists.", "vm-deleted-or-moved"),
        ("The Resource 'Microsoft.Network/networkInterfaces/a' was not found", None),
        ("The Resource 'Microsoft.Storage/storageAccounts/a' was not found", None),
        ("'Microsoft.Compute/virtualMachines/a/extensions/VMSnapshot' was not found", None),
        (
            "microsoft.compute/disks/d of Microsoft.Compute/virtualMachines/a was not found",
            None,
        ),
    ],
)
def test_a_resource_that_was_not_found_is_the_vm_only_if_it_is_one(
    text: str, cause: str | None
) -> None:
    for number in (None, 320001):
        found = match_error("ResourceNotFound", number, text, "current")
        assert (found.causes if found else ()) == ((cause,) if cause else ())


@pytest.mark.parametrize("code", OF_OTHERS)
def test_an_error_of_another_operation_is_none_of_a_backup(code: str) -> None:
    """General article of Azure Backup, sections on restores and on jobs."""
    with pytest.raises(UsageError, match=rf"{code} is (an error of .*, not of|no error)"):
        look_up(f"Error code: {code}", "current")
    assert match_error(code, None, "VM agent is unable to communicate", "current") is None
    number = DOCUMENTS.codes[code].number
    if number:
        with pytest.raises(UsageError, match=rf"{code} is (an error of .*, not of|no error)"):
            look_up(f"{number}", "current")


@pytest.mark.parametrize("code", GENERAL)
def test_a_general_code_alone_says_nothing(code: str) -> None:
    with pytest.raises(UsageError, match=f"{code} alone does not say what failed"):
        look_up(code, "current")
    assert match_error(code, None, None, "current") is None
    sentence = "Snapshot operation failed due to inadequate VM resources"
    assert look_up(f"{code}: {sentence}", "current").causes == ("high-cpu-or-memory",)


def invented() -> list[str]:
    """500 codes that look like the service's own, of its own parts."""
    chance = random.Random(19)
    starts = ("UserError", "Extension", "BMSUserError", "Cloud", "VM", "Bcm", "GuestAgent", "Rp")
    parts = (
        "Snapshot", "Vm", "Disk", "Vault", "Policy", "Network", "Agent", "Storage", "Key",
        "Collection", "Restore", "Point", "Encryption", "Size", "Quota", "Region", "State",
    )  # fmt: skip
    ends = ("Failed", "NotFound", "NotSupported", "Unavailable", "LimitReached", "Mismatch")
    found: set[str] = set()
    while len(found) < 500:
        middle = "".join(chance.sample(parts, chance.randint(2, 4)))
        found.add(f"{chance.choice(starts)}{middle}{chance.choice(ends)}")
    known = {code.lower() for code in vocabulary("current").details}
    return sorted(code for code in found if code.lower() not in known)


def test_no_invented_code_is_answered_as_a_known_one() -> None:
    text = "VM agent is unable to communicate with the Azure Backup Service."
    for number, code in enumerate(invented()):
        assert match_error(code, None, text, "current") is None, code
        # To find the nearest ones takes time.
        for query in (code, f"Error code: {code}. {text}") if number % 10 == 0 else ():
            with pytest.raises(UsageError):
                look_up(query, "current")


@given(st.sampled_from(CODES), st.integers(0, 200), st.sampled_from("abcXYZ19_"))
def test_a_mistyped_code_is_marked_as_a_guess(code: str, at: int, letter: str) -> None:
    typed = code[: at % len(code)] + letter + code[at % len(code) + 1 :]
    try:
        found = look_up(typed, "current")
    except UsageError:
        return
    assert found.is_guess or (found.code or "").lower() == typed.lower()
