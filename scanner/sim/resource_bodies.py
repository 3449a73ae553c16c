"""Any resource of the world, alone and in the listing of all resources of a scope."""

from __future__ import annotations

from scanner.sim.group_base import Item, Resource
from scanner.sim.machine import ClassicVm, Vm
from scanner.sim.patches import Body
from scanner.sim.restore_points import Collection, collection_body
from scanner.sim.vault import Vault
from scanner.sim.vm_bodies import vm_entry

_LISTED = (
    "id",
    "name",
    "type",
    "location",
    "tags",
    "sku",
    "kind",
    "managedBy",
    "identity",
    "zones",
)


def listed_body(item: Item) -> Body:
    """A resource in the listing of its type; a collection spells its group in upper case."""
    match item:
        case Vm():
            return vm_entry(item)
        case Collection():
            name = item.group.name
            return collection_body(item, item.id.replace(f"/{name}/", f"/{name.upper()}/", 1))
    assert isinstance(item, Resource | ClassicVm | Vault)
    return item.body


def brief_body(item: Item) -> Body:
    """A resource in the listing of all types: what ARM itself keeps of it, without properties."""
    body = listed_body(item)
    return {key: body[key] for key in _LISTED if body.get(key) is not None}


def location_of(item: Item) -> str:
    """The region of a resource."""
    if isinstance(item, Vm | Collection):
        return item.group.location
    return str(listed_body(item)["location"])
