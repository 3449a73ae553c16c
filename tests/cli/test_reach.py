"""`backupscan reach`: the way from one VM to a target, through the installed command."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.sim import faults
from scanner.sim.arm import SimulatedArm
from scanner.sim.network_shapes import NicShape, RouteShape, RuleShape
from scanner.sim.patches import ABSENT
from scanner.sim.server import Door
from scanner.sim.world import Group, World
from tests.support.command import Command, assert_refused, command, opened
from tests.support.forks import Ran

STORAGE = "Storage.WestEurope"
WIRESERVER, IMDS = "168.63.129.16", "169.254.169.254"
CLASSIC = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ClassicCompute/virtualMachines/old"


def add(group: Group, name: str, *, nic: tuple[RuleShape, ...] = (), **subnet: Any) -> None:
    """A VM on a subnet of its own, with these rules on its interface."""
    own = group.subnet(f"snet-{name}", **subnet)
    nsg = group.nsg(f"nsg-{name}", *nic).id if nic else None
    group.vm(name, nics=[NicShape(subnet=own, nsg=nsg, addresses=("10.20.0.4",))])


def routed(group: Group, name: str, *routes: RouteShape, **subnet: Any) -> None:
    add(group, name, route_table=group.route_table(f"rt-{name}", *routes).id, **subnet)


def make_world() -> World:
    world = World()
    group = world.subscription("prod").group("rg-app")
    add(group, "open")
    add(
        group,
        "denied-nic",
        nic=(
            RuleShape("ssh", 90, port="22"),
            RuleShape("others", 95, source="10.9.0.0/16"),
            RuleShape("no-storage", 100, destination=STORAGE),
            RuleShape("never-met", 110, access="Allow"),
        ),
    )
    deny_all = group.nsg("nsg-deny-all", RuleShape("deny-all", 200)).id
    add(group, "denied-subnet", nsg=deny_all)
    routed(group, "dropped", RouteShape("0.0.0.0/0", "None", name="drop"))
    appliance = RouteShape("0.0.0.0/0", "VirtualAppliance", "10.0.0.9", "to-fw")
    routed(group, "forced", appliance)
    drop = RouteShape("0.0.0.0/0", "None", name="drop")
    routed(group, "endpoint", drop, service_endpoints=["Microsoft.Storage"])
    routed(group, "global", drop, service_endpoints=["Microsoft.Storage.Global"])
    both = NicShape(subnet=group.subnet("snet-dual"), addresses=("10.20.0.4", "fd00::4"))
    group.vm("dual", nics=[both])
    add(group, "private", default_outbound_access=False)
    no_platform = RuleShape("no-platform", 100, destination="AzurePlatformDNS")
    add(group, "no-dns", nic=(no_platform,))
    group.vm("nowhere", body_patch={"location": ABSENT})
    add(group, "near-gateway", vnet="vnet-vpn")
    group.subnet("GatewaySubnet", vnet="vnet-vpn")
    add(group, "twin")
    other = world.subscription("test")
    add(other.group("rg-twin"), "twin")
    dark = world.subscription("dark")
    add(dark.group("rg-dark"), "unread", nic=(RuleShape("any", 100),))
    faults.refuse(dark, "network_security_groups")
    blind = world.subscription("blind")
    add(blind.group("rg-blind"), "hidden")
    faults.refuse(blind, "virtual_machines")
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


def reach(run: Command, *arguments: str, subscription: str = "prod") -> Ran:
    return run.here("reach", "--arm-endpoint", run.url, "-s", subscription, *arguments)


def way_of(run: Command, *arguments: str, subscription: str = "prod") -> tuple[int, Any]:
    ran = reach(run, *arguments, "-f", "json", subscription=subscription)
    return ran.code, json.loads(ran.out)


@pytest.mark.parametrize(
    ("arguments", "code", "verdict", "why"),
    [
        (["open"], 0, "reached", "allowed and routed"),
        (["denied-nic"], 1, "stopped", "no-storage (priority 100) of nsg-denied-nic on the NIC"),
        (["denied-nic", "--port", "22", "--to", "Internet"], 1, "stopped", "rule ssh"),
        (["denied-nic", "--to", "20.0.0.0/30"], 0, "reached", "allowed and routed"),
        (["denied-subnet"], 1, "stopped", "deny-all (priority 200) of nsg-deny-all on the subnet"),
        (["dropped"], 1, "stopped", "route drop"),
        (["forced"], 3, "possible", "10.0.0.9"),
        (["endpoint"], 0, "reached", "allowed and routed"),
        (
            ["endpoint", "--to", "Storage"],
            3,
            "unknown",
            "certainly leads to Azure Storage",
        ),
        (["endpoint", "--to", "20.60.0.0/16"], 3, "unknown", "service endpoint"),
        (
            ["endpoint", "--to", "20.0.0.0/8"],
            3,
            "possible",
            "cannot be reached over TCP 443 from",
        ),
        (["global", "--to", "Storage"], 0, "reached", "the tag Storage is allowed and routed"),
        (["global", "--to", "20.60.0.0/16"], 0, "reached", "allowed and routed"),
        (["global", "--to", "20.0.0.0/8"], 3, "possible", "by route drop"),
        (["endpoint", "--to", "8.8.8.8"], 1, "stopped", "route drop"),
        (["private"], 3, "possible", "is private"),
        (["open", "--to", "20.1.2.3", "--port", "53", "--protocol", "UDP"], 0, "reached", "UDP 53"),
        (["open", "--to", "https://a.blob.core.windows.net/b"], 0, "reached", "TCP 443"),
        (["open", "--to", "http://a.z01.blob.storage.azure.net"], 0, "reached", "TCP 80"),
        (["open", "--to", "2603:1020::/32"], 1, "stopped", "which has no IPv6 address"),
        (["dual", "--to", "2603:1020::/32"], 3, "possible", "no default outbound access by IPv6"),
        (["denied-subnet", "--to", "2603:1020::1"], 1, "stopped", "deny-all"),
        (["denied-subnet", "--to", WIRESERVER, "--port", "80"], 0, "reached", WIRESERVER),
        (["dropped", "--to", WIRESERVER, "--port", "80"], 0, "reached", WIRESERVER),
        (["no-dns", "--to", WIRESERVER, "--port", "80"], 3, "possible", "no-platform"),
        (["no-dns", "--to", WIRESERVER, "--port", "80"], 3, "possible", "The documents disagree"),
        (["no-dns", "--to", IMDS, "--port", "80"], 0, "reached", IMDS),
        (["denied-subnet", "--to", IMDS, "--port", "80"], 0, "reached", IMDS),
        (["dropped", "--to", IMDS, "--port", "80"], 0, "reached", IMDS),
        (["open", "--to", "169.254.169.0/24"], 3, "possible", "the internet carries public"),
        (["no-dns"], 0, "reached", "allowed and routed"),
        (["dropped", "--to", "10.50.0.4"], 0, "reached", "10.50.0.4 is allowed and routed"),
        (["open", "--to", "192.168.7.0/24"], 1, "stopped", "the system's route to 192.168.0.0/16"),
        (["near-gateway", "--to", "192.168.7.0/24"], 3, "possible", "learnt by BGP"),
        (["nowhere"], 3, "unknown", "location"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_verdicts(run: Command, arguments: list[str], code: int, verdict: str, why: str) -> None:
    """Network security groups overview, Virtual network traffic routing, Virtual network service
    endpoints. Security groups do not hold for 168.63.129.16 unless a rule names a platform tag."""
    ended, way = way_of(run, *arguments)
    assert (ended, way["verdict"]) == (code, verdict), way["why"]
    assert why in " ".join(way["why"])


def test_rules_in_order_until_one_decides(run: Command) -> None:
    _, way = way_of(run, "denied-nic")
    nic, subnet, routes, *_ = way["places"]
    assert nic["resource"].endswith("/networkSecurityGroups/nsg-denied-nic")
    rules = [(it["priority"], it["access"], it["name"], it["effect"]) for it in nic["passages"]]
    assert rules == [
        (90, "Deny", "ssh", "no match"),
        (95, "Deny", "others", "no match"),
        (100, "Deny", "no-storage", "stops"),
    ]
    whys = [it["why"] for it in nic["passages"]]
    assert whys == ["it is not for TCP 443", "its source is another one", None]
    assert (subnet["name"], subnet["resource"]) == ("subnet", None)
    assert routes["passages"][0]["prefix"] == "0.0.0.0/0"
    assert way["roots"] == [nic["passages"][2]["id"]]
    assert (way["schema"], way["address"]) == ("backupscan/reach/1", "10.20.0.4")


def test_a_part_has_its_share(run: Command) -> None:
    code, way = way_of(run, "denied-nic", "--to", "Storage")
    assert (code, way["verdict"]) == (3, "possible")
    [_, _, deny, allow] = way["places"][0]["passages"]
    assert (deny["effect"], allow["effect"]) == ("stops", "passes")
    shares = [int(it["share"].removesuffix(" %")) for it in (deny, allow)]
    assert sum(shares) == 100
    assert way["passes"] == allow["share"]


def test_a_route_has_its_prefix_and_next_hop(run: Command) -> None:
    _, way = way_of(run, "forced")
    [route] = next(place["passages"] for place in way["places"] if place["name"] == "routes")
    assert (route["prefix"], route["next_hop"]) == ("0.0.0.0/0", "VirtualAppliance 10.0.0.9")
    assert (route["effect"], way["passes"]) == ("detours", "0 %")


@pytest.mark.usefixtures("quick")
def test_a_group_that_was_not_read(run: Command) -> None:
    code, way = way_of(run, "unread", subscription="dark")
    assert (code, way["verdict"], way["passes"]) == (3, "unknown", None)
    assert "Microsoft.Network/networkSecurityGroups/read" in way["places"][0]["unread"]
    assert way["unread"] == way["why"]


def test_what_may_give_hidden_routes_is_named(run: Command) -> None:
    """Virtual network traffic routing, "Border gateway protocol"."""
    _, near = way_of(run, "near-gateway")
    assert "learnt by BGP, which this may give: gatewaysubnet." in " ".join(near["not_visible"])
    _, far = way_of(run, "open")
    assert "Routes that are learnt by BGP." in far["not_visible"]
    assert (near["verdict"], far["verdict"]) == ("reached", "reached")


def test_no_route_applies_to_the_platform(run: Command) -> None:
    """Network security groups overview, "Azure platform considerations"."""
    _, way = way_of(run, "near-gateway", "--to", WIRESERVER, "--port", "80")
    assert [place["name"] for place in way["places"]] == ["NIC", "subnet"]
    assert "BGP" not in " ".join(way["not_visible"])


def test_at_a_terminal(run: Command) -> None:
    ran = reach(run, "denied-nic")
    assert ran.code == 1
    assert ran.last == "exit 1: stopped"
    for line in (
        "From denied-nic to Azure Storage in westeurope, TCP 443",
        "Security group of the interface: nsg-denied-nic",
        "90 Deny ssh: does not decide (it is not for TCP 443)",
        "100 Deny no-storage: stops",
        "Verdict: stopped",
        "Security admin rules of Azure Virtual Network Manager",
    ):
        assert line in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80


def test_an_id_needs_no_unique_name(run: Command, azure: SimulatedArm) -> None:
    first, second = (vm.id for vm in azure.world.vms if vm.name == "twin")
    ran = run.here("reach", "--arm-endpoint", run.url, first.upper(), "-f", "json")
    assert (ran.code, json.loads(ran.out)["vm"].lower()) == (0, first.lower())
    asked = run.here("reach", "--arm-endpoint", run.url, "twin", "-s", "prod", "-s", "test")
    assert_refused_last(asked, "2 VMs are called 'twin'", "RG-TWIN", "ARM id")
    chosen = reach(run, "twin", "-g", "rg-twin", "-f", "json", subscription="test")
    assert json.loads(chosen.out)["vm"].lower() == second.lower()


@pytest.mark.usefixtures("quick")
def test_a_name_that_may_be_elsewhere_too(run: Command) -> None:
    """A subscription whose VMs are not listed may have another VM of the name."""
    code, way = way_of(run, "open", "-s", "blind")
    assert (code, way["verdict"]) == (3, "reached")
    assert "virtualMachines/read" in way["unread"][0]
    hidden = reach(run, "hidden", subscription="blind")
    assert_refused_last(hidden, "not all were listed", "virtualMachines/read")


def assert_refused_last(ran: Ran, *says: str) -> None:
    """Fail unless it ended in one line, after notes of the connection."""
    assert (ran.code, ran.out) == (2, "")
    assert all(line.startswith("note: ") for line in ran.lines[:-1])
    assert_refused(Ran(ran.code, ran.out, ran.last), *says)


def test_an_unknown_name(run: Command) -> None:
    assert_refused_last(reach(run, "opem"), "no VM 'opem'", "Did you mean open?")
    assert_refused_last(reach(run, "zzz"), "no VM 'zzz'", "Check its name")


def test_a_tag_without_prefixes(run: Command) -> None:
    assert_refused_last(reach(run, "open", "--to", "AzureMonitor"), "AzureMonitor", "prefix")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["open", "--to", "Storge"], "Did you mean Storage?"),
        (["open", "--to", "Nonsense"], "URL. Give one, such as Storage"),
        (["open", "--to", "VirtualNetwork"], "own network, not of a service. Give a prefix"),
        (["open", "--to", "azureloadbalancer"], "Give 168.63.129.16"),
        (["open", "--bundle", ""], "the folder has no name"),
        (["open", "--bundle", " "], "the folder has no name"),
        (["open", "--to", ""], "no service tag"),
        (["open", "--to", "10.0.0.0/33"], "no service tag"),
        (["open", "--to", "https://example.com/"], "no URL of Azure Storage"),
        (["open", "--to", "ftp://a.blob.core.windows.net"], "no URL of Azure Storage"),
        (["open", "--to", "https://a.blob.core.windows.net", "--port", "80"], "Leave out --port"),
        (["open", "--protocol", "icmp"], "tcp or udp"),
        (["open", "--port", "0"], "--port"),
        (["open", "-f", "csv"], "unknown format"),
        (["a,b"], "no name of a VM"),
        ([""], "no name of a VM"),
        (["/subscriptions/x"], "no VM id"),
        ([CLASSIC], "classic VM"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input(run: Command, arguments: list[str], says: str) -> None:
    assert_refused(reach(run, *arguments), says)


def test_a_configuration_chooses_the_scope_and_no_target(run: Command, tmp_path: Path) -> None:
    file = tmp_path / "backupscan.toml"
    file.write_text('[reach]\nsubscription = ["test"]\n', encoding="utf-8")
    ran = run.here("reach", "--arm-endpoint", run.url, "twin", "-f", "json")
    assert (ran.code, json.loads(ran.out)["verdict"]) == (0, "reached")
    assert f"note: configuration: {file}" in ran.err
    file.write_text('[reach]\nto = "Internet"\n', encoding="utf-8")
    assert_refused(run.here("reach", "twin"), "reach.to")


def test_a_bundle_shows_the_way_that_azure_shows(run: Command) -> None:
    """Without a credential or a network. A bundle has no answers of Network Watcher."""
    collected = run.here("collect", "-o", "saved", "--arm-endpoint", run.url)
    assert collected.code in (0, 3), collected.err
    kept = {name: run.environment[name] for name in ("HOME", "PATH", "PYTHONUTF8")}
    offline = Command(kept, run.folder, "")
    for name in ("open", "denied-nic", "endpoint"):
        live = run.here("reach", name, "-f", "json", "--arm-endpoint", run.url)
        saved = offline.here("reach", name, "-f", "json", "--bundle", "saved")
        assert (saved.code, saved.out) == (live.code, live.out)
        assert saved.err.startswith("from the bundle saved, read until 20")
    assert_refused(offline.here("reach", "none", "--bundle", "saved"), "VM 'none'")
    refused = offline.here("reach", "open", "--bundle", "saved", "--ask-azure")
    assert_refused(refused, "--ask-azure")
    assert_refused(offline.here("reach", "open", "--bundle", "elsewhere"), "elsewhere")
