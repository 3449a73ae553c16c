"""A bundle that is judged without Azure gives the report of the scan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from scanner.errors import ScopeError, UsageError
from scanner.fleet.bundle.codec import Codec
from scanner.fleet.bundle.content import Index, known_fields
from scanner.fleet.bundle.narrowing import narrow_scope
from scanner.fleet.bundle.reader import open_bundle
from scanner.inventory.armid import ArmId
from scanner.inventory.scope import Names, Scope
from scanner.inventory.snapshot import Snapshot
from scanner.inventory.target import Target
from scanner.report.write import WRITERS
from scanner.sim.demo import grow
from scanner.sim.faults import refuse
from scanner.sim.world import World
from tests.support.bundles import record, report_of
from tests.support.fleets.small import fleet
from tests.support.scans import scan_now

TO_JSON = WRITERS["json"]


def demo() -> World:
    """A new world for every scan: its faults are over after some requests."""
    return grow(vms=20)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "bundle"
    collected = record(demo(), folder, metrics=True)
    assert collected.vms > 20
    return folder


@pytest.mark.parametrize("edition", ["2018-01", "current"])
def test_both_editions(bundle: Path, edition: str) -> None:
    live = scan_now(demo(), edition=edition, metrics=True).report
    assert TO_JSON(report_of(bundle, edition, metrics=True)) == TO_JSON(live)


def test_a_precheck_also_of_a_vault_that_backs_up_nothing_of_the_scope(bundle: Path) -> None:
    target = Target("vault-fleet", "DefaultPolicy")
    scope = Scope(protection="unprotected-or-named")
    live = scan_now(demo(), target=target, scope=scope).report
    assert TO_JSON(report_of(bundle, scope=scope, target=target)) == TO_JSON(live)


def mixed() -> World:
    """The small fleet, with a vault, an item of a VM that is gone, and a listing that is denied."""
    world = fleet()
    prod, test = world.subscriptions[:2]
    vault = prod.group("rg-backup").vault("vault")
    policy = vault.policy()
    web = next(vm for vm in prod.vms if vm.name == "web-01")
    vault.protect(web, policy=policy)
    gone = test.group("rg-test").vm("gone")
    vault.protect(gone, policy=policy)
    test.delete_vm(gone)
    refuse(test, "disks")
    return world


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small") / "bundle"
    record(mixed(), folder, Scope(include_managed=True))
    return folder


WEB = next(vm for vm in fleet().vms if vm.name == "web-01")
SCOPES = {
    "everything": Scope(include_managed=True),
    "without managed VMs": Scope(),
    "a subscription": Scope(Names(subscriptions=("prod",))),
    "all but a subscription": Scope(excluded=Names(subscriptions=("prod",))),
    "a group": Scope(Names(resource_groups=("rg-web",))),
    "all but a group": Scope(excluded=Names(resource_groups=("RG-Web", "nowhere"))),
    "a VM": Scope(Names(vms=(ArmId(WEB.id),))),
    "tags": Scope(Names(tags=(("owner", "web"),))),
    "protected VMs": Scope(protection="protected"),
    "unprotected VMs": Scope(protection="unprotected"),
}


@pytest.mark.parametrize("scope", SCOPES.values(), ids=SCOPES)
def test_a_narrower_scope_finds_what_a_scan_of_it_finds(small: Path, scope: Scope) -> None:
    live, saved = scan_now(mixed(), scope=scope).report, report_of(small, scope=scope)
    # Only how long it took is that of the whole bundle.
    assert TO_JSON(replace(saved, started_at=live.started_at)) == TO_JSON(live)


def test_a_bundle_of_a_scope_keeps_what_the_scope_lacked(tmp_path: Path) -> None:
    scope = Scope(Names(vms=(ArmId(WEB.id), ArmId(f"{WEB.id}-gone"))))
    live = scan_now(fleet(), scope=scope).report
    record(fleet(), tmp_path / "bundle", scope)
    assert not live.complete
    assert TO_JSON(report_of(tmp_path / "bundle")) == TO_JSON(live)


LEFT_OUT = {
    "managed VMs": (Scope(), Scope(include_managed=True), "without --include-managed"),
    "unprotected VMs": (
        Scope(protection="protected"),
        Scope(protection="unprotected"),
        "only VMs by their protection",
    ),
    "VMs to check before": (
        Scope(protection="protected"),
        Scope(protection="unprotected-or-named"),
        "only VMs by their protection",
    ),
    "a management group": (
        Scope(),
        Scope(Names(management_groups=("top",))),
        "does not say which subscriptions are below",
    ),
}


@pytest.mark.parametrize(("recorded", "wanted", "says"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_what_a_bundle_left_out_is_refused(recorded: Scope, wanted: Scope, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        narrow_scope(wanted, recorded)


def test_a_subscription_that_a_bundle_does_not_have_is_refused(small: Path) -> None:
    with pytest.raises(ScopeError, match="no subscription 'other' is in the bundle"):
        report_of(small, scope=Scope(Names(subscriptions=("other",))))


def test_every_snapshot_is_read_as_it_was_saved(bundle: Path) -> None:
    opened = open_bundle(bundle)
    snapshots = [*opened]
    assert [entry.subscription for entry in snapshots] == [*opened.index.targets.subscriptions]
    for entry in snapshots:
        codec = Codec(Snapshot)
        again = codec.unpack(codec.pack(entry))
        tags, saved = again.service_tags, entry.service_tags
        assert tags
        assert saved
        # A publication has thousands of prefixes and is compared by identity.
        assert (tags.publication, tags.prefixes) == (saved.publication, saved.prefixes)
        assert structs.replace(again, service_tags=saved) == entry
    codec_of_index = Codec(Index)
    assert codec_of_index.unpack(codec_of_index.pack(opened.index)) == opened.index
    # A bundle has none of the service's answers. Details of jobs are tested with their records.
    kinds = {*Snapshot.__struct_fields__} - {"azure_answers", "job_details"}
    unseen = {name for name in kinds if not any(getattr(entry, name) for entry in snapshots)}
    assert not unseen, "the fleet has no example of it"


def test_no_two_kinds_of_record_have_one_name() -> None:
    """The manifest has the fields of a kind by its name."""
    assert "ProtectedItem" in known_fields()
    assert known_fields()["VmDisk"].split()[:3] == ["name", "lun", "osType"]
