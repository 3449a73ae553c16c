"""Finding checks, and refusing bad ones by name."""

import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from scanner import discover as module
from scanner.catalogue import load
from scanner.discover import discover, pick
from scanner.errors import PluginError, UsageError

CATALOGUE = load()
HEAD = "from scanner.api import Edition, Finding, Iterator, Vm, check, clear\n"
CHECK = """
@check({id!r}, cause={cause!r}, reads={reads!r}, each={each!r})
def judged(vm: Vm, edition: Edition) -> Iterator[Finding]:
    {doc}
    yield clear("It is fine.")
"""

Install = Callable[[str], None]


def source(
    id: str = "stranger-one",  # noqa: A002
    cause: str = "disk-size-unsupported",
    reads: tuple[str, ...] = ("disks",),
    each: str | None = None,
    doc: str = '"""Something."""',
) -> str:
    return CHECK.format(id=id, cause=cause, reads=reads, each=each, doc=doc)


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a module called ``stranger`` beside ours, behind an entry point."""
    ours = EntryPoint("builtin", "checks", module.GROUP)
    theirs = EntryPoint("one", "stranger", module.GROUP)

    def put(text: str) -> None:
        (tmp_path / "stranger.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "stranger", raising=False)
        monkeypatch.setattr(module, "entry_points", lambda group: (theirs, ours))

    return put


def test_ours_come_in_by_the_strangers_door() -> None:
    found = discover(CATALOGUE)
    assert [each.id for each in found] == sorted(each.id for each in found)
    judged = {each.cause for each in found}
    guest_only = {each.id for each in CATALOGUE.causes.values() if each.guest_only}
    assert not judged & guest_only
    assert judged <= set(CATALOGUE.causes)
    oldest, *_ = CATALOGUE.editions
    assert all(judged & set(oldest.parts(cause)) for cause in oldest.causes)


def test_a_strangers_check_is_found(install: Install) -> None:
    before = len(discover(CATALOGUE))
    install(HEAD + source())
    found = discover(CATALOGUE)
    assert len(found) == before + 1
    assert "stranger-one" in {each.id for each in found}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + source(id="disk-size"), ["disk-size", "stranger-"]),
        (HEAD + source(id="other-one"), ["other-one", "stranger-"]),
        (HEAD + source(cause="bad-weather"), ["stranger-one", "cause 'bad-weather'"]),
        (HEAD + source(reads=("weather",)), ["stranger-one", "fact 'weather'"]),
        (HEAD + source(reads=("id",)), ["stranger-one", "fact 'id'"]),
        (HEAD + source(each="weather"), ["stranger-one", "fact 'weather'"]),
        (HEAD + source(doc="pass"), ["stranger-one", "docstring"]),
        (HEAD + source() + source(), []),
    ],
)
def test_a_bad_check_is_refused_with_its_place(
    install: Install, tmp_path: Path, text: str, says: list[str]
) -> None:
    install(text)
    if not says:
        assert "stranger-one" in {each.id for each in discover(CATALOGUE)}
        return
    with pytest.raises(PluginError) as refused:
        discover(CATALOGUE)
    for part in (*says, f"{tmp_path / 'stranger.py'}:3"):
        assert part in str(refused.value)


def test_two_checks_with_one_id(install: Install, tmp_path: Path) -> None:
    install(HEAD + source() + source().replace("def judged", "def again"))
    with pytest.raises(PluginError, match="stranger-one") as refused:
        discover(CATALOGUE)
    assert str(refused.value).count(str(tmp_path / "stranger.py")) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import no_such_thing", "no_such_thing"),
        ("this is no python", "syntax"),
        ("raise RuntimeError('broken')", "broken"),
        ("from scanner.api import NoSuchName", "NoSuchName"),
    ],
)
def test_a_module_that_cannot_be_imported(install: Install, text: str, says: str) -> None:
    install(text)
    with pytest.raises(PluginError) as refused:
        discover(CATALOGUE)
    assert "stranger (entry point one)" in str(refused.value)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_package_without_a_check(install: Install) -> None:
    install("")
    with pytest.raises(PluginError, match="stranger"):
        discover(CATALOGUE)


def test_none_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "entry_points", lambda group: ())
    with pytest.raises(PluginError, match="no check is installed"):
        discover(CATALOGUE)


def test_pick() -> None:
    found = discover(CATALOGUE)
    then, now = CATALOGUE.editions
    assert pick(found, [], now) == found
    assert [each.id for each in pick(found, ["disk-size"], now)] == ["disk-size"]
    both = pick(found, ["disk-size-unsupported", "disk-size"], now)
    assert [each.id for each in both] == ["disk-size", "disks-together"]
    extension = ["backup-extension", "extension-operations"]
    picked = pick(found, ["backup-extension-not-loading"], now)
    assert [each.id for each in picked] == extension
    picked = pick(found, ["backup-extension-not-loading"], then)
    assert [each.id for each in picked] == [*extension, "vmsnapshotlinux-version"]
    with pytest.raises(UsageError, match="Did you mean disk-size"):
        pick(found, ["disk-sise"], now)
