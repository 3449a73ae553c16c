"""Disks that a plan changes by themselves. The body of their VM repeats what they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.sim.shapes import DiskShape
from scanner.sim.world import World
from tests.support.bundles import record
from tests.support.command import run_here
from tests.support.plans import SUBSCRIPTION, change, terraform


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A bundle of a VM under a Standard policy, and the id of its data disk."""
    world = World()
    subscription = world.subscription("app", id=SUBSCRIPTION)
    vm = subscription.group("rg-app").vm("vm", data_disks=[DiskShape(512, size_in_vm=True)])
    vault = subscription.group("rg-backup").vault("vault")
    vault.protect(vm, vault.policy("daily"))
    folder = tmp_path_factory.mktemp("fleet")
    record(world, folder)
    [id_] = [disk.id for disk in subscription.of_type("Microsoft.Compute/disks")
             if "DataDisk" in disk.id]  # fmt: skip
    return folder, id_


@pytest.mark.parametrize(
    ("after", "found"),
    [
        pytest.param({"disk_size_gb": 70_000}, {"disk-size-unsupported": "applies"}, id="size"),
        pytest.param(
            {"storage_account_type": "UltraSSD_LRS"},
            {"ultra-or-premiumv2-needs-enhanced": "applies"},
            id="type",
        ),
        pytest.param({"disk_size_gb": 1024}, {}, id="a size that is supported"),
        pytest.param({"max_shares": 2}, {"shared-disk-attached": "applies"}, id="shares"),
    ],
)
def test_a_disk_that_changes_is_that_of_its_vm(
    after: dict[str, Any], found: dict[str, str], bundle: tuple[Path, str]
) -> None:
    folder, id_ = bundle
    before = {
        "id": id_, "name": id_.rpartition("/")[2], "resource_group_name": "rg-app",
        "disk_size_gb": 512, "storage_account_type": "Premium_LRS",
    }  # fmt: skip
    one = change(
        "azurerm_managed_disk", "d", {**before, **after}, actions=["update"], before=before
    )
    piped = json.dumps(terraform(one)).encode()
    report = run_here("plan", "-", "--bundle", f"{folder}", "-f", "json=-", piped=piped).json
    effects = {
        cause["cause"]: (cause["verdict"], cause["planned"]["by"][0]["address"])
        for vm in report["vms"]
        for cause in vm["causes"]
        if "planned" in cause
    }
    assert effects == {
        cause: (verdict, "azurerm_managed_disk.d") for cause, verdict in found.items()
    }
