"""Resources that live otherwise than a plan saw them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from scanner.inventory.armid import ArmId
from scanner.inventory.world import World
from scanner.plan.overlay import Overlay, to_body
from scanner.plan.planned import Planned


def stale_notes(overlay: Overlay, before: World) -> Iterator[str]:
    """Resources that live otherwise than the plan saw them."""
    live = _live(before)
    for root, changes in overlay.by_root.items():
        record = live.get(root)
        is_gone = root.group in overlay.deleted_groups
        if record is not None and not is_gone and _is_only_created(root, changes):
            yield f"{changes[0].origin} is to be created, and lives already: plan again"
        for change in changes:
            if change.before is None or record is None or change.id != root or change.is_whole:
                continue
            body = to_body(record)
            # Only what the record keeps can be compared.
            if _differs(body, change.before):
                yield f"{root.name} lives otherwise than {change.origin} saw it: plan again"


def _is_only_created(root: ArmId, changes: Sequence[Planned]) -> bool:
    """True if a plan takes a resource for a new one. A template writes what may live."""
    own = [change for change in changes if change.id == root]
    return bool(own) and all(
        change.action == "create" and not (change.may_live or change.is_replaced) for change in own
    )


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
