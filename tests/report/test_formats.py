"""The table of formats: what the options, their help and the writers are made from."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scanner.errors import UsageError
from scanner.report.formats import DIFF_FORMATS, FORMATS, Format
from scanner.report.write import parse_outputs
from tests.support.command import run_here


def help_of(command: str) -> str:
    return " ".join(run_here(command, "--help").out.split())


def test_names_and_endings_are_unique() -> None:
    words = [word for entry in FORMATS.values() for word in {entry.name, entry.ending} if word]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("entry", FORMATS.values(), ids=lambda entry: entry.name)
def test_a_format_is_selected_by_name_and_by_ending(entry: Format) -> None:
    assert parse_outputs((), [f"{entry.name}=out"])[0].format == entry.name
    if entry.ending:
        assert parse_outputs([f"out.{entry.ending}"], ())[0].format == entry.name


@pytest.mark.parametrize("entry", FORMATS.values(), ids=lambda entry: entry.name)
def test_only_text_goes_to_stdout(entry: Format) -> None:
    if entry.is_binary:
        with pytest.raises(UsageError, match=f"-f {entry.name}=-: {entry.name} is no text"):
            parse_outputs((), [f"{entry.name}=-"])
    else:
        assert parse_outputs((), [f"{entry.name}=-"])[0].to_stdout


@pytest.mark.parametrize("name", sorted(FORMATS.keys() - DIFF_FORMATS.keys()))
def test_a_format_without_a_writer_of_differences_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="there is no format"):
        parse_outputs((), [f"{name}=-"], DIFF_FORMATS)


def test_help_names_every_format() -> None:
    for command, formats in (("scan", FORMATS), ("precheck", FORMATS), ("diff", DIFF_FORMATS)):
        text = help_of(command)
        for entry in formats.values():
            assert entry.name in text
            assert entry.ending is None or f".{entry.ending}" in text


def test_the_table_imports_no_format() -> None:
    code = "import sys, scanner.report.formats; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"msgspec", "jinja2", "rich", "xlsxwriter"} & set(ran.stdout.split())
