"""What `diff` says of two bundles: facts that changed, and on which VMs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec import json

from scanner.fleet.bundle.reader import open_bundle
from scanner.fleet.bundle.redacting import redact_bundle
from scanner.fleet.bundle.redaction import Key, Redactor
from scanner.inventory.scope import Names, Scope
from scanner.sim.faults import refuse
from scanner.sim.network_shapes import NicShape, RouteShape, RuleShape
from scanner.sim.shapes import MONITOR_LINUX, DiskShape, ready_agent
from scanner.sim.world import World
from tests.support.bundles import record
from tests.support.command import assert_refused, run_here


def night(*, second: bool = False) -> World:
    """A fleet, or the same fleet a day later: something of every kind is different."""
    world = World()
    prod, other = world.subscription("prod"), world.subscription("other")
    web = prod.group("rg-web")
    rules = [RuleShape("allow-all", 200, "Allow")]
    deny = RuleShape("deny-storage", 100, destination="Storage", port="443")
    nsg = web.nsg("nsg", *([deny] if second else []), *rules)
    table = web.route_table("table", RouteShape("0.0.0.0/0", "Internet" if second else "None"))
    subnet = web.subnet("app", nsg=nsg.id, route_table=table.id)
    vault = prod.group("rg-backup").vault("vault")
    policy = vault.policy()
    one = web.vm(
        "one",
        agent=ready_agent("2.2.20" if second else "2.9.1.1"),
        nics=[NicShape(subnet=subnet)],
        extensions=[MONITOR_LINUX] if second else [],
    )
    two = web.vm("two", nics=[NicShape(subnet=subnet)], data_disks=[DiskShape(8, name="data")])
    backups = prod.group("AzureBackupRG_westeurope_1")
    backups.collection(source=two.id, points=4)
    for vm in (one, two):
        error = vm is two and second
        vault.protect(vm, policy, state="ProtectionStopped" if error else "Protected")
    other.group("rg").vm("quiet")
    if second:
        prod.lock("keep", on=backups.id)
        web.vm("new")
    else:
        web.vm("old")
    return world


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nights")
    record(night(), folder / "one")
    record(night(second=True), folder / "two")
    return folder


def diff(old: Path, new: Path, *more: str) -> Any:
    return run_here("diff", f"{old}", f"{new}", *more)


def facts(old: Path, new: Path) -> Any:
    ran = diff(old, new, "-f", "json")
    assert ran.code == 0, ran.err
    return json.decode(ran.out)


@pytest.fixture(scope="module")
def found(nights: Path) -> Any:
    return facts(nights / "one", nights / "two")


def names(change: Any) -> tuple[str, ...]:
    """What changed, where, and on which VMs, by names."""
    vms = " ".join(vm.rpartition("/")[2] for vm in change["vms"])
    return change["what"], change["kind"], change["id"].rpartition("/")[2], change["path"], vms


EXPECTED = {
    ("added", "lock", "keep", "", "two"),
    ("added", "network security group", "nsg", "properties.securityRules[deny-storage]", "one two"),
    ("added", "virtual machine", "new", "", "new"),
    ("removed", "virtual machine", "old", "", "old"),
    ("added", "virtual machine", "one", "resources[AzureMonitorLinuxAgent]".lower(), "one"),
}


def test_which_rule_lock_extension_and_protection_changed(found: Any) -> None:
    changes = {names(change) for change in found["facts"]}
    assert changes >= EXPECTED
    by_path = {names(it)[1:4]: (it["before"], it["now"], names(it)[4]) for it in found["facts"]}
    hop = ("route table", "table", "properties.routes[route-1].properties.nextHopType")
    agent = ("virtual machine", "one", "properties.instanceView.vmAgent.vmAgentVersion")
    state = next(key for key in by_path if key[2] == "properties.protectionState")
    assert by_path[hop] == ("None", "Internet", "one two")
    assert by_path[agent] == ("2.9.1.1", "2.2.20", "one")
    assert by_path[state] == ("Protected", "ProtectionStopped", "two")
    assert not {it for it in changes if "quiet" in it}
    assert found["not_compared"] == []


def test_the_verdicts_are_compared_as_well(found: Any) -> None:
    new = {(it["name"], it["cause"]) for it in found["changes"] if it["what"] == "new"}
    assert ("one", "linux-agent-outdated") in new
    assert ("lost protection", "two") in {(it["what"], it["name"]) for it in found["vms"]}


def test_a_person_reads_what_changed_on_which_vms(nights: Path) -> None:
    shown = diff(nights / "one", nights / "two").out
    assert "- **added** lock keep (on two)" in shown


def test_the_same_bundle_has_no_change(nights: Path) -> None:
    assert facts(nights / "one", nights / "one")["facts"] == []


def test_what_was_not_read_did_not_change(nights: Path, tmp_path: Path) -> None:
    """A listing that was refused has no disks, and no disk was removed."""
    world = night()
    refuse(world.subscriptions[0], "disks")
    record(world, tmp_path / "refused")
    found = facts(nights / "one", tmp_path / "refused")
    assert found["facts"] == []
    assert [it["fact"] for it in found["not_compared"]] == ["disks"]


def test_a_single_read_that_was_refused_is_not_compared(nights: Path, tmp_path: Path) -> None:
    """The restore points of a collection are read one collection at a time."""
    world = night()
    refuse(world.subscriptions[0], "restore_points")
    record(world, tmp_path / "refused")
    found = facts(nights / "one", tmp_path / "refused")
    assert found["facts"] == []
    assert {it["fact"] for it in found["not_compared"]} == {"restore_points"}


def test_what_a_scope_leaves_out_neither_came_nor_went(nights: Path, tmp_path: Path) -> None:
    """A scope has some VMs. Where it has none, nothing around VMs is read."""
    scope = Scope(Names(resource_groups=("rg-backup",)))
    record(night(second=True), tmp_path / "other", scope)
    for old, new in ((nights / "one", tmp_path / "other"), (tmp_path / "other", nights / "one")):
        found = facts(old, new)
        assert not {it["what"] for it in found["facts"]} & {"added", "removed"}
        why = {it["why"].partition(" has")[0].partition(" may")[0] for it in found["not_compared"]}
        assert why == {"The scope of one bundle", "One bundle"}
    gone = facts(nights / "one", nights / "two")
    assert ("removed", "virtual machine", "old", "", "old") in map(names, gone["facts"])


def test_a_report_has_no_facts(nights: Path, tmp_path: Path) -> None:
    report = tmp_path / "one.json"
    ran = run_here("scan", "--bundle", f"{nights / 'one'}", "-o", f"{report}", "-q")
    assert report.exists(), ran.err
    found = facts(report, nights / "two")
    assert "facts" not in found
    assert found["changes"]


def test_pseudonyms_of_one_key_compare_and_of_two_keys_do_not(
    nights: Path, tmp_path: Path, found: Any
) -> None:
    for name, bundle, key in (("a", "one", "k1"), ("b", "two", "k1"), ("c", "two", "k2")):
        redactor = Redactor(Key(key.encode() * 16))
        redact_bundle(open_bundle(nights / bundle), tmp_path / name, redactor)
    redacted = facts(tmp_path / "a", tmp_path / "b")
    assert len(redacted["facts"]) == len(found["facts"])
    assert redacted["summary"] == found["summary"]
    assert_refused(diff(tmp_path / "a", tmp_path / "c"), "pseudonyms of different keys")
    assert_refused(diff(tmp_path / "a", nights / "two"), "or one has names")
