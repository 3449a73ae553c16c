"""Checks of installed packages are found, and bad ones are refused by name."""

import sys
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import pytest

from scanner.api import Edition, Finding, Plan, Vault, Verdict, Vm, check, clear
from scanner.catalogue import load
from scanner.errors import PluginError, UsageError
from scanner.inventory.gap import Gap, Reason
from scanner.judging import plugins as module
from scanner.judging.plugins import discover, pick
from scanner.testing import SEEN, findings, vm
from tests.support.command import run_here

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
    return [found.check.id for found in discover(CATALOGUE)]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs a module called ``stranger`` next to ours, by an entry point."""
    [ours] = [point for point in entry_points(group=module.GROUP) if point.module == "checks"]
    stranger = EntryPoint("one", "stranger", module.GROUP)

    def put(text: str) -> None:
        (tmp_path / "stranger.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "stranger", raising=False)
        monkeypatch.setattr(module, "entry_points", lambda group: (stranger, ours))

    return put


def test_our_checks_are_found_by_an_entry_point_too() -> None:
    found = discover(CATALOGUE)
    assert ids() == sorted(ids())
    assert {plugin.package for plugin in found} == {"backupscan"}
    judged = {plugin.check.cause for plugin in found}
    guest_only = {cause.id for cause in CATALOGUE.causes.values() if cause.guest_only}
    # Azure Monitor has the load of the guest, where a scan asks it.
    assert judged & guest_only == {"high-cpu-or-memory"}
    assert judged <= set(CATALOGUE.causes)
    oldest, *_ = CATALOGUE.editions
    assert all(judged & set(oldest.parts(cause)) for cause in oldest.causes)


def test_a_check_of_another_package_is_found(install: Install) -> None:
    before = ids()
    install(HEAD + source())
    assert ids() == sorted([*before, "stranger-one"])


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        pytest.param(
            HEAD + source(id="disk-size"),
            ["disk-size", "another check", "disk_size_unsupported.py"],
            id="id of another check",
        ),
        pytest.param(
            HEAD + source(id="other-one"), ["other-one", "stranger-"], id="id without the package"
        ),
        pytest.param(
            HEAD + source(cause="bad-weather"),
            ["stranger-one", "cause 'bad-weather'"],
            id="unknown cause",
        ),
        pytest.param(
            HEAD + source(reads=("weather",)), ["stranger-one", "fact 'weather'"], id="unknown fact"
        ),
        pytest.param(HEAD + source(reads=("id",)), ["stranger-one", "fact 'id'"], id="id as fact"),
        pytest.param(HEAD + source(reads=()), ["stranger-one", "no fact"], id="no fact"),
        pytest.param(
            HEAD + source(reads=("disk",)),
            ["fact 'disk'", "Did you mean disks?"],
            id="misspelt fact",
        ),
        pytest.param(
            HEAD + source(cause="disk-size"),
            ["Did you mean disk-size-unsupported?"],
            id="check as cause",
        ),
        pytest.param(
            HEAD + source(each="weather"),
            ["stranger-one", "fact 'weather'"],
            id="each of an unknown fact",
        ),
        pytest.param(
            HEAD + source(each="agent", takes="vm, edition, item"),
            ["each='agent'", "no collection"],
            id="each of one thing",
        ),
        pytest.param(HEAD + source(takes="vm"), ["stranger-one", "(vm, edition)"], id="no edition"),
        pytest.param(
            HEAD + source(takes="vm, edition, extra"),
            ["stranger-one", "(vm, edition)"],
            id="a third argument",
        ),
        pytest.param(
            HEAD + source(takes="vm, edition, *, extra"),
            ["stranger-one", "(vm, edition)"],
            id="a keyword argument",
        ),
        pytest.param(
            HEAD + source(each="disks"),
            ["stranger-one", "(vm, edition, item)"],
            id="each without item",
        ),
        pytest.param(
            HEAD + source(more=", unless=lambda: None"),
            ["stranger-one", "unless", "(vm)"],
            id="unless without a VM",
        ),
        pytest.param(HEAD + source(doc="pass"), ["stranger-one", "docstring"], id="no docstring"),
        pytest.param(
            HEAD + source(more=", when='sometimes'"),
            ["stranger-one", "when='sometimes'", "always, planning"],
            id="unknown when",
        ),
        pytest.param(
            HEAD + source(more=", family='bsd'"), ["family='bsd'", "linux"], id="unknown family"
        ),
        pytest.param(
            HEAD + source(more=", scope='world'"), ["scope='world'", "fleet"], id="unknown scope"
        ),
        pytest.param(
            HEAD + source(more=", deployment='asm'"), ["deployment='asm'"], id="unknown deployment"
        ),
        pytest.param(HEAD + source(id="stranger one"), ["no printable word"], id="id of two words"),
    ],
)
def test_a_bad_check_is_refused_with_its_place(
    install: Install, tmp_path: Path, text: str, parts: list[str]
) -> None:
    install(text)
    with pytest.raises(PluginError) as refused:
        discover(CATALOGUE)
    for part in (*parts, f"{tmp_path / 'stranger.py'}:3"):
        assert part in str(refused.value)


def test_a_check_defined_twice_under_one_name_is_found_once(install: Install) -> None:
    install(HEAD + source() + source())
    assert "stranger-one" in ids()


def test_two_checks_with_one_id(install: Install, tmp_path: Path) -> None:
    install(HEAD + source() + source().replace("def judged", "def again"))
    with pytest.raises(PluginError, match="stranger-one") as refused:
        discover(CATALOGUE)
    assert str(refused.value).count(str(tmp_path / "stranger.py")) == 2


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("import no_such_thing", "no_such_thing", id="unknown module"),
        pytest.param("this is no python", "syntax", id="bad syntax"),
        pytest.param("raise RuntimeError('broken')", "broken", id="error"),
        pytest.param("from scanner.api import NoSuchName", "NoSuchName", id="unknown name"),
        pytest.param(
            "from scanner.api import check; check('stranger-one')", "missing 2", id="bad call"
        ),
        pytest.param("raise SystemExit('enough')", "enough", id="exit"),
    ],
)
def test_a_module_that_cannot_be_imported(
    install: Install, tmp_path: Path, text: str, part: str
) -> None:
    install("\n" + text)
    with pytest.raises(PluginError) as refused:
        discover(CATALOGUE)
    assert "stranger (entry point one)" in str(refused.value)
    assert part in str(refused.value)
    assert f"{tmp_path / 'stranger.py'}:2" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_module_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_good_checks_are_found_if_bad_ones_may_be_skipped(install: Install) -> None:
    ours = ids()
    install(
        HEAD
        + source()
        + source(id="disk-size").replace("judged", "twice")
        + source(id="stranger-two", cause="bad-weather").replace("judged", "other")
    )
    refused: list[PluginError] = []
    found = discover(CATALOGUE, refused.append)
    assert [plugin.check.id for plugin in found] == sorted([*ours, "stranger-one"])
    assert {plugin.check.id: plugin.package for plugin in found}["disk-size"] == "backupscan"
    assert [error.what.split()[2] for error in refused] == ["disk-size", "stranger-two"]


def test_skip_bad_plugins_names_the_skipped_ones(install: Install) -> None:
    install("raise RuntimeError('broken')")
    refused = run_here("explain", "disk-size-unsupported")
    assert (refused.code, refused.out) == (2, "")
    assert "stranger.py:1" in refused.err
    assert "--skip-bad-plugins" in refused.err
    skipped = run_here("explain", "disk-size-unsupported", "--skip-bad-plugins")
    assert skipped.code == 0
    assert "seen by the checks disk-size" in skipped.out
    assert skipped.err.startswith("note: left out: stranger (entry point one)")
    assert skipped.err.count("\n") == 1


def test_no_check_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "entry_points", lambda group: ())
    with pytest.raises(PluginError, match="no check is installed"):
        discover(CATALOGUE)


OLDEST, CURRENT = CATALOGUE.editions
EXTENSION = ["backup-extension", "extension-operations"]
QUOTA = ["policy-items", "registrations", "vault-items"]


def picked(names: list[str], edition: Edition = CURRENT, **options: Any) -> list[str]:
    """The ids of the checks that these names pick."""
    checks = tuple(plugin.check for plugin in discover(CATALOGUE))
    return [check.id for check in pick(checks, names, edition, **options)]


@pytest.mark.parametrize(
    ("names", "edition", "expected"),
    [
        pytest.param(["disk-size"], CURRENT, ["disk-size"], id="a check"),
        pytest.param(["disk-size-unsupported", "disk-size"], CURRENT,
                     ["disk-size", "disks-together"], id="a cause and one of its checks"),
        pytest.param(["backup-extension-not-loading"], CURRENT, EXTENSION, id="a group"),
        pytest.param(["backup-extension-not-loading"], OLDEST,
                     [*EXTENSION, "vmsnapshotlinux-version"], id="a group in 2018"),
        pytest.param(["vault-quota"], CURRENT, QUOTA, id="a cause"),
    ],
)  # fmt: skip
def test_checks_are_picked_by_check_or_cause(
    names: list[str], edition: Edition, expected: list[str]
) -> None:
    assert picked(names, edition) == expected


def test_without_names_all_checks_are_picked_but_those_left_out() -> None:
    assert picked([]) == ids()
    assert picked([], excluded=("vault-quota",)) == [id_ for id_ in ids() if id_ not in QUOTA]


def test_a_misspelt_check_is_refused() -> None:
    with pytest.raises(UsageError, match="Did you mean disk-size"):
        picked(["disk-sise"])


@check("far", cause="vault-region-or-subscription", reads=("plan",))
def far(vm: Vm, _edition: Edition) -> Iterator[Finding]:
    """The vault is not in the VM's region: a check by the names of ``scanner.api`` alone."""
    vault = vm.plan.vault
    near = vault is None or vault.region == vm.region
    yield clear("The vault is near.") if near else Finding(Verdict.POSSIBLE, "The vault is far.")


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        pytest.param("westeurope", Verdict.CLEAR, id="near"),
        pytest.param("West US", Verdict.POSSIBLE, id="far"),
        pytest.param(GAP, Verdict.UNKNOWN, id="unread"),
    ],
)
def test_a_check_of_the_plan_by_another_package(region: str | Gap, expected: Verdict) -> None:
    vault = Vault(SEEN.id, region, SEEN)
    [finding] = findings(far, vm(plan=Plan(known_vault=vault)))
    assert finding.verdict is expected
    assert finding.gap is (GAP if expected is Verdict.UNKNOWN else None)
