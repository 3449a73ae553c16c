"""What Resource Graph says of the subscriptions of a scope, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from scanner.arm.graph import WithoutVms, read_holdings
from scanner.catalogue.text import counted
from scanner.fleet.reading import display_name
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.records.graph import Holdings
from scanner.inventory.records.resources import Subscription
from scanner.inventory.scope import Scope

if TYPE_CHECKING:
    from scanner.arm.client import Arm

_NAMED = 10
"""Names in a note. The others are counted."""


class GraphAnswers:
    """How many VMs, vaults and locks the subscriptions hold, as far as Resource Graph knows.

    What it says decides no verdict: VMs and vaults of every subscription are listed all the same.
    """

    def __init__(self) -> None:
        self.holdings: Mapping[ArmId, Holdings] = {}
        self.without_vms = WithoutVms()
        self._gap: Gap | None = None
        self._subscriptions: Sequence[Subscription] = ()

    async def read(self, arm: Arm, subscriptions: Sequence[Subscription], scope: Scope) -> None:
        """Ask about the subscriptions of a scope. Where it fails, nothing is known."""
        self._subscriptions = subscriptions
        ids = [entry.id for entry in subscriptions]
        self.holdings, self._gap = await read_holdings(arm, ids)
        # Names of groups are compared with the groups of every subscription.
        if not (scope.wanted.resource_groups or scope.excluded.resource_groups):
            self.without_vms = WithoutVms(
                id_ for id_, held in self.holdings.items() if not _has_machines(held)
            )

    def order(self, subscriptions: Sequence[Subscription]) -> Sequence[Subscription]:
        """The subscriptions with the most VMs first."""

        def fewest_first(subscription: Subscription) -> int:
            held = self.holdings.get(subscription.id)
            return -held.vms if held else 0

        return sorted(subscriptions, key=fewest_first)

    def notes(self) -> Iterator[str]:
        """What holds for the whole scan."""
        if self._gap:
            yield (
                "Resource Graph did not say what the subscriptions hold, so they were listed as"
                f" without --use-graph. {self._gap.remedy}"
            )
        if self.holdings:
            yield self._totals()
        if names := self._names_of(self.without_vms.confirmed):
            yield (
                "Of subscriptions without a VM only VMs and vaults were listed, because by Resource"
                f" Graph they hold no restore points: {names}"
            )
        if names := self._names_of(self.without_vms.refuted):
            yield f"Resource Graph was behind, so these were listed as without it: {names}"

    def _totals(self) -> str:
        held = self.holdings.values()
        with_vms = sum(bool(entry.vms or entry.classic_vms) for entry in held)
        vms = counted(sum(entry.vms + entry.classic_vms for entry in held), "VM")
        vaults = counted(sum(entry.vaults for entry in held), "vault")
        locks = counted(sum(entry.locks for entry in held), "lock")
        places = counted(len(self._subscriptions), "subscription")
        return f"Resource Graph counts {vms} in {with_vms:,} of {places}, {vaults} and {locks}"

    def _names_of(self, ids: Collection[ArmId]) -> str:
        found = (entry for entry in self._subscriptions if entry.id in ids)
        names = sorted(map(display_name, found))
        more = len(names) - _NAMED
        rest = f" and {counted(more, 'other')}" if more > 0 else ""
        return f"{', '.join(names[:_NAMED])}{rest}"


def _has_machines(held: Holdings) -> bool:
    """True if there is a VM, or what Azure keeps of one."""
    return bool(held.vms or held.classic_vms or held.collections)
