"""`backupscan explain`: offline, complete, the same content in three formats."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from scanner.catalogue import load, read
from tests.support.command import run_here
from tests.support.pairs import pairs

DOCUMENTS = read()
QUERIES = sorted(
    {
        *load().causes,
        *(symptom.id for pages in DOCUMENTS.editions.values() for symptom in pages.symptoms),
    }
)


def run(*words: str) -> tuple[int, str, str]:
    """All that is documented, at a terminal unless a format is named."""
    ran = run_here("explain", *words, "--details", COLUMNS="80")
    return ran.code, ran.out, ran.err


@cache
def as_json(*words: str) -> Any:
    """Several tests ask for the same."""
    code, out, err = run(*words, "-f", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_every_symptom_and_cause_is_tested() -> None:
    assert len(QUERIES) == 6 + 13 + 65


@pytest.mark.parametrize(("query", "edition"), pairs(QUERIES, DOCUMENTS.editions, one_in=2))
def test_the_text_has_every_cause_and_all_that_is_documented(query: str, edition: str) -> None:
    code, out, err = run(query, "--edition", edition)
    assert (code, err) == (0, "")
    # Lines are wrapped, in long words too.
    shown = "".join(out.split())
    for cause in as_json(query, "--edition", edition)["causes"]:
        assert [text for text in cause["steps"] if "".join(text.split()) not in shown] == []
        assert cause["id"] in shown


@pytest.mark.parametrize(("query", "edition"), pairs(QUERIES, DOCUMENTS.editions, one_in=2))
def test_every_symptom_and_cause_is_explained(query: str, edition: str) -> None:
    """With title, what can be seen, what to do and the sources."""
    explained = as_json(query, "--edition", edition)
    pages = DOCUMENTS.editions[explained["edition"]]
    order = [cause["id"] for cause in explained["causes"]]
    if explained["symptom"]:
        assert order == [*explained["symptom"]["note-causes"], *explained["symptom"]["causes"]]
    else:
        assert order == [query]
    for cause in explained["causes"]:
        documented = pages.causes[cause["id"]]
        assert cause["title"] == documented.title
        assert cause["facts"] or cause["steps"] or cause["members"]
        assert cause["steps"] == list(documented.steps)
        assert cause["shown"] or cause["guest"] or cause["members"]
        assert all(source["where"] and source["date"] for source in cause["sources"])
        assert cause["sources"]
        named = [page for page in cause["elsewhere"] if page["is_named"]]
        assert all(page["facts"] or page["steps"] for page in named)


def test_an_error_of_a_job() -> None:
    explained = as_json("400196")
    assert explained["schema"] == "backupscan/explain/1"
    assert (explained["code"], explained["number"]) == (
        "UserErrorGuestAgentStatusUnavailable",
        400196,
    )
    assert [cause["id"] for cause in explained["causes"]] == [
        "vm-not-running",
        "windows-agent-unresponsive",
        "linux-agent-outdated",
        "extension-in-failed-state",
    ]
    assert explained["causes"][1]["judged_by"] == ["windows-agent"]
    assert explained["causes"][0]["judged_by"] == ["power-state"]
    (of_2018,) = explained["other_editions"]
    assert of_2018["id"] == "vm-agent-unable-to-communicate"
    assert of_2018["causes"][:2] == ["linux-stale-goal-state-xml", "vm-no-internet-access"]
    _, out, _ = run("400196")
    for words in (
        "UserErrorGuestAgentStatusUnavailable (400196)",
        "Judged by windows-agent.",
        "In edition 2018-01",
        "Where today's pages disagree",
    ):
        assert words in " ".join(out.split())


def test_a_rule_with_its_limit_and_pages() -> None:
    _, out, _ = run("disk-size-unsupported")
    text = " ".join(out.split())
    assert "applies: a disk may have at most 65,536 GiB" in text
    assert "(disk-larger-than 65536)" in text
    assert "Support matrix for Azure VM backups, 2026-03-26" in text
    assert "Edition 2018-01 says" in text


def test_members_of_a_group() -> None:
    explained = as_json("snapshot-status-or-snapshot-failed")
    (group,) = explained["causes"]
    assert len(group["members"]) == 7
    assert "sql-server-vss-full-backup" in {member["id"] for member in group["members"]}


def test_words_need_no_quotes() -> None:
    assert as_json("disk", "size", "unsupported")["causes"][0]["id"] == "disk-size-unsupported"


@pytest.mark.parametrize(
    ("edition", "symptom"),
    [("2018-01", "snapshot-failed-no-network"), ("current", "ExtensionSnapshotFailedNoNetwork")],
)
def test_a_korean_heading_is_explained_by_the_edition_asked_for(edition: str, symptom: str) -> None:
    heading = "가상 머신에 네트워크 연결이 없으므로 스냅숏 작업이 실패했습니다."
    explained = as_json(heading, "--edition", edition)
    assert (explained["symptom"]["id"], explained["edition"]) == (symptom, edition)


def test_markdown_is_inert() -> None:
    code, out, _ = run("BackUpOperationFailed", "-f", "markdown")
    assert code == 0
    assert out.startswith("# BackUpOperationFailed")
    assert "<" not in out.replace("\\<", "")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("asdf qwer", "Nearest: "),
        ("400196 -f yaml", "unknown format 'yaml'"),
        ("400196 --edition 2019", "unknown edition '2019'"),
    ],
)
def test_bad_input(line: str, says: str) -> None:
    code, out, err = run(*line.split())
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_too_long(width: int) -> None:
    ran = run_here("explain", "400196", COLUMNS=str(width))
    *lines, link, more = ran.out.splitlines()
    assert max(map(len, lines)) <= width
    # An address and a command are never wrapped.
    assert link.startswith("https://")
    assert more.startswith("More: backupscan explain")


def test_addresses_of_the_details_are_whole() -> None:
    lines = run_here("explain", "400196", "--details", COLUMNS="60").out.splitlines()
    addresses = [line for line in lines if "https://" in line and len(line) > 60]
    assert addresses
    assert all(re.fullmatch(r" *https://learn\S+ \(.+\)", line) for line in addresses)
    assert max(len(line) for line in lines if line not in addresses) <= 60
    assert all(line == line.rstrip() for line in lines)
