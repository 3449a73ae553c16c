"""The answer of Azure Resource Graph (Microsoft.ResourceGraph 2021-03-01) to the scanner's query.

The query is a table with a row for each subscription.
"""

from __future__ import annotations

from scanner.inventory.records.base import Record


class Holdings(Record, frozen=True):
    """How many resources of some types a subscription has, as far as Resource Graph knows."""

    subscription_id: str
    """GUID."""
    known: int = 0
    """0 if Resource Graph does not know the subscription itself."""
    vms: int = 0
    classic_vms: int = 0
    collections: int = 0
    """Restore point collections."""
    vaults: int = 0
    locks: int = 0


class Answer(Record, frozen=True):
    """One page of an answer. The scanner asks for no more subscriptions than a page has rows."""

    total_records: int
    data: tuple[Holdings, ...]
