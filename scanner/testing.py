"""Helpers to test a check of your own: VMs with chosen facts, and what a check finds on them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scanner.catalogue import load
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Source
from scanner.inventory.vm import FACTS, Vm
from scanner.judging.check import Check, Finding, Fleet
from scanner.judging.engine import judge_in_fleet, judge_vm
from scanner.judging.panel import make_panel

_VM = ArmId(
    "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg"
    "/providers/Microsoft.Compute/virtualMachines/vm"
)
SEEN = Source(_VM, datetime(2026, 1, 1, tzinfo=UTC))
"""The body of ``vm()``, as the source of its facts."""


def vm(**facts: Any) -> Vm:
    """A Resource Manager VM with these facts and no others.

    Pass a ``Gap`` for a fact that could not be read. Raises ``TypeError`` for an unknown fact.
    """
    for name in facts:
        if name not in FACTS:
            raise TypeError(f"unknown fact {name}. Facts are {', '.join(FACTS)}")
    return Vm(_VM, "westeurope", None, facts)


def findings(
    check: Check,
    of: Vm,
    edition: str = "current",
    fleet: Fleet = Fleet(newcomers=1),  # noqa: B008 - frozen
) -> tuple[Finding, ...]:
    """What a check finds on a VM, the worst finding first.

    As in a scan, a crash of the check is a finding: unknown, with the error as its reason.
    ``fleet`` is the third argument of a check with ``scope="fleet"``. The result is empty if the
    edition does not have the check's cause. Raises ``UsageError`` for an unknown edition.
    """
    catalogue = load()
    panel = make_panel([check], catalogue.edition(edition), catalogue)
    causes = judge_in_fleet(panel, of, judge_vm(panel, of), fleet)
    return tuple(
        attributed.finding
        for cause in causes
        for attributed in cause.findings
        if attributed.check in (check.id, check.cause)
    )
