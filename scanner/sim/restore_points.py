"""Restore-point collections and their ARM JSON, as recorded answers show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar

from scanner.sim.group_base import GroupBase, WorldLike
from scanner.sim.machine import Vm
from scanner.sim.patches import Body
from scanner.sim.seeds import arm_time, guid
from scanner.sim.vm_bodies import vm_base


@dataclass
class Collection:
    """A restore-point collection; `source` is the ARM id of its VM.

    `points` are the times of its restore points, oldest first.
    """

    type: ClassVar[str] = "Microsoft.Compute/restorePointCollections"
    group: GroupBase = field(repr=False)
    name: str
    source: str
    points: list[datetime]

    @property
    def id(self) -> str:
        """The ARM id."""
        return self.group.id_of(self.type, self.name)

    @property
    def world(self) -> WorldLike:
        """The world it belongs to."""
        return self.group.world

    def end(self, newest: datetime) -> None:
        """Move the restore points in time, so that the newest one is of that time."""
        moved = newest - self.points[-1] if self.points else timedelta()
        self.points = [point + moved for point in self.points]


def collection_body(
    collection: Collection, id_: str, point_bodies: list[Body] | None = None
) -> Body:
    """A collection under the given id, with its restore points only if the request expands them."""
    location = collection.group.location
    return {
        "name": collection.name,
        "id": id_,
        "type": collection.type,
        "location": location,
        "properties": {
            "source": {"location": location, "id": collection.source},
            "restorePointCollectionId": guid(collection.world.seed, collection.id),
            **({} if point_bodies is None else {"restorePoints": point_bodies}),
            "provisioningState": "Succeeded",
        },
    }


def point_bodies(collection: Collection, id_: str, source: Vm | None) -> list[Body]:
    """The restore points of a collection; they describe the source VM as long as it exists."""
    parent = f"{id_}/restorePoints"
    return [_point_body(collection, parent, moment, source) for moment in collection.points]


def _point_body(collection: Collection, parent: str, moment: datetime, source: Vm | None) -> Body:
    name = f"AzureBackup_{moment:%Y%m%d_%H%M%S}"
    metadata: Body = {"location": collection.group.location}
    if source is not None:
        model = vm_base(source, source.id)["properties"]
        copied = ("vmId", "hardwareProfile", "storageProfile", "osProfile")
        metadata = {key: model[key] for key in copied} | metadata
    return {
        "name": name,
        "id": f"{parent}/{name}",
        "properties": {
            "sourceMetadata": metadata,
            "provisioningState": "Succeeded",
            "consistencyMode": "ApplicationConsistent",
            "timeCreated": arm_time(moment, collection.id, moment.isoformat()),
        },
    }
