"""Findings that somebody has accepted for a time: shown everywhere, never gating."""

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
    """One acceptance, as ``backupscan.toml`` holds it."""

    cause: str
    reason: str
    owner: str
    expires: date
    """The last day on which it holds (UTC)."""
    scope: str | None = None
    """ARM id of what it covers, with everything below; None with a tag."""
    tag: str | None = None
    """``key=value`` of the VMs it covers."""

    def covers(self, vm: Vm) -> bool:
        """Whether a VM lies in its scope and carries its tag."""
        if self.scope is not None and vm.id not in ArmId(self.scope):
            return False
        if self.tag is not None:
            key, _, value = self.tag.partition("=")
            tags = vm.tags or {}  # A VM that shows no tags carries none.
            return any(name.lower() == key.lower() and tags[name] == value for name in tags)
        return True

    def __str__(self) -> str:
        where = " ".join(part for part in (self.scope, self.tag) if part)
        return f"{self.cause} on {where} until {self.expires} by {self.owner}"


@dataclass(frozen=True)
class Waived:
    """What waivers cover in one report."""

    by: Mapping[tuple[ArmId, str], Waiver]
    """By VM and cause."""
    expired: tuple[Waiver, ...] = ()
    idle: tuple[Waiver, ...] = ()
    """In force, and covering nothing that was found."""

    def of(self, vm: Vm, cause: str) -> Waiver | None:
        """The waiver of a finding."""
        return self.by.get((vm.id, cause))


NOTHING_WAIVED = Waived({})


def waive(
    vms: Iterable[tuple[Vm, Sequence[CauseVerdict]]], waivers: Sequence[Waiver], today: date
) -> Waived:
    """What the waivers in force cover; an expired one hides nothing."""
    in_force = [each for each in waivers if each.expires >= today]
    by: dict[tuple[ArmId, str], Waiver] = {}
    used: set[Waiver] = set()
    for vm, causes in vms:
        for stands in causes:
            if stands.verdict < Verdict.POSSIBLE:
                continue
            for each in in_force:
                if each.cause == stands.cause and each.covers(vm):
                    by.setdefault((vm.id, stands.cause), each)
                    used.add(each)
    expired = tuple(each for each in waivers if each.expires < today)
    return Waived(by, expired, tuple(each for each in in_force if each not in used))
