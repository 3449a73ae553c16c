"""The parts that all resources of Microsoft.Network share: etag, state, children, references."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.sim.patches import Body
from scanner.sim.seeds import guid, roll


def network_body(seed: int, id_: str, members: Body) -> Body:
    """A resource with these properties, without name, id, type and location."""
    state = {"provisioningState": "Succeeded", "resourceGuid": guid(seed, id_)}
    return {"etag": _etag(seed, id_), "properties": {**state, **members}}


def child(seed: int, parent: str, kind: str, name: str, members: Body) -> Body:
    """A child resource inside the body of its parent, such as a rule or a subnet."""
    type_ = parent.partition("/providers/")[2].rpartition("/")[0]
    return {
        "name": name,
        "id": f"{parent}/{kind}/{name}",
        "etag": _etag(seed, parent),
        "type": f"{type_}/{kind}",
        "properties": {"provisioningState": "Succeeded", **members},
    }


def references(seed: int, ids: Iterable[str]) -> list[Body]:
    """Several ids as another resource refers to them, see `reference`."""
    return [reference(seed, id_) for id_ in ids]


def reference(seed: int, id_: str) -> Body:
    """An id as another resource refers to it: about one in six swaps the case of its group."""
    parts = id_.split("/")
    if roll(6, seed, "reference", id_) == 0:
        parts[4:5] = [part.swapcase() for part in parts[4:5]]
    return {"id": "/".join(parts)}


def _etag(seed: int, id_: str) -> str:
    return f'W/"{guid(seed, id_, "etag")}"'
