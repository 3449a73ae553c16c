"""Entries of listings, and answers, that lack what ARM documents or have it in another shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scanner.report.report import Report
from scanner.sim import faults
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import DiskShape, ready_agent
from tests.support.fleets.every_read import Fleet
from tests.support.fleets.needs import IN_PROD
from tests.support.pairs import pairs
from tests.support.route_faults import FAILED, NOT_RECORDED, READ_ACTIONS, is_useful
from tests.support.scans import scan_world
from tests.support.verdict_tables import (
    DISK,
    EXTENSION,
    LINUX,
    LOCK,
    NETWORK,
    SNAPSHOT,
    WINDOWS,
    Table,
    differences,
    table_of,
)

MISSING: Mapping[str, Mapping[str, Any]] = {
    "no properties": {},
    "properties null": {"properties": None},
    "properties empty": {"properties": {}},
}
WRONG_TYPE: Mapping[str, Mapping[str, Any]] = {
    "properties a list": {"properties": []},
    "properties a string": {"properties": "none"},
}
ENTRIES: Mapping[str, Mapping[str, Any]] = {**MISSING, **WRONG_TYPE}
ANONYMOUS: Mapping[str, object] = {"empty": {}, "null": None, "a number": 17, "no id": {"id": 3}}


def unknown_by(entry: str) -> str:
    """ARM may leave out any member. A member of another type is no answer."""
    return NOT_RECORDED if entry in MISSING else FAILED


async def scan_with(fleet: Fleet, route: str, which: str, entry: object) -> Report:
    """The report of a scan with one entry of a listing replaced."""
    faults.broken_entry(fleet.prod, route, fleet.index(route, which), entry)
    report = (await scan_world(fleet.world)).report
    assert all(is_useful(gap, READ_ACTIONS[route]) for gap in report.gaps)
    return report


def table_less(fleet: Fleet, vm: str) -> Table:
    """The verdicts of the fleet without a VM."""
    return {id_: row for id_, row in fleet.table.items() if id_ != vm.lower()}


@pytest.mark.parametrize(("name", "entry"), pairs(["off", "old", "hidden"], ENTRIES, one_in=3))
async def test_vm_without_properties(name: str, entry: str) -> None:
    """All that its body has is unknown. Its locks and its restore points are known."""
    fleet = Fleet()
    vm = fleet.vms[name]
    body = {"id": vm.id, "name": vm.name, "location": "westeurope", **ENTRIES[entry]}
    report = await scan_with(fleet, "virtual_machines", vm.id, body)
    unknown = unknown_by(entry)
    changed = dict.fromkeys((WINDOWS, LINUX, DISK, SNAPSHOT, EXTENSION), unknown)
    if entry != "properties empty":
        # The current edition needs no network.
        changed |= {NETWORK: unknown}
    actual = table_of(report)
    is_judged = vm.id.lower() in actual
    expected = fleet.table_with(**{name: changed}) if is_judged else table_less(fleet, vm.id)
    assert differences(expected, actual) == []
    assert any(gap.scope.lower() == vm.id.lower() for gap in report.gaps)
    assert not report.complete


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize(
    "names", [pytest.param(["fine"], id="one"), pytest.param(IN_PROD, id="all")]
)
async def test_statuses_without_properties(names: Sequence[str], entry: str) -> None:
    """These VMs are read alone, so nothing is missing."""
    fleet = Fleet()
    for name in names:
        vm = fleet.vms[name]
        body = {"id": vm.id, "name": vm.name, **ENTRIES[entry]}
        faults.broken_entry(fleet.prod, "statuses", fleet.index("statuses", vm.id), body)
    report = (await scan_world(fleet.world)).report
    assert all(is_useful(gap, READ_ACTIONS["statuses"]) for gap in report.gaps)
    assert differences(fleet.table, table_of(report)) == []


async def test_status_listing_without_some_vms() -> None:
    """They were made between the two listings, and are read alone."""
    fleet = Fleet()
    for name in ("fine", "off", "listed"):
        entry = {"id": fleet.vms["mute"].id, "properties": {"provisioningState": "Succeeded"}}
        index = fleet.index("statuses", fleet.vms[name].id)
        faults.broken_entry(fleet.prod, "statuses", index, entry)
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table, table_of(report)) == []


@pytest.mark.parametrize("entry", ENTRIES)
async def test_disk_without_properties(entry: str) -> None:
    fleet = Fleet()
    disk = fleet.vms["hidden-small"].disks[1]
    body = {"id": disk.id, "name": disk.name, **ENTRIES[entry]}
    report = await scan_with(fleet, "disks", disk.id, body)
    changed = {DISK: unknown_by(entry)}
    assert differences(fleet.table_with(**{"hidden-small": changed}), table_of(report)) == []
    assert not report.complete


@pytest.mark.parametrize("entry", ENTRIES)
async def test_disk_whose_size_the_vm_has(entry: str) -> None:
    fleet = Fleet()
    disk = fleet.vms["fine"].disks[0]
    body = {"id": disk.id, "name": disk.name, **ENTRIES[entry]}
    report = await scan_with(fleet, "disks", disk.id, body)
    assert differences(fleet.table, table_of(report)) == []


@pytest.mark.parametrize("entry", ENTRIES)
async def test_lock_without_properties(entry: str) -> None:
    """Its id has its scope. Only points in that scope depend on its level."""
    fleet = Fleet()
    id_ = f"{fleet.locked_points.group.id}/providers/Microsoft.Authorization/locks/keep"
    body = {"id": id_, "name": "keep", **ENTRIES[entry]}
    report = await scan_with(fleet, "locks", "keep", body)
    unknown = {LOCK: unknown_by(entry)}
    assert differences(fleet.table_with(locked=unknown, twice=unknown), table_of(report)) == []
    assert not report.complete


@pytest.mark.parametrize(
    "properties",
    [
        *(pytest.param(entry, id=name) for name, entry in ENTRIES.items()),
        pytest.param({"properties": {"source": None}}, id="source null"),
        pytest.param({"properties": {"source": {"location": "x"}}}, id="source without id"),
    ],
)
async def test_collection_without_a_source(properties: Mapping[str, Any]) -> None:
    """It may be of any VM in the subscription, so none of them is clear."""
    fleet = Fleet()
    points = fleet.locked_points
    body = {"id": points.id, "name": points.name, **properties}
    report = await scan_with(fleet, "restore_point_collections", points.id, body)
    unknown = FAILED if properties in WRONG_TYPE.values() else NOT_RECORDED
    changes = {name: {LOCK: unknown} for name in IN_PROD}
    assert differences(fleet.table_with(**changes), table_of(report)) == []
    assert not report.complete


NO_LOCK_VERDICT = {name: {LOCK: FAILED} for name in IN_PROD}


CHANGED_BY: Mapping[str, Mapping[str, dict[str, str]]] = {
    "locks": NO_LOCK_VERDICT,
    "restore_point_collections": NO_LOCK_VERDICT,
    "disks": {"hidden": {DISK: FAILED}},
    "resource_groups": {},
}
"""Other verdicts where a listing has an entry without an id, by the route."""


@pytest.mark.parametrize(("route", "entry"), pairs(CHANGED_BY, ANONYMOUS, one_in=2))
async def test_entry_without_id(route: str, entry: str) -> None:
    """Any VM may have needed it, so no verdict that needs the route is clear."""
    fleet = Fleet()
    which = {
        "locks": "keep",
        "restore_point_collections": fleet.locked_points.id,
        "disks": fleet.vms["hidden"].disks[1].id,
        "resource_groups": fleet.prod.groups[0].id,
    }[route]
    report = await scan_with(fleet, route, which, ANONYMOUS[entry])
    assert differences(fleet.table_with(**CHANGED_BY[route]), table_of(report)) == []
    assert not report.complete


@pytest.mark.parametrize("entry", ANONYMOUS)
async def test_vm_without_id(entry: str) -> None:
    fleet = Fleet()
    vm = fleet.vms["old"].id
    report = await scan_with(fleet, "virtual_machines", vm, ANONYMOUS[entry])
    assert differences(table_less(fleet, vm), table_of(report)) == []
    assert not report.complete


@pytest.mark.parametrize("entry", ANONYMOUS)
async def test_subscription_without_id(entry: str) -> None:
    fleet = Fleet()
    faults.broken_entry(fleet.world, "subscriptions", 0, ANONYMOUS[entry])
    report = (await scan_world(fleet.world)).report
    elsewhere = fleet.vms["elsewhere"].id.lower()
    assert differences({elsewhere: fleet.table[elsewhere]}, table_of(report)) == []
    assert not report.complete


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param("", id="no properties"),
        pytest.param(',"properties":null', id="properties null"),
        pytest.param(',"properties":{}', id="properties empty"),
        pytest.param(',"properties":{"instanceView":null}', id="view null"),
    ],
)
async def test_answer_without_the_instance_view(properties: str) -> None:
    fleet = Fleet()
    vm = fleet.vms["fine"]
    faults.broken_body(vm, "instance_views", f'{{"id":"{vm.id}"{properties}}}'.encode())
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table_with(fine={LINUX: NOT_RECORDED}), table_of(report)) == []
    assert not report.complete


_OF_SOURCE = ',"properties":{"source":{"id":"SOURCE"}'


@pytest.mark.parametrize(
    ("properties", "unknown"),
    [
        pytest.param("", NOT_RECORDED, id="no properties"),
        pytest.param(',"properties":null', NOT_RECORDED, id="properties null"),
        pytest.param(',"properties":{}', NOT_RECORDED, id="properties empty"),
        pytest.param(f"{_OF_SOURCE}}}", NOT_RECORDED, id="no points"),
        pytest.param(f'{_OF_SOURCE},"restorePoints":null}}', NOT_RECORDED, id="points null"),
        pytest.param(
            f'{_OF_SOURCE},"restorePoints":[{{"id":"/x"}},17]}}', FAILED, id="a point that is 17"
        ),
    ],
)
async def test_answer_without_the_restore_points(properties: str, unknown: str) -> None:
    """It is not an answer that there are none."""
    fleet = Fleet()
    points = fleet.locked_points
    body = f'{{"id":"{points.id}"{properties}}}'.replace("SOURCE", points.source)
    faults.broken_body(points, "restore_points", body.encode())
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table_with(locked={LOCK: unknown}), table_of(report)) == []
    assert not report.complete


@pytest.mark.parametrize(
    ("power", "verdict"),
    [
        pytest.param(None, NOT_RECORDED, id="absent"),
        pytest.param("unknown", NOT_RECORDED, id="unknown"),
        pytest.param("hibernated", NOT_RECORDED, id="hibernated"),
        pytest.param("Running", "applies", id="Running"),
        pytest.param("RUNNING", "applies", id="RUNNING"),
    ],
)
async def test_power_state(power: str | None, verdict: str) -> None:
    """Without a documented power state nobody knows if the VM runs."""
    fleet = Fleet()
    vm = fleet.prod.group("rg-power").vm("power", power=power, agent=ready_agent("2.2.19"))
    assert (await scan_world(fleet.world)).verdict(vm.id, LINUX) == verdict


@pytest.mark.parametrize(
    "patch",
    [
        pytest.param({"storageProfile": ABSENT}, id="storageProfile"),
        pytest.param({"storageProfile": {"osDisk": ABSENT}}, id="osDisk"),
        # ARM lists no data disks as an empty list. No recorded VM leaves the list out.
        pytest.param({"storageProfile": {"dataDisks": ABSENT}}, id="dataDisks"),
    ],
)
async def test_vm_body_without_a_member(patch: Mapping[str, Any]) -> None:
    fleet = Fleet()
    fleet.vms["fine"].body_patch = {"properties": patch}
    report = (await scan_world(fleet.world)).report
    verdicts = table_of(report)[fleet.vms["fine"].id.lower()]
    assert verdicts[DISK] == NOT_RECORDED
    # The OS profile has the operating system. Without it, either agent cause may apply.
    assert verdicts[LINUX] in ("clear", NOT_RECORDED)
    assert verdicts[WINDOWS] in ("not-applicable", NOT_RECORDED)
    assert not report.complete


@pytest.mark.parametrize(
    "agent",
    [
        pytest.param({"statuses": ABSENT}, id="no statuses"),
        pytest.param({"statuses": None}, id="statuses null"),
        pytest.param({"statuses": []}, id="statuses empty"),
        pytest.param({"statuses": [{}]}, id="an empty status"),
        pytest.param({"vmAgentVersion": ABSENT}, id="no version"),
        pytest.param({"vmAgentVersion": None}, id="version null"),
        pytest.param({"vmAgentVersion": "Unknown"}, id="version Unknown"),
        pytest.param({"vmAgentVersion": ""}, id="version empty"),
    ],
)
async def test_agent_without_a_status_or_version(agent: Mapping[str, Any]) -> None:
    fleet = Fleet()
    fleet.vms["fine"].view_patch = {"vmAgent": agent}
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table_with(fine={LINUX: NOT_RECORDED}), table_of(report)) == []
    assert not report.complete


@pytest.mark.parametrize(
    ("sizes", "verdict"),
    [
        pytest.param([32_767] * 15, "unknown (denied)", id="491,535 GiB seen"),
        pytest.param([32_767] * 16, "applies", id="524,302 GiB seen"),
        pytest.param([65_536], "possible", id="a disk of 65,536 GiB seen"),
        pytest.param([64], "unknown (denied)", id="a disk of 64 GiB seen"),
    ],
)
async def test_sum_of_sizes_partly_unseen(sizes: list[int], verdict: str) -> None:
    """The sizes that were seen decide if they exceed a limit. They include an OS disk of 30 GiB."""
    fleet = Fleet()
    disks = [*map(DiskShape, sizes), DiskShape(64, size_in_vm=False)]
    vm = fleet.prod.group("rg-sum").vm("sum", data_disks=disks)
    faults.refuse(fleet.prod, "disks", "disk")
    assert (await scan_world(fleet.world)).verdict(vm.id, DISK) == verdict
