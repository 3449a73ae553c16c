"""A package of one's own: what `checks --new` writes, and that it works beside the scanner."""

from __future__ import annotations

import json
import shutil
import subprocess
import venv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli import app
from scanner.cli.new_check import package
from tests.support.requirements import Need

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NAME = "third-party-check"


def test_the_example_is_what_is_written() -> None:
    files = {
        str(path.relative_to(EXAMPLES)): path.read_text(encoding="utf-8")
        for path in (EXAMPLES / "third_party_check").rglob("*")
        if path.suffix in (".py", ".toml")
    }
    assert files == package(NAME)


def test_the_option_writes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(app, ["checks", "--new", "contoso-checks"])
    assert ran.exit_code == 0
    written = [tmp_path / line for line in ran.stdout.splitlines()]
    assert len(written) == 3
    assert all(path.parent == tmp_path / "contoso_checks" for path in written)
    assert '@check("contoso-checks-disk-size"' in written[1].read_text(encoding="utf-8")
    again = CliRunner().invoke(app, ["checks", "--new", "contoso-checks"])
    assert (again.exit_code, again.stdout) == (2, "")
    assert "contoso_checks is there already" in again.stderr


@pytest.mark.parametrize(
    "name",
    ["", "Contoso", "contoso_checks", "1st", "a--b", "a-", "../up", "a b", "json", "scanner"],
)
def test_a_name_that_cannot_be(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(app, ["checks", "--new", name])
    assert ran.exit_code == 2
    assert repr(name) in ran.stderr
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory, need: Need) -> Path:
    """An environment of its own with the product and the example in it; its programs."""
    folder = tmp_path_factory.mktemp("clean")
    sources = folder / "sources"
    for name in ("scanner", "checks"):
        shutil.copytree(ROOT / name, sources / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, sources / name)
    venv.create(folder / "venv", with_pip=True)
    programs = folder / "venv" / "bin"
    example = shutil.copytree(EXAMPLES / "third_party_check", folder / "example")
    pip = ("install", "--quiet", "--disable-pip-version-check", "--no-input")
    installed = ran(programs / "pip", *pip, str(sources), f"{example}[test]")
    need(installed.returncode == 0, f"packages to install: {installed.stderr[-300:]}")
    return programs


def ran(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *words], capture_output=True, text=True, cwd=program.parent)


def test_its_check_is_listed_beside_ours(clean: Path) -> None:
    told = json.loads(ran(clean / "backupscan", "checks", "-f", "json").stdout)
    packages = {check["id"]: check["package"] for check in told["checks"]}
    assert packages.pop(f"{NAME}-disk-size") == NAME
    assert set(packages.values()) == {"backupscan"}


def test_its_check_is_in_a_report(clean: Path) -> None:
    check = f"{NAME}-disk-size"
    demo = ("demo", "--vms", "20", "--check", check, "-f", "json=-")
    report = json.loads(ran(clean / "backupscan", *demo).stdout)
    causes = [cause for vm in report["vms"] for cause in vm["causes"]]
    assert {cause["cause"] for cause in causes} == {"disk-size-unsupported"}
    found = [finding for cause in causes for finding in cause["findings"]]
    assert {finding["check"] for finding in found} == {check}
    worst = [finding for finding in found if finding["verdict"] == "possible"]
    assert worst
    assert all(finding["evidence"] for finding in worst)


def test_its_own_test_passes(clean: Path) -> None:
    tested = ran(clean / "python", "-m", "pytest", "-q", str(clean.parent.parent / "example"))
    assert tested.returncode == 0, tested.stdout + tested.stderr
