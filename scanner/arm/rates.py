"""How many requests Azure lets through, by its documents: what a call plan reckons with.

Pacing needs none of it. It goes by what answers say, because most limits are not documented.
"""

from __future__ import annotations

from msgspec import Struct


class Rate(Struct, frozen=True):
    """Requests that count together: a bucket that is full at first, and fills again."""

    what: str
    """What counts, such as ``reads of a subscription``."""
    capacity: float
    """Requests that are let through at once."""
    refill: float
    """Requests a second after that."""

    def seconds(self, requests: int) -> float:
        """The least time in which this many requests are let through."""
        return max(0.0, (requests - self.capacity) / self.refill)


SUBSCRIPTION_READS = Rate("reads of a subscription", 250, 25)
"""Understand how Azure Resource Manager throttles requests, "Subscription and tenant limits"."""
TENANT_READS = Rate("reads of the tenant", 250, 25)
"""The same table."""
VM_LISTS = Rate("listings of VMs", 900, 300 / 60)
"""Compute throttling limits, "High Cost Get VM", of a subscription in a region."""
VM_READS = Rate("reads of single VMs", 24_000, 8_000 / 60)
"""Compute throttling limits, "Low Cost Get VM", of a subscription in a region."""
NETWORK_READS = Rate("reads of Microsoft.Network", 10_000, 10_000 / 300)
"""Understand how Azure Resource Manager throttles requests, "Network throttling"."""
JOB_READS = Rate("reads of backup jobs", 150, 150 / 3600)
"""No page has it. Azure's refusal names the limit and the hour."""
GRAPH_QUERIES = Rate("queries of Resource Graph", 15, 15 / 5)
"""Guidance for throttled requests in Azure Resource Graph: 15 in five seconds, of a user."""
