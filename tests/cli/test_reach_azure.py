"""`backupscan reach --ask-azure`: Network Watcher's own answers, next to those of configuration."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.arm.calls import WATCHER_POSTS
from scanner.arm.client import Arm
from scanner.arm.cloud import CLOUDS
from scanner.cli.find_way import exit_code
from scanner.cli.printed.way import to_json
from scanner.fleet.reach import find_way
from scanner.fleet.wanted_target import parse_wanted_target
from scanner.inventory.scope import Names
from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.demo import grow
from scanner.sim.http_messages import Request, Response, json_response
from scanner.sim.machine import Vm
from scanner.sim.network_shapes import NicShape, RouteShape, RuleShape
from scanner.sim.server import Door
from scanner.sim.transport import SimulatedCredential, SimulatedTransport
from scanner.sim.world import Subscription, World
from tests.support.command import Command, command, opened

APPLIANCE = RouteShape("0.0.0.0/0", "VirtualAppliance", "10.0.0.9", "to-fw")
PROXY = RuleShape("proxy", 90, "Allow", protocol="Tcp", port="3128", destination="10.9.0.4")
DENIED = (PROXY, RuleShape("all", 100))


def add(subscription: Subscription, name: str, power: str = "running", **subnet: Any) -> Vm:
    group = subscription.group(f"rg-{name}")
    rules = subnet.pop("rules", ())
    nsg = group.nsg(f"nsg-{name}", *rules).id if rules else None
    routes = subnet.pop("routes", ())
    table = group.route_table(f"rt-{name}", *routes).id if routes else None
    own = group.subnet(f"snet-{name}", nsg=nsg, route_table=table, **subnet)
    return group.vm(name, "windows", power, nics=[NicShape(own, addresses=("10.20.0.4",))])


def watched(world: World, name: str) -> Subscription:
    subscription = world.subscription(name)
    subscription.group("NetworkWatcherRG", "northeurope").network_watcher()
    subscription.group("NetworkWatcherRG-we").network_watcher()
    return subscription


def answers(body: dict[str, Any]) -> Any:
    """Changes the result of an operation."""

    def change(_: Request, response: Response) -> Response:
        return json_response(200, body) if response.status == 200 else response

    return change


def with_tag(name: str, prefix: str) -> Any:
    """Adds a service tag that the built-in copy lacks."""

    def change(_: Request, response: Response) -> Response:
        body = json.loads(response.body)
        tag = {"name": name, "id": name, "properties": {"addressPrefixes": [prefix]}}
        return json_response(200, body | {"values": [*body["values"], tag]})

    return change


def make_world() -> World:
    world = World()
    prod = watched(world, "prod")
    add(prod, "open")
    add(prod, "denied", rules=DENIED)
    add(prod, "forced", routes=(APPLIANCE,))
    half = (RuleShape("half", 100, destination="0.0.0.0/2"),)
    add(prod, "partly", rules=half)
    add(prod, "endpoint", routes=(APPLIANCE,), service_endpoints=["Microsoft.Storage"])
    add(prod, "off", power="deallocated")
    away = world.subscription("away")
    away.group("NetworkWatcherRG", "northeurope").network_watcher()
    add(away, "unwatched")
    for route in ("next_hop", "ip_flow"):
        name = f"refused-{route}"
        subscription = watched(world, name)
        add(subscription, name)
        faults.refuse(subscription, route)
    unlisted = watched(world, "unlisted")
    add(unlisted, "unlisted")
    faults.refuse(unlisted, "network_watchers")
    differing = watched(world, "differing")
    add(differing, "differing")
    gateway = {"nextHopType": "VirtualNetworkGateway", "routeTableId": "System Route"}
    rule = {"access": "Deny", "ruleName": "UserRule_admin"}
    faults.alter(differing, "operation_result", answers(gateway | rule))
    odd = watched(world, "odd")
    add(odd, "odd")
    faults.alter(odd, "operation_result", answers({"nextHopType": "Wormhole", "access": "Perhaps"}))
    fresh = watched(world, "fresh")
    add(fresh, "fresh")
    faults.alter(fresh, "service_tags", with_tag("AzureMonitor", "20.9.9.0/24"))
    blind = watched(world, "blind")
    add(blind, "blind")
    faults.refuse(blind, "instance_views")
    failing = watched(world, "failing")
    vm = add(failing, "failing")
    # It runs when it is looked at, and not any more when it is asked.
    vm.view_patch = {"statuses": [{"code": "PowerState/running"}]}
    vm.power = "stopped"
    return world


@pytest.fixture(scope="module")
def azure() -> SimulatedArm:
    return SimulatedArm(make_world())


@pytest.fixture(scope="module")
def door(azure: SimulatedArm) -> Iterator[Door]:
    with opened(azure) as found:
        yield found


@pytest.fixture
def run(door: Door, tmp_path: Path) -> Command:
    return command(door, tmp_path)


async def ask(azure: SimulatedArm, vm: str, to: str | None = None, port: int = 443) -> Any:
    """The exit code, and the way as JSON has it. Without a socket, so that no poll takes time."""
    arm = Arm(CLOUDS["public"], SimulatedCredential(), SimulatedTransport(azure),
              lambda: azure.world.now, posts=WATCHER_POSTS)  # fmt: skip
    wanted = parse_wanted_target(to, port, "tcp")
    way = await find_way(arm, vm, Names(), wanted, ask_azure=True)
    return exit_code(way), json.loads(to_json(way))


AGREEING = {
    "open": ("reached", [("Allow", None, "Internet")]),
    "denied": ("stopped", [("Deny", "all", "Internet")]),
    "forced": ("possible", [("Allow", None, "VirtualAppliance")]),
    "partly": ("possible", [("Allow", "AllowInternetOutBound", "Internet"),
                            ("Deny", "half", "Internet")]),
    "endpoint": ("reached", [("Allow", None, "VirtualNetworkServiceEndpoint")]),
}  # fmt: skip


@pytest.mark.parametrize(("vm", "expected"), AGREEING.items(), ids=AGREEING)
async def test_azure_agrees(azure: SimulatedArm, vm: str, expected: tuple[str, Any]) -> None:
    """Azure is asked about an address that is reached, and about one that is not."""
    verdict, found = expected
    _, way = await ask(azure, vm)
    view = way["azure"]
    assert way["verdict"] == verdict
    assert view["watcher"].endswith("/networkWatchers/NetworkWatcher_westeurope")
    assert [(it["access"], it["rule"], it["next_hop"]) for it in view["answers"]] == found
    for it in view["answers"]:
        assert (it["differs"], it["unanswered"]) == ([], [])
        assert it["our_access"] == it["access"]
        assert it["our_next_hop"].split()[0] == it["next_hop"]


async def test_a_tag_that_only_azure_has(azure: SimulatedArm) -> None:
    """The service tags that were read are those of the question, too."""
    _, way = await ask(azure, "fresh", "AzureMonitor")
    assert [it["address"] for it in way["azure"]["answers"]] == ["20.9.9.0"]


async def test_the_demo_has_network_watchers() -> None:
    world = grow(vms=60)
    of_demo = SimulatedArm(world)
    for stem in ("web-", "shop-0"):
        running = (vm for vm in world.vms if vm.name.startswith(stem) and vm.power == "running")
        _, way = await ask(of_demo, next(running).name)
        assert [it["differs"] for it in way["azure"]["answers"]] == [[]]


async def test_the_question(azure: SimulatedArm) -> None:
    """Exactly two operations leave, with the primary address and a source port of the guest."""
    before = len(azure.log)
    await ask(azure, "open", "20.60.1.1", 8443)
    posts = [
        it.path for it in azure.log[before:] if it.method == "POST" and "oauth2" not in it.path
    ]
    assert sorted(path.rpartition("/")[2] for path in posts) == ["ipFlowVerify", "nextHop"]


def test_no_post_leaves_unless_asked(run: Command, azure: SimulatedArm) -> None:
    before = len(azure.log)
    ran = run.here("reach", "--arm-endpoint", run.url, "-f", "json", "open", "-s", "prod")
    assert json.loads(ran.out)["azure"] is None
    log = azure.log[before:]
    assert {it.method for it in log if "oauth2" not in it.path} == {"GET"}
    assert not any("networkWatchers" in it.path for it in log)


NOT_ASKED = {
    "the VM is off": (["off"], 0, "the VM is deallocated"),
    "no watcher in its region": (["unwatched"], 0, "no Network Watcher in westeurope"),
    "watchers not listed": (["unlisted"], 3, "Microsoft.Network/networkWatchers/read"),
    "power state not read": (["blind"], 3, "Microsoft.Compute/virtualMachines/read"),
    "the platform's address": (
        ["open", "168.63.129.16"], 0, "no route applies"
    ),
    "IPv6": (["open", "2603:1020::1"], 1, "IPv4 alone"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "code", "says"), NOT_ASKED.values(), ids=NOT_ASKED)
async def test_why_azure_is_not_asked(
    azure: SimulatedArm, arguments: list[str], code: int, says: str
) -> None:
    """A VM that is off, or a region without a watcher, is no failed read."""
    ended, way = await ask(azure, arguments[0], next(iter(arguments[1:]), None))
    assert says in way["azure"]["not_asked"]
    assert way["azure"]["answers"] == []
    assert ended == code


UNANSWERED = {
    "refused-next_hop": ("Microsoft.Network/networkWatchers/nextHop/action", "access"),
    "refused-ip_flow": ("Microsoft.Network/networkWatchers/ipFlowVerify/action", "next_hop"),
    "failing": ("OperationNotAllowed", None),
}


@pytest.mark.parametrize(("vm", "expected"), UNANSWERED.items(), ids=UNANSWERED)
async def test_what_azure_does_not_answer(
    azure: SimulatedArm, vm: str, expected: tuple[str, str | None]
) -> None:
    """It is named and makes the run incomplete. The verdict stays, and so does the other answer."""
    says, answered = expected
    code, way = await ask(azure, vm)
    [answer] = way["azure"]["answers"]
    assert says in answer["unanswered"][0]
    assert (code, way["verdict"]) == (3, "reached")
    assert answer["unanswered"][0] in way["unread"]
    assert {it for it in ("access", "next_hop") if answer[it]} == (
        {answered} if answered else set()
    )
    assert answer["differs"] == []


async def test_a_difference_is_said_and_changes_no_verdict(azure: SimulatedArm) -> None:
    code, way = await ask(azure, "differing")
    [answer] = way["azure"]["answers"]
    access, hop = answer["differs"]
    assert access.startswith("Azure denies TCP 443 to ")
    assert "a security admin rule" in access
    assert "to VirtualNetworkGateway" in hop
    assert "send them to Internet: a route learnt by BGP" in hop
    assert (answer["rule"], code, way["verdict"]) == ("UserRule_admin", 0, "reached")


async def test_undocumented_words_are_shown_and_not_compared(
    azure: SimulatedArm,
) -> None:
    code, way = await ask(azure, "odd")
    [answer] = way["azure"]["answers"]
    assert (answer["access"], answer["next_hop"]) == ("Perhaps", "Wormhole")
    assert (answer["differs"], code) == ([], 0)


@pytest.mark.usefixtures("quick")
def test_at_a_terminal(run: Command) -> None:
    ran = run.here("reach", "--arm-endpoint", run.url, "--ask-azure", "denied", "-s", "prod")
    for line in (
        "Azure's own answers: NetworkWatcher_westeurope",
        "Security groups: Deny by the rule all (as configuration says)",
        "Next hop: Internet (as configuration says)",
        "Perhaps through an HTTP proxy, which is a setting of the guest",
        "10.9.0.4 over TCP 3128, which the rule proxy of nsg-denied allows",
    ):
        assert line in ran.out
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines == [line.rstrip() for line in lines]


def test_a_file_that_is_found_does_not_send_posts(run: Command, tmp_path: Path) -> None:
    (tmp_path / "backupscan.toml").write_text("[reach]\nask-azure = true\n", encoding="utf-8")
    ran = run.here("reach", "open")
    assert (ran.code, ran.out) == (2, "")
    assert "ask-azure" in ran.last
