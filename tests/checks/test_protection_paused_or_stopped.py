"""protection-paused-or-stopped: facts and verdicts, in a scan of VMs that have an item.

Source: Troubleshoot Azure Backup failure: issues with the agent or extension.
"""

from __future__ import annotations

from typing import Any

import pytest

from scanner.sim import faults
from tests.support.prechecks import Place
from tests.support.scans import scan_world

CAUSE = "protection-paused-or-stopped"


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        pytest.param({}, "clear", id="protected"),
        pytest.param({"state": "IRPending"}, "possible", id="first backup to come"),
        pytest.param({"state": "ProtectionError"}, "possible", id="protection in error"),
        pytest.param({"state": "ProtectionPaused"}, "possible", id="paused"),
        pytest.param({"state": "BackupsSuspended"}, "possible", id="suspended"),
        pytest.param({"state": "ProtectionStopped"}, "possible", id="stopped"),
        pytest.param({"patch": {"isScheduledForDeferredDelete": True}}, "possible", id="deleted"),
        pytest.param({"state": "Odd"}, "unknown (not-recorded)", id="a state nobody documents"),
    ],
)
async def test_an_item(item: dict[str, Any], expected: str) -> None:
    place = Place()
    vm = place.group.vm("web")
    place.vault.protect(vm, place.vault.policies[0]["id"], **item)
    assert (await scan_world(place.world)).verdict("web", CAUSE) == expected


async def test_a_vm_without_an_item() -> None:
    place = Place()
    place.group.vm("web")
    assert (await scan_world(place.world)).verdict("web", CAUSE) == "clear"


async def test_vaults_that_were_not_read() -> None:
    place = Place()
    place.group.vm("web")
    faults.refuse(place.prod, "vaults")
    assert (await scan_world(place.world)).verdict("web", CAUSE) == "unknown (denied)"
