"""Resources that live otherwise than a plan saw them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scanner.inventory.armid import ArmId
from scanner.inventory.world import World
from scanner.plan.overlay import Overlay, to_body


def stale_notes(overlay: Overlay, before: World) -> Iterator[str]:
    """Resources that live otherwise than the plan saw them."""
    live = _live(before)
    for root, changes in overlay.by_root.items():
        record = live.get(root)
        for change in changes:
            if change.before is None or record is None or change.id != root or change.is_whole:
                continue
            body = to_body(record)
            # Only what the record keeps can be compared.
            if _differs(body, change.before):
                yield f"{root.name} lives otherwise than {change.origin} saw it: plan again"


def _live(world: World) -> Mapping[ArmId, object]:
    return {
        record.id: record
        for snapshot in world.snapshots
        for reading in (snapshot.vms, snapshot.disks, snapshot.locks)
        for record in reading.records
    }


def _differs(live: object, planned: object) -> bool:
    """True if a value that both have differs. ARM and providers differ in case and defaults."""
    if isinstance(live, dict) and isinstance(planned, dict):
        return any(_differs(live[name], value) for name, value in planned.items() if name in live)
    if live is None or planned is None or isinstance(live, list | tuple):
        return False
    if isinstance(live, str) and isinstance(planned, str):
        return live.replace(" ", "").lower() != planned.replace(" ", "").lower()
    return isinstance(planned, type(live)) and live != planned
