"""The documents as data."""

import pytest

from scanner.catalogue import Catalogue, Edition, Rule, load, nearest
from scanner.catalogue.documents import read
from scanner.errors import CatalogueError, UsageError

CATALOGUE = load()
EACH = pytest.mark.parametrize("edition", CATALOGUE.editions, ids=lambda each: each.id)


def test_loads_once_the_oldest_edition_first() -> None:
    assert isinstance(CATALOGUE, Catalogue)
    assert load() is CATALOGUE
    assert [each.id for each in CATALOGUE.editions] == ["2018-01", "current"]
    assert [each.date for each in CATALOGUE.editions] == sorted(e.date for e in CATALOGUE.editions)


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


def test_every_row_of_the_article_has_its_place() -> None:
    then, now = CATALOGUE.editions
    assert then.causes == ARTICLE
    assert set(ARTICLE) <= set(now.causes)


@EACH
def test_every_rule_is_documented_and_of_this_edition(edition: Edition) -> None:
    assert edition.rules
    for rule in edition.rules:
        assert rule.edition == edition.id
        assert rule.cause in parts(edition)
        assert rule.says
        assert rule.documents
        assert set(rule.documents) <= edition.documents.keys()
        for key in rule.documents:
            page = edition.documents[key]
            assert page.title in edition.cite(rule)
            assert str(page.date) in edition.cite(rule)


@EACH
def test_every_cause_is_known_and_has_a_remedy(edition: Edition) -> None:
    assert len(set(parts(edition))) == len(parts(edition))
    assert edition.members.keys() <= set(edition.causes)
    ruled = {rule.cause for rule in edition.rules}
    for cause in parts(edition):
        known = CATALOGUE.causes[cause]
        assert known.id == cause
        assert known.title
        if cause in ruled or known.guest_only or cause in ARTICLE:
            steps = read().editions[edition.id].causes[cause].steps
            assert known.remedy.get(edition.id) or any(step != "-" for step in steps)


@EACH
def test_every_document_is_used_dated_and_reachable(edition: Edition) -> None:
    used = {key for rule in edition.rules for key in rule.documents}
    assert used == edition.documents.keys()
    for page in edition.documents.values():
        assert page.url.startswith("https://")
        assert page.date <= edition.date


@EACH
def test_what_only_the_guest_knows_has_no_rule(edition: Edition) -> None:
    ruled = {rule.cause for rule in edition.rules}
    guest_only = {part for part in parts(edition) if CATALOGUE.causes[part].guest_only}
    assert guest_only
    assert not guest_only & ruled
    assert not guest_only & set(edition.causes)


def test_rules_of_one_condition_come_worst_first() -> None:
    found = CATALOGUE.edition("current").of("disk-size-unsupported", "disk-larger-than")
    assert [(rule.verdict, rule.number) for rule in found] == [
        ("applies", 65536),
        ("possible", 32767),
    ]


@pytest.mark.parametrize("name", ["2019-01", "", "CURRENT", "current "])
def test_unknown_edition(name: str) -> None:
    with pytest.raises(UsageError, match="2018-01, current"):
        CATALOGUE.edition(name)


def test_older_editions() -> None:
    oldest, current = CATALOGUE.editions
    assert CATALOGUE.older_than(current) == (oldest,)
    assert CATALOGUE.older_than(oldest) == ()


@pytest.mark.parametrize("condition", ["disk-larger-than", "no-such-condition"])
def test_the_only_rule_must_be_the_only_one(condition: str) -> None:
    with pytest.raises(CatalogueError):
        CATALOGUE.edition("current").one("disk-size-unsupported", condition)


def test_limits_are_of_one_kind() -> None:
    counted = Rule("current", "c", "x", "applies", (), "says", 18)
    dated = Rule("current", "c", "x", "applies", (), "says", "2.2")
    assert (counted.number, dated.version) == (18, "2.2")
    with pytest.raises(CatalogueError):
        _ = counted.version
    with pytest.raises(CatalogueError):
        _ = dated.number


@pytest.mark.parametrize(
    ("name", "hint"), [("jsn", "Did you mean json?"), ("zzz", "Choose one of csv, json")]
)
def test_nearest(name: str, hint: str) -> None:
    assert nearest(name, ["json", "csv"]) == hint
