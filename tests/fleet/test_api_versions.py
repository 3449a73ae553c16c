"""A cloud that does not know the api-version of a request is asked by one that it names."""

from __future__ import annotations

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.changes import refuse_version
from scanner.sim.faults import Fault
from scanner.sim.http_messages import Request
from tests.support.fleets.every_read import Fleet
from tests.support.scans import Scanned, scan_world
from tests.support.verdict_tables import differences, table_of

KNOWN = "2016-03-30,2019-08-01"
PROVIDERS = (
    "Microsoft.Compute/",
    "Microsoft.ClassicCompute/",
    "Microsoft.Authorization/",
    "Microsoft.RecoveryServices/",
)
CODES = ("InvalidApiVersionParameter", "NoRegisteredProviderFound", "InvalidResourceType")


async def scan_where(fleet: Fleet, provider: str, code: str, known: str) -> Scanned:
    """Scan a cloud whose provider knows these versions alone."""

    def is_unknown(request: Request) -> bool:
        is_of_provider = f"/providers/{provider}".lower() in request.path.lower()
        return is_of_provider and request.option("api-version") not in known.split(",")

    fleet.world.versions[provider.rstrip("/")] = tuple(known.split(","))
    fleet.world.faults.append(Fault(is_unknown, status=400, change=refuse_version(code, known)))
    return await scan_world(fleet.world, azure=SimulatedArm(fleet.world))


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_newest_stable_version_is_used(provider: str, code: str) -> None:
    fleet = Fleet()
    known = f"{KNOWN},2030-01-01-preview"
    scanned = await scan_where(fleet, provider, code, known)
    assert differences(fleet.table, table_of(scanned.report)) == []
    assert scanned.report.complete
    assert scanned.report.notes
    assert all("api-version 2019-08-01" in note for note in scanned.report.notes)


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_cloud_with_previews_alone_is_not_read(provider: str, code: str) -> None:
    """It has such resources: it only knows no stable version of them."""
    fleet = Fleet()
    scanned = await scan_where(fleet, provider, code, "2030-01-01-preview")
    assert not scanned.report.complete
    assert any("api-version" in gap.remedy for gap in scanned.report.gaps)
