"""What ARM reports in an undocumented way is doubted, and never taken for a good sign.

Unknown is never clear, and a status without a meaning proves nothing.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.sim.faults import broken_entry
from scanner.sim.patches import ABSENT
from scanner.sim.shapes import DiskShape
from scanner.sim.world import World
from tests.support.scans import scan_world

AGENT, DISK = "linux-agent-outdated", "disk-size-unsupported"
LOCK = "restore-point-cleanup-blocked-by-lock"
READY = {"code": "ProvisioningState/succeeded", "displayStatus": "Ready", "level": "Info"}
UNRESPONSIVE = {"level": "Error", "message": "VM Agent is unresponsive."}


def patched(*, view: dict[str, Any] | None = None, body: dict[str, Any] | None = None) -> World:
    world = World()
    world.subscription("prod").group("rg").vm("vm", view_patch=view, body_patch=body)
    return world


def sized(size: object) -> World:
    """A VM with an unmanaged OS disk of this size in GiB."""
    blob = {"uri": "https://contoso.blob.core.windows.net/vhds/os.vhd"}
    storage = {"osDisk": {"diskSizeGB": size, "managedDisk": ABSENT, "vhd": blob}}
    return patched(body={"properties": {"storageProfile": storage}})


def locked(level: str | None) -> World:
    """A VM with 20 restore points under a lock of this level."""
    world = World()
    prod = world.subscription("prod")
    vm = prod.group("rg").vm("vm")
    points = prod.group("points").collection(source=vm.id, points=20)
    lock = prod.lock("odd", on=points.group.id)
    entry = {
        "id": f"{lock.on}/providers/Microsoft.Authorization/locks/odd",
        "properties": {"level": level},
    }
    broken_entry(prod, "locks", 0, entry)
    return world


def power(code: str) -> World:
    world = World()
    world.subscription("prod").group("rg").vm("vm", power=code)
    return world


def agent_statuses(*statuses: dict[str, str]) -> World:
    return patched(view={"vmAgent": {"statuses": list(statuses)}})


UNDOCUMENTED = "unknown (not-recorded)"


@pytest.mark.parametrize(
    ("world", "cause", "verdict"),
    [
        pytest.param(locked("DoNotDelete"), LOCK, UNDOCUMENTED, id="undocumented lock level"),
        pytest.param(locked(None), LOCK, UNDOCUMENTED, id="no lock level"),
        pytest.param(locked("NotSpecified"), LOCK, "clear", id="lock level NotSpecified"),
        pytest.param(locked("readonly"), LOCK, "applies", id="lock level in lower case"),
        pytest.param(power("unknown"), AGENT, UNDOCUMENTED, id="power state unknown"),
        pytest.param(power(""), AGENT, UNDOCUMENTED, id="power state empty"),
        pytest.param(power("deallocated"), AGENT, "unknown (not-running)", id="deallocated"),
        pytest.param(agent_statuses(UNRESPONSIVE, READY), AGENT, UNDOCUMENTED,
                     id="agent unresponsive and ready"),
        pytest.param(agent_statuses({**READY, "displayStatus": ""}), AGENT, "clear",
                     id="agent without display status"),
        pytest.param(agent_statuses(READY), AGENT, "clear", id="agent ready"),
        pytest.param(sized(0), DISK, UNDOCUMENTED, id="disk of 0 GiB"),
        pytest.param(sized(-1), DISK, UNDOCUMENTED, id="disk of -1 GiB"),
        pytest.param(sized(30), DISK, "clear", id="disk of 30 GiB"),
    ],
)  # fmt: skip
async def test_an_undocumented_value_is_unknown(world: World, cause: str, verdict: str) -> None:
    scanned = await scan_world(world)
    assert scanned.verdict("vm", cause) == verdict
    assert scanned.report.complete == (verdict != UNDOCUMENTED)


async def test_missing_data_disks_hide_no_oversize_os_disk() -> None:
    world = World()
    storage = {"properties": {"storageProfile": {"dataDisks": ABSENT}}}
    group = world.subscription("prod").group("rg")
    group.vm("vm", os_disk=DiskShape(99_999), body_patch=storage)
    scanned = await scan_world(world)
    assert scanned.verdict("vm", DISK) == "applies"
    assert not scanned.report.complete


@pytest.mark.parametrize(
    "below",
    [
        pytest.param("", id="on the subscription"),
        pytest.param("/resourceGroups/rg-web", id="on a group"),
    ],
)
async def test_an_entry_of_locks_whose_id_is_no_lock_is_a_gap(below: str) -> None:
    world = World()
    prod = world.subscription("prod")
    web = prod.group("rg-web")
    web.vm("web-01")
    prod.lock("keep", on=web.id)
    odd = {"id": prod.id + below, "properties": {"level": "ReadOnly"}}
    broken_entry(prod, "locks", 0, odd)
    scanned = await scan_world(world)
    assert scanned.verdict("web-01", LOCK) == "unknown (failed)"


async def test_names_reach_arm_unchanged() -> None:
    """The SDK's clients would take braces in a name for a placeholder."""
    world = World()
    prod = world.subscription("prod")
    vm = prod.group("rg.(1)_-a").vm("vm")
    prod.group("points").collection(source=vm.id, points=18, name="a#b?c{d}")
    scanned = await scan_world(world)
    assert scanned.report.gaps == ()
    assert any(request.path.endswith("/a#b?c{d}") for request in scanned.azure.log)
