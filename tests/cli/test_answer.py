"""What `explain` prints first: an answer of 25 lines, with Microsoft's own page."""

import re

import pytest

from scanner.catalogue import load, read
from scanner.cli.printed.answer import MOST_LINES
from tests.support.command import run_here
from tests.support.pairs import pairs

DOCUMENTS = read()
QUERIES = sorted(
    {
        *load().causes,
        *(symptom.id for pages in DOCUMENTS.editions.values() for symptom in pages.symptoms),
    }
)
LEARN = re.compile(r"https://learn\.microsoft\.com/\S+")


def answer(query: str, edition: str = "current", width: int = 80) -> list[str]:
    ran = run_here("explain", query, "--edition", edition, COLUMNS=str(width))
    assert (ran.code, ran.err) == (0, "")
    return ran.out.splitlines()


@pytest.mark.parametrize(("query", "edition"), pairs(QUERIES, DOCUMENTS.editions, one_in=2))
def test_it_is_short_and_names_the_page(query: str, edition: str) -> None:
    lines = answer(query, edition)
    assert len(lines) <= MOST_LINES
    assert all(len(line) <= 80 or LEARN.fullmatch(line) for line in lines)
    assert len([line for line in lines if line.startswith("https://")]) <= 1
    assert lines[-1] == f"More: backupscan explain {query} --details"


def test_an_error_has_its_causes_in_order() -> None:
    lines = answer("400196", width=120)
    assert lines[0] == "UserErrorGuestAgentStatusUnavailable (400196)"
    causes = [line.split()[1] for line in lines if re.match(r" +\d ", line)]
    assert causes == [
        "vm-not-running",
        "windows-agent-unresponsive",
        "linux-agent-outdated",
        "extension-in-failed-state",
    ]
    assert lines[5].endswith("a sign is seen")
    [link] = [line for line in lines if line.startswith("https://")]
    assert link.startswith("https://learn.microsoft.com/azure/backup/")
    assert "#UserErrorGuestAgentStatusUnavailable" in link


@pytest.mark.parametrize("query", load().causes)
def test_every_cause_has_a_page_of_microsoft(query: str) -> None:
    editions = [one.id for one in load().editions if query in read().editions[one.id].causes]
    edition = editions[-1]
    assert any(LEARN.fullmatch(line) for line in answer(query, edition))


def test_documents_are_cited_by_their_address() -> None:
    """Which copy was read is said in the catalogue alone."""
    out = run_here("explain", "400196", "--details", COLUMNS="300").out
    assert "https://learn.microsoft.com/azure/backup/backup-support-matrix-iaas (2026-03-26)" in out
    assert "fork" not in out
    for source in DOCUMENTS.sources.values():
        assert source.url or source.name
        assert "fork" not in source.shown
        if re.search(r"docs[\w-]*:(articles|support|includes)/", source.where):
            assert source.url
            assert LEARN.fullmatch(source.url)
