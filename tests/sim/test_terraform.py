"""The requests of Terraform's azurerm and azapi, whose providers no package registry here has.

Sign-in follows ``sdk/internal/metadata/client.go`` and ``sdk/claims`` of hashicorp/go-azure-sdk,
and ``internal/clients/auth.go`` of hashicorp/terraform-provider-azurerm. The services of
that provider import these api-versions (2026-08). azapi asks for the version that a configuration
names.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from scanner.sim.arm import SimulatedArm
from scanner.sim.http_messages import Request
from scanner.sim.vault import Vault
from scanner.sim.world import Subscription, World
from tests.support.simulated_arm import Ask

HOST = "localhost:8443"


@pytest.fixture
def ask(fleet: World) -> Ask:
    return Ask(SimulatedArm(fleet))


def sub(world: World, name: str) -> Subscription:
    return next(sub for sub in world.subscriptions if sub.name == name)


def vault(world: World) -> Vault:
    return next(vault for vault in world.vaults if vault.name == "vault-fleet")


def test_metadata_have_what_the_providers_read(ask: Ask) -> None:
    found = ask.json(f"https://{HOST}/metadata/endpoints?api-version=2022-09-01")
    assert found["name"]
    assert found["resourceManager"] == f"https://{HOST}/"
    assert found["microsoftGraphResourceId"] == f"https://{HOST}/"
    sign_in = found["authentication"]
    assert sign_in["loginEndpoint"] == f"https://{HOST}/"
    assert f"https://{HOST}" in sign_in["audiences"]
    assert sign_in["tenant"]
    assert sign_in["identityProvider"] == "AAD"
    assert {"storage", "keyVaultDns", "sqlServerHostname"} <= found["suffixes"].keys()


def test_the_token_has_the_claims_that_the_providers_read(fleet: World) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": fleet.client_id,
        "client_secret": fleet.client_secret,
        "scope": f"https://{HOST}/.default",
    }
    path = f"/{fleet.tenant_id}/oauth2/v2.0/token"
    arm = SimulatedArm(fleet)
    answer: Any = arm.answer(Request("POST", path, body=urlencode(form).encode())).json()
    token = answer["access_token"]
    claims = json.loads(urlsafe_b64decode(f"{token.split('.')[1]}=="))
    assert claims["aud"] == f"https://{HOST}"
    assert (claims["appid"], claims["oid"]) == (fleet.client_id, fleet.object_id)
    assert claims["tid"] == fleet.tenant_id
    assert claims["exp"] - claims["iat"] == 3599
    # A person's token has scopes, by which azurerm knows that a person signed in.
    assert "scp" not in claims
    again = Ask(SimulatedArm(fleet))("/subscriptions", authorization=f"Bearer {token}")
    assert again.status == 200


class Read(NamedTuple):
    """A GET by id: its api-version, the id, and a member of the answer with its value."""

    version: str
    id: Callable[[World], str]
    member: str
    expected: Callable[[World], object]


def in_group(subscription: str, group: str, rest: str) -> Callable[[World], str]:
    return lambda w: f"{sub(w, subscription).id}/resourceGroups/{group}/providers/{rest}"


SQL = in_group("contoso-prod", "rg-sql", "Microsoft.Compute/virtualMachines/sql-001")
SHOP = "Microsoft.Network/networkSecurityGroups/nsg-closed"
NETWORK = "Microsoft.Network/virtualNetworks/vnet-westeurope"
READS: Mapping[str, Read] = {
    "azurerm_subscription": Read(
        "2022-12-01", lambda w: sub(w, "contoso-prod").id, "displayName", lambda w: "contoso-prod"
    ),
    "azurerm_resource_group": Read(
        "2023-07-01",
        lambda w: f"{sub(w, 'contoso-prod').id}/resourceGroups/rg-sql",
        "location",
        lambda w: "westeurope",
    ),
    "azurerm_windows_virtual_machine": Read(
        "2024-03-01", SQL, "properties.storageProfile.osDisk.osType", lambda w: "Windows"
    ),
    "azurerm_managed_disk": Read(
        "2023-04-02",
        lambda w: sub(w, "contoso-prod").vms[0].disks[0].id,
        "properties.diskSizeGB",
        lambda w: sub(w, "contoso-prod").vms[0].disks[0].shape.gib,
    ),
    "azurerm_snapshot": Read(
        "2022-03-02",
        lambda w: sub(w, "contoso-prod").of_type("Microsoft.Compute/snapshots")[0].id,
        "properties.provisioningState",
        lambda w: "Succeeded",
    ),
    "azurerm_availability_set": Read(
        "2024-03-01",
        in_group(
            "contoso-shared", "rg-identity", "Microsoft.Compute/availabilitySets/avail-rg-identity"
        ),
        "sku.name",
        lambda w: "Aligned",
    ),
    "azurerm_orchestrated_virtual_machine_scale_set": Read(
        "2025-04-01",
        in_group(
            "contoso-korea", "rg-shop", "Microsoft.Compute/virtualMachineScaleSets/shop-burst"
        ),
        "properties.orchestrationMode",
        lambda w: "Flexible",
    ),
    "azurerm_virtual_machine_extension": Read(
        "2024-03-01",
        lambda w: next(
            f"{vm.id}/extensions/{vm.extensions[0].name}"
            for vm in sub(w, "contoso-prod").vms
            if vm.extensions
        ),
        "properties.publisher",
        lambda w: next(
            vm.extensions[0].publisher for vm in sub(w, "contoso-prod").vms if vm.extensions
        ),
    ),
    "azurerm_virtual_machine_restore_point_collection": Read(
        "2024-03-01",
        lambda w: sub(w, "contoso-prod").collections[0].id,
        "properties.source.id",
        lambda w: sub(w, "contoso-prod").collections[0].source,
    ),
    "azurerm_network_interface": Read(
        "2025-01-01",
        lambda w: sub(w, "contoso-prod").vms[0].nics[0].id,
        "properties.virtualMachine.id",
        lambda w: sub(w, "contoso-prod").vms[0].id,
    ),
    "azurerm_network_security_group": Read(
        "2025-01-01", in_group("contoso-korea", "rg-shop", SHOP), "name", lambda w: "nsg-closed"
    ),
    "azurerm_network_security_rule": Read(
        "2025-01-01",
        in_group("contoso-korea", "rg-shop", f"{SHOP}/securityRules/deny-outbound"),
        "properties.access",
        lambda w: "Deny",
    ),
    "azurerm_virtual_network": Read(
        "2025-01-01",
        in_group("contoso-prod", "rg-sql", NETWORK),
        "properties.addressSpace.addressPrefixes",
        lambda w: ["10.0.0.0/8"],
    ),
    "azurerm_subnet": Read(
        "2025-01-01",
        in_group("contoso-prod", "rg-sql", f"{NETWORK}/subnets/default"),
        "properties.addressPrefix",
        lambda w: "10.0.0.0/16",
    ),
    "azurerm_route": Read(
        "2025-01-01",
        in_group(
            "contoso-korea",
            "rg-shop",
            "Microsoft.Network/routeTables/rt-firewall/routes/to-firewall",
        ),
        "properties.nextHopIpAddress",
        lambda w: "10.0.9.4",
    ),
    "azurerm_public_ip": Read(
        "2025-01-01",
        in_group(
            "contoso-shared", "rg-build", "Microsoft.Network/publicIPAddresses/pip-nat-agents"
        ),
        "properties.ipAddress",
        lambda w: "203.0.113.20",
    ),
    "azurerm_nat_gateway": Read(
        "2025-01-01",
        in_group("contoso-shared", "rg-build", "Microsoft.Network/natGateways/nat-agents"),
        "sku.name",
        lambda w: "Standard",
    ),
    "azurerm_management_lock": Read(
        "2020-05-01",
        lambda w: f"{SQL(w)}/providers/Microsoft.Authorization/locks/keep-sql",
        "properties.level",
        lambda w: "CanNotDelete",
    ),
    "azurerm_recovery_services_vault": Read(
        "2024-04-01", lambda w: vault(w).id, "location", lambda w: "westeurope"
    ),
    "azurerm_recovery_services_vault, its settings": Read(
        "2025-02-01",
        lambda w: f"{vault(w).id}/backupConfig/vaultConfig",
        "properties.softDeleteFeatureState",
        lambda w: "Enabled",
    ),
    "azurerm_recovery_services_vault, its storage": Read(
        "2025-02-01",
        lambda w: f"{vault(w).id}/backupStorageConfig/vaultStorageConfig",
        "properties.storageType",
        lambda w: "GeoRedundant",
    ),
    "azurerm_backup_policy_vm": Read(
        "2024-10-01",
        lambda w: f"{vault(w).id}/backupPolicies/EveryFourHours",
        "properties.schedulePolicy.hourlySchedule.interval",
        lambda w: 4,
    ),
    "azurerm_backup_protected_vm": Read(
        "2025-02-01",
        lambda w: vault(w).items[0]["id"],
        "properties.sourceResourceId",
        lambda w: vault(w).items[0]["properties"]["sourceResourceId"],
    ),
    "azapi_resource": Read(
        "2025-04-01", SQL, "type", lambda w: "Microsoft.Compute/virtualMachines"
    ),
}


def member(body: Any, path: str) -> object:
    return reduce(lambda value, name: value[name], path.split("."), body)


@pytest.mark.parametrize("name", READS)
def test_a_resource_is_read_by_its_id(name: str, fleet: World, ask: Ask) -> None:
    read = READS[name]
    body = ask.json(f"{read.id(fleet)}?api-version={read.version}")
    assert member(body, read.member) == read.expected(fleet)


ALWAYS_THERE = {
    "azurerm_subscription",
    "azurerm_recovery_services_vault, its settings",
    "azurerm_recovery_services_vault, its storage",
}


@pytest.mark.parametrize("name", [name for name in READS if name not in ALWAYS_THERE])
def test_what_is_gone_is_not_found(name: str, fleet: World, ask: Ask) -> None:
    """The providers take 404 as the answer that a resource is gone from Azure."""
    read = READS[name]
    assert ask(f"{read.id(fleet)}-gone?api-version={read.version}").status == 404


def test_the_registered_providers_are_listed(fleet: World, ask: Ask) -> None:
    path = f"{sub(fleet, 'contoso-prod').id}/providers?api-version=2022-09-01"
    found = {provider["namespace"]: provider for provider in ask.json(path)["value"]}
    assert found["Microsoft.RecoveryServices"]["registrationState"] == "Registered"
