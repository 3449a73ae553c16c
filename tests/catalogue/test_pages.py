"""The TOML files of the catalogue: one page per cause, and no mistake in a file gets through."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from scanner.catalogue import files as catalogue_files
from scanner.catalogue import fixes, fixes_of, load
from scanner.catalogue.documents import Code
from scanner.catalogue.files import FOLDER, edition_files, pages, table
from scanner.errors import CatalogueError

CATALOGUE = load()
RULES = {rule for edition in CATALOGUE.editions for rule in edition.rules}


def test_every_cause_of_an_edition_has_one_page_and_every_page_an_edition() -> None:
    named = {cause for edition in edition_files().values() for cause in edition.named}
    assert named == pages().keys() == CATALOGUE.causes.keys()
    names = [path.name for path in FOLDER.joinpath("causes").iterdir()]
    assert sorted(names) == sorted(f"{cause}.toml" for cause in named)


def test_a_page_has_a_table_of_exactly_the_editions_that_name_its_cause() -> None:
    for cause, page in pages().items():
        assert list(page.edition) == [
            name for name, edition in edition_files().items() if cause in edition.named
        ]


def test_a_page_repeats_nothing() -> None:
    for cause, page in pages().items():
        for section in page.edition.values():
            assert section.title != page.title, cause
            assert section.system is None or page.family is None, cause
            assert section.remedy is None or page.remedy is None, cause


def test_rules_are_in_the_order_of_causes_and_pages() -> None:
    for edition in CATALOGUE.editions:
        named = edition_files()[edition.id].named
        conditions = [
            (cause, rule.condition)
            for cause in named
            for rule in pages()[cause].edition[edition.id].rules
        ]
        assert [(rule.cause, rule.condition) for rule in edition.rules] == conditions


def test_causes_come_edition_by_edition() -> None:
    causes = list(CATALOGUE.causes)
    oldest, current = CATALOGUE.editions
    assert [cause for cause in causes if cause in oldest.causes] == list(oldest.causes)
    later = [cause for cause in current.causes if cause not in oldest.causes]
    assert causes[-len(later) :] == later
    # No report names them, so they come after the members that a report can name.
    only_explained = ["snapshot-storage-account-unreachable", "snapshot-task-delayed"]
    assert causes[-len(later) - 2 : -len(later)] == only_explained


def test_every_fix_is_for_rules_of_its_cause() -> None:
    assert fixes()
    for fix in fixes():
        assert fix in fixes_of(fix.cause)
        conditions = {rule.condition for rule in RULES if rule.cause == fix.cause}
        assert conditions
        assert set(fix.conditions) <= conditions


def test_most_causes_have_no_fix() -> None:
    assert fixes_of("vm-not-running") == ()
    assert fixes_of("no-such-cause") == ()


# Mistakes, in a copy of the files.

PAGE, EDITION = Path("causes/vm-not-running.toml"), Path("editions/current.toml")


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the catalogue's files, from which pages are read until the test ends."""
    ignore = shutil.ignore_patterns("*.py", "__pycache__")
    original = Path(catalogue_files.__file__).parent
    folder = shutil.copytree(original, tmp_path / "catalogue", ignore=ignore)
    monkeypatch.setattr(catalogue_files, "FOLDER", folder)
    for reader in (pages, edition_files):
        monkeypatch.setattr(catalogue_files, reader.__name__, cache(reader.__wrapped__))
    return folder


def replace(file: Path, old: str, new: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def append(file: Path, text: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        with (folder / file).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return edit


def write(file: str, content: bytes) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        (folder / file).write_bytes(content)

    return edit


def delete(folder: Path) -> None:
    (folder / PAGE).unlink()


REINSTALL = "Fix the file, or reinstall backupscan."
MISTAKES = {
    "page-missing": (
        delete,
        "editions/current.toml names vm-not-running, which has no table edition.current",
        "Add it to causes/vm-not-running.toml, or do not name the cause.",
    ),
    "cause-not-named": (
        replace(EDITION, '    "vm-not-running",\n', ""),
        "causes/vm-not-running.toml has a table edition.current, which does not name the cause",
        "Name it in editions/current.toml, or delete the table.",
    ),
    "edition-unknown": (
        append(PAGE, '[edition.2019-01]\nobservability = "full"\n'),
        "causes/vm-not-running.toml has a table edition.2019-01, which does not name the cause",
        "Name it in editions/2019-01.toml, or delete the table.",
    ),
    "page-of-no-edition": (
        write("causes/new.toml", b'title = "New"\nedition = {}\n'),
        "causes/new.toml is of no edition",
        "Add a table of an edition.",
    ),
    "document-unknown": (
        replace(PAGE, '["article", "support-matrix"]', '["article", "blog"]'),
        "causes/vm-not-running.toml cites blog, which edition current does not have",
        "Fix it, or add the document to editions/current.toml.",
    ),
    "verdicts-next-to-rules": (
        append(PAGE, '\n[edition.current.verdicts]\napplies = "It is off."\n'),
        "causes/vm-not-running.toml has both rules and verdicts in edition current",
        "Delete the verdicts: rules decide.",
    ),
    "field-unknown-in-a-page": (
        replace(PAGE, "[edition.current]", 'colour = "red"\n\n[edition.current]'),
        "causes/vm-not-running.toml cannot be read: Object contains unknown field `colour`",
        REINSTALL,
    ),
    "field-unknown-in-a-rule": (
        append(PAGE, 'edition = "current"\n'),
        "causes/vm-not-running.toml cannot be read: Object contains unknown field `edition`",
        REINSTALL,
    ),
    "field-unknown-in-an-edition": (
        append(EDITION, 'edition = "current"\n'),
        "editions/current.toml cannot be read: Object contains unknown field `edition`",
        REINSTALL,
    ),
    "field-missing": (
        replace(PAGE, "observability", "# observability"),
        "causes/vm-not-running.toml cannot be read: Object missing required field `observability`",
        REINSTALL,
    ),
    "verdict-unknown": (
        replace(PAGE, 'verdict = "possible"', 'verdict = "perhaps"'),
        "causes/vm-not-running.toml cannot be read: Invalid enum value 'perhaps'",
        REINSTALL,
    ),
    "not-toml": (
        write(str(PAGE), b"title: No"),
        "causes/vm-not-running.toml cannot be read",
        REINSTALL,
    ),
    "not-utf-8": (
        write(str(PAGE), b'title = "\xff"'),
        "causes/vm-not-running.toml cannot be read",
        REINSTALL,
    ),
}
"""A mistake, what the error says of it, and what to do."""


@pytest.mark.parametrize(("make", "what", "remedy"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_an_error_with_the_file_and_what_to_do(
    copy: Path, make: Callable[[Path], None], what: str, remedy: str
) -> None:
    assert catalogue_files.pages() == pages()
    make(copy)
    catalogue_files.pages.cache_clear()
    catalogue_files.edition_files.cache_clear()
    with pytest.raises(CatalogueError) as caught:
        catalogue_files.pages()
    assert what in str(caught.value)
    assert str(caught.value).endswith(f". {remedy}")


def test_a_file_that_is_missing(copy: Path) -> None:
    (copy / "codes.toml").unlink()
    with pytest.raises(CatalogueError, match=r"scanner/catalogue/codes\.toml cannot be read"):
        table("codes.toml", dict[str, Code])
