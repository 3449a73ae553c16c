"""What could not be read is unknown, with a gap; whatever did not need it stands as it was."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from scanner.catalogue import load
from scanner.inventory.gap import Gap, Reason
from scanner.report.report import Report
from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.faults import Scope
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import DiskShape, ready_agent
from tests.support.fleets.every_read import THEN, Fleet
from tests.support.scans import scan_on_a_clock, scan_world
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
    found,
)

CATALOGUE = load()
READ = {
    "virtual_machines": "Microsoft.Compute/virtualMachines/read",
    "statuses": "Microsoft.Compute/virtualMachines/read",
    "instance_views": "Microsoft.Compute/virtualMachines/read",
    "disks": "Microsoft.Compute/disks/read",
    "locks": "Microsoft.Authorization/locks/read",
    "restore_point_collections": "Microsoft.Compute/restorePointCollections/read",
    "restore_points": "Microsoft.Compute/restorePointCollections/read",
    "resource_groups": "Microsoft.Resources/subscriptions/resourceGroups/read",
    "network_interfaces": "Microsoft.Network/networkInterfaces/read",
    "network_security_groups": "Microsoft.Network/networkSecurityGroups/read",
    "virtual_networks": "Microsoft.Network/virtualNetworks/read",
    "route_tables": "Microsoft.Network/routeTables/read",
    "load_balancers": "Microsoft.Network/loadBalancers/read",
    "public_ip_addresses": "Microsoft.Network/publicIPAddresses/read",
    "nat_gateways": "Microsoft.Network/natGateways/read",
    "classic_virtual_machines": "Microsoft.ClassicCompute/virtualMachines/read",
}
IN_PROD = (
    *("fine", "old", "mute", "off", "listed", "listed-too", "extended"),
    *("hidden", "hidden-small", "half-hidden"),
    *("locked", "unlocked", "twice"),
    *("net-denied", "net-nic-denied", "net-allowed", "net-stopped", "net-detoured", "net-both"),
    *("net-nat", "net-balanced", "net-public"),
)
SINGLE = ("instance_views", "restore_points")
WINDOWS_VMS = ("mute", "off", "extended")
ASKED_ALONE = [name for name in IN_PROD if name not in ("off", "listed", "listed-too")]

LISTED_RUNNING = [name for name in IN_PROD if name not in ("listed-too", "extended")]
EXTENDED = ["listed-too", "extended"]

Needs = Mapping[str, Mapping[str, Sequence[str]]]
"""By route: the causes that need it, and of which VMs; `agent` is the VM's own agent cause."""

NETWORK_ROUTES = (
    *("network_interfaces", "network_security_groups", "virtual_networks", "route_tables"),
    *("load_balancers", "public_ip_addresses", "nat_gateways"),
)
NEEDS: Needs = {
    # The listing's power state; whoever lists extensions is read alone, and that read has it too.
    "statuses": {"agent": LISTED_RUNNING, SNAPSHOT: LISTED_RUNNING},
    # Running VMs whose agent the status listing left out, and the models of extensions.
    "instance_views": {"agent": ASKED_ALONE, EXTENSION: EXTENDED, SNAPSHOT: ["extended"]},
    # VMs with a size that their body leaves out; a disk that is seen to be too large decides.
    "disks": {DISK: ["hidden", "hidden-small"]},
    # Both locks and restore points are needed before any answer, also when one looks empty.
    "locks": {LOCK: IN_PROD},
    "restore_point_collections": {LOCK: IN_PROD},
    # Only VMs that have a collection.
    "restore_points": {LOCK: ["locked", "unlocked", "twice"]},
    # No cause needs the groups: they say whose VMs another service manages.
    "resource_groups": {},
    # Today no cause needs the network: it says what an older edition would have found.
    **{route: {} for route in NETWORK_ROUTES},
}
NEEDS_THEN: Needs = {
    **NEEDS,
    "network_interfaces": {NETWORK: IN_PROD},
    # A gap belongs to a reference: interfaces and subnets without a group need none.
    "network_security_groups": {NETWORK: ["net-denied", "net-nic-denied", "net-allowed"]},
    # What the group on the interface denies, no subnet allows.
    "virtual_networks": {
        NETWORK: [name for name in IN_PROD if name not in ("net-nic-denied", "net-both")]
    },
    "route_tables": {NETWORK: ["net-stopped", "net-detoured"]},
    "load_balancers": {NETWORK: ["net-balanced"]},
    "nat_gateways": {NETWORK: ["net-nat"]},
    # That an interface names a public address is enough.
    "public_ip_addresses": {},
}

FAILED, LEFT_OUT = "unknown (failed)", "unknown (not-recorded)"
Break = Callable[[Scope, str], object]


def _refuse(scope: Scope, route: str) -> None:
    faults.refuse(scope, route)


BREAKS: Mapping[str, tuple[Break, str]] = {
    "refused": (_refuse, "unknown (denied)"),
    "error": (partial(faults.fail, status=500), "unknown (failed)"),
    "dropped": (faults.drop, "unknown (failed)"),
    "no JSON": (partial(faults.broken_body, body=b"<html>busy</html>"), "unknown (failed)"),
    "cut short": (partial(faults.broken_body, body=b'{"value": [{"id": "/su'), "unknown (failed)"),
    "no listing": (partial(faults.broken_body, body=b"[]"), "unknown (failed)"),
    "throttled for ever": (
        partial(faults.throttle, times=None, retry_after=1),
        "unknown (failed)",
    ),
    "throttled in words": (
        partial(faults.throttle, times=None, retry_after=None),
        "unknown (failed)",
    ),
}


MORE_BREAKS: Mapping[str, tuple[Break, str]] = {
    "not signed in": (partial(faults.fail, status=401), "unknown (denied)"),
    "not found": (partial(faults.fail, status=404), "unknown (failed)"),
    "bad request": (partial(faults.fail, status=400, code="NoRegisteredProvider"), FAILED),
    "conflict": (partial(faults.fail, status=409, code="Conflict"), FAILED),
    # There are VMs, so Compute is registered, and so the listing is not empty for that reason.
    "not registered": (faults.not_registered, FAILED),
    "empty": (partial(faults.broken_body, body=b""), FAILED),
    "null": (partial(faults.broken_body, body=b"null"), FAILED),
    "value null": (partial(faults.broken_body, body=b'{"value": null}'), FAILED),
    "no value": (partial(faults.broken_body, body=b'{"id": 1}'), FAILED),
    "value object": (partial(faults.broken_body, body=b'{"value": {}}'), FAILED),
    "not UTF-8": (partial(faults.broken_body, body=b'{"value": [{"id": "\xff"}]}'), FAILED),
    "unavailable": (partial(faults.fail, status=503), FAILED),
    "moved": (partial(faults.fail, status=302, code="Moved"), FAILED),
}


def agent_of(name: str) -> str:
    return WINDOWS if name in WINDOWS_VMS else LINUX


def without(fleet: Fleet, route: str, unknown: str, needs: Needs = NEEDS) -> Table:
    """The verdicts when a route gives nothing."""
    changes: dict[str, dict[str, str]] = {}
    for cause, names in needs[route].items():
        for name in names:
            named = agent_of(name) if cause == "agent" else cause
            changes.setdefault(name, {})[named] = unknown
    return fleet.table_with(**changes)


def as_of_2018(fleet: Fleet) -> Fleet:
    """The same fleet, with the verdicts of that edition: written down, not read off."""
    fleet.table = fleet.table_with(**THEN)
    return fleet


def is_useful(gap: Gap, action: str) -> bool:
    """Scope, action and remedy are named; no action is missing where an answer lacks a value."""
    actions = [action.lower(), ""] if gap.reason is Reason.NOT_RECORDED else [action.lower()]
    return (
        gap.scope.startswith("/subscriptions/")
        and (gap.action or "").lower() in actions
        and len(gap.remedy) > 20
    )


def check_gaps(report: Report, route: str) -> None:
    assert not report.complete
    assert report.gaps
    assert [gap for gap in report.gaps if not is_useful(gap, READ[route])] == []


async def test_readable() -> None:
    fleet = Fleet()
    scanned = await scan_world(fleet.world)
    assert sorted(IN_PROD) == sorted(vm.name for vm in fleet.prod.vms)
    assert differences(fleet.table, found(scanned.report)) == []
    assert scanned.report.complete
    then = as_of_2018(Fleet())
    report = (await scan_world(then.world, edition="2018-01")).report
    assert differences(then.table, found(report)) == []


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("route", NEEDS)
async def test_one_route(route: str, how: str) -> None:
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    breaks(fleet.prod, route)
    scanned = await scan_world(fleet.world)
    assert differences(without(fleet, route, unknown), found(scanned.report)) == []
    check_gaps(scanned.report, route)


@pytest.mark.parametrize("how", MORE_BREAKS)
@pytest.mark.parametrize("route", NEEDS)
async def test_one_route_in_other_ways(route: str, how: str) -> None:
    fleet = Fleet()
    breaks, unknown = MORE_BREAKS[how]
    breaks(fleet.prod, route)
    report = (await scan_world(fleet.world)).report
    assert differences(without(fleet, route, unknown), found(report)) == []
    check_gaps(report, route)


@pytest.mark.parametrize("how", [each for each in MORE_BREAKS if each != "not registered"])
async def test_no_virtual_machines_in_other_ways(how: str) -> None:
    fleet = Fleet()
    MORE_BREAKS[how][0](fleet.prod, "virtual_machines")
    report = (await scan_world(fleet.world)).report
    assert set(found(report)) == {fleet.vms["elsewhere"].id.lower(), *fleet.classic}
    check_gaps(report, "virtual_machines")


@pytest.mark.parametrize("how", BREAKS)
async def test_no_virtual_machines(how: str) -> None:
    """Only the subscription's classic VMs are seen, and the report says so; the other goes on."""
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    breaks(fleet.prod, "virtual_machines")
    report = (await scan_world(fleet.world)).report
    elsewhere = fleet.vms["elsewhere"].id.lower()
    left = {elsewhere: fleet.table[elsewhere], **fleet.classic}
    assert differences(left, found(report)) == []
    check_gaps(report, "virtual_machines")
    assert {(gap.scope, f"unknown ({gap.reason})") for gap in report.gaps} == {
        (fleet.prod.id, unknown)
    }


@pytest.mark.parametrize(
    "how", [*BREAKS, *(each for each in MORE_BREAKS if each != "not registered")]
)
async def test_no_classic_virtual_machines(how: str) -> None:
    """They may exist, so the report is not complete; all others stand as they were."""
    fleet = Fleet()
    breaks, unknown = {**BREAKS, **MORE_BREAKS}[how]
    breaks(fleet.prod, "classic_virtual_machines")
    report = (await scan_world(fleet.world)).report
    others = {id_: each for id_, each in fleet.table.items() if id_ not in fleet.classic}
    assert differences(others, found(report)) == []
    check_gaps(report, "classic_virtual_machines")
    assert {(gap.scope, f"unknown ({gap.reason})") for gap in report.gaps} == {
        (fleet.prod.id, unknown)
    }


@pytest.mark.parametrize("state", ["unregistered", "absent"])
async def test_no_classic_provider(state: Any) -> None:
    """Most subscriptions never knew it, or not any more: there are none, and no gap."""
    fleet = Fleet()
    fleet.prod.classic = fleet.other.classic = state
    report = (await scan_world(fleet.world)).report
    others = {id_: each for id_, each in fleet.table.items() if id_ not in fleet.classic}
    assert differences(others, found(report)) == []
    assert report.complete
    assert report.gaps == ()


def only_later_pages(fleet: Fleet) -> None:
    """The last fault spares the first page of the listing it strikes."""
    fault = fleet.world.faults.pop()
    matches = fault.match
    assert callable(matches)
    later = replace(fault, match=lambda asked: matches(asked) and bool(asked.option("$skiptoken")))
    fleet.world.faults.append(later)


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("route", ["statuses", "disks", "locks", "restore_point_collections"])
async def test_second_page_of_other_listings(route: str, how: str) -> None:
    """Each verdict stands or is unknown; a lock or collection not seen may be anyone's."""
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    breaks(fleet.prod, route)
    only_later_pages(fleet)
    report = (await scan_world(fleet.world, page_size=1)).report
    whole, actual = without(fleet, route, unknown), found(report)
    assert actual.keys() == fleet.table.keys()
    for id_, verdicts in actual.items():
        for cause, verdict in verdicts.items():
            assert verdict in (whole[id_][cause], fleet.table[id_][cause])
    if route in ("locks", "restore_point_collections"):
        in_prod = [actual[fleet.vms[name].id.lower()][LOCK] for name in IN_PROD]
        assert "clear" not in in_prod
    check_gaps(report, route)


@pytest.mark.parametrize("how", BREAKS)
async def test_second_page(how: str) -> None:
    """Pages that were read count; the VMs of those that were not may exist."""
    fleet = Fleet()
    breaks, _ = BREAKS[how]
    breaks(fleet.prod, "virtual_machines")
    only_later_pages(fleet)
    report = (await scan_world(fleet.world, page_size=5)).report
    actual = found(report)
    seen = {vm.id.lower() for vm in fleet.prod.vms[:5]} | {fleet.vms["elsewhere"].id.lower()}
    seen |= fleet.classic.keys()
    assert differences({vm: fleet.table[vm] for vm in seen}, actual) == []
    check_gaps(report, "virtual_machines")


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("route", NEEDS_THEN)
async def test_edition_of_2018(route: str, how: str) -> None:
    """It judges the network too: each VM needs only what it refers to."""
    fleet = as_of_2018(Fleet())
    breaks, unknown = BREAKS[how]
    breaks(fleet.prod, route)
    report = (await scan_world(fleet.world, edition="2018-01")).report
    assert differences(without(fleet, route, unknown, NEEDS_THEN), found(report)) == []
    check_gaps(report, route)


@pytest.mark.parametrize("how", ["refused", "cut short"])
@pytest.mark.parametrize("route", NETWORK_ROUTES)
async def test_second_page_of_network_listings(route: str, how: str) -> None:
    """What stands on pages that were read is known; whose part was not, is unknown."""
    fleet = as_of_2018(Fleet())
    breaks, unknown = BREAKS[how]
    breaks(fleet.prod, route)
    only_later_pages(fleet)
    report = (await scan_world(fleet.world, edition="2018-01", page_size=1)).report
    whole, actual = without(fleet, route, unknown, NEEDS_THEN), found(report)
    assert actual.keys() == fleet.table.keys()
    for id_, verdicts in actual.items():
        for cause, verdict in verdicts.items():
            assert verdict in (whole[id_][cause], fleet.table[id_][cause])
    assert not report.complete or len(fleet.prod.of_type(READ[route].removesuffix("/read"))) < 2


@pytest.mark.parametrize("how", BREAKS)
async def test_everything(how: str) -> None:
    """VMs are listed and nothing else: what stands in their bodies is all that is known."""
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    for route in NEEDS:
        breaks(fleet.prod, route)
    report = (await scan_world(fleet.world)).report
    changes = {
        name: {agent_of(name): unknown, LOCK: unknown, SNAPSHOT: unknown} for name in IN_PROD
    }
    for name in NEEDS["disks"][DISK]:
        changes[name][DISK] = unknown
    for name in EXTENDED:
        changes[name][EXTENSION] = unknown
    assert differences(fleet.table_with(**changes), found(report)) == []
    assert not report.complete


# One resource


@pytest.mark.parametrize("how", BREAKS)
async def test_one_view(how: str) -> None:
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    breaks(_vm(fleet, "old"), "instance_views")
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table_with(old={LINUX: unknown}), found(report)) == []
    check_gaps(report, "instance_views")
    assert [gap.scope.lower() for gap in report.gaps] == [fleet.vms["old"].id.lower()]


@pytest.mark.parametrize("how", BREAKS)
async def test_one_of_two_collections(how: str) -> None:
    """Eighteen with the half that was not read, nine without it."""
    fleet = Fleet()
    breaks, unknown = BREAKS[how]
    breaks(fleet.halves, "restore_points")
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table_with(twice={LOCK: unknown}), found(report)) == []
    check_gaps(report, "restore_points")


async def test_deleted_between_list_and_view() -> None:
    fleet = Fleet()
    for name in ("fine", "off", "listed"):
        faults.fail(_vm(fleet, name), "instance_views", 404)
    faults.fail(fleet.free_points, "restore_points", 404)
    report = (await scan_world(fleet.world)).report
    gone = {"fine": {LINUX: "unknown (failed)"}, "unlocked": {LOCK: "unknown (failed)"}}
    assert differences(fleet.table_with(**gone), found(report)) == []
    assert len(report.gaps) == 2
    assert not report.complete


def _vm(fleet: Fleet, name: str) -> Scope:
    return fleet.vms[name]


# Entries that are not what ARM documents

MISSING: Mapping[str, Mapping[str, Any]] = {
    "missing": {},
    "null": {"properties": None},
    "without members": {"properties": {}},
}
ODD: Mapping[str, Mapping[str, Any]] = {
    "a list": {"properties": []},
    "a text": {"properties": "none"},
}
ENTRIES: Mapping[str, Mapping[str, Any]] = {**MISSING, **ODD}
ANONYMOUS: Mapping[str, object] = {"empty": {}, "null": None, "a number": 17, "no id": {"id": 3}}


def reason_of(entry: str) -> str:
    """ARM may leave out any member; one of another type is no answer."""
    return LEFT_OUT if entry in MISSING else FAILED


async def broken(fleet: Fleet, route: str, which: str, entry: object) -> Report:
    faults.broken_entry(fleet.prod, route, fleet.index(route, which), entry)
    report = (await scan_world(fleet.world)).report
    assert not [gap for gap in report.gaps if not is_useful(gap, READ[route])]
    return report


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("name", ["off", "old", "hidden"])
async def test_vm_without_properties(name: str, entry: str) -> None:
    """Nothing that its body holds is known; its locks and points are."""
    fleet = Fleet()
    vm = fleet.vms[name]
    body = {"id": vm.id, "name": vm.name, "location": "westeurope", **ENTRIES[entry]}
    report = await broken(fleet, "virtual_machines", vm.id, body)
    unknown = reason_of(entry)
    changed = dict.fromkeys((WINDOWS, LINUX, DISK, SNAPSHOT), unknown)
    if entry != "without members":
        # A VM may have no OS profile, and today none needs a network.
        changed |= {NETWORK: unknown, EXTENSION: unknown}
    actual = found(report)
    if vm.id.lower() in actual:
        assert differences(fleet.table_with(**{name: changed}), actual) == []
    else:
        others = {id_: each for id_, each in fleet.table.items() if id_ != vm.id.lower()}
        assert differences(others, actual) == []
    assert any(gap.scope.lower() == vm.id.lower() for gap in report.gaps)
    assert not report.complete


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("name", IN_PROD)
async def test_status_without_properties(name: str, entry: str) -> None:
    """These VMs are read alone, so nothing is missing."""
    fleet = Fleet()
    vm = fleet.vms[name]
    body = {"id": vm.id, "name": vm.name, **ENTRIES[entry]}
    report = await broken(fleet, "statuses", vm.id, body)
    assert differences(fleet.table, found(report)) == []


@pytest.mark.parametrize("entry", ENTRIES)
async def test_disk_without_properties(entry: str) -> None:
    fleet = Fleet()
    disk = fleet.vms["hidden-small"].disks[1]
    body = {"id": disk.id, "name": disk.name, **ENTRIES[entry]}
    report = await broken(fleet, "disks", disk.id, body)
    changed = {DISK: reason_of(entry)}
    assert differences(fleet.table_with(**{"hidden-small": changed}), found(report)) == []
    assert not report.complete


@pytest.mark.parametrize("entry", ENTRIES)
async def test_disk_that_nobody_needs(entry: str) -> None:
    """The VM's body has the size."""
    fleet = Fleet()
    disk = fleet.vms["fine"].disks[0]
    body = {"id": disk.id, "name": disk.name, **ENTRIES[entry]}
    report = await broken(fleet, "disks", disk.id, body)
    assert differences(fleet.table, found(report)) == []


@pytest.mark.parametrize("entry", ENTRIES)
async def test_lock_without_properties(entry: str) -> None:
    """Its id says what it lies on: only points under it depend on its level."""
    fleet = Fleet()
    id_ = f"{fleet.locked_points.group.id}/providers/Microsoft.Authorization/locks/keep"
    body = {"id": id_, "name": "keep", **ENTRIES[entry]}
    report = await broken(fleet, "locks", "keep", body)
    unknown = {LOCK: reason_of(entry)}
    assert differences(fleet.table_with(locked=unknown, twice=unknown), found(report)) == []
    assert not report.complete


@pytest.mark.parametrize("entry", ENTRIES)
async def test_collection_without_properties(entry: str) -> None:
    """It may be any VM's in the subscription, so none of them is clear."""
    fleet = Fleet()
    id_ = fleet.locked_points.id
    body = {"id": id_, "name": fleet.locked_points.name, **ENTRIES[entry]}
    report = await broken(fleet, "restore_point_collections", id_, body)
    changes = {name: {LOCK: reason_of(entry)} for name in IN_PROD}
    assert differences(fleet.table_with(**changes), found(report)) == []
    assert not report.complete


@pytest.mark.parametrize("entry", ["source missing", "source null", "source without id"])
async def test_collection_without_source(entry: str) -> None:
    """ARM may leave a source out that is gone, but then nobody knows whose points these are."""
    fleet = Fleet()
    id_ = fleet.locked_points.id
    sources: Mapping[str, Mapping[str, object]] = {
        "source missing": {},
        "source null": {"source": None},
        "source without id": {"source": {"location": "westeurope"}},
    }
    body = {"id": id_, "name": "x", "properties": sources[entry]}
    report = await broken(fleet, "restore_point_collections", id_, body)
    changes = {name: {LOCK: LEFT_OUT} for name in IN_PROD}
    assert differences(fleet.table_with(**changes), found(report)) == []
    assert not report.complete


@pytest.mark.parametrize("entry", ANONYMOUS)
@pytest.mark.parametrize(
    ("route", "changed"),
    [
        ("locks", {name: {LOCK: "unknown (failed)"} for name in IN_PROD}),
        (
            "restore_point_collections",
            {name: {LOCK: "unknown (failed)"} for name in IN_PROD},
        ),
        ("disks", {"hidden": {DISK: "unknown (failed)"}}),
        ("resource_groups", {}),
    ],
)
async def test_entry_without_id(
    route: str, changed: Mapping[str, dict[str, str]], entry: str
) -> None:
    """It may be the one that matters: nothing that might have needed it is clear."""
    fleet = Fleet()
    which = {
        "locks": "keep",
        "restore_point_collections": fleet.locked_points.id,
        "disks": fleet.vms["hidden"].disks[1].id,
        "resource_groups": fleet.prod.groups[0].id,
    }[route]
    report = await broken(fleet, route, which, ANONYMOUS[entry])
    assert differences(fleet.table_with(**changed), found(report)) == []
    assert not report.complete


@pytest.mark.parametrize("entry", ANONYMOUS)
async def test_vm_without_id(entry: str) -> None:
    fleet = Fleet()
    vm = fleet.vms["old"].id
    report = await broken(fleet, "virtual_machines", vm, ANONYMOUS[entry])
    others = {id_: each for id_, each in fleet.table.items() if id_ != vm.lower()}
    assert differences(others, found(report)) == []
    assert not report.complete


@pytest.mark.parametrize("entry", ANONYMOUS)
async def test_subscription_that_cannot_be_decoded(entry: str) -> None:
    fleet = Fleet()
    faults.broken_entry(fleet.world, "subscriptions", 0, ANONYMOUS[entry])
    report = (await scan_world(fleet.world)).report
    elsewhere = fleet.vms["elsewhere"].id.lower()
    assert differences({elsewhere: fleet.table[elsewhere]}, found(report)) == []
    assert not report.complete


@pytest.mark.parametrize(
    "properties",
    ["", ',"properties":null', ',"properties":{}', ',"properties":{"instanceView":null}'],
)
async def test_view_without_what_was_asked_for(properties: str) -> None:
    fleet = Fleet()
    vm = fleet.vms["fine"]
    faults.broken_body(vm, "instance_views", f'{{"id":"{vm.id}"{properties}}}'.encode())
    report = (await scan_world(fleet.world)).report
    changed = {LINUX: LEFT_OUT}
    assert differences(fleet.table_with(fine=changed), found(report)) == []
    assert not report.complete


@pytest.mark.parametrize(
    "properties",
    [
        "",
        ',"properties":null',
        ',"properties":{}',
        ',"properties":{"source":{"id":"SOURCE"}}',
        ',"properties":{"source":{"id":"SOURCE"},"restorePoints":null}',
        ',"properties":{"source":{"id":"SOURCE"},"restorePoints":[{"id":"/x"},17]}',
    ],
)
async def test_points_without_what_was_asked_for(properties: str) -> None:
    """An answer without its points is not one with none."""
    fleet = Fleet()
    points = fleet.locked_points
    body = f'{{"id":"{points.id}"{properties}}}'.replace("SOURCE", points.source)
    faults.broken_body(points, "restore_points", body.encode())
    report = (await scan_world(fleet.world)).report
    changed = {LOCK: FAILED if "17" in properties else LEFT_OUT}
    assert differences(fleet.table_with(locked=changed), found(report)) == []
    assert not report.complete


async def test_status_listing_without_a_vm() -> None:
    """Made between the two listings: it is read alone."""
    fleet = Fleet()
    for name in ("fine", "off", "listed"):
        entry = {"id": fleet.vms["mute"].id, "properties": {"provisioningState": "Succeeded"}}
        index = fleet.index("statuses", fleet.vms[name].id)
        faults.broken_entry(fleet.prod, "statuses", index, entry)
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table, found(report)) == []


async def test_pages_in_a_circle() -> None:
    fleet = Fleet()
    path = f"{fleet.prod.id}/providers/Microsoft.Authorization/locks"
    url = f"https://management.azure.com{path}?api-version=2020-05-01&again=1"
    faults.foreign_next_link(fleet.prod, "locks", url)
    scanned = await scan_world(fleet.world)
    changes = {name: {LOCK: FAILED} for name in IN_PROD}
    assert differences(fleet.table_with(**changes), found(scanned.report)) == []
    check_gaps(scanned.report, "locks")
    assert len([each for each in scanned.azure.log if each.path.lower() == path.lower()]) <= 3


@pytest.mark.parametrize("power", [None, "unknown", "Running", "RUNNING", "hibernated"])
async def test_odd_power_states(power: str | None) -> None:
    """Without a power state, or with one that is none, nobody knows whether it runs."""
    fleet = Fleet()
    group = fleet.prod.group("rg-power")
    vm = group.vm("power", power=power, agent=ready_agent("2.2.19"))
    verdict = (await scan_world(fleet.world)).verdict(vm.id, LINUX)
    running = power is not None and power.lower() == "running"
    assert verdict == ("applies" if running else "unknown (not-recorded)")


# Members of one VM's body and view that ARM left out


@pytest.mark.parametrize(
    ("member", "causes"),
    [
        # The system is known from the OS profile, or not at all: then it may be either.
        ("storageProfile", (DISK,)),
        ("osDisk", (DISK,)),
        # ARM lists no data disks as an empty list; none of the recorded VMs leaves it out.
        ("dataDisks", (DISK,)),
    ],
)
async def test_body_without(member: str, causes: tuple[str, ...]) -> None:
    fleet = Fleet()
    patch: Mapping[str, Any] = {member: ABSENT}
    if member != "storageProfile":
        patch = {"storageProfile": patch}
    fleet.vms["fine"].body_patch = {"properties": patch}
    report = (await scan_world(fleet.world)).report
    verdicts = found(report)[fleet.vms["fine"].id.lower()]
    assert {cause: verdicts[cause] for cause in causes} == dict.fromkeys(causes, LEFT_OUT)
    assert verdicts[LINUX] in ("clear", LEFT_OUT)
    assert verdicts[WINDOWS] in ("not-applicable", LEFT_OUT)
    assert not report.complete


LITTLE: Mapping[str, Mapping[str, Any]] = {
    "no statuses": {"statuses": ABSENT},
    "null statuses": {"statuses": None},
    "empty statuses": {"statuses": []},
    "empty status": {"statuses": [{}]},
    "no version": {"vmAgentVersion": ABSENT},
    "null version": {"vmAgentVersion": None},
    "version unknown": {"vmAgentVersion": "Unknown"},
    "empty version": {"vmAgentVersion": ""},
}


@pytest.mark.parametrize("said", LITTLE)
async def test_agent_that_says_little(said: str) -> None:
    """A status or a version that is not there is not a good one."""
    fleet = Fleet()
    fleet.vms["fine"].view_patch = {"vmAgent": LITTLE[said]}
    report = (await scan_world(fleet.world)).report
    actual = found(report)
    verdict = actual[fleet.vms["fine"].id.lower()].pop(LINUX)
    table = fleet.table_with()
    del table[fleet.vms["fine"].id.lower()][LINUX]
    assert differences(table, actual) == []
    assert verdict == "unknown (not-recorded)"
    assert not report.complete


@pytest.mark.parametrize(
    ("sizes", "verdict"),
    [
        ([32_767] * 15, "unknown (denied)"),  # 491,535 GiB seen with the OS disk
        ([32_767] * 16, "applies"),  # 524,302 GiB seen
        ([65_536], "possible"),
        ([64], "unknown (denied)"),
    ],
)
async def test_sum_of_sizes_partly_unseen(sizes: list[int], verdict: str) -> None:
    """What was seen decides where it is over the limit already."""
    fleet = Fleet()
    shapes = [*map(DiskShape, sizes), DiskShape(64, size_in_vm=False)]
    vm = fleet.prod.group("rg-sum").vm("sum", data_disks=shapes)
    faults.refuse(fleet.prod, "disks", "disk")
    scanned = await scan_world(fleet.world)
    assert scanned.verdict(vm.id, DISK) == verdict


@pytest.mark.parametrize("route", [each for each in READ if each not in SINGLE])
async def test_first_page_empty(route: str) -> None:
    """ARM answers an empty page with a link to more: it is not the end."""
    fleet = Fleet()
    faults.empty_page(fleet.prod, route)
    report = (await scan_world(fleet.world)).report
    assert differences(fleet.table, found(report)) == []
    assert report.complete


# Throttled, and answered in the end


@pytest.mark.parametrize("route", READ)
async def test_throttled_for_a_while(route: str) -> None:
    fleet = Fleet()
    faults.throttle(fleet.prod, route, times=3, retry_after=40)
    report, transport = await scan_on_a_clock(SimulatedArm(fleet.world), "current")
    assert differences(fleet.table, found(report)) == []
    assert report.complete
    assert transport.clock >= 120
    assert [each for each in transport.sleeps if each == 40] == [40.0] * 3


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("route", READ)
async def test_down_for_a_moment(route: str, status: int) -> None:
    fleet = Fleet()
    faults.fail(fleet.prod, route, status, times=2)
    report, _ = await scan_on_a_clock(SimulatedArm(fleet.world), "current")
    assert differences(fleet.table, found(report)) == []
    assert report.complete


@pytest.mark.parametrize("route", [*READ, "vaults", "protected_items", "backup_policies"])
async def test_what_was_refused_makes_no_other_verdict(route: str) -> None:
    """Of every cause of today: a refusal leaves a verdict, or makes it unknown, as denied."""
    readable, refused = Fleet(), Fleet()
    _refuse(refused.prod, route)
    causes = set(CATALOGUE.edition("current").causes)
    before = found((await scan_world(readable.world)).report, causes)
    after = found((await scan_world(refused.world)).report, causes)
    for vm, verdicts in after.items():
        for cause, verdict in verdicts.items():
            assert verdict in (before[vm][cause], "unknown (denied)"), (vm, cause)
