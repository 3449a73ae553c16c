"""Bodies of which a plan says nothing: what depends on them is unknown, never clear."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.plan.azurerm import REFERRED
from scanner.plan.planned import holes
from tests.support.plans import (
    GROUP,
    change,
    contents_of,
    over_nothing,
    recorded,
    terraform,
    verdicts,
)

NETWORK = f"{GROUP}/providers/Microsoft.Network"
NIC, NSG = f"{NETWORK}/networkInterfaces/nic", f"{NETWORK}/networkSecurityGroups/nsg"
ITEM = (
    f"{GROUP}/providers/Microsoft.RecoveryServices/vaults/v/backupFabrics/Azure/protectionContainers"
    "/IaasVMContainer;iaasvmcontainerv2;rg-app;vm/protectedItems/VM;iaasvmcontainerv2;rg-app;vm"
)
COLLECTION = f"{GROUP}/providers/Microsoft.Compute/restorePointCollections/c"
JOINS = change(
    "azurerm_network_interface_security_group_association",
    "a",
    {"network_interface_id": NIC, "network_security_group_id": NSG},
)


def azapi(id_: str) -> dict[str, Any]:
    """A resource of azapi whose whole body is unknown until apply."""
    parent, _, last = id_.partition("/providers/")
    namespace, type_, name = last.split("/")[:3]
    after = {
        "type": f"{namespace}/{type_}@2024-05-01", "name": name, "parent_id": parent,
        "location": "westeurope",
    }  # fmt: skip
    return change(
        "azapi_resource", "x", after, unknown={"body": True},
        expressions={"body": {"references": ["local.body"]}},
    )  # fmt: skip


def what_if(kind: str, id_: str, listed: str = "changes") -> dict[str, Any]:
    """A what-if result that does not say what is written."""
    return {"changes": [], listed: [{"resourceId": id_, "changeType": kind}]}


@pytest.mark.parametrize(
    ("plan", "id_", "reading"),
    [
        pytest.param(terraform(azapi(NIC), {**JOINS}), NIC, "interfaces", id="body of azapi"),
        pytest.param(what_if("Create", NSG), NSG, "security_groups", id="created"),
        pytest.param(what_if("Modify", NIC), NIC, "interfaces", id="changed"),
        pytest.param(
            what_if("Modify", NSG, "potentialChanges"), NSG, "security_groups", id="potential"
        ),
    ],
)
def test_the_resource_is_unknown(plan: dict[str, Any], id_: str, reading: str) -> None:
    [snapshot] = over_nothing(plan).after.snapshots
    found = getattr(snapshot.network, reading).index()[ArmId(id_)]
    assert isinstance(found, Gap)
    assert found.reason is Reason.AFTER_APPLY


@pytest.mark.parametrize("kind", ["Create", "Modify"])
def test_a_protection_of_a_vm_that_nobody_names_is_noted(kind: str) -> None:
    world = over_nothing(what_if(kind, ITEM, "potentialChanges"))
    assert f"{ITEM} protects a VM that is not known until apply" in world.notes


def test_a_collection_of_which_nothing_is_known() -> None:
    [snapshot] = over_nothing(terraform(azapi(COLLECTION))).after.snapshots
    assert ArmId(COLLECTION) in snapshot.collections.index()


@pytest.mark.parametrize("name", ["greenfield.json", "modules-for-each-count-locals.json"])
def test_a_reference_that_leads_nowhere_makes_nothing_clear(name: str) -> None:
    """Local values have no references in a plan (JSON Output Format, "Configuration")."""
    plan = recorded(name)
    before = verdicts(over_nothing(plan))
    for expressions in _of_ids(plan):
        for attribute in REFERRED.keys() & expressions.keys():
            written = expressions[attribute]
            expressions[attribute] = {"references": ["local.x"]}
            after = verdicts(over_nothing(plan))
            expressions[attribute] = written
            found = {key for key, old in before.items() if old not in ("clear", "not-applicable")}
            assert not [key for key in found if after.get(key) == "clear"], attribute


def _of_ids(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The expressions of the resources of the root module that refer to others by an id."""
    resources = plan["configuration"]["root_module"]["resources"]
    kinds = ("association", "attachment", "extension", "restore_point")
    return [one["expressions"] for one in resources if one["type"].endswith(kinds)]


def test_what_many_attachments_leave_open_is_said_once_of_each_vm() -> None:
    """Attachments of a list whose keys are not those of the VMs: each may be of any of them."""
    names = [f"vm-{number}" for number in range(30)]
    vms = [
        change("azurerm_linux_virtual_machine", name, {"name": name, "resource_group_name": "g"})
        for name in names
    ]
    attached = [
        change(
            "azurerm_virtual_machine_data_disk_attachment", name, {"lun": 1},
            unknown={"virtual_machine_id": True, "managed_disk_id": True},
            expressions={"virtual_machine_id": {"references": ["local.x"]}},
        )
        for name in names
    ]  # fmt: skip
    found = contents_of(terraform(*vms, *attached)).planned
    opened = [one for one in found if one.action == "change"]
    assert sorted(one.id.name for one in opened) == sorted(names)
    assert {one.origin.address for one in opened} == {
        "azurerm_virtual_machine_data_disk_attachment.vm-0"
    }


SECRET = "CANARY"
PREFIXES = {"name": "s", "resource_group_name": "g", "virtual_network_name": "v",
            "address_prefixes": [SECRET, "10.0.0.0/8"]}  # fmt: skip
RULE = {"name": "r", "source_address_prefixes": [SECRET, "10.0.0.0/8"]}
IN_GROUP = {**RULE, "resource_group_name": "g", "network_security_group_name": "n"}
GROUP_OF_RULES = {"name": "n", "resource_group_name": "g", "security_rule": [RULE]}


@pytest.mark.parametrize(
    ("type_", "after", "sensitive"),
    [
        pytest.param("azurerm_subnet", PREFIXES, {"address_prefixes": [True, False]}, id="texts"),
        pytest.param(
            "azurerm_network_security_rule",
            IN_GROUP,
            {"source_address_prefixes": [True]},
            id="list",
        ),
        pytest.param(
            "azurerm_network_security_group",
            GROUP_OF_RULES,
            {"security_rule": [{"source_address_prefixes": [True, False]}]},
            id="list in a block",
        ),
    ],
)
def test_a_list_with_a_secret_entry_is_not_kept(
    type_: str, after: dict[str, Any], sensitive: dict[str, Any]
) -> None:
    """Entries have marks of their own (JSON Output Format, ``after_sensitive``)."""
    one = change(type_, "x", after)
    assert SECRET in f"{contents_of(terraform({**one})).planned}"
    one["change"]["after_sensitive"] = sensitive
    [found] = contents_of(terraform({**one})).planned
    assert SECRET not in f"{found}"
    assert [*holes(found.body)]


@pytest.mark.parametrize(
    ("subnets", "more", "known"),
    [
        pytest.param(2, [], 2, id="the same in both"),
        pytest.param(1, ["local.x"], 1, id="one place"),
        pytest.param(2, ["local.x"], 0, id="one of them may be a local value"),
        pytest.param(1, ["azapi_resource.nsg.name"], 1, id="its name, too"),
    ],
)
def test_an_unknown_id_in_a_body_of_azapi(subnets: int, more: list[str], known: int) -> None:
    """The references of a whole body are one list (JSON Output Format, "Expression")."""
    unknown = {"id": True}
    marks = [{"properties": {"networkSecurityGroup": unknown}} for _ in range(subnets)]
    nsg = azapi(NSG)
    nsg["name"], nsg["expressions"] = "nsg", {}
    nsg["change"]["after_unknown"], nsg["change"]["after"]["body"] = {}, {"properties": {}}
    network = azapi(f"{NETWORK}/virtualNetworks/v")
    network["change"]["after"]["body"] = {}
    network["change"]["after_unknown"] = {"body": {"properties": {"subnets": marks}}}
    references = ["azapi_resource.nsg.id", "azapi_resource.nsg", *more]
    network["expressions"] = {"body": {"references": references}}
    [found] = [one for one in contents_of(terraform(nsg, network)).planned if one.id.name == "v"]
    assert f"{found.body}".count(NSG) == known
    assert len([*holes(found.body)]) == subnets - known


@pytest.mark.parametrize(
    ("actions", "marks", "is_gap"),
    [
        pytest.param("create", "after_sensitive", True, id="hidden"),
        pytest.param("delete", "before_sensitive", True, id="hidden and removed"),
        pytest.param("create", "after_unknown", False, id="unknown"),
    ],
)
def test_an_association_of_a_resource_whose_id_must_not_be_shown_is_a_gap(
    actions: str, marks: str, is_gap: bool
) -> None:
    """It may be one that lives: an id that is unknown is that of a resource to be created."""
    values = JOINS["change"]["after"]
    before, after = (values, None) if actions == "delete" else (None, values)
    one = change(JOINS["type"], "a", after, actions=[actions], before=before)
    one["change"][marks] = {"network_interface_id": True}
    found = contents_of(terraform(one))
    assert [gap.reason for gap in found.gaps] == [Reason.FAILED] * is_gap
    assert bool(found.notes) is not is_gap
    assert NIC not in f"{found}"
