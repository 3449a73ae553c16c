"""Editions, causes and rules."""

import re

import pytest

from scanner.catalogue import Catalogue, Edition, Limit, Rule, load, read
from scanner.errors import CatalogueError, UsageError

CATALOGUE = load()
OWN = ("last-backup-failed",)
"""Causes that no document names: the rules are the project's own."""
EVERY_EDITION = pytest.mark.parametrize(
    "edition", CATALOGUE.editions, ids=[edition.id for edition in CATALOGUE.editions]
)


def test_loads_once_the_oldest_edition_first() -> None:
    assert isinstance(CATALOGUE, Catalogue)
    assert load() is CATALOGUE
    assert [edition.id for edition in CATALOGUE.editions] == ["2018-01", "current"]
    dates = [edition.date for edition in CATALOGUE.editions]
    assert dates == sorted(dates)


def parts(edition: Edition) -> list[str]:
    """Every cause and member of an edition."""
    return [part for cause in edition.causes for part in edition.parts(cause)]


ARTICLE = (
    "vm-no-internet-access",
    "windows-agent-unresponsive",
    "linux-agent-outdated",
    "snapshot-status-or-snapshot-failed",
    "backup-extension-not-loading",
    "classic-vm-agent-not-registered",
    "restore-point-cleanup-blocked-by-lock",
    "disk-size-unsupported",
)
"""The rows of the article's "Causes and solutions", in the order in which it first names them."""


def test_every_row_of_the_article_is_a_cause_of_both_editions() -> None:
    oldest, current = CATALOGUE.editions
    assert oldest.causes == (*ARTICLE, *OWN)
    assert set(ARTICLE) <= set(current.causes)


@EVERY_EDITION
def test_every_rule_cites_documents_of_its_edition(edition: Edition) -> None:
    assert edition.rules
    for rule in edition.rules:
        assert rule.edition == edition.id
        assert rule.cause in parts(edition)
        assert rule.says
        assert rule.documents or rule.cause in OWN
        assert set(rule.documents) <= edition.documents.keys()
        for key in rule.documents:
            page = edition.documents[key]
            assert page.title in edition.cite(rule)
            assert str(page.date) in edition.cite(rule)


@EVERY_EDITION
def test_every_cause_is_known_and_has_a_step(edition: Edition) -> None:
    assert len(set(parts(edition))) == len(parts(edition))
    assert edition.members.keys() <= set(edition.causes)
    for cause in parts(edition):
        known = CATALOGUE.causes[cause]
        assert known.id == cause
        assert known.title
        for step in read().editions[edition.id].causes[cause].steps or ("",):
            assert len(step.split()) > 1, cause
            assert not re.match("(?i)see ", step), cause


@EVERY_EDITION
def test_every_document_is_used_dated_and_reachable(edition: Edition) -> None:
    used = {key for rule in edition.rules for key in rule.documents}
    assert used == edition.documents.keys()
    for page in edition.documents.values():
        assert page.url.startswith("https://")
        assert page.date <= edition.date


@EVERY_EDITION
def test_what_only_the_guest_knows_has_no_rule(edition: Edition) -> None:
    ruled = {rule.cause for rule in edition.rules}
    guest_only = {part for part in parts(edition) if CATALOGUE.causes[part].guest_only}
    assert guest_only
    # Azure Monitor has the load of the guest, where a scan asks it.
    assert guest_only & ruled == {"high-cpu-or-memory"}
    assert not guest_only & set(edition.causes)


def test_rules_of_one_condition_come_worst_first() -> None:
    found = CATALOGUE.edition("current").of("disk-size-unsupported", "disk-larger-than")
    assert [(rule.verdict, rule.number) for rule in found] == [
        ("applies", 65536),
        ("possible", 32767),
    ]


@pytest.mark.parametrize(
    "name",
    ["2019-01", "", "CURRENT", "current "],
    ids=["another", "empty", "upper-case", "with-a-blank"],
)
def test_unknown_edition(name: str) -> None:
    with pytest.raises(UsageError, match="2018-01, current"):
        CATALOGUE.edition(name)


def test_older_editions() -> None:
    oldest, current = CATALOGUE.editions
    assert CATALOGUE.older_than(current) == (oldest,)
    assert CATALOGUE.older_than(oldest) == ()


@pytest.mark.parametrize(
    ("condition", "number"), [("disk-larger-than", 2), ("no-such-condition", 0)]
)
def test_the_only_rule_must_be_the_only_one(condition: str, number: int) -> None:
    cause = "disk-size-unsupported"
    with pytest.raises(CatalogueError) as caught:
        CATALOGUE.edition("current").one(cause, condition)
    what = f"edition current has {number} rules {cause}/{condition}, not one"
    assert str(caught.value) == f"{what}. Fix causes/{cause}.toml."


@pytest.mark.parametrize("kind", ["number", "version", "words"])
def test_a_limit_is_of_one_kind(kind: str) -> None:
    limits: dict[str, Limit] = {"number": 18, "version": "2.2", "words": ("a", "b")}
    for name, limit in limits.items():
        rule = Rule("current", "some-cause", "some-condition", "applies", (), "says", limit)
        if name == kind:
            assert getattr(rule, kind) == limit
            continue
        with pytest.raises(CatalogueError) as caught:
            getattr(rule, kind)
        what = f"rule some-cause/some-condition of edition current has no {kind}"
        assert str(caught.value) == f"{what}. Fix its limit in causes/some-cause.toml."
