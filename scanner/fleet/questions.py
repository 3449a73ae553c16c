"""What a scan asks of every VM."""

from __future__ import annotations

from dataclasses import dataclass

from scanner.catalogue import Catalogue, Edition
from scanner.inventory.gap import Gap
from scanner.inventory.target import Target
from scanner.judging.check import Check
from scanner.judging.panel import Panel


@dataclass(frozen=True)
class Questions:
    """The checks and the edition of the documents by which VMs are judged."""

    panel: Panel
    symptom_panels: tuple[Panel, ...]
    """All checks, to judge what may be behind the error of a failed backup.

    The panel of the edition asked for comes first, then the one of the current edition.
    """
    checks: tuple[Check, ...]
    """The checks that were picked."""
    available: tuple[Check, ...]
    """The installed checks, picked or not."""
    edition: Edition
    catalogue: Catalogue
    target: Target | None = None
    """The vault and policy that a precheck names. None in a scan."""
    metrics: bool = False
    """True to ask Azure Monitor about the load of VMs whose backup failed in its snapshot."""
    gaps: tuple[Gap, ...] = ()
    """Installed checks that cannot be used, and so are not asked."""
    all_evidence: bool = True
    """False if the report leaves out the evidence of what is clear, which need not be kept."""
