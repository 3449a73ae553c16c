"""What a plan does to verdicts: which VMs are judged, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.cli.run_plan import JudgedPlan, PlanQuestions, judge_plan
from scanner.fleet.world import ReadWorld
from scanner.inventory.scope import ScopeSummary
from tests.support.plans import (
    GROUP,
    SUBSCRIPTION,
    change,
    contents_of,
    made_of,
    questions,
    terraform,
)
from tests.support.verdicts import verdict_of

NETWORK = f"{GROUP}/providers/Microsoft.Network"
SUBNET = f"{NETWORK}/virtualNetworks/v/subnets/s"
CONFIGURATION = {
    "name": "ip", "subnet_id": SUBNET, "private_ip_address": "10.0.0.4", "primary": True
}  # fmt: skip
NIC = {
    "name": "nic", "resource_group_name": "rg-app", "location": "westeurope",
    "ip_configuration": [CONFIGURATION],
}  # fmt: skip
LIVE = [
    change(
        "azurerm_virtual_network",
        "v",
        {"name": "v", "resource_group_name": "rg-app", "address_space": ["10.0.0.0/16"]},
    ),
    change(
        "azurerm_subnet",
        "s",
        {"name": "s", "resource_group_name": "rg-app", "virtual_network_name": "v",
         "address_prefixes": ["10.0.0.0/24"]},
    ),
    change("azurerm_network_interface", "nic", NIC),
    change(
        "azurerm_linux_virtual_machine",
        "vm",
        {"name": "vm", "resource_group_name": "rg-app", "location": "westeurope",
         "size": "Standard_D2s_v5", "os_disk": [{"name": "os", "disk_size_gb": 64}],
         "network_interface_ids": [f"{NETWORK}/networkInterfaces/nic"]},
    ),
]  # fmt: skip


def moved_to(subnet: str) -> dict[str, Any]:
    """A plan that puts the NIC into another subnet."""
    before = {**NIC, "id": f"{NETWORK}/networkInterfaces/nic"}
    after = {**before, "ip_configuration": [{**CONFIGURATION, "subnet_id": subnet}]}
    return terraform(
        change("azurerm_network_interface", "nic", after, actions=["update"], before=before)
    )


def judged(plan: dict[str, Any]) -> JudgedPlan:
    live = made_of(terraform(*({**one} for one in LIVE)))
    scope = ScopeSummary({SUBSCRIPTION: SUBSCRIPTION}, (), 0, 0)
    asked = questions("2018-01")
    return judge_plan(
        contents_of(plan), ReadWorld(live, (), scope), PlanQuestions(asked, asked), is_live=True
    )


@pytest.mark.parametrize(
    ("subnet", "shown"),
    [
        pytest.param(
            SUBNET.replace(SUBSCRIPTION, "2" * 8), ["clear to unknown (failed)"], id="not read"
        ),
        pytest.param(SUBNET, [], id="where it is"),
    ],
)
def test_a_verdict_that_becomes_unknown_is_shown(subnet: str, shown: list[str]) -> None:
    found = judged(moved_to(subnet))
    now = {cause.cause: verdict_of(cause) for vm in found.after for cause in vm.causes}
    assert [
        f"{effect.before} to {now[effect.cause]}"
        for effect in found.result.of_kind("unknown")
        if effect.cause == "vm-no-internet-access"
    ] == shown
    assert [
        [origin.address for origin in effect.origins] for effect in found.result.of_kind("unknown")
    ] == [["azurerm_network_interface.nic"]] * len(shown)
    sentence = "This plan makes 1 verdict on 1 VM unknown."
    assert (found.result.sentence == sentence) is bool(shown)
