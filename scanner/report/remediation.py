"""How to fix a finding: steps with commands, filled in and quoted. None is ever run.

What differs between guests is filled in first, in ``for_guest``: such fixes are few, and the HTML
page has them once. Then come the names and values of one finding.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from scanner.catalogue import Rule, fixes_of
from scanner.catalogue.fix import Commands, Fix, Step
from scanner.catalogue.guests import GuestFamily, in_guest
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.inventory.facts.machine import Family, OperatingSystem
from scanner.inventory.protected_item import vault_of
from scanner.inventory.vm import Vm, is_classic
from scanner.judging.check import Verdict
from scanner.judging.verdict import AttributedFinding
from scanner.report.escape import printable
from scanner.report.remedies import family_of
from scanner.report.report import Report
from scanner.report.roots import Root

_FIELD = re.compile(r"\{(id|name|group|subscription|parent|(?:seen|item)\.\w+)\}")
_GUEST_FIELD = re.compile(r"\{(guest\.\w+)\}")
_ITEM = "microsoft.recoveryservices/vaults/backupfabrics/protectioncontainers/protecteditems"
# PowerShell reads typographic quotes as quotes.
_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")


class Remediation(Struct, frozen=True):
    """A fix for one resource, its commands filled in."""

    fix: Fix
    target: ArmId
    """The resource that the commands change."""
    verdict: Verdict
    """The verdict of the finding. A possible one must be confirmed before commands are run."""
    vms: int
    """The number of VMs that it helps."""
    check_again: str
    """The command that shows if it helped."""

    def condition(self, step: Step) -> str:
        """What must hold before the commands of a step are run, in words. Empty for nothing."""
        conditions = [step.only_where] if step.only_where else []
        if self.verdict is Verdict.POSSIBLE:
            conditions.append("you have confirmed the finding, which is only possible")
        return ", and ".join(conditions)


def remediations(report: Report) -> Iterator[Remediation]:
    """How to fix what no waiver covers: roots behind most VMs first, then VM by VM."""
    for root in report.open_roots:
        if found := fix_root(root):
            yield found
    for vm in report.vms_worst_first:
        for cause in vm.shown:
            is_found = cause.verdict >= Verdict.POSSIBLE
            if is_found and not report.decision.accepts(vm.vm.id, cause.cause):
                found_fixes = (fix_finding(finding, vm.vm) for finding in cause.findings)
                yield from {found.fix: found for found in found_fixes if found}.values()


def fix_root(root: Root) -> Remediation | None:
    """How to fix the resource behind findings on many VMs. None if no fix is known."""
    for fix in fixes_of(root.cause):
        if _root_kind(root.id) in fix.on:
            check_again = f"backupscan scan --check {fix.cause}"
            filled = _filled(for_guest(fix, None), root.id, root.evidence)
            return Remediation(filled, root.id, root.verdict, root.vms, check_again)
    return None


def _root_kind(root: ArmId) -> str:
    """The resource type. A lock on a subscription differs from a lock on a group or a resource."""
    type_ = root.type or ""
    is_on_subscription = root.scope is not None and root.scope == root.subscription_id
    short = type_.rpartition("/")[2]
    return f"microsoft.resources/subscriptions/{short}" if is_on_subscription else type_


def fix_finding(attributed: AttributedFinding, vm: Vm) -> Remediation | None:
    """How to fix a finding on the VM itself. None if a root is to be fixed, or no fix is known."""
    finding = attributed.finding
    if finding.rule is None or finding.verdict < Verdict.POSSIBLE:
        return None
    guest = Guest(family_of(vm), _system_of(vm))
    return fix_on_vm(finding.rule, vm.id, guest, finding.verdict, finding.evidence)


class Guest(NamedTuple):
    """What commands depend on in the guest of a VM; None for what is not known."""

    family: GuestFamily | None
    system: Family | None


def fix_on_vm(
    rule: Rule, vm: ArmId, guest: Guest, verdict: Verdict, evidence: Sequence[Evidence]
) -> Remediation | None:
    """How to fix, on the VM itself, what a rule found. None as for ``fix_finding``."""
    fix = _find_fix(rule, vm, guest)
    if fix is None:
        return None
    check_again = f"backupscan scan --vm {shlex.quote(printable(vm.text))} --check {fix.cause}"
    return Remediation(_filled(fix, vm, evidence), vm, verdict, 1, check_again)


def _system_of(vm: Vm) -> Family | None:
    system = vm.if_seen("os")
    return system.family if isinstance(system, OperatingSystem) else None


def find_fix(rule: Rule, vm: Vm) -> Fix | None:
    """The fix, on the VM itself, of what a rule finds, for the guest of the VM.

    A classic VM has none: the commands know VMs of Resource Manager alone.
    """
    return _find_fix(rule, vm.id, Guest(family_of(vm), _system_of(vm)))


def _find_fix(rule: Rule, vm: ArmId, guest: Guest) -> Fix | None:
    if is_classic(vm):
        return None
    for fix in fixes_of(rule.cause):
        if not fix.on and rule.condition in (fix.conditions or (rule.condition,)):
            return for_guest(fix, *guest)
    return None


@cache
def for_guest(fix: Fix, family: GuestFamily | None, system: Family | None = None) -> Fix:
    """A fix for a family of guests; without a family, its text names all of them.

    It has no commands where a family has none, or where the family is not known, and no steps for
    another operating system than that of the VM, if it is known.
    """
    values: dict[str, str] = {}
    if family:
        ways = {"guest.update": family.update, "guest.restart": family.restart}
        values = {name: way for name, way in ways.items() if way}
    filled = _with_commands(fix, _GUEST_FIELD, values)
    steps = (
        replace(step, says=in_guest(step.says, family))
        for step in filled.steps
        if system is None or step.system in (None, system)
    )
    return replace(filled, steps=tuple(steps))


def values_of(evidence: Sequence[Evidence]) -> dict[str, str]:
    """The values of evidence by their fields: ``seen.x``, and ``item.x`` for a protected item."""
    values = ((shown.path.rpartition(".")[2], shown.value) for shown in evidence)
    fields = {f"seen.{name}": str(value) for name, value in values if value is not None}
    if item := next((shown.id for shown in evidence if shown.id.type == _ITEM), None):
        fields |= {"item.id": item.text, "item.subscription": item.subscription or ""}
        if vault := vault_of(item):
            fields |= {"item.vault": vault.text}
    return fields


@cache
def fields_of(fix: Fix) -> frozenset[str]:
    """The fields ``seen.x`` and ``item.x`` in the commands of a fix."""
    fields = _FIELD.findall(msgspec.json.encode(fix).decode())
    return frozenset(field for field in fields if "." in field)


def _filled(fix: Fix, target: ArmId, evidence: Sequence[Evidence]) -> Fix:
    values = {
        "id": target.text,
        "name": target.name,
        "group": target.resource_group or "",
        "subscription": target.subscription or "",
        "parent": target.parent.name if target.parent else "",
    }
    return _with_commands(fix, _FIELD, values | values_of(evidence))


def _with_commands(fix: Fix, field: re.Pattern[str], values: Mapping[str, str]) -> Fix:
    """A fix with the fields of a pattern filled in, in all of its commands."""
    az = _filler(field, values, shlex.quote)
    powershell = _filler(field, values, _powershell_quoted)
    steps = [
        replace(step, az=az(step.az), powershell=powershell(step.powershell)) for step in fix.steps
    ]
    return replace(
        fix,
        steps=tuple(steps),
        undo_az=az(fix.undo_az),
        undo_powershell=powershell(fix.undo_powershell),
    )


def _filler(
    field: re.Pattern[str], values: Mapping[str, str], quote: Callable[[str], str]
) -> Callable[[Commands], Commands]:
    """A function that fills in commands, values quoted. It drops all if a value is unknown."""

    def fill(commands: Commands) -> Commands:
        if not all(name in values for text in commands for name in field.findall(text)):
            return ()
        return tuple(
            field.sub(lambda match: quote(printable(values[match.group(1)])), text)
            for text in commands
        )

    return fill


def _powershell_quoted(text: str) -> str:
    return "'" + _QUOTES.sub(r"\1\1", text) + "'"
