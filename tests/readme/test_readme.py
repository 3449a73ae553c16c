"""What the README says is what the code does."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import pytest
from markdown_it import MarkdownIt

from scanner.cli import command_line
from scanner.cli.thresholds import Threshold
from scanner.gate.waivers import Waiver

from .picture import PICTURE, heads_of, heads_of_page
from .tables import README, ROOT, filled

TEXT = README.read_text(encoding="utf-8")
CONSOLE = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
LINKS = sorted(set(re.findall(r"\]\(([^)]+)\)", TEXT)))
MOST_BYTES = 300_000


def test_its_tables_are_those_of_the_code() -> None:
    assert filled(TEXT) == TEXT, "run: make readme"


def test_every_command_and_option_it_shows_is_there() -> None:
    root: Any = command_line()
    lines = [line for block in CONSOLE for line in block.splitlines()]
    shown = [line.partition("#")[0].split() for line in lines if line.startswith("backupscan ")]
    assert shown
    for _, name, *words in shown:
        command = root.commands[name]
        options = {
            option for param in command.params for option in (*param.opts, *param.secondary_opts)
        }
        used = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
        assert used <= options, f"backupscan {name} has no {used - options}"


@pytest.mark.parametrize("command", ["make demo", "make test"])
def test_the_commands_of_a_clone_have_a_block_of_their_own(command: str) -> None:
    assert f"{command}\n" in CONSOLE


def test_the_demo_ends_by_naming_the_next_step() -> None:
    [plan] = re.findall(r"backupscan plan (\S+) --live", (ROOT / "Makefile").read_text())
    assert (ROOT / plan).is_file()


def test_the_first_screen_shows_what_it_is_and_how_to_start() -> None:
    screen = "\n".join(TEXT.splitlines()[:40])
    for words in ("examples/reports/report.png", "pip install .", "backupscan demo", "make demo"):
        assert words in screen


@pytest.mark.parametrize("link", LINKS)
def test_every_link_leads_somewhere(link: str) -> None:
    if link.startswith("#"):
        headings = re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
        assert link[1:] in {heading.lower().replace(" ", "-") for heading in headings}
    else:
        assert (ROOT / link).exists()


def test_the_picture_is_small() -> None:
    content = PICTURE.read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) <= MOST_BYTES


def test_the_picture_is_of_the_page_as_it_is() -> None:
    assert heads_of(PICTURE.read_bytes()) == heads_of_page(), "python -m tests.readme.picture"


@pytest.mark.parametrize("table", [Waiver, Threshold])
def test_every_key_of_the_configuration_is_named(table: type[Any]) -> None:
    _, head, rest = TEXT.partition(f"| key of `[[{table.__name__.lower()}]]` |")
    assert head
    rows = rest.partition("\n\n")[0].splitlines()[2:]
    named = {key for row in rows for key in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named == {field.name for field in msgspec.structs.fields(table)}


def test_every_table_is_one_to_a_reader_of_markdown() -> None:
    page = MarkdownIt("gfm-like", {"linkify": False}).render(TEXT)
    assert page.count("<table>") == len(re.findall(r"^\| ?---", TEXT, re.MULTILINE))
    assert page.count("<details>") == page.count("</details>") == 4
