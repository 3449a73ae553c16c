"""What the author of a check needs to test it: VMs as values, and what the engine finds."""

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
"""A body to have seen facts in: the one of ``vm()``."""


def vm(**facts: Any) -> Vm:
    """A Resource Manager VM of which these facts were seen, and no others.

    A ``Gap`` as a fact is one that could not be read. Raises ``TypeError`` for a name that is no
    fact.
    """
    for name in facts:
        if name not in FACTS:
            raise TypeError(f"{name} is no fact; facts are {', '.join(FACTS)}")
    return Vm(_VM, "westeurope", None, facts)


def findings(
    check: Check,
    of: Vm,
    edition: str = "current",
    fleet: Fleet = Fleet(newcomers=1),  # noqa: B008 - frozen
) -> tuple[Finding, ...]:
    """What a check finds on a VM, the worst first, as in a scan: a crash is a finding too.

    ``fleet`` is what a check of that scope gets.

    Nothing, where the edition does not name the check's cause. Raises ``UsageError`` for an
    edition that does not exist.
    """
    catalogue = load()
    panel = make_panel([check], catalogue.edition(edition), catalogue)
    causes = judge_in_fleet(panel, of, judge_vm(panel, of), fleet)
    judged = (each for cause in causes for each in cause.findings)
    return tuple(each.finding for each in judged if each.check in (check.id, check.cause))
