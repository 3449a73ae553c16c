"""A plan put over what was read: the same snapshots and vaults, as they will be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.origin import Origin
from scanner.inventory.protected_item import vault_of
from scanner.inventory.records.base import Resource
from scanner.inventory.snapshot import NetworkReadings, Reading, Snapshot
from scanner.plan.disk_copies import without_copies
from scanner.plan.kinds import BORN, COLLECTION, KINDS, PARTS, VM, Kind, is_group
from scanner.plan.merge import merged, with_ids, with_part
from scanner.plan.planned import Contents, Planned, Unknown, after_apply, holes, odd_body
from scanner.plan.records import decode

_ORDER = {"delete": 0, "create": 1, "change": 2}


class Changed(NamedTuple):
    """The entries of one reading that a plan changes, by id. None: deleted."""

    entries: Mapping[ArmId, Any]
    placeholders: tuple[Gap, ...] = ()


class Overlay:
    """The changes of a plan, by the resource whose record they change."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        self.by_root: defaultdict[ArmId, list[Planned]] = defaultdict(list)
        self.deleted_groups: dict[ArmId, Planned] = {}
        for change in contents.planned:
            if is_group(change.id) and change.action == "delete":
                self.deleted_groups[change.id] = change
            elif root := root_of(change.id):
                self.by_root[root].append(change)
        for changes in self.by_root.values():
            changes.sort(key=_rank)
        self.new = frozenset(
            root
            for root, changes in self.by_root.items()
            if any(change.action == "create" and change.id == root for change in changes)
        )
        """The resources that the plan creates, or replaces."""

    @cached_property
    def _roots(self) -> Mapping[tuple[type[Resource], ArmId | None], Sequence[ArmId]]:
        """What it changes, by the kind of record and by what is listed to read such records."""
        found: defaultdict[tuple[type[Resource], ArmId | None], list[ArmId]] = defaultdict(list)
        for root in self.by_root:
            kind = KINDS[root.type or ""]
            listed = root.subscription_id if kind.reading else vault_of(root)
            found[kind.record, listed].append(root)
        return found

    @cached_property
    def naming(self) -> Mapping[ArmId, Sequence[Origin]]:
        """The planned resources whose bodies name a resource, or a part of it, by its id."""
        found: dict[ArmId, dict[Origin, None]] = {}
        for change in self.contents.planned:
            for text in _texts(change.body):
                id_ = parse_id(text)
                while id_:
                    found.setdefault(id_, {})[change.origin] = None
                    id_ = id_.parent
        return {id_: tuple(origins) for id_, origins in found.items()}

    def deletes(self, id_: ArmId) -> bool:
        """True if a resource is gone when the plan is applied."""
        if self.deleted_groups and id_.group in self.deleted_groups and id_ not in self.new:
            return True
        actions = [change.action for change in self.by_root.get(id_, ()) if change.id == id_]
        return "delete" in actions and "create" not in actions

    def removal_of(self, id_: ArmId) -> Planned | None:
        """What deletes a resource: a change of its own, or the end of its group."""
        if not self.deletes(id_):
            return None
        changes = self.by_root.get(id_, ())
        own = (one for one in changes if one.action == "delete" and one.id == id_)
        return next(own, self.deleted_groups.get(id_.group or id_))

    def changed(self, kind: Kind, reading: Reading[Any]) -> Changed:
        """What the plan makes of the entries of a reading."""
        live = reading.index()
        entries: dict[ArmId, Any] = {id_: None for id_ in live if self.deletes(id_)}
        placeholders: list[Gap] = []
        for root in self._roots.get((kind.record, parse_id(reading.scope)), ()):
            entry, more = self._entry(kind, root, self.by_root[root], live.get(root), reading)
            if entry is not None or root in live:
                entries[root] = entry
            placeholders += more
        return Changed(entries, tuple(placeholders))

    def _entry(
        self, kind: Kind, root: ArmId, changes: Sequence[Planned], live: Any, reading: Reading[Any]
    ) -> tuple[Any, Sequence[Gap]]:
        """The record of one resource after its changes, its gap, or None if it is deleted."""
        if type(live) is Gap and root not in self.new:
            return live, ()
        body: Any = None if live is None or type(live) is Gap else to_body(live)
        if self.deletes(root):
            return None, ()
        for change in changes:
            if change.action != "delete" and not isinstance(change.body, Mapping):
                if isinstance(change.body, Unknown):
                    return after_apply(root, "what it will be", change.origin), ()
                return odd_body(root, change.origin), ()
            if change.action == "delete" and change.id == root:
                # It is created again, by another resource of the configuration.
                body = None
            elif change.id != root:
                if body is None:
                    return self._unread(root, change, reading), ()
                try:
                    body = with_part(body, change.id, _part_body(change))
                except LookupError:
                    what = f"which entry {change.id.name} is"
                    return after_apply(root, what, change.origin), ()
            elif change.action == "create":
                body = merged(BORN.get(root.type or "", {}), change.body)
            elif body is not None:
                body = merged(body, change.body)
            elif change.is_whole:
                body = merged(change.before or {}, change.body)
            else:
                return self._unread(root, change, reading), ()
        if body is None:
            return None, ()
        if kind.reading == "collections":
            body = _with_points(body)
        body = with_ids(root, body)
        origin = next((change.origin for change in changes if any(holes(change.body))), None)
        return decode(kind.record, root, body, origin or changes[0].origin, is_new=root in self.new)

    @staticmethod
    def _unread(root: ArmId, change: Planned, reading: Reading[Any]) -> Gap:
        """Why a resource that the plan changes has no record to change."""
        if reading.rest:
            return replace(reading.rest, scope=root.text, what=reading.rest.fact)
        remedy = f"{change.origin} changes it, and Azure has no such resource. Plan again."
        return Gap(root.text, "the planned resource", Reason.FAILED, None, remedy)

    def over(self, snapshot: Snapshot) -> Snapshot:
        """One subscription as it will be."""
        found: dict[str, Changed] = {
            kind.reading: self.changed(kind, reading_of(snapshot, kind.reading))
            for kind in KINDS.values()
            if kind.reading
        }
        unknown = [gap for changed in found.values() for gap in changed.placeholders]
        network = NetworkReadings(
            *(
                getattr(snapshot.network, name).with_entries(
                    found[f"network.{name}"].entries, unknown
                )
                for name in NetworkReadings.__struct_fields__
            )
        )
        vms = found["vms"].entries
        after = {**snapshot.vms.index(), **vms}
        disks = {
            root: self.by_root[root] for root in found["disks"].entries if root in self.by_root
        }
        vms = {**vms, **{vm.id: vm for vm in without_copies(after.values(), disks)}}
        new_vms = [vm for vm in vms if vm in self.new]
        runtime = {
            vm: None if vms[vm] is None else after_apply(vm, "run-time state")
            for vm in vms
            if vms[vm] is None or vm in self.new
        }
        views = {**runtime, **self._views(snapshot, vms)}
        expanded = self.changed(KINDS[COLLECTION], snapshot.expanded).entries
        gone = frozenset(vm for vm, entry in vms.items() if entry is None and vm not in new_vms)
        return replace(
            snapshot,
            vms=snapshot.vms.with_entries(vms),
            statuses=snapshot.statuses.with_entries(runtime),
            views=snapshot.views.with_entries(views),
            disks=snapshot.disks.with_entries(found["disks"].entries, unknown),
            locks=snapshot.locks.with_entries(
                found["locks"].entries, self._locks_on_anything(snapshot.locks)
            ),
            collections=snapshot.collections.with_entries(found["collections"].entries),
            expanded=snapshot.expanded.with_entries(expanded),
            network=network,
            gone=replace(snapshot.gone, vms=snapshot.gone.vms | gone),
        )

    def _views(self, snapshot: Snapshot, vms: Mapping[ArmId, Any]) -> dict[ArmId, Any]:
        """Single reads of VMs that live, with the extensions that the plan changes."""
        live, found = snapshot.views.index(), dict[ArmId, Any]()
        for vm in vms:
            parts = [c for c in self.by_root.get(vm, ()) if c.id.type == f"{VM}/extensions"]
            if not parts or vms[vm] is None or type(vms[vm]) is Gap or vm in self.new:
                continue
            view = live.get(vm)
            if type(view) is Gap:
                continue
            if view is None:
                found[vm] = after_apply(vm, "extensions", parts[0].origin)
                continue
            body = to_body(view)
            for change in parts:
                body = with_part(body, change.id, _part_body(change))
            found[vm] = decode(KINDS[VM].record, vm, body, parts[0].origin, is_new=False).entry
        return found

    def _locks_on_anything(self, locks: Reading[Any]) -> list[Gap]:
        scope = ArmId(locks.scope)
        return [
            replace(after_apply(scope, "locks", origin), scope=locks.scope)
            for origin in self.contents.unscoped_locks
        ]


def _texts(body: Any) -> Iterator[str]:
    """The texts in a body that may be ids."""
    if isinstance(body, str):
        if body.startswith("/"):
            yield body
    elif isinstance(body, dict | list):
        for part in body.values() if isinstance(body, dict) else body:
            yield from _texts(part)


def _rank(change: Planned) -> tuple[bool, bool, int]:
    """The resource itself first, then its parts; in each, what is taken away first."""
    return change.id.type in PARTS, not change.is_withdrawn, _ORDER[change.action]


def root_of(id_: ArmId) -> ArmId | None:
    """The resource whose record has a resource. None if no record has it."""
    if id_.type in PARTS:
        return id_.parent
    return id_ if id_.type in KINDS else None


def to_body(record: Any) -> Any:
    """The members of a record, as ARM names them."""
    return msgspec.to_builtins(record, enc_hook=str)


def _part_body(change: Planned) -> Any:
    return None if change.action == "delete" else change.body


def _with_points(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """A collection that is created has no restore points but the planned ones."""
    properties = body.get("properties", {})
    if not isinstance(properties, Mapping):
        return body
    points = properties.get("restorePoints") or []
    return {**body, "properties": {**properties, "restorePoints": points}}


def reading_of(snapshot: Snapshot, name: str) -> Reading[Any]:
    """The reading of a snapshot with a name of ``Kind``."""
    part: Any = snapshot
    for step in name.split("."):
        part = getattr(part, step)
    found: Reading[Any] = part
    return found
