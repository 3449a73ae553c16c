"""Findings that somebody accepts for a time. Reports show them, the exit code ignores them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from msgspec import Struct

from scanner.inventory.armid import ArmId
from scanner.inventory.vm import Vm
from scanner.judging.check import Verdict
from scanner.judging.verdict import CauseVerdict


class Waiver(Struct, frozen=True, forbid_unknown_fields=True):
    """A waiver in ``backupscan.toml``."""

    cause: str
    reason: str
    owner: str
    expires: date
    """The last day of the waiver (UTC)."""
    scope: str | None = None
    """ARM id: covers this VM, or all VMs in this group or subscription. None: all VMs."""
    tag: str | None = None
    """``key=value``: covers VMs with this tag. None: VMs with any tags."""

    def covers(self, vm: Vm) -> bool:
        """True if a VM is in the scope and has the tag."""
        if self.scope is not None and vm.id not in ArmId(self.scope):
            return False
        if self.tag is not None:
            key, _, value = self.tag.partition("=")
            tags = vm.tags or {}  # ARM leaves the tags out if there are none.
            return any(name.lower() == key.lower() and tags[name] == value for name in tags)
        return True

    def __str__(self) -> str:
        where = " ".join(part for part in (self.scope, self.tag) if part)
        return f"{self.cause} on {where} until {self.expires} by {self.owner}"


@dataclass(frozen=True)
class Waived:
    """The findings of a report that waivers cover."""

    by_finding: Mapping[tuple[ArmId, str], Waiver]
    """Waivers, the key is the VM and the cause."""
    expired: tuple[Waiver, ...] = ()
    idle: tuple[Waiver, ...] = ()
    """Waivers in force that cover nothing that was found."""

    def find(self, vm: Vm, cause: str) -> Waiver | None:
        """The waiver that covers a cause on a VM."""
        return self.by_finding.get((vm.id, cause))


NOTHING_WAIVED = Waived({})


def waive(
    vms: Iterable[tuple[Vm, Sequence[CauseVerdict]]], waivers: Sequence[Waiver], today: date
) -> Waived:
    """The findings that the waivers in force on a day (UTC) cover."""
    in_force = [waiver for waiver in waivers if waiver.expires >= today]
    by_finding: dict[tuple[ArmId, str], Waiver] = {}
    used: set[Waiver] = set()
    for vm, causes in vms:
        for cause in causes:
            if cause.verdict < Verdict.POSSIBLE:
                continue
            for waiver in in_force:
                if waiver.cause == cause.cause and waiver.covers(vm):
                    by_finding.setdefault((vm.id, cause.cause), waiver)
                    used.add(waiver)
    expired = tuple(waiver for waiver in waivers if waiver.expires < today)
    return Waived(by_finding, expired, tuple(waiver for waiver in in_force if waiver not in used))
