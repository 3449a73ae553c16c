"""What ``backupscan simulate`` prints: shell variables, and lines to copy for each client."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scanner.sim.server import Door


def welcome(door: Door, subscription: str, names: Iterable[str] = ()) -> Iterator[str]:
    """Lines of a POSIX shell: variables to set, the rest as comments.

    `subscription` is the id that Terraform works in, `names` are the public hosts that are served.
    """
    for name, value in variables(door, subscription).items():
        yield f"export {name}={shlex.quote(value)}"
    yield f"# backupscan scan --arm-endpoint {door.url}"
    for title, lines in _clients(door, subscription).items():
        yield "#"
        yield f"# {title}:"
        yield from (f"#   {line}" for line in lines)
    hosts = " ".join(names)
    if hosts:
        yield "#"
        yield "# Clients that know only the public hosts, with this line in /etc/hosts:"
        yield f"#   127.0.0.1 {hosts}"


def variables(door: Door, subscription: str) -> Mapping[str, str]:
    """The variables that az, azure-identity and Terraform read."""
    known = door.environment
    return {
        **known,
        "NO_PROXY": "localhost",
        # az keeps its clouds and its sign-in here, so that your own stay as they are.
        "AZURE_CONFIG_DIR": str(Path(door.ca_file).with_name("az")),
        "AZURE_CORE_INSTANCE_DISCOVERY": "false",
        "ARM_TENANT_ID": known["AZURE_TENANT_ID"],
        "ARM_CLIENT_ID": known["AZURE_CLIENT_ID"],
        "ARM_CLIENT_SECRET": known["AZURE_CLIENT_SECRET"],
        "ARM_SUBSCRIPTION_ID": subscription,
    }


def az_commands(door: Door) -> tuple[str, ...]:
    """The commands after which az reads the simulated Azure."""
    url = door.url
    endpoints = {
        "resource-manager": url,
        "active-directory": url,
        "active-directory-resource-id": url,
        "active-directory-graph-resource-id": url,
        "management": url,
    }
    options = " ".join(f"--endpoint-{name} {value}" for name, value in endpoints.items())
    identity = "--username $AZURE_CLIENT_ID --password $AZURE_CLIENT_SECRET"
    return (
        f"az cloud register -n AzureSimulated {options}",
        "az cloud set -n AzureSimulated",
        f"az login --service-principal {identity} --tenant $AZURE_TENANT_ID",
    )


def _clients(door: Door, subscription: str) -> Mapping[str, tuple[str, ...]]:
    """Lines for each client, by its name."""
    url = door.url
    return {
        "az": az_commands(door),
        "Python, azure-identity and an azure-mgmt client": (
            "from azure.identity import DefaultAzureCredential",
            "from azure.mgmt.compute import ComputeManagementClient",
            "credential = DefaultAzureCredential(disable_instance_discovery=True)",
            f'client = ComputeManagementClient(credential, "{subscription}",',
            f'    base_url="{url}", credential_scopes=["{url}/.default"])',
        ),
        "Terraform, azurerm": (
            'provider "azurerm" {',
            "  features {}",
            f'  metadata_host                   = "{url.removeprefix("https://")}"',
            f'  subscription_id                 = "{subscription}"',
            '  resource_provider_registrations = "none"',
            "}",
        ),
        "Terraform, azapi": (
            'provider "azapi" {',
            "  endpoint = [{",
            f'    resource_manager_endpoint       = "{url}"',
            f'    resource_manager_audience       = "{url}"',
            f'    active_directory_authority_host = "{url}"',
            "  }]",
            "  skip_provider_registration = true",
            "}",
        ),
    }
