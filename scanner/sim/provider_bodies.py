"""The ARM JSON of resource providers and their types, from the table of `resource_types`."""

from __future__ import annotations

from scanner.sim.locations import LOCATIONS
from scanner.sim.patches import Body
from scanner.sim.resource_types import TYPES

_STATES = {"registered": "Registered", "unregistered": "NotRegistered"}
_GLOBAL = ("Microsoft.Authorization", "Microsoft.Management", "Microsoft.Resources")


def provider_body(scope: str, namespace: str, state: str) -> Body:
    """A provider; at the tenant, whose scope is empty, it has no registration."""
    registration = {"registrationState": _STATES[state]} if scope else {}
    prefix = f"{namespace}/"
    return {
        "id": f"{scope}/providers/{namespace}",
        "namespace": namespace,
        **registration,
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": [
            _type_body(namespace, type_.removeprefix(prefix), versions)
            for type_, versions in TYPES.items()
            if type_.startswith(prefix)
        ],
    }


def _type_body(namespace: str, name: str, versions: tuple[str, ...]) -> Body:
    regions = [] if namespace in _GLOBAL else [location.title for location in LOCATIONS]
    return {
        "resourceType": name,
        "locations": regions,
        "apiVersions": list(versions),
        "capabilities": "SupportsTags, SupportsLocation" if regions else "None",
    }
