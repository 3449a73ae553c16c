"""The ARM JSON of role assignments and definitions: what the identity that signs in may do."""

from __future__ import annotations

from typing import NamedTuple

from scanner.sim.patches import Body
from scanner.sim.seeds import arm_time, guid
from scanner.sim.world import Subscription, World


class Role(NamedTuple):
    """A built-in role."""

    name: str
    """Its GUID, the same in every tenant."""
    title: str
    actions: tuple[str, ...]


ROLES = (
    Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", ("*/read",)),
    Role(
        "a795c7a0-d4a2-40c1-ae25-d81f01202912",
        "Backup Reader",
        ("Microsoft.RecoveryServices/Vaults/*/read", "Microsoft.RecoveryServices/locations/*/read"),
    ),
)
_TYPE = "Microsoft.Authorization"


def assignment_bodies(world: World, subscription: Subscription) -> list[Body]:
    """The identity has every role of `ROLES` on every subscription."""
    moment = arm_time(world.now, "role", subscription.id)
    bodies = []
    for role in ROLES:
        name = guid(world.seed, "role", subscription.id, role.name)
        properties = {
            "roleDefinitionId": f"{subscription.id}/providers/{_TYPE}/roleDefinitions/{role.name}",
            "principalId": world.object_id,
            "principalType": "ServicePrincipal",
            "scope": subscription.id,
            "condition": None,
            "conditionVersion": None,
            "createdOn": moment,
            "updatedOn": moment,
            "createdBy": world.object_id,
            "updatedBy": world.object_id,
        }
        id_ = f"{subscription.id}/providers/{_TYPE}/roleAssignments/{name}"
        type_ = f"{_TYPE}/roleAssignments"
        bodies.append({"properties": properties, "id": id_, "type": type_, "name": name})
    return bodies


def definition_body(scope: str, role: Role) -> Body:
    """A role as a scope shows it."""
    permissions: Body = {"notActions": [], "dataActions": [], "notDataActions": []}
    return {
        "properties": {
            "roleName": role.title,
            "type": "BuiltInRole",
            "description": "",
            "assignableScopes": ["/"],
            "permissions": [{"actions": list(role.actions), **permissions}],
        },
        "id": f"{scope}/providers/{_TYPE}/roleDefinitions/{role.name}",
        "type": f"{_TYPE}/roleDefinitions",
        "name": role.name,
    }
