"""A bundle holds what a scope had. A narrower scope takes a part of it, as a scan of it reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace as replaced
from typing import Any

from msgspec.structs import replace

from scanner.arm.gone import collections_of
from scanner.errors import UsageError
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.scope import Names, Scope, Selection
from scanner.inventory.snapshot import (
    GoneVms,
    NetworkReadings,
    R,
    Reading,
    Snapshot,
)


def narrow_scope(scope: Scope, recorded: Scope) -> Scope:
    """What a bundle of the scope ``recorded`` is judged for.

    Names in ``scope`` take the place of the recorded names, which the bundle is limited to anyway.
    Raises ``UsageError`` if ``scope`` asks for VMs that the bundle left out.
    """
    if scope.wanted.management_groups or scope.excluded.management_groups:
        what = "a bundle does not say which subscriptions are below a management group"
        raise UsageError(what, "Name the subscriptions")
    if scope.include_managed and not recorded.include_managed:
        what = "the bundle was recorded without --include-managed"
        raise UsageError(what, "Leave it out, or record with it")
    if recorded.protection not in (None, scope.protection) and scope.protection is not None:
        what = f"the bundle holds only VMs by their protection ({recorded.protection})"
        raise UsageError(what, "Record without --protected-only and --unprotected-only")
    return replaced(
        scope,
        wanted=_named(scope.wanted, recorded.wanted),
        excluded=_named(scope.excluded, recorded.excluded),
        protection=scope.protection or recorded.protection,
    )


def _named(names: Names, recorded: Names) -> Names:
    """The names of a narrower scope, or the recorded names of VMs, groups and tags."""
    nothing = Names()
    # The subscriptions of the bundle are those that its names led to.
    return replaced(recorded, subscriptions=(), management_groups=()) if names == nothing else names


def narrow(snapshot: Snapshot, selection: Selection) -> Snapshot:
    """A snapshot with the VMs that are selected, and no single read of another VM."""
    selected = selection.select(snapshot.vms, snapshot.classic_vms, snapshot.groups)
    scope, vms = selection.scope, selected.vms.index()
    left_out = tuple(vm for vm in snapshot.left_out.by_protection if scope.may_cover(vm))
    found = replace(
        snapshot,
        vms=selected.vms,
        classic_vms=selected.classic_vms,
        left_out=replace(snapshot.left_out, by_protection=left_out) + selected.left_out,
        gone=_narrow_gone(snapshot, selection),
    )
    if not vms:
        return replace(found, **_no_machines(snapshot, keeps_collections=scope.has_gone_vms))
    collections = {*collections_of(snapshot.collections, vms)}
    return replace(
        found,
        views=_only(snapshot.views, vms.__contains__),
        expanded=_only(snapshot.expanded, collections.__contains__),
    )


def _no_machines(snapshot: Snapshot, *, keeps_collections: bool) -> dict[str, Any]:
    """The readings of a subscription without VMs to look at: they would not have been read."""
    nothing: Any = Reading(snapshot.vms.scope, snapshot.vms.seen_at)
    readings = dict.fromkeys(("statuses", "views", "disks", "locks", "expanded"), nothing)
    readings["collections"] = snapshot.collections if keeps_collections else nothing
    network = NetworkReadings(*(nothing for _ in NetworkReadings.__struct_fields__))
    return {**readings, "network": network}


def _narrow_gone(snapshot: Snapshot, selection: Selection) -> GoneVms:
    """The VMs of the scope that do not exist, with their collections."""
    gone, scope = snapshot.gone, selection.scope
    managed = {group.id for group in snapshot.groups.records if group.managed_by}

    def is_covered(vm: ArmId) -> bool:
        return scope.covers_gone(vm) and (scope.include_managed or vm.group not in managed)

    vms = frozenset(filter(is_covered, gone.vms))
    unknown: dict[ArmId, Gap] = {vm: gap for vm, gap in gone.unknown.items() if is_covered(vm)}
    collections = {*collections_of(snapshot.collections, vms)}
    expanded = _only(gone.expanded, collections.__contains__) if gone.expanded else None
    return GoneVms(vms, unknown, expanded if collections else None)


def _only(reads: Reading[R], is_wanted: Callable[[ArmId], bool]) -> Reading[R]:
    """Single reads of some resources."""
    missing = {id_: gap for id_, gap in reads.missing.items() if is_wanted(id_)}
    gaps = {gap.key: gap for gap in missing.values()}
    records = tuple(record for record in reads.records if is_wanted(record.id))
    return replace(reads, records=records, gaps=tuple(gaps.values()), missing=missing)
