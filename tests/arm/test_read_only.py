"""A scan writes nothing, sends its token to ARM alone, and reads nothing that it does not need."""

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
"""The path of every listing below its subscription, by route."""
HOST = "management.azure.com"


def demo() -> World:
    """The demo's fleet, with all its scenarios and fewer VMs."""
    return grow(vms=60)


def calm() -> World:
    """The demo's fleet, without refusals and throttling."""
    world = demo()
    world.faults.clear()
    for subscription in world.subscriptions:
        subscription.classic = "registered"
    return world


def requests_to(azure: SimulatedArm) -> Counter[str]:
    """The number of requests by path and by the options that say what is read.

    All pages of a listing count as the same request.
    """
    options = ("statusonly", "$expand")
    return Counter(
        "?".join(
            [
                request.path.lower(),
                *(
                    f"{name}={value}".lower()
                    for name, value in request.query.items()
                    if name.lower() in options
                ),
            ]
        )
        for request in azure.log
    )


def in_scope(world: World) -> list[Vm]:
    """The VMs that a scan judges by default."""
    return [
        vm
        for subscription in world.subscriptions
        for vm in subscription.vms
        if subscription.state == "Enabled" and vm.scale_set is None and vm.group.managed_by is None
    ]


async def test_only_gets() -> None:
    azure = (await scan_world(demo())).azure
    assert len(azure.log) > 100
    assert {(request.method, request.host) for request in azure.log} == {("GET", HOST)}


async def test_one_token_for_a_scan() -> None:
    assert (await scan_world(demo())).credential.calls == 1


@pytest.mark.parametrize("route", LISTINGS)
async def test_an_unregistered_provider_is_not_registered(route: str) -> None:
    fleet = Fleet()
    faults.not_registered(fleet.world, route)
    scanned = await scan_world(fleet.world)
    assert {request.method for request in scanned.azure.log} == {"GET"}
    assert scanned.credential.calls == 1


async def test_no_unregistered_provider_is_registered() -> None:
    world = demo()
    for route in LISTINGS:
        faults.not_registered(world, route)
    scanned = await scan_world(world)
    assert {request.method for request in scanned.azure.log} == {"GET"}
    assert scanned.credential.calls == 1


async def test_over_https_only_the_request_for_a_token_is_a_post() -> None:
    azure = SimulatedArm(demo())
    report = await scan_over_https(azure)
    classic = [vm for found in azure.world.subscriptions for vm in found.classic_vms]
    assert len(report.vms) == len(in_scope(azure.world)) + len(classic)
    posts = [request.path for request in azure.log if request.method != "GET"]
    assert posts == [f"/{azure.world.tenant_id}/oauth2/v2.0/token"]


async def test_over_https_an_unregistered_provider_is_not_registered() -> None:
    azure = SimulatedArm(demo())
    for route in LISTINGS:
        faults.not_registered(azure.world, route)
    await scan_over_https(azure)
    posts = [request.path for request in azure.log if request.method != "GET"]
    assert posts == [f"/{azure.world.tenant_id}/oauth2/v2.0/token"]


@pytest.mark.parametrize(
    "link",
    [
        pytest.param("https://elsewhere.example/subscriptions?api-version=1", id="another host"),
        pytest.param(
            f"https://{HOST}.elsewhere.example/subscriptions?api-version=1", id="a longer host"
        ),
        pytest.param(
            f"https://{HOST}@elsewhere.example/subscriptions?api-version=1", id="ARM as user"
        ),
        pytest.param(f"https://{HOST}:8443/subscriptions?api-version=1", id="another port"),
        pytest.param(f"http://{HOST}/subscriptions?api-version=1", id="no TLS"),
        pytest.param("//elsewhere.example/subscriptions", id="no scheme"),
        pytest.param("file:///subscriptions", id="a file"),
        pytest.param("elsewhere", id="no URL"),
    ],
)
async def test_a_next_page_elsewhere_is_not_read(link: str) -> None:
    """The first page of every listing counts."""
    fleet = Fleet()
    faults.foreign_next_link(fleet.world, "subscriptions", link)
    for route in LISTINGS:
        faults.foreign_next_link(fleet.prod, route, link)
    scanned = await scan_world(fleet.world)
    assert {request.host for request in scanned.azure.log} == {HOST}
    assert not any(request.query.get("api-version") == "1" for request in scanned.azure.log)
    assert not scanned.report.complete
    assert set(table_of(scanned.report)) == set(fleet.table)


@pytest.mark.parametrize(
    "route",
    # Single views answer in place of the other pages of statuses.
    ["subscriptions", *(route for route in LISTINGS if route != "statuses")],
)
async def test_a_next_page_elsewhere_is_a_gap(route: str) -> None:
    fleet = Fleet()
    scope = fleet.world if route == "subscriptions" else fleet.prod
    faults.foreign_next_link(scope, route, "https://elsewhere.example/")
    scanned = await scan_world(fleet.world)
    assert {request.host for request in scanned.azure.log} == {HOST}
    assert not scanned.report.complete
    assert set(table_of(scanned.report)) == set(fleet.table)


async def test_each_listing_is_read_once() -> None:
    azure = (await scan_world(calm(), page_size=10_000)).azure
    counts = requests_to(azure)
    expected: Counter[str] = Counter({"/subscriptions": 1})
    for subscription in azure.world.subscriptions:
        if subscription.state == "Enabled":
            expected.update(f"{subscription.id}{path}".lower() for path in LISTINGS.values())
            for vault in subscription.of_type(Vault.type):
                of_vault = ("backupProtectedItems", "backupPolicies", "backupJobs")
                expected.update(f"{vault.id}/{name}".lower() for name in of_vault)
        elif subscription.state == "Disabled":
            # It may hold the vault of a VM in another subscription.
            expected[f"{subscription.id}{LISTINGS['vaults']}".lower()] += 1
    [tags] = [request for request in counts if request.endswith("/westeurope/servicetags")]
    expected[tags] = 1
    # A VM that only a vault knows is asked for by its id.
    listed = {vm.id.lower() for vm in azure.world.vms}
    items = [item["properties"] for vault in azure.world.vaults for item in vault.items]
    expected.update({item["virtualMachineId"].lower() for item in items} - listed)
    single = {request for request in counts if "$expand" in request or "/backupjobs/" in request}
    assert {request: counts[request] for request in counts if request not in single} == expected


async def test_each_page_is_read_once() -> None:
    azure = (await scan_world(calm(), page_size=7)).azure
    counts = requests_to(azure)
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
        sent = {route: counts[f"{subscription.id}{LISTINGS[route]}".lower()] for route in pages}
        assert sent == pages


@pytest.mark.parametrize(
    "listing",
    [
        pytest.param(False, id="no agent"),
        pytest.param(True, id="all agents"),
        pytest.param({"web-01", "web-02", "erp-01"}, id="some agents"),
    ],
)
async def test_instance_views_are_read_where_the_status_listing_lacks_them(
    listing: bool | set[str],
) -> None:
    """They are of running VMs without an agent in the listing, and of VMs with extensions."""
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
    views = Counter({what: n for what, n in requests_to(azure).items() if "=instanceview" in what})
    assert views == Counter(f"{vm.id}?$expand=instanceview".lower() for vm in wanted)
    assert 0 < len(wanted) < len(in_scope(world))


async def test_restore_points_are_read_of_vms_in_scope() -> None:
    """They are not read of a VM that is left out. Azure keeps and bills those of a VM that is gone,
    so they are counted."""
    world = calm()
    shared = next(found for found in world.subscriptions if found.name == "contoso-shared")
    group = shared.group("rg-points")
    managed = next(vm for vm in world.vms if vm.group.managed_by)
    kept = next(vm for vm in in_scope(world) if vm.group.subscription is shared)
    gone = f"{group.id}/providers/{Vm.type}/gone"
    for source in (managed.id, gone, kept.id.upper()):
        group.collection(source=source, points=3)
    azure = (await scan_world(world)).azure
    sources = {*(vm.id.lower() for vm in in_scope(world)), gone.lower()}
    wanted = [
        collection
        for subscription in world.subscriptions
        for collection in subscription.collections
        if collection.source.lower() in sources
    ]
    points = Counter(
        {what: n for what, n in requests_to(azure).items() if "=restorepoints" in what}
    )
    assert points == Counter(
        f"{collection.id}?$expand=restorepoints".lower() for collection in wanted
    )
    assert 0 < len(wanted) == sum(len(s.collections) for s in world.subscriptions) - 1


async def test_a_subscription_without_compute() -> None:
    """It has no VMs but classic ones, so nothing is missing and the rest does not matter."""
    fleet = Fleet()
    faults.not_registered(fleet.prod, "virtual_machines")
    scanned = await scan_world(fleet.world)
    elsewhere = fleet.vms["elsewhere"].id.lower()
    left = {elsewhere: fleet.table[elsewhere], **fleet.classic}
    assert differences(left, table_of(scanned.report)) == []
    assert scanned.report.gaps == ()
    assert scanned.report.complete


async def test_a_subscription_without_vms_is_read_little() -> None:
    """Restore point collections may have outlived its VMs."""
    world = World()
    world.subscription("empty").group("rg").nsg("nsg")
    azure = (await scan_world(world)).azure
    paths = [request.path.rpartition("/")[2].lower() for request in azure.log]
    assert sorted(paths) == [
        "resourcegroups",
        "restorepointcollections",
        "subscriptions",
        "vaults",
        "virtualmachines",
        "virtualmachines",
    ]


@pytest.mark.parametrize("state", ["Disabled", "Deleted"])
async def test_a_disabled_subscription_is_read_for_its_vaults_alone(state: str) -> None:
    fleet = Fleet()
    fleet.prod.state = state
    scanned = await scan_world(fleet.world)
    assert scanned.report.scope.disabled_subscriptions == ("prod",)
    paths = {request.path.lower() for request in scanned.azure.log}
    # A vault in it may protect a VM in another subscription.
    vaults = {f"{fleet.prod.id}{LISTINGS['vaults']}".lower()} if state == "Disabled" else set()
    assert {path for path in paths if fleet.prod.subscription_id in path} <= vaults
    assert set(table_of(scanned.report)) == {fleet.vms["elsewhere"].id.lower()}
