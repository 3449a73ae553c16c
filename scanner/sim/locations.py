"""The regions of the simulated Azure."""

from __future__ import annotations

from typing import NamedTuple

from scanner.sim.patches import Body


class Location(NamedTuple):
    """A region: its name, as people and as programs write it, and its paired region."""

    name: str
    title: str
    geography: str
    latitude: str
    longitude: str
    pair: str


LOCATIONS = (
    Location("eastus", "East US", "US", "37.3719", "-79.8164", "westus"),
    Location("eastus2", "East US 2", "US", "36.6681", "-78.3889", "centralus"),
    Location("westus", "West US", "US", "37.783", "-122.417", "eastus"),
    Location("centralus", "Central US", "US", "41.5908", "-93.6208", "eastus2"),
    Location("northeurope", "North Europe", "Europe", "53.3478", "-6.2597", "westeurope"),
    Location("westeurope", "West Europe", "Europe", "52.3667", "4.9", "northeurope"),
    Location("koreacentral", "Korea Central", "Asia Pacific", "37.5665", "126.978", "koreasouth"),
    Location("koreasouth", "Korea South", "Asia Pacific", "35.1796", "129.0756", "koreacentral"),
)


def location_body(subscription_id: str, location: Location) -> Body:
    """A region as a subscription shows it."""
    return {
        "id": f"{subscription_id}/locations/{location.name}",
        "name": location.name,
        "type": "Region",
        "displayName": location.title,
        "regionalDisplayName": f"({location.geography}) {location.title}",
        "metadata": {
            "regionType": "Physical",
            "regionCategory": "Recommended",
            "geography": location.geography,
            "geographyGroup": location.geography,
            "longitude": location.longitude,
            "latitude": location.latitude,
            "physicalLocation": "",
            "pairedRegion": [
                {"name": location.pair, "id": f"{subscription_id}/locations/{location.pair}"}
            ],
        },
    }
