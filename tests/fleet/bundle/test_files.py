"""The files of a bundle: who may read them, and what is refused or left out."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from shutil import copytree

import pytest
from msgspec.structs import replace

from scanner import __version__
from scanner.errors import UsageError
from scanner.fleet.bundle.files import BundleError, digest, file_of
from scanner.fleet.bundle.manifest import FILE, INDEX, read_manifest, write_manifest
from scanner.fleet.bundle.reader import open_bundle
from scanner.fleet.bundle.resuming import resume_bundle
from scanner.fleet.bundle.writer import make_empty
from scanner.sim.arm import SimulatedArm
from scanner.sim.faults import refuse
from scanner.sim.world import World
from tests.support.bundles import record, report_of
from tests.support.scans import scan_now

Damage = Callable[[Path], None]


def two_subscriptions() -> World:
    world = World()
    for name in ("prod", "test"):
        group = world.subscription(name).group(f"rg-{name}")
        group.vm(f"{name}-1")
    return world


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two") / "bundle"
    record(two_subscriptions(), folder)
    return folder


@pytest.fixture
def bundle(whole: Path, tmp_path: Path) -> Path:
    return Path(copytree(whole, tmp_path / "bundle"))


def part_of(folder: Path, name: str) -> Path:
    """The file of a subscription."""
    [part] = [part for part in read_manifest(folder).parts if part.name == name]
    assert part.saved
    return folder / part.saved.file


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-7])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(bytes(data))


def lengthen(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"\0")


def remove(file: Path) -> None:
    file.unlink()


def make_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def swap(file: Path) -> None:
    """Put the other subscription's file in its place."""
    other = next(path for path in file.parent.glob("*-*.zst") if path != file)
    file.write_bytes(other.read_bytes())


DAMAGES: dict[str, Damage] = {
    "cut": cut, "empty": empty, "one bit": flip, "longer": lengthen, "removed": remove,
    "a pipe": make_pipe,
}  # fmt: skip


@pytest.mark.parametrize("name", [FILE, INDEX, "a subscription"])
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_refused_by_its_name(bundle: Path, damage: Damage, name: str) -> None:
    file = part_of(bundle, "test") if name == "a subscription" else bundle / name
    damage(file)
    with pytest.raises(BundleError) as refused:
        open_bundle(bundle)
    assert file.name in str(refused.value)


@pytest.mark.parametrize("damage", [*DAMAGES.values(), swap], ids=[*DAMAGES, "swapped"])
def test_salvage_makes_a_gap_of_a_damaged_subscription(bundle: Path, damage: Damage) -> None:
    file = part_of(bundle, "test")
    damage(file)
    report = report_of(bundle, salvage=True)
    assert [vm.vm.name for vm in report.vms] == ["prod-1"]
    [gap] = report.gaps
    assert gap.fact == "virtual_machines"
    assert file.name in gap.remedy
    assert not report.complete


def test_salvage_cannot_do_without_the_vaults(bundle: Path) -> None:
    cut(bundle / INDEX)
    with pytest.raises(BundleError, match=INDEX):
        open_bundle(bundle, salvage=True)


def test_a_file_of_another_subscription_with_the_right_checksum_is_refused(bundle: Path) -> None:
    manifest = read_manifest(bundle)
    prod, test = manifest.parts
    swapped = (replace(prod, saved=test.saved), replace(test, saved=prod.saved))
    write_manifest(bundle, replace(manifest, parts=swapped))
    with pytest.raises(BundleError, match="another subscription"):
        [*open_bundle(bundle)]


HEAD = {"schema": "backupscan/bundle", "version": 1, "tool": {"name": "backupscan"}}
MANIFESTS = {
    "newer": ({**HEAD, "version": 2, "tool": {"version": "9.1"}}, "format 2 of backupscan 9.1"),
    "of another program": ({**HEAD, "schema": "terraform"}, "its schema is 'terraform'"),
    "without a checksum": (HEAD, "its checksum is another one"),
    "a list": ([], "no manifest of a bundle"),
}


@pytest.mark.parametrize(("content", "says"), MANIFESTS.values(), ids=MANIFESTS)
def test_another_manifest_is_refused(bundle: Path, content: object, says: str) -> None:
    (bundle / FILE).write_text(json.dumps(content))
    with pytest.raises(BundleError, match=says) as refused:
        open_bundle(bundle, salvage=True)
    assert FILE in str(refused.value)


def test_a_folder_without_a_manifest_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="is no bundle"):
        open_bundle(tmp_path)
    with pytest.raises(BundleError, match="cannot be read"):
        open_bundle(tmp_path / "nowhere")


def test_only_the_owner_may_read_a_bundle(whole: Path) -> None:
    assert stat.S_IMODE(whole.stat().st_mode) == 0o700
    files = [*whole.iterdir()]
    assert len(files) == 5
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_manifest_says_what_was_read(whole: Path) -> None:
    manifest = read_manifest(whole)
    assert manifest.is_whole
    assert manifest.version == 1
    assert manifest.calls["virtual machines"] == 2
    assert manifest.calls["subscriptions"] == 1
    found = {part.name: (part.vms, dict(part.gaps)) for part in manifest.parts}
    assert found == {"prod": (1, {}), "test": (1, {})}


def test_a_folder_that_holds_anything_is_not_written(bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds a bundle already"):
        make_empty(bundle)
    with pytest.raises(UsageError, match="holds other files"):
        make_empty(tmp_path)


def test_what_a_kill_left_of_a_file_is_removed(bundle: Path, tmp_path: Path) -> None:
    left = [folder / ".manifest.json.x1.unfinished" for folder in (bundle, tmp_path / "new")]
    for file in left:
        file.parent.mkdir(exist_ok=True)
        file.touch()
    resume_bundle(bundle, only_failed=False, version=__version__)
    make_empty(tmp_path / "new")
    assert not [file for file in left if file.exists()]


@pytest.mark.parametrize(
    "guid",
    [
        "../../etc/passwd",
        "a/b",
        "",
        ".",
        pytest.param("ü", id="umlaut"),
        pytest.param("x" * 300, id="long"),
    ],
)
def test_a_name_that_is_no_guid_leads_nowhere(guid: str) -> None:
    assert file_of(guid) == f"{digest(guid.encode())}.msgpack.zst"


def test_only_failed_reads_again_what_had_gaps(tmp_path: Path) -> None:
    folder, world = tmp_path / "bundle", two_subscriptions()
    refuse(world.subscriptions[1], "virtual_machines")
    assert record(world, folder).gaps == 1
    gaps = {part.name: dict(part.gaps) for part in read_manifest(folder).parts}
    assert gaps == {"prod": {}, "test": {"denied": 1}}
    world = two_subscriptions()
    azure = SimulatedArm(world)
    resumed = record(
        world,
        folder,
        azure=azure,
        resumed=resume_bundle(folder, only_failed=True, version=__version__),
    )
    assert resumed.gaps == 0
    assert asked_subscriptions(azure) == {world.subscriptions[1].subscription_id}
    assert {vm.vm.name for vm in report_of(folder).vms} == {"prod-1", "test-1"}


def asked_subscriptions(azure: SimulatedArm) -> set[str]:
    """The subscriptions of which VMs were listed."""
    listings = (request.path for request in azure.log)
    return {path.split("/")[2] for path in listings if path.lower().endswith("/virtualmachines")}


def test_an_interrupted_bundle_shows_what_it_lacks_and_is_gone_on_with(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    collected = record(two_subscriptions(), folder, stop_after=1)
    assert collected.interrupted
    assert not read_manifest(folder).is_whole
    report = report_of(folder)
    assert len(report.vms) == 1
    [gap] = report.gaps
    assert "--resume" in gap.remedy
    azure = SimulatedArm(world := two_subscriptions())
    resumed = record(
        world,
        folder,
        azure=azure,
        resumed=resume_bundle(folder, only_failed=False, version=__version__),
    )
    assert not resumed.interrupted
    assert len(asked_subscriptions(azure)) == 1, "what was saved is not read again"
    live = scan_now(two_subscriptions()).report
    assert [(vm.vm.id, vm.causes) for vm in report_of(folder).vms] == [
        (vm.vm.id, vm.causes) for vm in live.vms
    ]
