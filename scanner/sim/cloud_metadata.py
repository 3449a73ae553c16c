"""The endpoints of the simulated cloud, as ``/metadata/endpoints`` gives them."""

from __future__ import annotations

from scanner.sim.patches import Body
from scanner.sim.world import World


def metadata(world: World, host: str) -> Body:
    """The endpoints of a cloud that is served at `host`, in the shape of api-version 2022-09-01."""
    url = f"https://{host}"
    return {
        "portal": f"{url}/portal",
        "authentication": {
            "loginEndpoint": f"{url}/",
            "audiences": [url, f"{url}/"],
            "tenant": world.tenant_id,
            "identityProvider": "AAD",
        },
        "media": url,
        "graphAudience": f"{url}/",
        "graph": f"{url}/",
        "name": "AzureSimulated",
        "suffixes": {
            "storage": "core.windows.net",
            "keyVaultDns": "vault.azure.net",
            "sqlServerHostname": "database.windows.net",
        },
        "batch": f"{url}/",
        "resourceManager": f"{url}/",
        "vmImageAliasDoc": f"{url}/aliases.json",
        "activeDirectoryDataLake": f"{url}/",
        "sqlManagement": f"{url}/",
        "microsoftGraphResourceId": f"{url}/",
        "gallery": f"{url}/",
    }
