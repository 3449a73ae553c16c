"""The scope of a scan, for the reader of its report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class ScopeSummary:
    """The subscriptions that were scanned, and how many VMs were left out and why."""

    subscriptions: Mapping[str, str]
    """Names by the subscription's GUID in lower case."""
    disabled_subscriptions: tuple[str, ...]
    """Names of subscriptions that were not scanned because they are disabled or deleted."""
    managed_left_out: int
    """VMs that other services manage, such as AKS nodes and members of scale sets."""
    excluded: int
    """VMs that options exclude."""
    by_protection: int = 0
    """VMs left out because of their protection, such as by ``--protected-only``."""
