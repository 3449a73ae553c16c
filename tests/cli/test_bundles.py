"""Bundles at the command line: saved, judged without Azure, gone on with, refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.faults import refuse
from tests.support.command import Command, assert_refused, command, opened
from tests.support.fleets.small import fleet

PLAN = Path(__file__).parents[2] / "examples" / "plans" / "break.json"


@pytest.fixture(scope="module")
def azure() -> SimulatedArm:
    return SimulatedArm(fleet())


@pytest.fixture(scope="module")
def online(azure: SimulatedArm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Command]:
    """The command in a folder with the bundle ``night`` and the report of the same scan."""
    folder = tmp_path_factory.mktemp("bundles")
    with opened(azure) as door:
        run = command(door, folder)
        ran = run.scan_here("--record", "night", "-o", "night.json", "-o", "night.csv")
        assert ran.code == 1, ran.err
        yield run


@pytest.fixture(scope="module")
def offline(online: Command) -> Command:
    """The command without any credential, certificate or endpoint."""
    kept = {name: online.environment[name] for name in ("HOME", "PATH", "PYTHONUTF8")}
    return Command(kept, online.folder, "")


def test_a_bundle_gives_the_files_of_its_scan_each_time(
    offline: Command, azure: SimulatedArm
) -> None:
    requests = len(azure.log)
    for name in ("one", "two"):
        ran = offline.here("scan", "--bundle", "night", "-o", f"{name}.json", "-o", f"{name}.csv")
        assert ran.code == 1, ran.err
        assert "signing in" not in ran.err
        for ending in ("json", "csv"):
            live, saved = (offline.folder / f"{of}.{ending}" for of in ("night", name))
            assert saved.read_bytes() == live.read_bytes()
    assert len(azure.log) == requests


def test_collect_judges_nothing(online: Command, offline: Command) -> None:
    ran = online.here("collect", "-o", "collected", "--arm-endpoint", online.url)
    assert (ran.code, ran.out) == (0, "")
    assert ran.last == "exit 0: saved 6 VMs of 2 subscriptions"
    assert offline.here("scan", "--bundle", "collected", "--edition", "2018-01").code == 1
    assert offline.here("precheck", "--bundle", "collected", "--include-protected").code == 1


def test_collect_says_what_could_not_be_read(tmp_path: Path) -> None:
    world = fleet()
    refuse(world.subscriptions[0], "disks")
    with opened(SimulatedArm(world)) as door:
        run = command(door, tmp_path)
        ran = run.here("collect", "-o", "b", "--arm-endpoint", door.url)
        assert ran.code == 3
        assert ran.last == "exit 3: saved 6 VMs of 2 subscriptions; 1 thing could not be read"
        world.faults.clear()
        resumed = ("collect", "--resume", "b", "--arm-endpoint", door.url)
        assert run.here(*resumed).code == 3
        assert run.here(*resumed, "--only-failed").code == 0
        assert run.here("scan", "--bundle", "b", "--fail-on", "never").code == 0


def test_a_scan_goes_on_with_a_bundle(online: Command) -> None:
    ran = online.scan_here("--resume", "night", "-o", "resumed.csv", "--fail-on", "never")
    assert ran.code == 0, ran.err


def test_pseudonyms_are_saved_and_the_bundle_goes_on(online: Command, offline: Command) -> None:
    """The key is the user's own, or is printed once. A bundle goes on with its key and scope."""
    (online.folder / "key.txt").write_text("a key that nobody can guess\n")
    at, key = ("--arm-endpoint", online.url), ("--redact", "--redact-key-file", "key.txt")
    assert online.here("collect", "-o", "away", "-s", "prod", *at, *key).code == 0
    ran = offline.here("redact", "night", "-o", "again")
    assert (ran.code, ran.last) == (0, "exit 0: redacted 6 VMs of 2 subscriptions")
    assert "key of the pseudonyms: " in ran.err
    assert offline.here("scan", "--bundle", "again", "-o", "again.csv").code == 1
    assert "web-01" not in (offline.folder / "again.csv").read_text()
    plan = ("plan", f"{PLAN}", "--bundle", "again")
    assert_refused(offline.here(*plan), "again has pseudonyms, and a plan has names")
    resumed = ("collect", "--resume", "away", *at)
    assert_refused(online.here(*resumed), "pseudonyms of another key")
    assert_refused(online.here(*resumed, *key), "is of another scope")
    assert_refused(online.here(*resumed, "--redact", "-s", "prod"), "need the key of the bundle")
    ran = online.here(*resumed, *key, "-s", "prod")
    assert (ran.code, ran.last.partition(" VMs")[2]) == (0, " of 1 subscription"), ran.err
    judged = online.scan_here("--resume", "away", *key, "-s", "prod")
    assert_refused(judged, "cannot be judged with what is read now")


def test_bundles_at_urls_are_redacted_and_compared(offline: Command) -> None:
    url = f"local://{offline.folder}"
    (offline.folder / "far.txt").write_text("another key that nobody can guess\n")
    ran = offline.here("redact", "night", "--redact-key-file", "far.txt", "-o", f"{url}/far")
    assert ran.last == "exit 0: redacted 6 VMs of 2 subscriptions", ran.err
    ran = offline.here("diff", f"{url}/far", f"{url}/far", "-f", "json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["facts"] == []
    assert_refused(offline.here("diff", f"{url}/far", "night"), "or one has names")


REFUSED = {
    "no folder": (("collect",), "collect needs a folder"),
    "a bundle in the folder": (("collect", "-o", "night"), "night holds a bundle already"),
    "record and bundle": (("scan", "--record", "x", "--bundle", "night"), "exclude each other"),
    "sign-in": (("scan", "--bundle", "night", "--tenant", "x"), "--tenant says how Azure is read"),
    "cloud": (("precheck", "--bundle", "night", "--cloud", "china"), "--cloud says how"),
    "limits": (("scan", "--bundle", "night", "--max-views", "9"), "--max-views says how"),
    "jobs": (("scan", "--bundle", "night", "--job-days", "9"), "--job-days says how"),
    "the service": (("precheck", "--bundle", "night", "--ask-azure"), "--ask-azure says how"),
    "management group": (("scan", "--bundle", "night", "-m", "top"), "--management-group says"),
    "metrics": (("scan", "--bundle", "night", "--metrics"), "recorded without --metrics"),
    "managed VMs": (("scan", "--bundle", "night", "--include-managed"), "--include-managed"),
    "no such subscription": (("scan", "--bundle", "night", "-s", "dev"), "in the bundle"),
    "no such vault": (("precheck", "--bundle", "night", "--vault", "x"), "there is no vault 'x'"),
    "scope of a resumed one": (("scan", "--resume", "night", "-s", "prod"), "--subscription says"),
    "salvage of nothing": (("scan", "--salvage"), "--salvage is about the files of a bundle"),
    "failed of nothing": (("scan", "--only-failed"), "--only-failed is about what a bundle lacks"),
    "pseudonyms of nothing": (("scan", "--redact"), "--redact is about what is saved"),
    "a key for workers": (
        ("collect", "-o", "x", "--redact", "--engine", "dask"),
        "sends no key of pseudonyms",
    ),
    "a key of nothing": (("scan", "--redact-key-file", "x"), "Give --redact too"),
    "no key": (("redact", "night", "-o", "x", "--redact-key-file", "none"), "cannot be read as a"),
    "a file of VMs to resume": (("collect", "--resume", "night", "--vms-file", "x"), "--vms-file"),
    "no bundle": (("scan", "--bundle", "."), "is no bundle"),
    "nowhere": (("scan", "--bundle", "nowhere"), "cannot be read"),
}


@pytest.mark.parametrize(("arguments", "says"), REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(
    offline: Command, arguments: tuple[str, ...], says: str
) -> None:
    assert_refused(offline.here(*arguments), says)


def test_a_configuration_that_says_how_azure_is_read_is_no_hindrance(offline: Command) -> None:
    """It is for scans of Azure. Only what is typed contradicts a bundle."""
    (offline.folder / "own.toml").write_text('[scan]\ntenant = "x"\njob-days = 9\n')
    ran = offline.here("--config", "own.toml", "scan", "--bundle", "night")
    assert ran.code == 1, ran.err


def test_a_bundle_of_another_cloud_is_not_gone_on_with(offline: Command, online: Command) -> None:
    manifest = online.folder / "night" / "manifest.json"
    assert online.url in manifest.read_text()
    with opened(SimulatedArm(fleet())) as other:
        run = command(other, online.folder)
        ran = run.here("scan", "--resume", "night", "--arm-endpoint", other.url)
    assert ran.code == 2
    assert "the bundle is of" in ran.last


def test_a_damaged_file_ends_in_one_line_or_is_left_out(offline: Command) -> None:
    file = next((offline.folder / "night").glob("*-*.zst"))
    whole = file.read_bytes()
    file.write_bytes(whole[:-1])
    try:
        assert_refused(offline.here("scan", "--bundle", "night", "-o", "no.json"), file.name)
        assert not (offline.folder / "no.json").exists()
        ran = offline.here("scan", "--bundle", "night", "--salvage", "--fail-on", "never")
        assert ran.code == 3
    finally:
        file.write_bytes(whole)
