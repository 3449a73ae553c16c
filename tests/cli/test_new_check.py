"""What `checks --new` writes: a package with a check that works when installed."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest

from scanner.cli.new_check import package
from tests.support.command import run_here
from tests.support.environments import Environment, requirements_of, run

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
NAME = "third-party-check"


def test_the_example_is_the_package_that_is_written() -> None:
    files = {
        str(path.relative_to(EXAMPLES)): path.read_text(encoding="utf-8")
        for path in (EXAMPLES / "third_party_check").rglob("*")
        if path.suffix in (".py", ".toml")
    }
    assert files == package(NAME)


def test_the_option_writes_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run_here("checks", "--new", "contoso-checks")
    assert ran.code == 0
    written = [tmp_path / line for line in ran.out.splitlines()]
    assert len(written) == 3
    assert all(path.parent == tmp_path / "contoso_checks" for path in written)
    assert '@check("contoso-checks-disk-size"' in written[1].read_text(encoding="utf-8")
    again = run_here("checks", "--new", "contoso-checks")
    assert (again.code, again.out) == (2, "")
    assert "contoso_checks is there already" in again.err


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("", id="empty"),
        pytest.param("Contoso", id="a capital"),
        pytest.param("contoso_checks", id="an underscore"),
        pytest.param("1st", id="a leading digit"),
        pytest.param("a--b", id="two hyphens"),
        pytest.param("a-", id="a trailing hyphen"),
        pytest.param("../up", id="a path"),
        pytest.param("a b", id="a space"),
        pytest.param("json", id="a module of Python"),
        pytest.param("scanner", id="a module of ours"),
    ],
)
def test_a_name_that_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run_here("checks", "--new", name)
    assert ran.code == 2
    assert repr(name) in ran.err
    assert not list(tmp_path.iterdir())


def test_the_example_works_where_it_is_installed(tmp_path: Path) -> None:
    programs = install_example(tmp_path)
    listed = json.loads(run(programs / "backupscan", "checks", "-f", "json").stdout)
    packages = {check["id"]: check["package"] for check in listed["checks"]}
    assert packages.pop(f"{NAME}-disk-size") == NAME
    assert set(packages.values()) == {"backupscan"}
    demo = ("demo", "--vms", "20", "--check", f"{NAME}-disk-size", "-f", "json=-")
    report = json.loads(run(programs / "backupscan", *demo).stdout)
    causes = [cause for vm in report["vms"] for cause in vm["causes"]]
    assert {cause["cause"] for cause in causes} == {"disk-size-unsupported"}
    findings = [finding for cause in causes for finding in cause["findings"]]
    assert {finding["check"] for finding in findings} == {f"{NAME}-disk-size"}
    possible = [finding for finding in findings if finding["verdict"] == "possible"]
    assert possible
    assert all(finding["evidence"] for finding in possible)
    tested = run(programs / "python", "-m", "pytest", "-q", str(tmp_path / "example"))
    assert tested.returncode == 0, tested.stdout + tested.stderr


def install_example(folder: Path) -> Path:
    """The programs of a clean environment that holds the product and the example."""
    product = folder / "product"
    for name in ("scanner", "checks"):
        shutil.copytree(ROOT / name, product / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, product / name)
    example = shutil.copytree(EXAMPLES / "third_party_check", folder / "example")
    wheels = folder / "wheels"
    # With the setuptools of the tests, which need not be installed again for either package.
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels))
    pip = (Path(sys.executable), "-m", "pip", "wheel")
    built = run(*pip, *options, str(product), str(example))
    assert built.returncode == 0, built.stderr[-300:]
    environment = Environment(folder / "venv")
    quickly = ("--quiet", "--no-deps", "--no-index", "--no-compile")
    files = map(str, wheels.iterdir())
    installed = environment.pip("install", *quickly, *files)
    assert installed.returncode == 0, installed.stderr[-300:]
    needed = [need for need in requirements_of(example, "test") if need != "backupscan"]
    environment.link([*requirements_of(product), *needed])
    checked = environment.pip("check")
    assert checked.returncode == 0, checked.stdout
    return environment.programs
