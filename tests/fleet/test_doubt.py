"""What ARM says in a way that nobody documents is doubted, never taken for a good sign.

Promise 1 of the design: unknown is never clear; and a status that says nothing proves nothing.
"""

from __future__ import annotations

from collections.abc import Callable
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
SILENT = {"level": "Error", "message": "VM Agent is unresponsive."}


def patched(*, view: dict[str, Any] | None = None, body: dict[str, Any] | None = None) -> World:
    world = World()
    world.subscription("prod").group("rg").vm("vm", view_patch=view, body_patch=body)
    return world


def sized(size: object) -> World:
    blob = {"uri": "https://contoso.blob.core.windows.net/vhds/os.vhd"}
    storage = {"osDisk": {"diskSizeGB": size, "managedDisk": ABSENT, "vhd": blob}}
    return patched(body={"properties": {"storageProfile": storage}})


def os_disk_alone() -> World:
    world = World()
    storage = {"properties": {"storageProfile": {"dataDisks": ABSENT}}}
    group = world.subscription("prod").group("rg")
    group.vm("vm", os_disk=DiskShape(99_999), body_patch=storage)
    return world


def locked(level: str | None) -> World:
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


def statuses(*given: dict[str, str]) -> World:
    return patched(view={"vmAgent": {"statuses": list(given)}})


@pytest.mark.parametrize(
    ("build", "cause", "verdict"),
    [
        (lambda: locked("DoNotDelete"), LOCK, "unknown (not-recorded)"),
        (lambda: locked(None), LOCK, "unknown (not-recorded)"),
        (lambda: locked("NotSpecified"), LOCK, "clear"),
        (lambda: locked("readonly"), LOCK, "applies"),
        (lambda: power("unknown"), AGENT, "unknown (not-recorded)"),
        (lambda: power(""), AGENT, "unknown (not-recorded)"),
        (lambda: power("deallocated"), AGENT, "unknown (not-running)"),
        (lambda: statuses(SILENT, READY), AGENT, "unknown (not-recorded)"),
        (lambda: statuses({**READY, "displayStatus": ""}), AGENT, "clear"),
        (lambda: statuses(READY), AGENT, "clear"),
        (lambda: sized(0), DISK, "unknown (not-recorded)"),
        (lambda: sized(-1), DISK, "unknown (not-recorded)"),
        (lambda: sized(30), DISK, "clear"),
    ],
)
async def test_doubt(build: Callable[[], World], cause: str, verdict: str) -> None:
    scanned = await scan_world(build())
    assert scanned.verdict("vm", cause) == verdict
    assert scanned.report.complete == (verdict != "unknown (not-recorded)")


async def test_what_is_not_listed_hides_no_oversize_disk() -> None:
    scanned = await scan_world(os_disk_alone())
    assert scanned.verdict("vm", DISK) == "applies"
    assert not scanned.report.complete


async def test_only_what_can_be_asked_for_is_asked_for() -> None:
    """Names with signs reach ARM as they are; the clients would fill in what stands in braces."""
    world = World()
    prod = world.subscription("prod")
    vm = prod.group("rg.(1)_-a").vm("vm")
    prod.group("points").collection(source=vm.id, points=18, name="a#b?c{d}")
    scanned = await scan_world(world)
    assert scanned.report.gaps == ()
    assert any(each.path.endswith("/a#b?c{d}") for each in scanned.azure.log)
