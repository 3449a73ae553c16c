"""What subscriptions hold by Azure Resource Graph, if the user opted in: a POST that only reads.

Resource Graph may be behind. So what it says saves requests and decides their order, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from scanner.arm import calls
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap, Reason
from scanner.inventory.records.graph import Answer, Holdings

if TYPE_CHECKING:
    from scanner.arm.client import Arm

_MOST = 1000
"""Subscriptions of one query, and the rows that an answer has at most (QueryRequestOptions, $top).
A table without ids has no further page."""
_SUBSCRIPTIONS = "microsoft.resources/subscriptions"
_LOCKS = "microsoft.authorization/locks"
_RESOURCES = {
    "vms": "microsoft.compute/virtualmachines",
    "classicVms": "microsoft.classiccompute/virtualmachines",
    "collections": "microsoft.compute/restorepointcollections",
    "vaults": "microsoft.recoveryservices/vaults",
}
"""The types of the table ``resources`` that are counted, by the column of their number."""
_COLUMNS = {"known": _SUBSCRIPTIONS, **_RESOURCES, "locks": _LOCKS}
_QUERY = " | ".join(
    (
        f"resourcecontainers | where type =~ '{_SUBSCRIPTIONS}'",
        f"union (resources | where type in~ ({', '.join(map(repr, _RESOURCES.values()))}))",
        f"union (authorizationresources | where type =~ '{_LOCKS}')",
        "summarize "
        + ", ".join(f"{name} = countif(type =~ '{type_}')" for name, type_ in _COLUMNS.items())
        + " by subscriptionId",
    )
)


class WithoutVms:
    """The subscriptions that hold no VM, by Resource Graph, and what Resource Manager says."""

    def __init__(self, subscriptions: Iterable[ArmId] = ()) -> None:
        self._said = frozenset(subscriptions)
        self.confirmed: set[ArmId] = set()
        """The subscriptions without a VM also by their listings."""
        self.refuted: set[ArmId] = set()
        """The subscriptions with a VM that Resource Graph does not know, or that are not known."""

    def __contains__(self, subscription: ArmId) -> bool:
        """True if Resource Graph knows no VM in a subscription, and nothing that Azure keeps."""
        return subscription in self._said

    def find(self, subscription: ArmId, *, has_none: bool) -> None:
        """Take what the listings of a subscription say."""
        (self.confirmed if has_none else self.refuted).add(subscription)


async def read_holdings(
    arm: Arm, subscriptions: Sequence[ArmId]
) -> tuple[Mapping[ArmId, Holdings], Gap | None]:
    """What subscriptions hold, by their id, and why the others are not known.

    A subscription that Resource Graph itself does not know is not among them.
    """
    found: dict[ArmId, Holdings] = {}
    gap = None
    for first in range(0, len(subscriptions), _MOST):
        answer = await _ask(arm, subscriptions[first : first + _MOST])
        if type(answer) is Gap:
            gap = gap or answer
            continue
        for entry in answer.data:
            if entry.known:
                found[ArmId(f"/subscriptions/{entry.subscription_id}")] = entry
    return found, gap


async def _ask(arm: Arm, subscriptions: Sequence[ArmId]) -> Answer | Gap:
    question = {
        "subscriptions": [entry.subscription for entry in subscriptions],
        "query": _QUERY,
        "options": {"$top": _MOST, "resultFormat": "objectArray"},
    }
    scope, call = ArmId("/subscriptions"), calls.HOLDINGS
    answer = await arm.ask(call, scope, "", question)
    if type(answer) is Gap or (answer.total_records == len(answer.data) <= _MOST):
        return answer
    remedy = "The answer of Resource Graph is cut short."
    return Gap(scope.text, call.fact, Reason.FAILED, call.action, remedy, call.name)
