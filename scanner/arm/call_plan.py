"""Which calls a scan needs: counted by going its way, without most of its requests.

The readers ask as they do in a scan. Only the calls that say how many others follow are sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from scanner.arm import calls
from scanner.arm.call import Call
from scanner.arm.rates import SUBSCRIPTION_READS, TENANT_READS, Rate
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap

_SENT = frozenset(
    call.name
    for call in (
        calls.SUBSCRIPTIONS,
        calls.DESCENDANTS,
        calls.HOLDINGS,
        calls.RESOURCE_GROUPS,
        calls.VIRTUAL_MACHINES,
        calls.CLASSIC_VMS,
        calls.STATUSES,
        calls.COLLECTIONS,
        calls.VAULTS,
        calls.PROTECTED_ITEMS,
    )
)
"""The names of the calls that are sent: the others follow from their answers."""
_CALLS: Mapping[str, Call[Any]] = {call.name: call for call in calls.CALLS}


class Needed(NamedTuple):
    """The requests of one kind that a scan needs."""

    call: Call[Any]
    requests: int
    is_sent: bool
    """True if the plan sent them to know the others. A scan sends them again."""


class Slowest(NamedTuple):
    """The limit that decides how long a scan takes at least."""

    seconds: float
    subscription: str
    """GUID. Empty for the tenant."""
    rate: Rate
    requests: int


class CallPlan:
    """Counts calls, by subscription and call."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, str]] = Counter()

    def takes(self, call: Call[Any], scope: ArmId) -> bool:
        """True if a call was counted and is not to be sent.

        A listing counts as one request, because nothing says how many pages it has.
        """
        if call.name in _SENT:
            return False
        # Its reader tries another subscription if there is no answer.
        if call.per != "cloud" or all(name != call.name for _, name in self._counted):
            self._counted[scope.subscription or "", call.name] += 1
        return True

    def is_failure(self, gap: Gap) -> bool:
        """True for a gap of a call that was sent."""
        return all(gap.what != name for _, name in self._counted)

    def needed(self, sent: Mapping[tuple[str, str], int]) -> tuple[Needed, ...]:
        """The requests of a scan by their kind, in the order of the table of calls.

        ``sent`` are the requests of this plan, by subscription and call.
        """
        total: Counter[str] = Counter()
        for (_, name), number in (*self._counted.items(), *sent.items()):
            total[name] += number
        return tuple(
            Needed(call, total[name], name in _SENT) for name, call in _CALLS.items() if total[name]
        )

    def slowest(self, sent: Mapping[tuple[str, str], int]) -> Slowest:
        """The limit that takes longest. Subscriptions have limits of their own, side by side."""
        total: Counter[tuple[str, Rate]] = Counter()
        for (subscription, name), number in (*self._counted.items(), *sent.items()):
            total[subscription, SUBSCRIPTION_READS if subscription else TENANT_READS] += number
            if rate := _CALLS[name].rate:
                total[subscription, rate] += number
        found = (
            Slowest(rate.seconds(number), subscription, rate, number)
            for (subscription, rate), number in total.items()
        )
        return max(found, key=lambda slow: (slow.seconds, slow.requests))
