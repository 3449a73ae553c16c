"""Nothing is written, no token leaves, and nothing is asked for that was not needed."""

from __future__ import annotations

from collections import Counter

import pytest

from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.machine import Vm
from scanner.sim.vault import Vault
from scanner.sim.world import World
from tests.support.fleets.every_read import Fleet
from tests.support.scans import scan_over_https, scan_world
from tests.support.verdict_tables import differences, table_of

LISTINGS = {
    "resource_groups": "/resourcegroups",
    "virtual_machines": "/providers/microsoft.compute/virtualmachines",
    "statuses": "/providers/microsoft.compute/virtualmachines?statusonly=true",
    "disks": "/providers/microsoft.compute/disks",
    "locks": "/providers/microsoft.authorization/locks",
    "vaults": "/providers/microsoft.recoveryservices/vaults",
    "restore_point_collections": "/providers/microsoft.compute/restorepointcollections",
    "classic_virtual_machines": "/providers/microsoft.classiccompute/virtualmachines",
    "network_interfaces": "/providers/microsoft.network/networkinterfaces",
    "network_security_groups": "/providers/microsoft.network/networksecuritygroups",
    "virtual_networks": "/providers/microsoft.network/virtualnetworks",
    "route_tables": "/providers/microsoft.network/routetables",
    "load_balancers": "/providers/microsoft.network/loadbalancers",
    "public_ip_addresses": "/providers/microsoft.network/publicipaddresses",
    "nat_gateways": "/providers/microsoft.network/natgateways",
}
HOST = "management.azure.com"


def calm() -> World:
    """The demo's fleet, with nothing refused or throttled."""
    world = grow()
    world.faults.clear()
    for subscription in world.subscriptions:
        subscription.classic = "registered"
    return world


def asked(azure: SimulatedArm) -> Counter[str]:
    """Requests by path and the options that say what is asked for; pages of one thing are one."""
    options = ("statusonly", "$expand")
    return Counter(
        "?".join(
            [
                entry.path.lower(),
                *(
                    f"{name}={value}".lower()
                    for name, value in entry.query.items()
                    if name.lower() in options
                ),
            ]
        )
        for entry in azure.log
    )


def in_scope(world: World) -> list[Vm]:
    return [
        vm
        for subscription in world.subscriptions
        for vm in subscription.vms
        if subscription.state == "Enabled" and vm.scale_set is None and vm.group.managed_by is None
    ]


async def test_only_gets() -> None:
    azure = (await scan_world(grow())).azure
    assert len(azure.log) > 100
    assert {(entry.method, entry.host) for entry in azure.log} == {("GET", HOST)}


@pytest.mark.parametrize("route", [*LISTINGS, "all"])
async def test_nothing_is_registered(route: str) -> None:
    world = grow()
    for each in LISTINGS if route == "all" else [route]:
        faults.not_registered(world, each)
    scanned = await scan_world(world)
    assert {entry.method for entry in scanned.azure.log} == {"GET"}
    assert scanned.credential.calls == 1


async def test_over_https_one_token_is_posted() -> None:
    azure = SimulatedArm(grow())
    report = await scan_over_https(azure, "current")
    classic = [vm for each in azure.world.subscriptions for vm in each.classic_vms]
    assert len(report.vms) == len(in_scope(azure.world)) + len(classic)
    posts = [entry.path for entry in azure.log if entry.method != "GET"]
    assert posts == [f"/{azure.world.tenant_id}/oauth2/v2.0/token"]


async def test_over_https_nothing_is_registered() -> None:
    azure = SimulatedArm(grow())
    for route in LISTINGS:
        faults.not_registered(azure.world, route)
    await scan_over_https(azure, "current")
    posts = [entry.path for entry in azure.log if entry.method != "GET"]
    assert posts == [f"/{azure.world.tenant_id}/oauth2/v2.0/token"]


@pytest.mark.parametrize("route", ["subscriptions", *LISTINGS])
@pytest.mark.parametrize(
    "link",
    [
        "https://elsewhere.example/subscriptions?api-version=1",
        f"https://{HOST}.elsewhere.example/subscriptions?api-version=1",
        f"https://{HOST}@elsewhere.example/subscriptions?api-version=1",
        f"https://{HOST}:8443/subscriptions?api-version=1",
        f"http://{HOST}/subscriptions?api-version=1",
        "//elsewhere.example/subscriptions",
        "file:///subscriptions",
        "elsewhere",
    ],
)
async def test_foreign_next_page(route: str, link: str) -> None:
    """The page that was read counts, the foreign one is not asked for, the rest is a gap."""
    fleet = Fleet()
    scope = fleet.world if route == "subscriptions" else fleet.prod
    faults.foreign_next_link(scope, route, link)
    scanned = await scan_world(fleet.world)
    assert {entry.host for entry in scanned.azure.log} == {HOST}
    assert not [entry for entry in scanned.azure.log if entry.query.get("api-version") == "1"]
    assert not scanned.report.complete
    assert set(table_of(scanned.report)) == set(fleet.table)


async def test_number_of_listings() -> None:
    azure = (await scan_world(calm(), page_size=10_000)).azure
    count = asked(azure)
    expected: Counter[str] = Counter({"/subscriptions": 1})
    for subscription in azure.world.subscriptions:
        if subscription.state == "Enabled":
            expected.update(f"{subscription.id}{path}".lower() for path in LISTINGS.values())
            for vault in subscription.of_type(Vault.type):
                of_vault = ("backupProtectedItems", "backupPolicies", "backupJobs")
                expected.update(f"{vault.id}/{name}".lower() for name in of_vault)
        elif subscription.state == "Disabled":
            # What is off may hold the vault of a VM that is not.
            expected[f"{subscription.id}{LISTINGS['vaults']}".lower()] += 1
    singles = {what for what in count if "$expand" in what or "/backupjobs/" in what}
    assert {what: count[what] for what in count if what not in singles} == dict(expected)


async def test_pages_are_asked_for_once() -> None:
    azure = (await scan_world(calm(), page_size=7)).azure
    count = asked(azure)
    for subscription in azure.world.subscriptions:
        if subscription.state != "Enabled":
            continue
        sizes = {
            route: len(subscription.of_type(path.removeprefix("/providers/")))
            for route, path in LISTINGS.items()
        }
        sizes |= {
            "resource_groups": len(subscription.groups),
            "statuses": len(subscription.vms),
            "locks": len(subscription.locks),
        }
        pages = {route: max(1, -(-size // 7)) for route, size in sizes.items()}
        sent = {route: count[f"{subscription.id}{LISTINGS[route]}".lower()] for route in pages}
        assert sent == pages


@pytest.mark.parametrize("listing", [False, True, {"web-01", "web-02", "erp-01"}])
async def test_single_views(listing: bool | set[str]) -> None:
    """Running VMs whose agent the status listing left out, and VMs that list extensions."""
    world = calm()
    world.status_listing_agents = listing
    azure = (await scan_world(world)).azure

    def is_listed(vm: Vm) -> bool:
        shown = vm.name in listing if isinstance(listing, set) else listing
        return shown and vm.agent is not None

    wanted = [
        vm
        for vm in in_scope(world)
        if vm.extensions or (vm.power == "running" and not is_listed(vm))
    ]
    views = Counter({what: n for what, n in asked(azure).items() if "=instanceview" in what})
    assert views == Counter(f"{vm.id}?$expand=instanceview".lower() for vm in wanted)
    assert 0 < len(wanted) < len(in_scope(world))


async def test_single_restore_points() -> None:
    """Collections of VMs in scope: not of a gone VM, nor of one that is left out."""
    world = calm()
    shared = next(each for each in world.subscriptions if each.name == "contoso-shared")
    group = shared.group("rg-points")
    managed = next(vm for vm in world.vms if vm.group.managed_by)
    kept = next(vm for vm in in_scope(world) if vm.group.subscription is shared)
    for source in (managed.id, f"{group.id}/providers/{Vm.type}/gone", kept.id.upper()):
        group.collection(source=source, points=3)
    azure = (await scan_world(world)).azure
    sources = {vm.id.lower() for vm in in_scope(world)}
    wanted = [
        each
        for subscription in world.subscriptions
        for each in subscription.collections
        if each.source.lower() in sources
    ]
    points = Counter({what: n for what, n in asked(azure).items() if "=restorepoints" in what})
    assert points == Counter(f"{each.id}?$expand=restorepoints".lower() for each in wanted)
    assert 0 < len(wanted) == sum(len(s.collections) for s in world.subscriptions) - 2


async def test_subscription_without_compute() -> None:
    """It never held a VM but classic ones: nothing is missing, and nothing else of it matters."""
    fleet = Fleet()
    faults.not_registered(fleet.prod, "virtual_machines")
    scanned = await scan_world(fleet.world)
    elsewhere = fleet.vms["elsewhere"].id.lower()
    left = {elsewhere: fleet.table[elsewhere], **fleet.classic}
    assert differences(left, table_of(scanned.report)) == []
    assert scanned.report.gaps == ()
    assert scanned.report.complete


async def test_subscription_without_vms_is_asked_for_little() -> None:
    world = World()
    world.subscription("empty").group("rg").nsg("nsg")
    azure = (await scan_world(world)).azure
    paths = [entry.path.rpartition("/")[2].lower() for entry in azure.log]
    assert sorted(paths) == [
        "resourcegroups",
        "subscriptions",
        "vaults",
        "virtualmachines",
        "virtualmachines",
    ]


@pytest.mark.parametrize("state", ["Disabled", "Deleted"])
async def test_disabled_subscription(state: str) -> None:
    fleet = Fleet()
    fleet.prod.state = state
    scanned = await scan_world(fleet.world)
    assert scanned.report.scope.disabled_subscriptions == ("prod",)
    asked = [each.path for each in scanned.azure.log if fleet.prod.subscription_id in each.path]
    # The vault of a VM that is on may lie in what is off.
    vaults = {f"{fleet.prod.id}{LISTINGS['vaults']}"} if state == "Disabled" else set()
    assert {path.lower() for path in asked} <= {each.lower() for each in vaults}
    assert set(table_of(scanned.report)) == {fleet.vms["elsewhere"].id.lower()}


async def test_sparing_with_tokens() -> None:
    assert (await scan_world(grow())).credential.calls == 1
