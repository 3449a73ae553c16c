"""Vaults to the protection of a VM, always by the VM's own id."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import partial

from scanner.inventory import backup_facts as facts
from scanner.inventory.armid import ArmId
from scanner.inventory.backup_records import ItemProperties, Policy, ProtectedItem
from scanner.inventory.evidence import Source
from scanner.inventory.gap import Gap, Unseen
from scanner.inventory.join.backup_errors import Errors
from scanner.inventory.join.items import (
    CLOCKS_DIFFER,
    as_id,
    is_placeholder,
    state_of,
    time_of,
    vm_of,
)
from scanner.inventory.join.lookup import Table
from scanner.inventory.join.policies import policy_fact
from scanner.inventory.seeing import or_crash, or_gap, see, there, unrecorded, utc
from scanner.inventory.snapshot import BackupReadings, VaultReadings

_FACT = "protection"
_MOST_ALIVE: tuple[facts.State, ...] = (
    "protected", "pending", "error", "paused", "suspended", "stopped", "soft-deleted",
)  # fmt: skip
_NOTHING = facts.Protection("unprotected")


class Protections:
    """The protected items of all vaults, by VM: small, and kept for the whole scan."""

    def __init__(self, readings: BackupReadings) -> None:
        self._items: defaultdict[ArmId, list[facts.Protection | Gap]] = defaultdict(list)
        self._unread = next(iter(readings.unread), None)
        self._of_nobody: list[Gap] = []
        for vault in readings.vaults:
            self._add(vault)

    def of(self, vm_id: ArmId) -> facts.Protection:
        """How a VM is protected; raises ``Unseen`` where a vault that may protect it is unread."""
        found = self._items.get(vm_id, [])
        seen = [each for each in found if isinstance(each, facts.Protection)]
        best = min(seen, key=_rank, default=_NOTHING)
        gap = next((each for each in found if isinstance(each, Gap)), self._unread)
        if gap and not best.is_backed_up:
            # What lies idle in one vault may be alive in another.
            raise Unseen(gap)
        return best

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Items that do not tell which VM they protect."""
        return tuple(self._of_nobody)

    def _add(self, readings: VaultReadings) -> None:
        items, policies = Table(readings.items), Table(readings.policies)
        self._unread = self._unread or items.rest
        errors = Errors(readings)
        for item_id, entry in items.entries.items():
            source = items.source(item_id)
            vm_id = or_gap(_vm_of, entry, source)
            if isinstance(vm_id, Gap):
                # It may protect any VM, so of none it is known that nothing does.
                self._unread = self._unread or vm_id
                self._of_nobody.append(vm_id)
            elif vm_id is not None:
                reader = partial(_protection, see(entry), source, policies, errors)
                self._items[vm_id].append(or_crash(reader, item_id, _FACT))


def _vm_of(entry: ProtectedItem | Gap, source: Source) -> ArmId | None:
    return vm_of(see(entry), source)


def _rank(each: facts.Protection) -> tuple[int, bool]:
    """The most alive first, and of those the one that failed."""
    return _MOST_ALIVE.index(each.state), each.known_error is None


def _protection(
    item: ProtectedItem, source: Source, policies: Table[Policy], errors: Errors
) -> facts.Protection:
    told = there(item.properties, source, "properties", _FACT)
    state = state_of(told)
    if state is None:
        what = f"properties.protectionState that is known but {told.protection_state!r}"
        raise unrecorded(source, what, _FACT)
    error: facts.BackupError | Gap | None = errors.of(item, told, source)
    policy: facts.Policy | Gap | None = _policy(told, source, policies)
    if state not in facts.BACKED_UP:
        # Of what lies idle nothing is missing: shown is what is told.
        is_told = isinstance(error, facts.BackupError) and error.gap is None
        error = error if is_told else None
        policy = None if isinstance(policy, Gap) else policy
    return facts.Protection(
        state=state,
        item=item.id,
        vault=_vault_of(item.id),
        known_policy=policy,
        last_status=told.last_backup_status or None,
        last_backup_at=time_of(told.last_backup_time),
        known_success=or_gap(_success, told, source),
        health=told.health_status,
        known_error=error,
    )


def _success(told: ItemProperties, source: Source) -> datetime | None:
    """When the newest recovery point was made; None where there is none yet."""
    if not told.last_recovery_point:
        return None
    time = utc(told.last_recovery_point)
    if is_placeholder(time):
        return None
    sensible = time if time and time < source.seen_at + CLOCKS_DIFFER else None
    return there(sensible, source, "properties.lastRecoveryPoint that is a time", _FACT)


def _vault_of(item: ArmId) -> ArmId | None:
    found: ArmId | None = item
    while found and (found.type or "").count("/") > 1:
        found = found.parent
    return found


def _policy(told: ItemProperties, source: Source, policies: Table[Policy]) -> facts.Policy | Gap:
    if not told.policy_id:
        return unrecorded(source, "properties.policyId", _FACT).gap
    named = as_id(told.policy_id)
    if named is None:
        return unrecorded(source, "properties.policyId that is an id", _FACT).gap
    return or_gap(lambda: policy_fact(policies.find(named, _FACT), policies.source(named)))
