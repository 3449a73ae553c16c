"""Findings and gaps that somebody accepts for a time. Reports show them, and they do not count."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from scanner.gate.incomplete import names_gap
from scanner.inventory.armid import ArmId
from scanner.inventory.gap import Gap
from scanner.inventory.vm import Vm


class Waiver(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A waiver in ``backupscan.toml``."""

    cause: str | None = None
    """The cause of the findings that it covers. None for a waiver of a gap."""
    fact: str | None = None
    """The fact that was not read of ``scope``. None for a waiver of findings."""
    reason: str
    owner: str
    expires: date
    """The last day of the waiver (UTC)."""
    scope: str | None = None
    """ARM id: covers this VM, or all VMs in this group or subscription. None: all VMs.

    A waiver of a gap covers what was not read of exactly this id.
    """
    tag: str | None = None
    """``key=value``: covers VMs with this tag. None: VMs with any tags."""

    def covers_gap(self, gap: Gap) -> bool:
        """True if it names this gap."""
        if self.fact is None or self.scope is None:
            return False
        return names_gap(self.scope, self.fact, gap)

    def covers_finding(self, vm: Vm, cause: str) -> bool:
        """True if it is of the cause, and the VM is in its scope and has its tag."""
        if self.cause != cause:
            return False
        if self.scope is not None and vm.id not in ArmId(self.scope):
            return False
        if self.tag is not None:
            key, _, value = self.tag.partition("=")
            tags = vm.tags or {}  # ARM leaves the tags out if there are none.
            return any(name.lower() == key.lower() and tags[name] == value for name in tags)
        return True

    def __str__(self) -> str:
        where = " ".join(part for part in (self.scope, self.tag) if part)
        return f"{self.name} on {where} until {self.expires} by {self.owner}"

    @property
    def name(self) -> str:
        """The cause, or the fact that was not read."""
        return self.cause or f"unread {self.fact}"

    @property
    def until(self) -> str:
        """Until when, by whom and why it holds."""
        return f"waived until {self.expires} by {self.owner}: {self.reason}"
