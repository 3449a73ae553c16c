"""The mapping of the provider azurerm: it reads attributes that the provider has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.plan.attributes import Attributes
from scanner.plan.azurerm import REFERRED, TYPES
from scanner.plan.azurerm.mapped import fill
from scanner.plan.marks import Marks
from scanner.plan.read import read_plan
from tests.support.plans import GROUP, SUBSCRIPTION, change, contents_of, recorded, terraform

SCHEMA = recorded("azurerm-5.2.0-schema.json")["resources"]
OLDER = {
    "azurerm_managed_disk": {"encryption_settings.enabled"},
    "azurerm_route_table": {"disable_bgp_route_propagation"},
    "azurerm_subnet": {"service_endpoints"},
}
"""Attributes of azurerm 3 and 4 that 5 does not have (their upgrade guides)."""


class Spy(Attributes):
    """Attributes that remember which of them were read."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values, Marks(None, None, {}), lambda _expression, _name: [])
        self.read: set[str] = set()

    def get(self, *path: str | int) -> Any:
        self.read.add(".".join(step for step in path if isinstance(step, str)))
        return super().get(*path)

    def texts(self, *path: str | int) -> Any:
        self.get(*path)
        return super().texts(*path)

    def blocks(self, *path: str | int) -> Any:
        self.get(*path)
        return super().blocks(*path)


def filled(schema: dict[str, Any]) -> dict[str, Any]:
    """Attributes with one of every block, and a text wherever one can be."""
    found: dict[str, Any] = {}
    for name, entry in schema.items():
        if isinstance(entry, dict) and "block" in entry:
            inner = {key: value for key, value in entry.items() if key not in ("block", "max")}
            found[name] = [filled(inner)]
        elif isinstance(entry, list):
            is_list = str(entry[1]).startswith(("list", "set"))
            found[name] = ["x"] if is_list else "x"
    return found


def has(schema: dict[str, Any], path: str) -> bool:
    head, _, rest = path.partition(".")
    entry = schema.get(head)
    if entry is None:
        return False
    is_block = isinstance(entry, dict)
    return not rest or not is_block or has(entry, rest)


@pytest.mark.parametrize("type_", sorted(set(TYPES) & set(SCHEMA)))
def test_every_attribute_that_is_read_is_in_the_schema(type_: str) -> None:
    mapped, schema = TYPES[type_], SCHEMA[type_]
    spy = Spy(filled(schema))
    fill(spy, mapped.rows)
    if mapped.more:
        mapped.more(spy, {})
    if mapped.changes:
        [*mapped.changes(spy)]
    unknown = {path for path in spy.read if not has(schema, path)}
    assert unknown <= OLDER.get(type_, set())


def test_types_of_the_schema_that_say_nothing_of_backup() -> None:
    assert set(SCHEMA) - set(TYPES) == {
        "azurerm_availability_set",
        "azurerm_dedicated_host",
        "azurerm_disk_encryption_set",
        "azurerm_orchestrated_virtual_machine_scale_set",
        "azurerm_snapshot",
    }


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("azurerm_network_security_group.x.id", True),
        ("azurerm_route_table.x.id", False),
        ("azurerm_network_security_group.x.name", False),
    ],
)
def test_an_id_of_another_type_is_not_the_value(given: str, expected: bool) -> None:
    group = "rg-app"
    subnet = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
    found = contents_of(
        terraform(
            change(
                "azurerm_network_security_group", "x",
                {"name": "nsg", "resource_group_name": group}, unknown={"id": True},
            ),
            change(
                "azurerm_route_table", "x",
                {"name": "rt", "resource_group_name": group}, unknown={"id": True},
            ),
            change(
                "azurerm_subnet_network_security_group_association", "x", {"subnet_id": subnet},
                unknown={"network_security_group_id": True},
                expressions={"network_security_group_id": {"references": [given]}},
            ),
        )
    )  # fmt: skip
    [patch] = [one.body for one in found.planned if one.id.text == subnet]
    id_ = patch["properties"]["networkSecurityGroup"]["id"]
    assert isinstance(id_, str) is expected
    assert "network_security_group_id" in REFERRED


@pytest.mark.parametrize(
    ("inside", "expected"),
    [(None, None), (False, False), (True, True)],
)
def test_the_agent_of_the_older_vm_is_off_by_default(
    inside: bool | None, expected: bool | None
) -> None:
    """azurerm documents, ``os_profile_windows_config.provision_vm_agent``: false."""
    settings = {} if inside is None else {"provision_vm_agent": inside}
    after = {
        "name": "vm", "resource_group_name": "g",
        "os_profile_windows_config": [settings], "storage_os_disk": [{"name": "os"}],
    }  # fmt: skip
    found = contents_of(terraform(change("azurerm_virtual_machine", "x", after)))
    profile = found.planned[0].body["properties"]["osProfile"]["windowsConfiguration"]
    assert profile["provisionVMAgent"] is bool(expected)


def test_subnets_of_azurerm_5_name_their_group_in_the_configuration_alone() -> None:
    found = contents_of(recorded("write-only-nsg.json"))
    [subnet] = [one for one in found.planned if one.origin.address.startswith("azurerm_subnet")]
    id_ = subnet.body["properties"]["networkSecurityGroup"]["id"]
    assert id_.endswith("/networkSecurityGroups/nsg-wo")


OTHER = SUBSCRIPTION.replace("0", "1")
SUBNET = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/hub/subnets/s".replace(
    SUBSCRIPTION, OTHER
)
NAMED = {
    "name": "nic", "resource_group_name": "rg-app",
    "ip_configuration": [{"name": "ip", "subnet_id": SUBNET}],
}  # fmt: skip
LIVING = {"name": "old", "resource_group_name": "rg-app", "id": f"{GROUP}/providers/x/y/old"}


@pytest.mark.parametrize(
    ("lives", "given", "expected"),
    [
        pytest.param(True, None, SUBSCRIPTION, id="of a resource that lives"),
        pytest.param(True, "5" * 8, SUBSCRIPTION, id="of one that lives, and one is given"),
        pytest.param(False, "5" * 8, "5" * 8, id="given"),
        pytest.param(False, None, OTHER, id="of what a resource names"),
    ],
)
def test_the_subscription_of_a_resource_whose_provider_does_not_say_it(
    lives: bool, given: str | None, expected: str
) -> None:
    """It is in the variable ARM_SUBSCRIPTION_ID then (provider azurerm)."""
    types = ("azurerm_managed_disk", "azurerm_network_interface")
    old = change(types[0], "old", LIVING, actions=["no-op"], before=LIVING if lives else {})
    plan = terraform(old, change(types[1], "nic", NAMED))
    plan["resource_changes"][0]["change"]["after"] = {}
    plan["configuration"]["provider_config"] = {}
    [found] = read_plan(json.dumps(plan).encode(), given).planned
    assert found.id.subscription == expected
