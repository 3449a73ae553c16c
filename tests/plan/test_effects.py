"""What a plan does to verdicts: which VMs are judged, and what is said of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from scanner.api import Edition, Finding, Iterator, Vm, check, clear, found
from scanner.cli.run_plan import JudgedPlan, PlanQuestions, judge_plan
from scanner.fleet.questions import Questions
from scanner.fleet.world import ReadWorld
from scanner.inventory.scope import ScopeSummary
from scanner.judging.panel import make_panel
from tests.support.plans import (
    GROUP,
    SUBSCRIPTION,
    change,
    contents_of,
    made_of,
    over_nothing,
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
         "size": "Standard_D2s_v5", "tags": {"tier": "gold"},
         "os_disk": [{"name": "os", "disk_size_gb": 64}],
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


def judged(
    plan: dict[str, Any],
    asked: Questions | None = None,
    live: Sequence[Mapping[str, Any]] = LIVE,
) -> JudgedPlan:
    world = made_of(terraform(*({**one} for one in live)))
    scope = ScopeSummary({SUBSCRIPTION: SUBSCRIPTION}, (), 0, 0)
    asked = asked or questions("2018-01")
    return judge_plan(
        contents_of(plan), ReadWorld(world, (), scope), PlanQuestions(asked, asked), is_live=True
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
    plan = judged(moved_to(subnet))
    now = {cause.cause: verdict_of(cause) for vm in plan.after for cause in vm.causes}
    assert [
        f"{effect.before} to {now[effect.cause]}"
        for effect in plan.result.of_kind("unknown")
        if effect.cause == "vm-no-internet-access"
    ] == shown
    assert [
        [origin.address for origin in effect.origins] for effect in plan.result.of_kind("unknown")
    ] == [["azurerm_network_interface.nic"]] * len(shown)
    sentence = "This plan makes 1 verdict on 1 VM unknown."
    assert (plan.result.sentence == sentence) is bool(shown)


def test_what_arm_lacks_of_a_vm_that_lives_is_not_for_a_plan_to_set() -> None:
    """Its replacement sets it, and is judged by itself."""
    values = LIVE[-1]["change"]["after"]
    nowhere = {name: value for name, value in values.items() if name != "location"}
    old = {**LIVE[-1], "change": {**LIVE[-1]["change"], "after": nowhere}}
    plan = terraform(
        change("azurerm_linux_virtual_machine", "vm", values, actions=["delete", "create"],
               before={**values, "id": VM})
    )  # fmt: skip
    found = judged(plan, live=[*LIVE[:-1], old])
    before, after = (
        [verdict_of(cause) for vm in vms for cause in vm.causes if cause.cause == WAY_OUT]
        for vms in (found.before, found.after)
    )
    assert (before, after) == (["unknown (not-recorded)"], ["clear"])


WAY_OUT = "vm-no-internet-access"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm"


def retagged(**tags: str | None) -> dict[str, Any]:
    """A what-if result that changes the tags of the VM."""
    before, after = {"tags": {"tier": "gold"}}, {"tags": tags}
    changed = {"resourceId": VM, "changeType": "Modify", "before": before, "after": after}
    return {"changes": [changed]}


@check("contoso-tags", cause="disk-size-unsupported", reads=("os",))
def by_tag(vm: Vm, edition: Edition) -> Iterator[Finding]:
    """The VM has no tier."""
    rule = edition.one("disk-size-unsupported", "disk-larger-than")
    evidence = vm.os.source.evidence("tags", None)
    yield clear("Fine.") if (vm.tags or {}).get("tier") else found(rule, "No tier.", evidence)


def test_a_check_of_another_package_is_asked_again_whatever_changes() -> None:
    """It may touch what no check declares, such as tags."""
    ours = questions("2018-01")
    theirs = dataclasses.replace(
        ours, checks=(by_tag,), panel=make_panel([by_tag], ours.edition, ours.catalogue)
    )
    kinds = [
        [effect.kind for effect in judged(retagged(owner="me"), asked).result.effects]
        for asked in (theirs, ours)
    ]
    assert kinds == [["created"], []]


@pytest.mark.parametrize(
    ("tags", "unknown", "expected"),
    [
        pytest.param({"tier": "gold"}, {}, {"tier": "gold"}, id="known"),
        pytest.param({"tier": "gold"}, {"tags": {"by": True}}, {"tier": "gold"}, id="in part"),
        pytest.param(None, {"tags": True}, None, id="unknown"),
    ],
)
def test_the_tags_of_a_new_vm_are_those_that_waivers_name(
    tags: dict[str, str] | None, unknown: dict[str, Any], expected: dict[str, str] | None
) -> None:
    after = {"name": "vm", "resource_group_name": "rg-app", "tags": tags}
    new = change("azurerm_linux_virtual_machine", "vm", after, unknown=unknown)
    [found] = over_nothing(terraform(new)).after.vms().values()
    assert (None if found.tags is None else dict(found.tags)) == expected


def test_tags_alone_change_nothing_of_backup() -> None:
    before = {"name": "vm", "resource_group_name": "rg-app", "tags": {"a": "1"}, "id": VM}
    after = {**before, "tags": {"a": "2"}}
    plan = terraform(
        change("azurerm_linux_virtual_machine", "vm", after, actions=["update"], before=before)
    )
    assert contents_of(plan).planned == ()
