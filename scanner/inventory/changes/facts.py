"""The facts of a fleet that changed between two readings, and the VMs that they are about."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.changes.uses import Uses
from scanner.inventory.changes.values import differences, shown
from scanner.inventory.doubts import with_doubts
from scanner.inventory.gap import Gap
from scanner.inventory.records.backup import ProtectedItem
from scanner.inventory.records.base import Resource
from scanner.inventory.snapshot import BackupReadings, Reading, Snapshot

What = Literal["added", "removed", "changed"]
Found = Snapshot | Gap | None
VmsOf = Callable[[ArmId], set[ArmId]]


class FactChange(Struct, frozen=True):
    """One member of a resource that changed, or a resource that came or went."""

    what: What
    """``added`` and ``removed`` are of a resource, or of an entry in one, such as a rule."""
    kind: str
    """What the resource is, such as ``lock`` or ``network security group``."""
    id: str
    path: str
    """The member that differs. Empty if the whole resource came or went."""
    before: str | None
    """None if it was not there."""
    now: str | None
    """None if it is not there any more."""
    vms: tuple[str, ...]
    """Ids of the VMs that use the resource, or that it covers, before or now."""


class NotCompared(Struct, frozen=True):
    """What one of the readings does not have, so that nothing is known of its changes."""

    scope: str
    fact: str
    why: str


_KINDS: Mapping[str, str] = {
    "vms": "virtual machine",
    "classic_vms": "classic virtual machine",
    "disks": "disk",
    "locks": "lock",
    "collections": "restore point collection",
    "expanded": "restore point collection",
    "interfaces": "network interface",
    "security_groups": "network security group",
    "virtual_networks": "virtual network",
    "route_tables": "route table",
    "load_balancers": "load balancer",
    "public_ips": "public IP address",
    "nat_gateways": "NAT gateway",
}
_LISTED = ("vms", "classic_vms", "disks", "locks", "collections")
"""The listings of a snapshot: what is missing in one of them does not exist."""


class FleetReading(NamedTuple):
    """What was read of a fleet at one time."""

    backup: BackupReadings
    snapshot_of: Callable[[ArmId], Found]
    """What was read of a subscription: a gap if nothing was, None if it was not in the scope."""
    has_all: bool = True
    """False if its scope may leave out VMs that the other reading has, although they exist."""


def compare_facts(
    old: FleetReading, new: FleetReading, subscriptions: Iterable[ArmId]
) -> tuple[tuple[FactChange, ...], tuple[NotCompared, ...]]:
    """What changed between two readings of these subscriptions, one at a time.

    Nothing that was not read counts as changed.
    """
    changes: list[FactChange] = []
    gaps: list[NotCompared] = []
    for subscription in subscriptions:
        before, now = old.snapshot_of(subscription), new.snapshot_of(subscription)
        if isinstance(before, Snapshot) and isinstance(now, Snapshot):
            doubted = _doubted(before, now, old), _doubted(now, before, new)
            changes += _in_subscription(*doubted, gaps)
        else:
            missing = next(it for it in (before, now) if not isinstance(it, Snapshot))
            why = missing.remedy if missing else "It is in the scope of one bundle alone."
            gaps.append(NotCompared(subscription.text, "virtual_machines", why))
    changes += _in_vaults(old.backup, new.backup, gaps)
    order = {kind: number for number, kind in enumerate(dict.fromkeys(_KINDS.values()))}
    # The listing of VMs and the single reads have members in common. The latter say more.
    found = {(one.kind, one.id.lower(), one.path): one for one in changes}.values()
    ordered = sorted(
        found, key=lambda one: (order.get(one.kind, len(order)), one.id.lower(), one.path)
    )
    return tuple(ordered), tuple(dict.fromkeys(gaps))


def _doubted(one: Snapshot, other: Snapshot, reading: FleetReading) -> Snapshot:
    """A snapshot with gaps for what only the other one has, if nobody looked for it."""
    lacks = any(
        getattr(other, name).index().keys() - getattr(one, name).index().keys()
        for name in ("vms", "classic_vms")
    )
    return with_doubts(
        one,
        vms=_OUT_OF_SCOPE if lacks and not reading.has_all else None,
        around=_NO_VM if other.vms.index() else None,
    )


_OUT_OF_SCOPE = "The scope of one bundle may leave out VMs that exist."
_NO_VM = "One bundle has no VM here, so it has nothing around VMs."


def _in_subscription(old: Snapshot, new: Snapshot, gaps: list[NotCompared]) -> Iterator[FactChange]:
    uses = Uses(old), Uses(new)

    def vms(resource: ArmId) -> set[ArmId]:
        return uses[0].of(resource) | uses[1].of(resource)

    for name in _LISTED:
        before, now = getattr(old, name), getattr(new, name)
        yield from _of_listing(_KINDS[name], before, now, vms, gaps)
    for name in old.network.__struct_fields__:
        before, now = getattr(old.network, name), getattr(new.network, name)
        yield from _of_listing(_KINDS[name], before, now, vms, gaps)
    for name in ("statuses", "views", "expanded"):
        gaps += _not_listed(getattr(old, name), getattr(new, name))
    single = old.views.index(), new.views.index()
    listed = old.statuses.index(), new.statuses.index()
    # A single read has more than the status listing, so that both are compared with their like.
    rest = {id_ for id_ in listed[0] if id_ not in single[0] or id_ not in single[1]}
    yield from _of_both(_KINDS["vms"], *listed, vms, gaps, rest)
    yield from _of_both(_KINDS["vms"], *single, vms, gaps)
    of_source = _sources(old) | _sources(new)
    expanded = old.expanded.index(), new.expanded.index()
    yield from _of_both(_KINDS["expanded"], *expanded, lambda id_: of_source.get(id_, set()), gaps)


def _sources(snapshot: Snapshot) -> dict[ArmId, set[ArmId]]:
    """The VM of each collection."""
    found = ((one.id, one.properties and one.properties.source) for one in
             snapshot.collections.records)  # fmt: skip
    return {id_: {source.id} for id_, source in found if source and source.id}


def _of_listing(
    kind: str, old: Reading[Any], new: Reading[Any], vms: VmsOf, gaps: list[NotCompared]
) -> Iterator[FactChange]:
    """The changes of a listing. What one of them may have missed neither came nor went."""
    before, now = old.index(), new.index()
    yield from _of_both(kind, before, now, vms, gaps)
    gaps += _not_listed(old, new)
    if not new.rest:
        for id_ in before.keys() - now.keys():
            yield _whole("removed", kind, before[id_], id_, vms)
    if not old.rest:
        for id_ in now.keys() - before.keys():
            yield _whole("added", kind, now[id_], id_, vms)


def _not_listed(old: Reading[Any], new: Reading[Any]) -> list[NotCompared]:
    """Why one of two readings may lack records: one reason, or none."""
    unread = old.rest or new.rest
    return [_not_compared(unread)] if unread else []


def _not_compared(gap: Gap) -> NotCompared:
    return NotCompared(gap.scope, gap.fact, gap.remedy)


def _of_both(
    kind: str,
    old: Mapping[ArmId, Any],
    new: Mapping[ArmId, Any],
    vms: VmsOf,
    gaps: list[NotCompared],
    among: Container[ArmId] | None = None,
) -> Iterator[FactChange]:
    """What differs in the records that both readings have. ``among`` limits them to some ids.

    A record that one of them did not read is not compared.
    """
    for id_ in old.keys() & new.keys():
        if among is not None and id_ not in among:
            continue
        before, now = old[id_], new[id_]
        if unread := next((one for one in (before, now) if type(one) is Gap), None):
            gaps.append(_not_compared(unread))
        elif before != now:
            users = _texts(vms(id_))
            for path, was, is_now in differences(before, now):
                what = _what(path, was, is_now)
                yield FactChange(what, kind, id_.text, path, was, is_now, users)


def _what(path: str, before: str | None, now: str | None) -> What:
    """An entry of a list comes or goes. A member that is left out has a default."""
    is_entry = path.endswith("]")
    if is_entry and before is None:
        return "added"
    return "removed" if is_entry and now is None else "changed"


def _whole(
    what: Literal["added", "removed"], kind: str, record: Resource | Gap, id_: ArmId, vms: VmsOf
) -> FactChange:
    text = None if type(record) is Gap else shown(record)
    before, now = (text, None) if what == "removed" else (None, text)
    return FactChange(what, kind, id_.text, "", before, now, _texts(vms(id_)))


def _texts(vms: Iterable[ArmId]) -> tuple[str, ...]:
    return tuple(vm.text for vm in sorted(vms))


def _in_vaults(
    old: BackupReadings, new: BackupReadings, gaps: list[NotCompared]
) -> Iterator[FactChange]:
    """The changes of protected items and of policies."""
    before = {one.vault.id: one for one in old.vaults}
    now = {one.vault.id: one for one in new.vaults}
    protected = _protected(old), _protected(new)

    def vms(resource: ArmId) -> set[ArmId]:
        return protected[0][resource] | protected[1][resource]

    unread = (*old.unread, *new.unread)
    gaps.extend(map(_not_compared, unread))
    for vault in sorted(before.keys() & now.keys()):
        was, is_now = before[vault], now[vault]
        yield from _of_listing("protected item", was.items, is_now.items, vms, gaps)
        policies = was.policies.index(), is_now.policies.index()
        gaps += _not_listed(was.policies, is_now.policies)
        yield from _of_both("backup policy", *policies, vms, gaps)
    if not unread:
        for vault in sorted(before.keys() - now.keys()):
            yield _whole("removed", "vault", before[vault].vault, vault, vms)
        for vault in sorted(now.keys() - before.keys()):
            yield _whole("added", "vault", now[vault].vault, vault, vms)


def _protected(backup: BackupReadings) -> defaultdict[ArmId, set[ArmId]]:
    """The VMs by their items, policies and vaults."""
    found: defaultdict[ArmId, set[ArmId]] = defaultdict(set)
    for vault in backup.vaults:
        for item in vault.items.records:
            vm = _vm_of(item)
            policy = parse_id(item.properties.policy_id) if item.properties else None
            if vm:
                for resource in filter(None, (item.id, policy, vault.vault.id)):
                    found[resource].add(vm)
    return found


def _vm_of(item: ProtectedItem) -> ArmId | None:
    properties = item.properties
    return parse_id(properties.source_resource_id) if properties else None
