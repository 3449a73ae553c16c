"""write-accelerator-disk: facts and verdicts.

Sources: Support matrix for Azure VM backups; Frequently asked questions: back up Azure VMs.
"""

from __future__ import annotations

import pytest

from scanner.sim.network_shapes import NicShape, RuleShape
from scanner.sim.shapes import DiskShape
from tests.support.facts import NIC, hardware, kind, network, nsg, outbound, vm
from tests.support.prechecks import Place, Shape, disk, os_disk, verdict_on
from tests.support.verdicts import evidence, judge, worst

CAUSE = "write-accelerator-disk"


@pytest.mark.parametrize(
    ("policy", "shape", "expected"),
    [
        pytest.param(None, disk(), "clear", id="no accelerator"),
        pytest.param(None, disk(accelerated=True), "possible", id="accelerated data disk"),
        pytest.param(None, os_disk(accelerated=True), "applies", id="accelerated OS disk"),
    ],
)
async def test_verdict(policy: str | None, shape: Shape, expected: str) -> None:
    assert await verdict_on(CAUSE, policy, shape) == expected


@pytest.mark.parametrize("denied", [True, False], ids=["outbound denied", "outbound allowed"])
async def test_an_accelerated_disk_and_outbound_access(denied: bool) -> None:
    place = Place()
    deny_out = RuleShape("deny-out", 100, access="Deny", direction="Outbound")
    nsg = place.group.nsg("nsg", *([deny_out] if denied else [])).id
    accelerated = [DiskShape(8, accelerated=True)]
    place.group.vm("web", data_disks=accelerated, nics=(NicShape(nsg=nsg),))
    verdict = await place.verdict(CAUSE)
    assert verdict == ("applies" if denied else "possible")


def test_the_proof() -> None:
    """Interface, target, part and the rule that decides, which is the root."""
    deny = network(nsg(outbound("Deny", 100, "Internet")))
    accelerated = hardware(kind(is_os=True), kind("data", accelerated=True))
    finding = worst(judge(CAUSE, "current", vm(hardware=accelerated, network=deny)))
    assert finding.message == (
        "The data disk data has Write Accelerator: its backup needs outbound access. 100 % of"
        " Azure Storage in westeurope (service tags Public 360) cannot be reached over TCP 443"
        f" from the NIC {NIC.name}, by rule rule-1 (priority 100) of nsg-web on the NIC {NIC.name}."
    )
    shown = evidence(finding)
    assert ("rule-1", "properties.access", f"Deny, priority 100, on the NIC {NIC.name}") in shown
    assert shown[-1] == ("web-01", "properties.networkProfile.networkInterfaces", NIC.text)
    assert [root.name for root in finding.roots] == ["rule-1"]
