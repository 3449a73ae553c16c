"""Vaults to the protection of a VM, always by the VM's own id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cache, partial
from typing import TypeVar

from msgspec.structs import replace

from scanner.inventory.arm_text import past_time
from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts import backup as facts
from scanner.inventory.gap import Gap, Unseen, catch_gap, guard, present, require, unrecorded
from scanner.inventory.join.last_backup import find_last_error
from scanner.inventory.join.policies import policy_fact
from scanner.inventory.join.table import Table
from scanner.inventory.protected_item import state_of, succeeded_at, vm_of
from scanner.inventory.records.backup import ItemProperties, Policy, ProtectedItem
from scanner.inventory.snapshot import BackupReadings, LastJobs, VaultReadings

T = TypeVar("T")
FindPolicy = Callable[[ArmId], facts.Policy | Gap]

_FACT = "protection"
_MOST_ALIVE: tuple[facts.State, ...] = (
    "protected", "pending", "error", "paused", "suspended", "stopped", "soft-deleted",
)  # fmt: skip


class Protections:
    """The protected items of all vaults, by VM: small, and kept for the whole scan."""

    def __init__(self, readings: BackupReadings) -> None:
        self._items: defaultdict[ArmId, list[facts.Protection | Gap]] = defaultdict(list)
        self._item_ids: defaultdict[ArmId, list[ArmId]] = defaultdict(list)
        self._unread = next(iter(readings.unread), None)
        self._of_nobody: list[Gap] = []
        for vault in readings.vaults:
            self._add(vault)

    def of(self, vm_id: ArmId) -> facts.Protection:
        """How a VM is protected; raises ``Unseen`` where a vault that may protect it is unread.

        Of several items the one that is alive and failed is shown, and of the others what of them
        was not seen.
        """
        found = self._items.get(vm_id, [])
        seen = sorted((e for e in found if isinstance(e, facts.Protection)), key=_rank)
        best, *others = seen or [facts.Protection("unprotected")]
        odd = [each for each in found if isinstance(each, Gap)]
        gap = next(iter(odd), self._unread)
        if gap and not best.is_backed_up:
            # What lies idle in one vault may be alive in another.
            raise Unseen(gap)
        deleted = tuple(
            facts.DeletedItem(each.vault, each.evidence)
            for each in seen
            if each.state == "soft-deleted"
        )
        missing = (*best.other_gaps, *odd, *(one for each in others for one in _gaps(each)))
        if not (deleted or gap or others):
            return best
        return replace(best, other_gaps=missing, deleted=deleted, unread=gap)

    def items_of(self, vm_id: ArmId) -> Sequence[ArmId]:
        """The items of a VM, in whatever state."""
        return self._item_ids.get(vm_id, ())

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Items that do not tell which VM they protect."""
        return tuple(self._of_nobody)

    def _add(self, readings: VaultReadings) -> None:
        items, policies = Table(readings.items), Table(readings.policies)
        self._unread = self._unread or items.rest
        # Many items share a policy.
        find_policy = cache(partial(_find_policy, policies))
        for item_id, entry in items.entries.items():
            source = items.source(item_id)
            vm_id = catch_gap(_vm_of, entry, source)
            if isinstance(vm_id, Gap):
                # It may protect any VM, so of none it is known that nothing does.
                self._unread = self._unread or vm_id
                self._of_nobody.append(vm_id)
            elif vm_id is not None:
                reader = partial(_protection, require(entry), source, find_policy, readings.jobs)
                self._item_ids[vm_id].append(item_id)
                self._items[vm_id].append(guard(reader, item_id, _FACT))


def _vm_of(entry: ProtectedItem | Gap, source: Source) -> ArmId | None:
    return vm_of(require(entry), source)


def _gaps(each: facts.Protection) -> tuple[Gap, ...]:
    """What was not seen of an item that is not the one shown; that one's error stands for both."""
    error = each.known_error
    return tuple(e for e in each.gaps if not isinstance(error, facts.BackupError) or e != error.gap)


def _rank(each: facts.Protection) -> tuple[bool, int, int]:
    """What is backed up first, of that what failed, then what may have, then the most alive."""
    error = each.known_error
    trouble = 3
    if isinstance(error, facts.BackupError):
        trouble = 0 if error.gap is None else 1
    elif error:
        trouble = 2
    return not each.is_backed_up, trouble, _MOST_ALIVE.index(each.state)


def _protection(
    item: ProtectedItem, source: Source, find_policy: FindPolicy, jobs: LastJobs
) -> facts.Protection:
    told = present(item.properties, source, "properties", _FACT)
    state = state_of(told)
    if state is None:
        what = f"properties.protectionState that is known but {told.protection_state!r}"
        raise unrecorded(source, what, _FACT)
    in_force = _policy(told, source, find_policy)
    policy: facts.Policy | Gap | None = in_force
    error: facts.BackupError | Gap | None = find_last_error(told, source, jobs, in_force)
    success: datetime | Gap | None = catch_gap(succeeded_at, told, source)
    beside = jobs.gaps
    if state not in facts.BACKED_UP:
        # Of what lies idle nothing is missing: shown is what is told.
        policy, success = _or_none(policy), _or_none(success)
        if isinstance(error, facts.BackupError):
            error = replace(error, gap=None, is_open=False)
        else:
            error = None
        beside = ()
    return facts.Protection(
        state=state,
        item=item.id,
        vault=vault_of(item.id),
        known_policy=policy,
        last_status=told.last_backup_status or None,
        last_backup_at=past_time(told.last_backup_time, source.seen_at),
        known_success=success,
        health=told.health_status,
        known_error=error,
        other_gaps=beside,
        seen=_as_sent(told, source),
    )


def _as_sent(told: ItemProperties, source: Source) -> Evidence:
    """What of the item's body says its state."""
    if told.is_scheduled_for_deferred_delete:
        return source.evidence("properties.isScheduledForDeferredDelete", True)
    return source.evidence("properties.protectionState", told.protection_state)


def _or_none(value: T | Gap) -> T | None:
    return None if isinstance(value, Gap) else value


def vault_of(item: ArmId) -> ArmId | None:
    """The vault that an item lies in."""
    found: ArmId | None = item
    while found and (found.type or "").count("/") > 1:
        found = found.parent
    return found


def _policy(told: ItemProperties, source: Source, find: FindPolicy) -> facts.Policy | Gap:
    if not told.policy_id:
        return unrecorded(source, "properties.policyId", _FACT).gap
    named = parse_id(told.policy_id)
    if named is None:
        return unrecorded(source, "properties.policyId that is an id", _FACT).gap
    return find(named)


def _find_policy(policies: Table[Policy], policy: ArmId) -> facts.Policy | Gap:
    return catch_gap(lambda: policy_fact(policies.find(policy, _FACT), policies.source(policy)))
