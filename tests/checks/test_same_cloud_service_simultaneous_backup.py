"""same-cloud-service-simultaneous-backup, a member of snapshot-status-or-snapshot-failed."""

from typing import Any

import pytest

from scanner.inventory.facts.classic import CloudService
from scanner.inventory.scope import Scope
from tests.support.facts import classic_vm, cloud_service, gap, vm
from tests.support.fleets.backed_up import BackupFleet
from tests.support.verdicts import evidence, judge, verdict_of, worst

GROUP = "snapshot-status-or-snapshot-failed"
MEMBER = "same-cloud-service-simultaneous-backup"
SERVICE = "properties.domainName.id"


@pytest.mark.parametrize(
    ("service", "then", "now"),
    [
        pytest.param(cloud_service(1), "clear", "clear", id="one VM"),
        pytest.param(cloud_service(2), "possible", "clear", id="two VMs"),
        pytest.param(cloud_service(20), "possible", "clear", id="20 VMs"),
        pytest.param(cloud_service(1, None), "clear", "clear", id="service without a name"),
        pytest.param(gap("cloud_service"), *["unknown (denied)"] * 2, id="service denied"),
    ],
)
def test_shared_service(service: CloudService | Any, then: str, now: str) -> None:
    """The article of 2018: VMs of one cloud service should not start backups together."""
    seen = classic_vm(cloud_service=service)
    judged = judge(GROUP, "2018-01", seen)
    assert verdict_of(judged) == then
    assert verdict_of(judge(GROUP, "current", seen)) == now
    if then == "possible":
        assert judged.findings[0].check == MEMBER
        assert evidence(worst(judged)) == [("old-01", SERVICE, "cs")]


def test_not_about_other_vms() -> None:
    judged = judge(GROUP, "2018-01", vm())
    [finding] = [attributed.finding for attributed in judged.findings if attributed.check == MEMBER]
    assert str(finding.verdict) == "not-applicable"


@pytest.mark.parametrize("scope", [Scope(), Scope(protection="protected")], ids=["all", "part"])
async def test_vms_out_of_the_scope_share_the_service_too(scope: Scope) -> None:
    fleet = BackupFleet()
    vm_of_vault = fleet.group.classic_vm("web", cloud_service="svc")
    fleet.group.classic_vm("unprotected", cloud_service="svc")
    fleet.vault.protect(vm_of_vault, fleet.policy)
    scanned = await fleet.scan(edition="2018-01", scope=scope)
    assert scanned.verdict("web", GROUP) == "possible"
