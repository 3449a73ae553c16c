"""`backupscan precheck` through the installed command."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.server import Door
from scanner.sim.world import World
from tests.support.command import Command, command, opened
from tests.support.fleets.small import fleet


@pytest.fixture(scope="module")
def world() -> World:
    """The small fleet, before its backup is turned on."""
    return fleet(backed_up=False)


@pytest.fixture(scope="module")
def door(world: World) -> Iterator[Door]:
    with opened(SimulatedArm(world)) as found:
        yield found


def id_of_test_01(world: World) -> str:
    return next(vm.id for vm in world.vms if vm.name == "test-01")


def test_ids_from_a_file(run: Command, world: World, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text(
        f"# of the web team\n\n{id_of_test_01(world).upper()}  # the first\n", encoding="utf-8"
    )
    ran = run.here("precheck", "--arm-endpoint", run.url, "--vms-file", str(ids), "-f", "json=-")
    assert ran.code == 0, ran.err
    [vm] = ran.json["vms"]
    assert (vm["name"], vm["protection"]["readiness"]) == ("test-01", "ready")


def test_a_list_of_the_azure_cli_redirected_by_powershell(
    run: Command, world: World, tmp_path: Path
) -> None:
    """PowerShell 5.1 writes ``az vm list > vms.json`` in UTF-16, with a byte order mark."""
    listed = [{"id": id_of_test_01(world), "name": "test-01", "location": "westeurope"}]
    (tmp_path / "vms.json").write_text(json.dumps(listed), encoding="utf-16")
    file = ("--vms-file", "vms.json")
    ran = run.here("precheck", "--arm-endpoint", run.url, *file, "-f", "json=-")
    assert ran.code == 0, ran.err
    assert [vm["name"] for vm in ran.json["vms"]] == ["test-01"]


def test_at_a_terminal(run: Command) -> None:
    ran = run.here("precheck", "--arm-endpoint", run.url, "-g", "rg-sql")
    assert ran.code == 1
    assert re.search(r"^ +1  not ready$", ran.out, re.MULTILINE)
    assert re.search(
        r"1  windows-agent-unresponsive +prod/rg-sql: sql-01$",
        ran.out,
        re.MULTILINE | re.IGNORECASE,
    )
    details = run.here("precheck", "--arm-endpoint", run.url, "-g", "rg-sql", "--details")
    assert "sql-01  not ready  windows-agent-unresponsive" in details.out


@pytest.mark.parametrize(
    "text", ["", "# nothing\n", None], ids=["empty", "only a comment", "missing"]
)
def test_a_file_without_ids_does_not_select_every_vm(
    run: Command, tmp_path: Path, text: str | None
) -> None:
    ids = tmp_path / "ids.txt"
    if text is not None:
        ids.write_text(text, encoding="utf-8")
    ran = run.here("precheck", "--arm-endpoint", run.url, "--vms-file", str(ids))
    assert (ran.code, ran.out) == (2, "")
    assert str(ids) in ran.last


def test_a_missing_vault(run: Command) -> None:
    ran = run.here("precheck", "--arm-endpoint", run.url, "--vault", "vault")
    assert (ran.code, ran.out) == (2, "")
    assert "there is no vault 'vault'" in ran.last
    assert "None is visible" in ran.last


@pytest.mark.parametrize("option", ["--vault", "--policy"])
@pytest.mark.parametrize("empty", ["", " "], ids=["empty", "blank"])
def test_an_empty_name_is_refused(run: Command, option: str, empty: str) -> None:
    ran = run.here("precheck", "--arm-endpoint", run.url, "--vault", "vault", option, empty)
    assert (ran.code, ran.out) == (2, "")
    assert f"{option} has an empty name" in ran.last


def test_a_policy_without_its_vault(run: Command) -> None:
    ran = run.here("precheck", "--arm-endpoint", run.url, "--policy", "daily")
    assert (ran.code, ran.out) == (2, "")
    assert "--vault" in ran.last


def test_a_line_that_is_not_an_id(run: Command, world: World, tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text(f"{id_of_test_01(world)}\n\nweb-01\n", encoding="utf-8")
    ran = run.here("precheck", "--arm-endpoint", run.url, "--vms-file", str(ids))
    assert ran.code == 2
    assert f"{ids}:3: 'web-01' is no VM id" in ran.last


def test_readiness_by_the_selected_checks(run: Command) -> None:
    limit = ("--check", "shared-disk-attached", "--fail-on", "shared-disk-attached=possible")
    ran = run.here("precheck", "--arm-endpoint", run.url, *limit)
    assert ran.code == 0, ran.err
    assert "note: readiness covers only the checks that were picked" in ran.err


def test_protected_only_and_unprotected_only(run: Command) -> None:
    ran = run.scan_here("--protected-only", "--unprotected-only")
    assert ran.code == 2
    assert "exclude each other" in ran.last


@pytest.fixture
def protected(tmp_path: Path) -> Iterator[Command]:
    """The command, and the fleet with a backup of test-01."""
    world = fleet(backed_up=False)
    vault = world.subscriptions[0].group("rg-backup").vault("vault")
    [vm] = [vm for vm in world.vms if vm.name == "test-01"]
    vault.protect(vm, vault.policy())
    with opened(SimulatedArm(world)) as door:
        yield command(door, tmp_path)


def test_every_vm_of_the_scope_is_protected(protected: Command) -> None:
    group = ("-s", "test", "-g", "rg-test")
    ran = protected.here("precheck", "--arm-endpoint", protected.url, *group)
    assert ran.code == 4
    assert "1 VM left out by protection" in ran.last
    ran = protected.here("precheck", "--arm-endpoint", protected.url, *group, "--include-protected")
    assert ran.code == 0
    assert re.search(r"^ +1  ready with warnings$", ran.out, re.MULTILINE)


def test_a_protected_vm_that_is_named(protected: Command, world: World) -> None:
    ran = protected.here("precheck", "--arm-endpoint", protected.url, "--vm", id_of_test_01(world))
    assert ran.code == 0, ran.err
    ran = protected.scan_here("--unprotected-only", "--vm", id_of_test_01(world))
    assert ran.code == 4
    assert "is left out by its protection, although it is named" in ran.err


def test_a_precheck_takes_the_scope_of_a_scan(run: Command) -> None:
    """Management groups, and what is left out."""
    ask = ("precheck", "--arm-endpoint", run.url, "-f", "json=-")
    below = run.here(*ask, "-m", "below").json["vms"]
    assert {vm["name"] for vm in below} == {"test-01", "off-01"}
    without = run.here(*ask, "-m", "below", "--exclude-resource-group", "rg-test").json
    assert ([vm["name"] for vm in without["vms"]], without["scope"]["excluded"]) == (["off-01"], 1)
    assert run.here(*ask, "--exclude-tag", "owner=web").json["scope"]["excluded"] == 1


def test_a_scan_takes_a_file_of_ids(run: Command, world: World, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text(f"# one\n{id_of_test_01(world)}\n", encoding="utf-8")
    report = run.report("--vms-file", "ids.txt")
    assert [vm["name"] for vm in report["vms"]] == ["test-01"]
