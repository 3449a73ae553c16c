"""A JSON report that was written earlier: its VMs and roots, and how to fix what it found.

Texts of the file are shown. No command is taken from it: commands come from the catalogue, filled
in with ids that parse and with names of resources.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import UnsetType

from scanner.catalogue import load
from scanner.catalogue.guests import guest_families
from scanner.catalogue.pasted import start_of
from scanner.catalogue.text import did_you_mean, first_of, nearest
from scanner.errors import UsageError
from scanner.gate.baseline import SCHEMA
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.judging.check import BY_WORD, Verdict
from scanner.report.formats.shape_v1 import ReportV1, RootV1
from scanner.report.formats.vm_shape_v1 import CauseV1, FindingV1, VmV1
from scanner.report.remediation import Guest, Remediation, fix_on_vm, fix_root
from scanner.report.roots import Root
from scanner.report.standing import Standing

_NAME = re.compile(r"[\w.()\- ]{1,260}")
"""A value that commands may have: what the naming rules of ARM allow in names of resources."""
_ORDER = tuple(Standing)


def parse_saved(text: str, name: str) -> ReportV1:
    """A JSON report. ``name`` begins messages. Raises ``UsageError`` if it is not one."""
    try:
        report = msgspec.json.decode(text, type=ReportV1, dec_hook=_to_id)
        ids = [ArmId(vm.id) for vm in report.vms]
        for root in report.roots:
            ArmId(root.id)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        what = f"{name} is not a JSON report of backupscan ({str(error)[:300]})"
        raise UsageError(what, f"Give a file of {SCHEMA}, written by -o report.json") from error
    if len({*ids}) < len(ids):
        raise UsageError(f"{name} has a VM twice", "Give a file written by -o report.json")
    return report


def _to_id(type_: type, value: Any) -> Any:
    """The hook of msgspec for the type that it does not know."""
    if type_ is ArmId:
        return ArmId(value)
    raise NotImplementedError(type_)


def urgent_first(report: ReportV1) -> list[VmV1]:
    """The VMs in the order of every format: by word, then days since the last success."""

    def key(vm: VmV1) -> tuple[object, ...]:
        days = vm.protection.days_since_success if vm.protection else None
        found = [-len(causes_of(vm, verdict)) for verdict in ("applies", "possible")]
        word = _ORDER.index(Standing(vm.standing)) if vm.standing in _ORDER else len(_ORDER)
        return word, float("-inf") if days is None else -days, *found, vm.id.lower()

    return sorted(report.vms, key=key)


def causes_of(vm: VmV1, verdict: str) -> list[CauseV1]:
    """The causes of a VM with a verdict, in the document's order."""
    return [cause for cause in vm.causes if cause.verdict == verdict]


def find_vms(report: ReportV1, name: str) -> list[VmV1]:
    """The VMs with a name or an id, the most urgent first. A table may have cut the name.

    Raises ``UsageError`` if there is none, or if several names have this start.
    """
    lower = name.lower().rstrip("/")
    found = [vm for vm in urgent_first(report) if lower in (vm.name.lower(), vm.id.lower())]
    if not found and (start := start_of(lower)):
        found = [vm for vm in urgent_first(report) if vm.name.lower().startswith(start)]
        begun = {vm.name.lower(): vm.name for vm in found}
        if len(begun) > 1:
            what = f"several VMs have a name that begins with {start!r}"
            raise UsageError(what, f"Give one: {first_of(begun.values())}")
    if not found:
        names = sorted({vm.name for vm in report.vms})
        close = nearest(name, names) if len(names) < 20 else did_you_mean(name, names)
        raise UsageError(f"the report has no VM {name!r}", close or "Give its name or its id")
    return found


def root_of(report: ReportV1, number: int) -> RootV1:
    """The root with a number from 1. Raises ``UsageError`` if there is none."""
    if not 1 <= number <= len(report.roots):
        count = len(report.roots)
        what = f"the report has no root {number}: it has {count}"
        raise UsageError(what, f"Give a number from 1 to {count}" if count else "Name a VM")
    return report.roots[number - 1]


def vms_of_root(report: ReportV1, root: RootV1) -> list[VmV1]:
    """The VMs that a root is behind, the most urgent first."""
    return [vm for vm in urgent_first(report) if any(_findings_of_root(vm, root))]


def _findings_of_root(vm: VmV1, root: RootV1) -> Iterator[FindingV1]:
    wanted = ArmId(root.id)
    for cause in vm.causes:
        for finding in cause.findings if cause.cause == root.cause else ():
            roots = () if isinstance(finding.roots, UnsetType) else finding.roots
            if wanted in map(ArmId, roots):
                yield finding


def fixes_of_root(report: ReportV1, root: RootV1) -> list[Remediation]:
    """How to fix a root. Empty if no fix is known."""
    findings = [finding for vm in report.vms for finding in _findings_of_root(vm, root)]
    worst = max(findings, key=_verdict, default=None)
    if worst is None:
        return []
    id_ = ArmId(root.id)
    evidence = tuple(one for one in _named(worst) if one.id == id_)
    found = fix_root(Root(id_, root.cause, root.vms, _verdict(worst), evidence))
    return [found] if found else []


def fixes_of_vm(report: ReportV1, vm: VmV1) -> list[Remediation]:
    """How to fix what was found on a VM: its own findings, then the roots behind them."""
    found: dict[object, Remediation] = {}
    for cause in vm.causes:
        for finding in cause.findings:
            if remediation := _fix_of(report, vm, finding):
                found.setdefault(remediation.fix, remediation)
    for root in report.roots:
        if any(_findings_of_root(vm, root)):
            found |= {one.fix: one for one in fixes_of_root(report, root)}
    return [*found.values()]


def _fix_of(report: ReportV1, vm: VmV1, finding: FindingV1) -> Remediation | None:
    verdict = _verdict(finding)
    if isinstance(finding.rule, UnsetType) or verdict < Verdict.POSSIBLE:
        return None
    rules = load().edition(report.edition).of(finding.rule.cause, finding.rule.condition)
    families = {family.name: family for family in guest_families()}
    name = None if isinstance(vm.guest, UnsetType) else vm.guest
    guest = Guest(families.get(name or ""), vm.os)
    rule = next(iter(rules), None)
    return fix_on_vm(rule, ArmId(vm.id), guest, verdict, _named(finding)) if rule else None


def _verdict(finding: FindingV1) -> Verdict:
    return BY_WORD.get(finding.verdict, Verdict.NOT_APPLICABLE)


def _named(finding: FindingV1) -> Sequence[Evidence]:
    """The evidence whose values commands may have."""
    return [
        one
        for one in finding.evidence
        if not isinstance(one.value, str) or _NAME.fullmatch(one.value)
    ]
