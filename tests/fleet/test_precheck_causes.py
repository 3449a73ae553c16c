"""The causes that are judged before backup is turned on, and after it failed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scanner.catalogue import load
from scanner.judging.check import Verdict
from scanner.sim.backup_errors import AGENT_SILENT, ErrorShape
from scanner.sim.shapes import DiskShape
from tests.support.prechecks import Place, extension, precheck, readiness_of, verdicts_of
from tests.support.scans import scan_world

LOCK = "restore-point-cleanup-blocked-by-lock"
PAUSED = ErrorShape(400001, "UserErrorBcmDatasourceNotPresent", "The datasource is not protected.")


@pytest.mark.parametrize("cause", ["shared-disk-attached", LOCK])
async def test_only_the_checks_picked_are_asked(cause: str) -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, shares=2)], power="deallocated")
    report = await precheck(place.world, "vault", "standard", checks=(cause,))
    expected = "applies" if cause == "shared-disk-attached" else "clear"
    assert verdicts_of(report, "web") == {cause: expected}


async def test_an_older_edition_judges_its_own_causes() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, shares=2), DiskShape(2048)])
    report = await precheck(place.world, "vault", "standard", edition="2018-01")
    verdicts = verdicts_of(report, "web")
    assert verdicts["disk-size-unsupported"] == "applies"
    assert verdicts.keys() == set(load().edition("2018-01").causes)


@pytest.mark.parametrize(
    ("cause", "shape", "item", "standing"),
    [
        pytest.param("extension-in-failed-state", {"extensions": [extension("Failed")]}, {},
                     "supported", id="failed extension"),
        pytest.param("extension-in-failed-state", {}, {}, "contradicted", id="no extension"),
        pytest.param("vm-not-running", {"power": "deallocated"}, {}, "supported",
                     id="deallocated"),
        pytest.param("vm-not-running", {}, {}, "contradicted", id="running"),
        pytest.param("protection-paused-or-stopped", {}, {"state": "ProtectionStopped"},
                     "supported", id="stopped"),
        pytest.param("protection-paused-or-stopped", {}, {}, "contradicted", id="protected"),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "checks", [pytest.param((), id="all checks"), pytest.param(("disk-size",), id="one check")]
)
async def test_all_causes_of_an_error_are_judged(
    cause: str, shape: Any, item: Any, standing: str, checks: tuple[str, ...]
) -> None:
    """They are judged whichever checks are picked, also those for planning."""
    place = Place()
    vm = place.group.vm("web", **shape)
    error = AGENT_SILENT if cause != "protection-paused-or-stopped" else PAUSED
    place.vault.protect(vm, place.vault.policy(), status="Failed", error=error, **item)
    [symptom] = (await scan_world(place.world, checks=checks)).vm("web").symptoms
    standings = {behind.cause: behind.standing for behind in symptom.causes}
    assert standings[cause] == standing


async def test_the_forecast_goes_by_the_named_policy() -> None:
    place = Place()
    vm = place.group.vm("web")
    place.group.collection(source=vm.id, points=10)
    place.prod.lock("keep", on=place.prod.id)
    [web] = (await precheck(place.world, "vault", "standard")).vms
    assert web.forecast
    assert web.forecast.full_at == place.world.now + timedelta(days=8)


async def test_causes_of_a_vault_or_policy_that_is_not_named_are_not_applicable() -> None:
    place = Place()
    place.group.vm("web")
    without = verdicts_of(await precheck(place.world), "web")
    of_a_policy = {"too-many-backups-per-day", "agentless-crash-consistent-ineligible"}
    for cause in {"vault-region-or-subscription", "vault-quota", *of_a_policy}:
        assert without[cause] == "not-applicable", cause
    named = verdicts_of(await precheck(place.world, "vault", "standard"), "web")
    assert named.keys() == without.keys()
    assert {named[cause] for cause in of_a_policy} == {"clear"}


async def test_a_vm_without_a_judged_cause_is_never_ready() -> None:
    place = Place()
    place.group.vm("web")
    report = await precheck(place.world, checks=("vault-quota",))
    assert readiness_of(report) == {"web": "cannot tell"}


async def test_every_vm_has_the_same_causes() -> None:
    place = Place()
    place.group.vm("web")
    place.group.classic_vm("old")
    report = await precheck(place.world, "vault", "standard")
    assert verdicts_of(report, "web").keys() == verdicts_of(report, "old").keys()


async def test_every_sign_has_evidence_and_a_rule() -> None:
    place = Place()
    place.group.vm("web", data_disks=[DiskShape(8, shares=2, auth_mode="AzureActiveDirectory")])
    [web] = (await precheck(place.world, "vault", "standard")).vms
    for cause in web.causes:
        for judged in cause.findings:
            finding = judged.finding
            is_sign = finding.verdict >= Verdict.POSSIBLE
            assert not is_sign or (finding.evidence and finding.rule), cause
    [shared] = [cause for cause in web.causes if cause.cause == "shared-disk-attached"]
    [of_data_disk] = (judged.finding for judged in shared.shown)
    assert of_data_disk.rule
    assert of_data_disk.rule.says
    [evidence] = of_data_disk.evidence
    assert (evidence.id.type, evidence.path, evidence.value) == (
        "microsoft.compute/disks", "properties.maxShares", 2
    )  # fmt: skip
