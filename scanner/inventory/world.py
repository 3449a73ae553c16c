"""All that was read of some subscriptions, as one value that can be judged."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.join import join
from scanner.inventory.join.plans import Named, Plans
from scanner.inventory.join.protection import Protections
from scanner.inventory.records.resources import Subscription
from scanner.inventory.snapshot import BackupReadings, NetworkReadings, Reading, Snapshot
from scanner.inventory.vm import Vm

_NO_PROTECTION: Mapping[ArmId, Named] = {}


class World(Struct, frozen=True):
    """The snapshots of subscriptions, and the vaults of all that the identity sees."""

    snapshots: tuple[Snapshot, ...] = ()
    backup: BackupReadings = BackupReadings()
    named_of: Mapping[ArmId, Named] = _NO_PROTECTION
    """The vault and policy that each of some VMs is to get."""

    def vms(self, protections: Protections | None = None) -> dict[ArmId, Vm]:
        """All VMs with their facts. ``protections`` are of its vaults, if they are known."""
        protections = protections or Protections(self.backup)
        plans = Plans(self.backup, protections, named_of=self.named_of)
        return {
            vm.id: vm for snapshot in self.snapshots for vm in join(snapshot, protections, plans)
        }


def unread_snapshot(subscription: str, seen_at: datetime, gap: Gap) -> Snapshot:
    """A subscription of which nothing was read, with the reason."""
    id_ = ArmId(f"/subscriptions/{subscription}")
    reading: Any = Reading(id_.text, seen_at, (), (gap,))
    return Snapshot(
        subscription=Subscription(id_, subscription_id=subscription),
        groups=reading,
        vms=reading,
        classic_vms=reading,
        statuses=reading,
        views=reading,
        disks=reading,
        locks=reading,
        collections=reading,
        expanded=reading,
        network=NetworkReadings(*(reading for _ in NetworkReadings.__struct_fields__)),
    )
