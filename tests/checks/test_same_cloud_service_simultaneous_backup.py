"""same-cloud-service-simultaneous-backup, a member of snapshot-status-or-snapshot-failed."""

from typing import Any

import pytest

from scanner.inventory.facts.classic import CloudService
from tests.support.facts import classic_vm, cloud_service, gap, vm
from tests.support.verdicts import evidence, told, verdict, worst

GROUP = "snapshot-status-or-snapshot-failed"
MEMBER = "same-cloud-service-simultaneous-backup"
SERVICE = "properties.domainName.id"


@pytest.mark.parametrize(
    ("service", "then", "now"),
    [
        (cloud_service(1), "clear", "clear"),
        (cloud_service(2), "possible", "clear"),
        (cloud_service(20), "possible", "clear"),
        (cloud_service(1, None), "clear", "clear"),
        (gap("cloud_service"), "unknown (denied)", "unknown (denied)"),
    ],
)
def test_shared_service(service: CloudService | Any, then: str, now: str) -> None:
    """The article of 2018: VMs of one cloud service should not start backups together."""
    seen = classic_vm(cloud_service=service)
    stands = verdict(GROUP, "2018-01", seen)
    assert told(stands) == then
    assert told(verdict(GROUP, "current", seen)) == now
    if then == "possible":
        assert stands.findings[0].check == MEMBER
        assert evidence(worst(stands)) == [("old-01", SERVICE, "cs")]


def test_not_about_other_vms() -> None:
    stands = verdict(GROUP, "2018-01", vm())
    said = [each.finding.verdict for each in stands.findings if each.check == MEMBER]
    assert [str(each) for each in said] == ["not-applicable"]
