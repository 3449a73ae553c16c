"""`backupscan explain`: offline, complete, the same content in three forms."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from scanner.catalogue import load, read
from scanner.cli import app

DOCUMENTS = read()
QUERIES = sorted(
    {
        *load().causes,
        *(each.id for documented in DOCUMENTS.editions.values() for each in documented.symptoms),
    }
)


def run(*words: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["explain", *words], env={"COLUMNS": "80"})
    return result.exit_code, result.stdout, result.stderr


def as_json(*words: str) -> Any:
    code, out, err = run(*words, "-f", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_nothing_is_left_out() -> None:
    assert len(QUERIES) == 6 + 13 + 64


@pytest.mark.parametrize("edition", DOCUMENTS.editions)
@pytest.mark.parametrize("query", QUERIES)
def test_everything_is_explained_without_a_gap(query: str, edition: str) -> None:
    """Every symptom and every cause: title, what can be seen, what to do, where it is from."""
    code, out, err = run(query, "--edition", edition)
    assert (code, err) == (0, "")
    told = as_json(query, "--edition", edition)
    documented = DOCUMENTS.editions[told["edition"]]
    order = [each["id"] for each in told["causes"]]
    if told["symptom"]:
        assert order == [*told["symptom"]["note-causes"], *told["symptom"]["causes"]]
    else:
        assert order == [query]
    for cause in told["causes"]:
        said = documented.causes[cause["id"]]
        assert cause["title"] == said.title
        assert cause["facts"] or cause["steps"] or cause["members"]
        assert cause["steps"] == list(said.steps)
        assert cause["shown"] or cause["guest"] or cause["members"]
        assert all(source["where"] and source["date"] for source in cause["sources"])
        assert cause["sources"]
        assert cause["id"] in out
        others = [each for each in cause["elsewhere"] if each["is_named"]]
        assert all(each["facts"] or each["steps"] for each in others)


def test_an_error_of_a_job() -> None:
    told = as_json("400196")
    assert told["schema"] == "backupscan/explain/1"
    assert (told["code"], told["number"]) == ("UserErrorGuestAgentStatusUnavailable", 400196)
    assert [each["id"] for each in told["causes"]] == [
        "vm-not-running",
        "windows-agent-unresponsive",
        "linux-agent-outdated",
        "extension-in-failed-state",
    ]
    assert told["causes"][1]["judged_by"] == ["windows-agent"]
    assert told["causes"][0]["judged_by"] == ["power-state"]
    (then,) = told["other_editions"]
    assert then["id"] == "vm-agent-unable-to-communicate"
    assert then["causes"][:2] == ["linux-stale-goal-state-xml", "vm-no-internet-access"]
    _, out, _ = run("400196")
    for words in (
        "UserErrorGuestAgentStatusUnavailable (400196)",
        "Judged by windows-agent.",
        "In edition 2018-01",
        "Where today's pages disagree",
    ):
        assert words in " ".join(out.split())


def test_a_rule_is_told_with_its_limit_and_pages() -> None:
    _, out, _ = run("disk-size-unsupported")
    told = " ".join(out.split())
    assert "applies: a disk may have at most 65,536 GiB" in told
    assert "(disk-larger-than 65536)" in told
    assert "Support matrix for Azure VM backups, 2026-03-26" in told
    assert "Edition 2018-01 says" in told


def test_members_stand_below_their_group() -> None:
    told = as_json("snapshot-status-or-snapshot-failed")
    (group,) = told["causes"]
    assert len(group["members"]) == 7
    assert "sql-server-vss-full-backup" in {each["id"] for each in group["members"]}


def test_words_need_no_quotes() -> None:
    assert as_json("disk", "size", "unsupported")["causes"][0]["id"] == "disk-size-unsupported"


def test_korean_headings_are_found() -> None:
    told = as_json("가상 머신에 네트워크 연결이 없으므로 스냅숏 작업이 실패했습니다.")
    assert told["symptom"]["id"] == "snapshot-failed-no-network"
    assert told["edition"] == "2018-01"


def test_markdown_is_inert() -> None:
    code, out, _ = run("BackUpOperationFailed", "-f", "markdown")
    assert code == 0
    assert out.startswith("# BackUpOperationFailed")
    assert "<" not in out.replace("\\<", "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["asdf", "qwer"], "Nearest: "),
        (["400196", "-f", "yaml"], "unknown format 'yaml'"),
        (["400196", "--edition", "2019"], "unknown edition '2019'"),
    ],
)
def test_bad_input(words: list[str], told: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "")
    assert told in err
    assert len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_is_too_long(width: int) -> None:
    result = CliRunner().invoke(app, ["explain", "400196"], env={"COLUMNS": str(width)})
    assert max(map(len, result.stdout.splitlines())) <= width
