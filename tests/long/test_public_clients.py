"""Clients that know only the public hosts of Azure read the simulated fleet.

They run in namespaces of their own, in which these hosts are this machine. Each has an environment
of its own in ``.venv``, which the first run installs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from scanner.sim.demo import grow
from scanner.sim.machine import Vm
from scanner.sim.world import Subscription, World
from tests.support.requirements import Need

ROOT = Path(__file__).parents[2]
NAMESPACES = ("unshare", "--net", "--mount")
C7N = ("c7n==0.9.53", "c7n-azure==0.7.52")
PROWLER = ("prowler==5.46.0",)


def programs(name: str, *packages: str) -> Path:
    """The programs of a client, installed in an environment of its own if they are not there."""
    folder = ROOT / ".venv" / name
    mark = folder / "-".join(package.replace("==", "-") for package in packages)
    if not mark.exists():
        venv.create(folder, with_pip=True, clear=True)
        python = str(folder / "bin" / "python")
        install = ("install", "--quiet")
        subprocess.run([python, "-m", "pip", *install, "uv"], check=True)
        # pip takes many minutes to choose the versions of Prowler's 240 packages.
        uv = str(folder / "bin" / "uv")
        subprocess.run([uv, "pip", *install, "--python", python, *packages], check=True)
        mark.touch()
    return folder / "bin"


@pytest.fixture
def namespaces(need: Need) -> None:
    can = sys.platform == "linux" and os.geteuid() == 0
    can = can and subprocess.run([*NAMESPACES, "true"], check=False).returncode == 0
    need(can, "root and namespaces, in which the hosts of Azure are this machine")


@pytest.fixture(scope="module")
def world() -> World:
    return grow(vms=60)


def run(folder: Path, *command: object, **variables: str) -> list[str]:
    """Run a client, and give the requests that the simulated Azure did not serve."""
    words = [*NAMESPACES, sys.executable, "-m", "tests.support.public_azure", folder, *command]
    ran = subprocess.run(
        [str(word) for word in words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    messages = (folder / "simulate.txt").read_text().splitlines()
    return [line.removeprefix("not served: ") for line in messages if "not served: " in line]


class Policy(NamedTuple):
    """A policy of Cloud Custodian, and how many resources it finds in a subscription."""

    resource: str
    expected: Callable[[World, Subscription], int]
    filters: tuple[Mapping[str, Any], ...] = ()


def protected(world: World, sub: Subscription) -> set[str]:
    """The VMs of a subscription that a vault of any subscription protects."""
    ids = {
        item["properties"]["sourceResourceId"].lower()
        for vault in world.vaults
        for item in vault.items
        if item["properties"]["protectionState"] == "Protected"
    }
    return {vm.name for vm in sub.vms if vm.id.lower() in ids}


def locked(of: Subscription, *ids: str) -> int:
    """How many of the ids a lock is on, or on a scope above or below them."""
    locks = [f"{lock.on}/".lower() for lock in of.locks]
    below = [f"{id_}/".lower() for id_ in ids]
    return sum(any(b.startswith(lock) or lock.startswith(b) for lock in locks) for b in below)


def count_of(type_: str) -> Callable[[World, Subscription], int]:
    """The number of resources of a type in a subscription."""
    return lambda _, sub: len(sub.of_type(type_))


RUNNING = {"type": "instance-view", "key": "statuses[].code", "op": "in", "value_type": "swap"}
POLICIES: Mapping[str, Policy] = {
    "vms": Policy("azure.vm", lambda _, sub: len(sub.vms)),
    "running": Policy(
        "azure.vm",
        lambda _, sub: sum(vm.power == "running" for vm in sub.vms),
        ({**RUNNING, "value": "PowerState/running"},),
    ),
    "protected": Policy(
        "azure.vm",
        lambda world, sub: len(protected(world, sub)),
        ({"type": "backup-status", "key": "protectionStatus", "value": "Protected"},),
    ),
    "locked-vms": Policy(
        "azure.vm",
        lambda _, sub: locked(sub, *(vm.id for vm in sub.vms)),
        ({"type": "resource-lock"},),
    ),
    "locked-groups": Policy(
        "azure.resourcegroup",
        lambda _, sub: locked(sub, *(group.id for group in sub.groups)),
        ({"type": "resource-lock"},),
    ),
    "vaults": Policy("azure.recovery-services", lambda _, sub: len(sub.vaults)),
    **{
        name: Policy(f"azure.{name}", count_of(type_))
        for name, type_ in {
            "disk": "Microsoft.Compute/disks",
            "snapshot": "Microsoft.Compute/snapshots",
            "vmss": "Microsoft.Compute/virtualMachineScaleSets",
            "networkinterface": "Microsoft.Network/networkInterfaces",
            "networksecuritygroup": "Microsoft.Network/networkSecurityGroups",
            "vnet": "Microsoft.Network/virtualNetworks",
            "routetable": "Microsoft.Network/routeTables",
            "loadbalancer": "Microsoft.Network/loadBalancers",
            "publicip": "Microsoft.Network/publicIPAddresses",
        }.items()
    },
}


@pytest.mark.parametrize("name", ["contoso-prod", "contoso-shared", "contoso-korea"])
@pytest.mark.usefixtures("namespaces")
def test_cloud_custodian_finds_what_the_fleet_holds(
    name: str, world: World, tmp_path: Path
) -> None:
    sub = next(sub for sub in world.subscriptions if sub.name == name)
    policies = [
        {"name": name, "resource": policy.resource, "filters": list(policy.filters)}
        for name, policy in POLICIES.items()
    ]
    file, out = tmp_path / "policies.json", tmp_path / "out"
    file.write_text(json.dumps({"policies": policies}))
    custodian = programs("c7n", *C7N) / "custodian"
    where = {"AZURE_SUBSCRIPTION_ID": sub.subscription_id}
    unserved = run(tmp_path, custodian, "run", "--output-dir", out, file, **where)
    found = {name: json.loads((out / name / "resources.json").read_text()) for name in POLICIES}
    expected = {name: policy.expected(world, sub) for name, policy in POLICIES.items()}
    assert {name: len(resources) for name, resources in found.items()} == expected
    assert unserved == []


CHECKS = (
    "vm_backup_enabled",
    "vm_ensure_using_managed_disks",
    "recovery_vault_has_protected_items",
    "recovery_vault_backup_policy_retention_adequate",
)


@pytest.mark.usefixtures("namespaces")
def test_prowler_finds_what_the_fleet_holds(world: World, tmp_path: Path) -> None:
    # Prowler stops at a VM without a managed disk, and contoso-test has one.
    names = ("contoso-prod", "contoso-shared", "contoso-korea")
    subs = [sub for sub in world.subscriptions if sub.name in names]
    prowler = (programs("prowler", *PROWLER) / "prowler", "azure", "--sp-env-auth")
    ids = ("--subscription-ids", *(sub.subscription_id for sub in subs))
    output = ("--output-formats", "json-ocsf", "--output-directory", tmp_path, "-F", "out")
    run(tmp_path, *prowler, *ids, "--checks", *CHECKS, *output, "--ignore-exit-code-3")
    findings = json.loads((tmp_path / "out.ocsf.json").read_text())
    counted = Counter(
        (finding["metadata"]["event_code"], finding["status_code"]) for finding in findings
    )
    vms: list[Vm] = [vm for sub in subs for vm in sub.vms]
    vaults = [vault for sub in subs for vault in sub.vaults]
    # Prowler looks for the item of a VM in the vaults of the VM's own subscription.
    backed_up = sum(
        vm.id.lower() in {item["properties"]["sourceResourceId"].lower() for item in vault.items}
        for sub in subs
        for vault in sub.vaults
        for vm in sub.vms
    )
    assert counted == {
        ("vm_backup_enabled", "PASS"): backed_up,
        ("vm_backup_enabled", "FAIL"): len(vms) - backed_up,
        ("vm_ensure_using_managed_disks", "PASS"): len(vms),
        ("recovery_vault_has_protected_items", "PASS"): sum(bool(v.items) for v in vaults),
        ("recovery_vault_backup_policy_retention_adequate", "PASS"): sum(
            len(vault.policies) for vault in vaults
        ),
    }
