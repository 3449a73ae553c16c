"""The protection of VMs, from the items of all vaults; an item names its VM by id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, partial
from typing import TypeVar

from msgspec import Struct, ValidationError, convert
from msgspec.structs import replace

from scanner.inventory.arm_text import past_time
from scanner.inventory.armid import ArmId, parse_id
from scanner.inventory.evidence import Evidence, Source
from scanner.inventory.facts import backup as facts
from scanner.inventory.gap import Gap, Unseen, catch_gap, guard, present, require, unrecorded
from scanner.inventory.join.last_backup import find_last_error, running_job
from scanner.inventory.join.policies import policy_fact
from scanner.inventory.join.table import Table
from scanner.inventory.protected_item import (
    ContainerVm,
    last_backup_of,
    names_in_containers,
    possible_vms,
    state_of,
    succeeded_at,
    vm_of,
)
from scanner.inventory.records.backup import ItemProperties, Policy, ProtectedItem
from scanner.inventory.service_errors import warnings_of_item
from scanner.inventory.snapshot import BackupReadings, VaultReadings

T = TypeVar("T")
FindPolicy = Callable[[ArmId], facts.Policy | Gap]

_FACT = "protection"
_MOST_ACTIVE: tuple[facts.State, ...] = (
    "protected", "pending", "error", "paused", "suspended", "stopped", "soft-deleted",
)  # fmt: skip


class Protections:
    """The protected items of all vaults, by VM: small, and kept for the whole scan."""

    def __init__(self, readings: BackupReadings) -> None:
        self._items: defaultdict[ArmId, list[facts.Protection | Gap]] = defaultdict(list)
        self._item_ids: defaultdict[ArmId, list[ArmId]] = defaultdict(list)
        self._unread = next(iter(readings.unread), None)
        """Why some VM may have an item that is not known."""
        self._unplaced: list[Gap] = []
        self._possible: defaultdict[ArmId | ContainerVm, list[Gap]] = defaultdict(list)
        """The items that do not say which VM they protect, by the VMs that they may protect."""
        for vault in readings.vaults:
            self._add_vault(vault)

    def of(self, vm_id: ArmId) -> facts.Protection:
        """How a VM is protected.

        The item that is backed up and failed outranks the other items of a VM. What was not read
        of the others is added to its gaps. Raises ``Unseen`` if no item is backed up, and one that
        was not read may be.
        """
        items = self._items.get(vm_id, [])
        found = [item for item in items if isinstance(item, facts.Protection)]
        if len(found) > 1:
            found.sort(key=_display_rank)
        best, *others = found or [facts.Protection("unprotected")]
        unread = [item for item in items if type(item) is Gap]
        unread += self._items_that_may_be_of(vm_id)
        gap = next(iter(unread), self._unread)
        if gap and not best.is_backed_up:
            raise Unseen(gap)
        deleted = tuple(
            facts.DeletedItem(item.vault, item.evidence)
            for item in found
            if item.state == "soft-deleted"
        )
        active = [item for item in found if item.is_backed_up]
        if len(active) > 1:
            # The service's pre-check of another vault warns of the VM, too.
            warnings = dict.fromkeys(warning for item in active for warning in item.warnings)
            excluded = _excluded_by_all([item.known_excluded_disks for item in active])
            best = replace(best, warnings=tuple(warnings), known_excluded_disks=excluded)
        if not (deleted or others or gap):
            return best
        other_gaps = (
            *best.other_gaps,
            *unread,
            *(gap for item in others for gap in _gaps_of_hidden_item(item)),
        )
        return replace(best, other_gaps=other_gaps, deleted=deleted, unread=gap)

    def known(self, vm_id: ArmId) -> facts.Protection | Gap:
        """The protection of a VM, or why it was not read."""
        return guard(vm_id, _FACT, self.of, vm_id)

    def is_backed_up(self, vm_id: ArmId) -> bool | None:
        """True if Azure Backup makes backups of a VM, or tries to. None if that was not read."""
        found = self.known(vm_id)
        return None if type(found) is Gap else found.is_backed_up

    def _items_that_may_be_of(self, vm_id: ArmId) -> Iterator[Gap]:
        """The items that do not say which VM they protect, and that may protect this one."""
        if not self._possible:
            return
        names: tuple[ArmId | ContainerVm, ...] = (vm_id, *names_in_containers(vm_id))
        for name in names:
            yield from self._possible.get(name, ())

    def items_of(self, vm_id: ArmId) -> Sequence[ArmId]:
        """The items of a VM, in any state."""
        return self._item_ids.get(vm_id, ())

    def read_items_of(self, vm_id: ArmId) -> Iterator[tuple[ArmId, facts.Protection | Gap]]:
        """The items of a VM and what they say, without what the VM's other items say."""
        return zip(self._item_ids.get(vm_id, ()), self._items.get(vm_id, ()), strict=True)

    def vms_in(self, subscription: ArmId) -> Sequence[ArmId]:
        """The VMs of a subscription that have an item, whether they exist or not."""
        return self._vms_by_subscription.get(subscription, ())

    @property
    def subscriptions(self) -> Iterable[ArmId]:
        """The subscriptions of the VMs that have an item."""
        return self._vms_by_subscription

    @cached_property
    def _vms_by_subscription(self) -> Mapping[ArmId, Sequence[ArmId]]:
        found: defaultdict[ArmId, list[ArmId]] = defaultdict(list)
        for vm_id in self._items:
            if vm_id.subscription_id:
                found[vm_id.subscription_id].append(vm_id)
        return found

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The items that were not read, or do not say which VM they protect."""
        return tuple(self._unplaced)

    def _add_vault(self, readings: VaultReadings) -> None:
        items, policies = Table(readings.items), Table(readings.policies)
        self._unread = self._unread or items.rest
        # Many items have the same policy.
        find_policy = cache(partial(_find_policy, policies))
        for item_id, entry in items.entries.items():
            source = items.source(item_id)
            vm_id = catch_gap(_protected_vm, entry, source)
            if type(vm_id) is Gap:
                self._unplaced.append(vm_id)
                for possible in possible_vms(item_id, entry):
                    self._possible[possible].append(vm_id)
            elif vm_id is not None:
                found = guard(
                    item_id, _FACT, _protection_by_item, require(entry), source, readings,
                    find_policy,
                )  # fmt: skip
                self._item_ids[vm_id].append(item_id)
                self._items[vm_id].append(found)


def _protected_vm(entry: ProtectedItem | Gap, source: Source) -> ArmId | None:
    return vm_of(require(entry), source)


def _gaps_of_hidden_item(protection: facts.Protection) -> tuple[Gap, ...]:
    """What was not read of an item that is not shown. Why its backup failed does not matter."""
    error = protection.known_error
    unknown_reason = error.gap if isinstance(error, facts.BackupError) else None
    return tuple(gap for gap in protection.gaps if gap != unknown_reason)


def _display_rank(protection: facts.Protection) -> tuple[bool, int, int]:
    """Sort key: backed up first; then failed, for a known reason or not, or perhaps failed."""
    error = protection.known_error
    trouble = 3
    if isinstance(error, facts.BackupError):
        trouble = 0 if error.gap is None else 1
    elif error:
        trouble = 2
    return not protection.is_backed_up, trouble, _MOST_ACTIVE.index(protection.state)


def _protection_by_item(
    item: ProtectedItem, source: Source, vault: VaultReadings, find_policy: FindPolicy
) -> facts.Protection:
    """The protection by one item. Raises ``Unseen`` if its state is not known."""
    jobs = vault.jobs
    properties = present(item.properties, source, "properties", _FACT)
    state = state_of(properties)
    if state is None:
        found = properties.protection_state
        what = f"properties.protectionState that is documented, only {found!r}"
        raise unrecorded(source, what, _FACT)
    policy = _policy_of_item(properties, source, find_policy)
    is_cancelled = jobs.of(item.id).is_cancelled
    backup = last_backup_of(properties, jobs.seen_at, is_job_cancelled=is_cancelled)
    error = find_last_error(properties, source, jobs, policy)
    shown = error.errors if isinstance(error, facts.BackupError) else ()
    protection = facts.Protection(
        state=state,
        item=item.id,
        vault=vault.vault.id,
        known_policy=policy,
        last_status=properties.last_backup_status or None,
        last_backup_at=past_time(properties.last_backup_time, source.seen_at),
        known_success=catch_gap(succeeded_at, properties, source),
        health=properties.health_status,
        known_excluded_disks=catch_gap(_excluded_disks, properties, source),
        known_error=error,
        warnings=warnings_of_item(properties, shown),
        is_cancelled=backup.is_cancelled and not isinstance(error, facts.BackupError),
        known_running=running_job(properties, source, jobs),
        other_gaps=jobs.gaps,
        seen=_state_evidence(properties, source),
    )
    return protection if protection.is_backed_up else _without_gaps(protection)


class _DiskExclusion(Struct, rename="camel"):
    """``diskExclusionProperties`` (Azure Backup REST API reference)."""

    disk_lun_list: tuple[int, ...]
    is_inclusion_list: bool


class _ExtendedProperties(Struct, rename="camel"):
    disk_exclusion_properties: _DiskExclusion | None = None


def _excluded_disks(item: ItemProperties, source: Source) -> facts.ExcludedDisks:
    """The disks that an item leaves out. Raises ``Unseen`` if the setting makes no sense."""
    if item.extended_properties is None:
        return facts.ExcludedDisks()
    at = source.at("properties.extendedProperties.diskExclusionProperties")
    try:
        settings = convert(item.extended_properties, _ExtendedProperties | None)
    except ValidationError:
        what = "LUNs, and whether they are all that is backed up"
        raise unrecorded(at, what, "excluded_disks") from None
    exclusion = settings.disk_exclusion_properties if settings else None
    if exclusion is None:
        return facts.ExcludedDisks()
    luns, is_inclusion = exclusion.disk_lun_list, exclusion.is_inclusion_list
    if not luns and not is_inclusion:
        return facts.ExcludedDisks()
    listed = f"LUN {', '.join(map(str, sorted(luns)))}" if luns else "the OS disk"
    text = f"only {listed}" if is_inclusion else f"not {listed}"
    return facts.ExcludedDisks(frozenset(luns), is_inclusion, at.evidence("", text))


def _excluded_by_all(settings: Sequence[facts.ExcludedDisks | Gap]) -> facts.ExcludedDisks | Gap:
    """The disks that every vault leaves out: another vault may back up what one leaves out.

    A gap if the setting of one vault was not read.
    """
    known = [one for one in settings if type(one) is not Gap]
    if len(known) < len(settings):
        return next(one for one in settings if type(one) is Gap)
    if len(set(known)) == 1:
        return known[0]
    exclusions = [one.luns for one in known if not one.is_inclusion]
    included = frozenset(lun for one in known if one.is_inclusion for lun in one.luns)
    evidence = next((one.seen for one in known if one.seen), None)
    if not exclusions:
        return facts.ExcludedDisks(included, is_inclusion=True, seen=evidence)
    left_out = frozenset.intersection(*exclusions) - included
    return facts.ExcludedDisks(left_out, seen=evidence if left_out else None)


def _without_gaps(protection: facts.Protection) -> facts.Protection:
    """An item that is not backed up: what is known of it is shown, and nothing else is missing."""
    error = protection.known_error
    if isinstance(error, facts.BackupError):
        error = replace(error, gap=None, is_open=False)
    return replace(
        protection,
        known_policy=_none_if_gap(protection.known_policy),
        known_success=_none_if_gap(protection.known_success),
        known_error=_none_if_gap(error),
        known_excluded_disks=facts.ExcludedDisks(),
        other_gaps=(),
    )


def _none_if_gap(value: T | Gap | None) -> T | None:
    return None if type(value) is Gap else value


def _state_evidence(item: ItemProperties, source: Source) -> Evidence:
    """The value that the state comes from, as ARM sent it."""
    if item.is_scheduled_for_deferred_delete:
        return source.evidence("properties.isScheduledForDeferredDelete", True)
    return source.evidence("properties.protectionState", item.protection_state)


def _policy_of_item(item: ItemProperties, source: Source, find: FindPolicy) -> facts.Policy | Gap:
    if not item.policy_id:
        return unrecorded(source, "properties.policyId", _FACT).gap
    policy_id = parse_id(item.policy_id)
    if policy_id is None:
        return unrecorded(source, "properties.policyId that is an id", _FACT).gap
    return find(policy_id)


def _find_policy(policies: Table[Policy], policy: ArmId) -> facts.Policy | Gap:
    return catch_gap(lambda: policy_fact(policies.find(policy, _FACT), policies.source(policy)))
