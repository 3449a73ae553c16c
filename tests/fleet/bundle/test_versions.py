"""Bundles of earlier versions are read. What they were not read for is unknown, never clear."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree
from typing import Any

import msgspec
import pytest
import zstandard
from msgspec.structs import replace

from scanner import __version__
from scanner.errors import UsageError
from scanner.fleet.bundle.content import known_fields
from scanner.fleet.bundle.files import BundleError, digest
from scanner.fleet.bundle.manifest import read_manifest, write_manifest
from scanner.fleet.bundle.reader import open_bundle
from scanner.fleet.bundle.resuming import resume_bundle
from scanner.report.report import Report
from tests.support.bundles import report_of
from tests.support.verdicts import verdict_of

RECORDED = Path(__file__).parent / "recorded"
V1 = RECORDED / "v1"
"""The demo fleet of 20 VMs, recorded by the first version that had bundles."""
DISK = "disk-size-unsupported"
LOCK = "restore-point-cleanup-blocked-by-lock"
AGENT = "windows-agent-unresponsive"
CAUSES = (DISK, LOCK, AGENT)
NOT_READ = "unknown (not-recorded)"
Verdicts = dict[str, dict[str, str]]


def verdicts_of(report: Report) -> Verdicts:
    return {
        vm.vm.id.text: {c.cause: verdict_of(c) for c in vm.causes if c.cause in CAUSES}
        for vm in report.vms
    }


def verdicts_then(version: str) -> Verdicts:
    found: Verdicts = json.loads((RECORDED / version / "verdicts.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return Path(copytree(V1, tmp_path / "bundle"))


@pytest.mark.parametrize("version", sorted(path.name for path in RECORDED.iterdir()))
def test_a_bundle_of_every_version_is_read(version: str) -> None:
    """With the verdicts of that time, or unknown if a check now needs what was not read then."""
    then, now = verdicts_then(version), verdicts_of(report_of(RECORDED / version))
    assert now.keys() == then.keys()
    pairs = [(now[vm][cause], then[vm][cause]) for vm in then for cause in CAUSES]
    assert {new for new, old in pairs if new != old} <= {NOT_READ}
    assert sum(new == old for new, old in pairs) > len(pairs) / 2


def test_a_property_that_was_not_read_then_is_unknown(bundle: Path) -> None:
    without(bundle, "VmDisk", "diskSizeGB")
    report = report_of(bundle)
    then, now = verdicts_then("v1"), verdicts_of(report)
    known = {vm for vm in then if then[vm][DISK] in ("clear", "applies", "possible")}
    assert {then[vm][DISK] for vm in known} == {"clear", "applies", "possible"}
    assert {now[vm][DISK] for vm in known} == {NOT_READ}
    assert all(now[vm][LOCK] == then[vm][LOCK] for vm in known)
    assert any("before the scanner read VmDisk.disk_size_gb" in gap.remedy for gap in report.gaps)


def test_a_listing_that_was_not_made_then_is_unknown(bundle: Path) -> None:
    without(bundle, "Snapshot", "locks")
    for part in read_manifest(bundle).parts:
        change(bundle, part.id.text, lambda content: content.pop("locks"))
    found = {verdicts[LOCK] for verdicts in verdicts_of(report_of(bundle)).values()}
    assert "clear" not in found
    assert NOT_READ in found


def test_a_bundle_that_lacks_what_no_gap_can_replace_is_refused(bundle: Path) -> None:
    without(bundle, "Snapshot", "network")
    [part, *_] = read_manifest(bundle).parts
    change(bundle, part.id.text, lambda content: content.pop("network"))
    with pytest.raises(BundleError, match="network"):
        [*open_bundle(bundle)]


def test_a_bundle_of_another_version_is_not_gone_on_with(bundle: Path) -> None:
    """Its parts would have been read for other properties."""
    without(bundle, "VmDisk", "diskSizeGB")
    with pytest.raises(UsageError, match="reads other properties"):
        resume_bundle(bundle, only_failed=False, version=__version__)


def without(folder: Path, kind: str, field: str) -> None:
    """Let a manifest say that a field was not read."""
    manifest = read_manifest(folder)
    names = [name for name in known_fields()[kind].split() if name != field]
    write_manifest(folder, replace(manifest, records={**manifest.records, kind: " ".join(names)}))


def change(folder: Path, subscription: str, edit: Any) -> None:
    """Change the content of a subscription's file, and its checksum."""
    manifest = read_manifest(folder)
    [part] = [part for part in manifest.parts if part.id.text == subscription]
    assert part.saved
    file = folder / part.saved.file
    content = msgspec.msgpack.decode(zstandard.decompress(file.read_bytes()))
    edit(content)
    data = zstandard.compress(msgspec.msgpack.encode(content))
    file.write_bytes(data)
    saved = replace(part.saved, sha256=digest(data), bytes=len(data))
    parts = (replace(one, saved=saved) if one == part else one for one in manifest.parts)
    write_manifest(folder, replace(manifest, parts=tuple(parts)))
