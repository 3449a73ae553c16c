"""Finding checks, and refusing bad ones by name."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.api import Edition, Finding, Plan, Vault, Verdict, Vm, check, clear
from scanner.catalogue import load
from scanner.cli import app
from scanner.errors import PluginError, UsageError
from scanner.inventory.gap import Gap, Reason
from scanner.judging import plugins as module
from scanner.judging.plugins import discover, pick
from scanner.testing import SEEN, findings, vm

CATALOGUE = load()
GAP = Gap("/subscriptions/s", "plan", Reason.DENIED, None, "Refused.")
HEAD = "from scanner.api import Edition, Finding, Iterator, Vm, check, clear\n"
CHECK = """
@check({id!r}, cause={cause!r}, reads={reads!r}, each={each!r}{more})
def judged({takes}) -> Iterator[Finding]:
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
    takes: str = "vm: Vm, edition: Edition",
    more: str = "",
) -> str:
    return CHECK.format(id=id, cause=cause, reads=reads, each=each, doc=doc, takes=takes, more=more)


def ids() -> list[str]:
    return [each.check.id for each in discover(CATALOGUE)]


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
    assert ids() == sorted(ids())
    assert {each.package for each in found} == {"backupscan"}
    judged = {each.check.cause for each in found}
    guest_only = {each.id for each in CATALOGUE.causes.values() if each.guest_only}
    assert not judged & guest_only
    assert judged <= set(CATALOGUE.causes)
    oldest, *_ = CATALOGUE.editions
    assert all(judged & set(oldest.parts(cause)) for cause in oldest.causes)


def test_a_strangers_check_is_found(install: Install) -> None:
    before = ids()
    install(HEAD + source())
    assert ids() == sorted([*before, "stranger-one"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (HEAD + source(id="disk-size"), ["disk-size", "another check", "disk_size_unsupported.py"]),
        (HEAD + source(id="other-one"), ["other-one", "stranger-"]),
        (HEAD + source(cause="bad-weather"), ["stranger-one", "cause 'bad-weather'"]),
        (HEAD + source(reads=("weather",)), ["stranger-one", "fact 'weather'"]),
        (HEAD + source(reads=("id",)), ["stranger-one", "fact 'id'"]),
        (HEAD + source(reads=()), ["stranger-one", "no fact"]),
        (HEAD + source(reads=("disk",)), ["fact 'disk'", "Did you mean disks?"]),
        (HEAD + source(cause="disk-size"), ["Did you mean disk-size-unsupported?"]),
        (HEAD + source(each="weather"), ["stranger-one", "fact 'weather'"]),
        (HEAD + source(each="agent", takes="vm, edition, item"), ["each='agent'", "no collection"]),
        (HEAD + source(takes="vm"), ["stranger-one", "(vm, edition)"]),
        (HEAD + source(takes="vm, edition, extra"), ["stranger-one", "(vm, edition)"]),
        (HEAD + source(takes="vm, edition, *, extra"), ["stranger-one", "(vm, edition)"]),
        (HEAD + source(each="disks"), ["stranger-one", "(vm, edition, item)"]),
        (HEAD + source(more=", unless=lambda: None"), ["stranger-one", "unless", "(vm)"]),
        (HEAD + source(doc="pass"), ["stranger-one", "docstring"]),
        (HEAD + source() + source(), []),
    ],
)
def test_a_bad_check_is_refused_with_its_place(
    install: Install, tmp_path: Path, text: str, says: list[str]
) -> None:
    install(text)
    if not says:
        assert "stranger-one" in ids()
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
        ("from scanner.api import check; check('stranger-one')", "missing 2"),
        ("raise SystemExit('enough')", "enough"),
    ],
)
def test_a_module_that_cannot_be_imported(
    install: Install, tmp_path: Path, text: str, says: str
) -> None:
    install("\n" + text)
    with pytest.raises(PluginError) as refused:
        discover(CATALOGUE)
    assert "stranger (entry point one)" in str(refused.value)
    assert says in str(refused.value)
    assert f"{tmp_path / 'stranger.py'}:2" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_module_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = EntryPoint("one", "gone_away", module.GROUP)
    monkeypatch.setattr(module, "entry_points", lambda group: (gone,))
    with pytest.raises(PluginError, match="gone_away") as refused:
        discover(CATALOGUE)
    assert "discover.py" not in str(refused.value)


def test_a_package_without_a_check(install: Install, tmp_path: Path) -> None:
    install("")
    with pytest.raises(PluginError, match="stranger") as refused:
        discover(CATALOGUE)
    assert str(tmp_path / "stranger.py") in str(refused.value)


def test_the_rest_goes_on_where_that_is_asked_for(install: Install) -> None:
    ours = ids()
    install(
        HEAD
        + source()
        + source(id="disk-size").replace("judged", "twice")
        + source(id="stranger-two", cause="bad-weather").replace("judged", "other")
    )
    refused: list[PluginError] = []
    found = discover(CATALOGUE, refused.append)
    assert [each.check.id for each in found] == sorted([*ours, "stranger-one"])
    assert {each.check.id: each.package for each in found}["disk-size"] == "checks"
    assert [each.what.split()[2] for each in refused] == ["disk-size", "stranger-two"]


def test_the_option_names_what_it_leaves_out(install: Install) -> None:
    install("raise RuntimeError('broken')")
    refused = CliRunner().invoke(app, ["explain", "disk-size-unsupported"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "stranger.py:1" in refused.stderr
    assert "--skip-bad-plugins" in refused.stderr
    gone_on = CliRunner().invoke(app, ["explain", "disk-size-unsupported", "--skip-bad-plugins"])
    assert gone_on.exit_code == 0
    assert "Judged by disk-size" in gone_on.stdout
    assert gone_on.stderr.startswith("note: left out: stranger (entry point one)")
    assert gone_on.stderr.count("\n") == 1


def test_none_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "entry_points", lambda group: ())
    with pytest.raises(PluginError, match="no check is installed"):
        discover(CATALOGUE)


def test_pick() -> None:
    found = tuple(each.check for each in discover(CATALOGUE))
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
    quota = ["policy-items", "registrations", "vault-items"]
    assert [each.id for each in pick(found, ["vault-quota"], now)] == quota
    without = pick(found, [], now, ("vault-quota",))
    assert [each for each in found if each not in without] == list(pick(found, quota, now))
    with pytest.raises(UsageError, match="Did you mean disk-size"):
        pick(found, ["disk-sise"], now)


@check("far", cause="vault-region-or-subscription", reads=("plan",))
def far(vm: Vm, _edition: Edition) -> Iterator[Finding]:
    """The vault is not in the VM's region: what a stranger writes, by what ``scanner.api`` has."""
    vault = vm.plan.vault
    near = vault is None or vault.region == vm.region
    yield clear("The vault is near.") if near else Finding(Verdict.POSSIBLE, "The vault is far.")


@pytest.mark.parametrize(
    ("region", "expected"),
    [("westeurope", Verdict.CLEAR), ("West US", Verdict.POSSIBLE), (GAP, Verdict.UNKNOWN)],
)
def test_a_check_of_the_plan_by_a_stranger(region: str | Gap, expected: Verdict) -> None:
    vault = Vault(SEEN.id, region, SEEN)
    [finding] = findings(far, vm(plan=Plan(known_vault=vault)))
    assert finding.verdict is expected
    assert finding.gap is (GAP if expected is Verdict.UNKNOWN else None)
