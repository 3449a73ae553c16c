"""The checks for every cause and kind of VM, worked out once for a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import get_args

from scanner.catalogue import Catalogue, Cause, Edition
from scanner.inventory.facts.machine import Deployment, Family, OperatingSystem
from scanner.inventory.vm import Vm
from scanner.judging.check import Check, Finding, Verdict
from scanner.judging.verdict import AttributedFinding, CauseVerdict, combine

VmKind = tuple[Deployment, Family | None]
"""What is known of a VM before any check. The family is None if it was not read."""
NamedCheck = tuple[str, Check]
"""A check and the name its findings go by: its id, or the member's id if it judges a member."""
_ByCause = Mapping[str, Sequence[Check]]
"""Checks by the cause that they judge."""


@dataclass(frozen=True)
class PanelEntry:
    """The checks for one cause on one kind of VM in one edition."""

    cause: str
    edition: Edition
    checks: tuple[NamedCheck, ...]
    """Checks that are run on each VM."""
    fleet_checks: tuple[NamedCheck, ...]
    """Checks that are run once all VMs are judged."""
    not_applicable: tuple[AttributedFinding, ...]
    """The findings of all other checks: they are not about this kind of VM."""
    guest_only: tuple[Cause, ...]
    """Members of the cause that only the guest can answer, where no check does."""
    older: tuple[PanelEntry, ...]
    """Entries for the cause in older editions with other rules, the newest first."""
    decided: CauseVerdict | None
    """The verdict on every VM of the kind, if the kind alone decides."""

    @cached_property
    def clear_briefly(self) -> CauseVerdict:
        """The verdict if everything is clear. What was found is left out."""
        return CauseVerdict(self.cause, Verdict.CLEAR, None, ())

    @cached_property
    def judges_one_vm(self) -> bool:
        """True if a VM gets a verdict without the rest of the fleet."""
        return bool(self.checks or self.not_applicable)


Panel = Mapping[VmKind, tuple[PanelEntry, ...]]
"""The entries for every kind of VM in one edition, causes in the document's order."""


def make_panel(checks: Sequence[Check], edition: Edition, catalogue: Catalogue) -> Panel:
    """Assign the checks to the causes of an edition."""
    kinds = product(get_args(Deployment), (*get_args(Family), None))
    judging: dict[str, list[Check]] = {}
    for check in checks:
        judging.setdefault(check.cause, []).append(check)
    causes = [cause for cause in edition.causes if judging.keys() & edition.parts(cause)]
    return {
        kind: tuple(_panel_entry(cause, kind, judging, edition, catalogue) for cause in causes)
        for kind in kinds
    }


def vm_kind(vm: Vm) -> VmKind:
    """What is known of a VM before any check."""
    system = vm.seen.get("os")
    return (vm.deployment, system.family if isinstance(system, OperatingSystem) else None)


def needs_fleet(panel: Panel) -> bool:
    """True if a check waits until all VMs are judged."""
    return any(entry.fleet_checks for entries in panel.values() for entry in entries)


def _panel_entry(
    cause: str, kind: VmKind, judging: _ByCause, edition: Edition, catalogue: Catalogue
) -> PanelEntry:
    """The checks for one cause and its members; decided already if none is for the kind of VM."""
    parts = edition.parts(cause)
    named = [
        (check.id if part == cause else part, check)
        for part in parts
        for check in judging.get(part, ())
    ]
    reasons = [_why_not(check, kind, edition) for _, check in named]
    applicable = [pair for pair, why in zip(named, reasons, strict=True) if why is None]
    not_applicable = [
        AttributedFinding(name, why)
        for (name, _), why in zip(named, reasons, strict=True)
        if why is not None
    ]
    members = (catalogue.causes[part] for part in parts)
    older = _older_entries(cause, kind, judging, edition, catalogue)
    return PanelEntry(
        cause,
        edition,
        checks=tuple(pair for pair in applicable if pair[1].scope == "vm"),
        fleet_checks=tuple(pair for pair in applicable if pair[1].scope == "fleet"),
        not_applicable=tuple(not_applicable),
        guest_only=tuple(
            member
            for member in members
            if member.guest_only and not _is_other_family(member.family, kind)
        ),
        older=tuple(entry for entry in older if entry.checks),
        decided=combine(cause, not_applicable) if not_applicable and not applicable else None,
    )


def _older_entries(
    cause: str, kind: VmKind, judging: _ByCause, edition: Edition, catalogue: Catalogue
) -> list[PanelEntry]:
    """Entries of older editions, with the checks that decide there by other rules."""
    return [
        _panel_entry(
            cause,
            kind,
            # With the same rules a check finds the same, so it need not run again.
            {
                part: judging[part]
                for part in older.parts(cause)
                if part in judging and older.differs(edition, part)
            },
            older,
            catalogue,
        )
        for older in catalogue.older_than(edition)
        if cause in older.causes
    ]


def _why_not(check: Check, kind: VmKind, edition: Edition) -> Finding | None:
    """Why a check is not about a kind of VM in an edition. None if it is."""
    deployment, _ = kind
    if deployment not in _deployments(check, edition):
        model = "classic" if deployment == "classic" else "Resource Manager"
        return Finding(Verdict.NOT_APPLICABLE, f"It is a {model} VM.")
    if _is_other_family(check.family, kind):
        family = "Windows" if check.family == "windows" else "Linux"
        return Finding(Verdict.NOT_APPLICABLE, f"Not a {family} VM.")
    return None


def _deployments(check: Check, edition: Edition) -> tuple[Deployment, ...]:
    """The deployment models that a check is about in an edition."""
    is_about_both = check.deployment is None and check.cause in edition.classic
    return check.deployments if is_about_both else check.deployments[:1]


def _is_other_family(family: Family | None, kind: VmKind) -> bool:
    """True if the VM's operating system is known and is another one."""
    return family is not None and kind[1] is not None and kind[1] != family
