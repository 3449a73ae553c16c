"""The VMs of the page as data for its script. Each text is there once; a VM has its number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from scanner.catalogue.fix import Fix
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.judging.check import Finding, Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import CauseVerdict
from scanner.report.decision_text import finding_note
from scanner.report.escape import printable
from scanner.report.overview import Overview
from scanner.report.portal import portal_of
from scanner.report.remediation import fields_of, find_fix, values_of
from scanner.report.standing import Standing
from scanner.report.text import azure_text, backup_notes, backup_text, blockers
from scanner.report.vm_rows import backup_values, decisions

_MOST_EVIDENCE = 6
_DIGITS: Mapping[Verdict | None, str] = {
    None: "-",
    **{verdict: str(int(verdict)) for verdict in Verdict},
}
"""The digit of a verdict. None: the VM was not judged by the cause."""
_WORDS = {word: number for number, word in enumerate(Standing)}
_FIELDS = (
    "above", "name", "group", "s", "w", "days", "success", "tag", "place", "os", "power", "prot",
    "backup", "vault", "policy", "error", "notes", "ready", "e", "g", "r", "v", "f",
)  # fmt: skip
_COUNTS, _NEW, _WARNED = 1, 2, 4
"""Bits of ``g``: something counts for the exit code, is new, or the service's pre-check warns."""


def table_json(overview: Overview) -> str:
    """The table as JSON inside the page."""
    document = msgspec.json.encode(_Table(overview).document()).decode()
    # No text may end the element that the JSON is in.
    return document.replace("<", "\\u003c").replace("&", "\\u0026")


class _Texts:
    """The texts of the table by their number."""

    def __init__(self) -> None:
        self.indexes: dict[str, int] = {}

    def index(self, text: str) -> int:
        """The number of a text, which is made printable."""
        # Most texts were met on another VM.
        number = self.indexes.get(text)
        if number is not None:
            return number
        return self.indexes.setdefault(printable(text), len(self.indexes))


class _Table:
    """The table, built VM by VM."""

    def __init__(self, overview: Overview) -> None:
        self._overview, self._report = overview, overview.report
        self._causes = {cause: index for index, cause in enumerate(self._report.totals)}
        guids = dict.fromkeys(vm.vm.id.subscription or "" for vm in self._report.vms)
        self._subscriptions = {guid: index for index, guid in enumerate(guids)}
        self._texts = _Texts()
        self._fixes: dict[Fix, int] = {}
        self._tag_names: dict[str, str] = {}

    def document(self) -> dict[str, Any]:
        """The table: VMs, and lists of what they have in common and name by number."""
        names = self._report.scope.subscriptions
        vms = [self._vm_row(vm) for vm in self._report.vms_worst_first]
        return {
            "words": [str(word) for word in Standing],
            "causes": list(self._causes),
            "verdicts": [str(verdict) for verdict in Verdict],
            "pages": [self._report.edition.page(cause) for cause in self._causes],
            "portal": portal_of(self._report),
            "errors": [
                printable(f"{group.error or 'no recent recovery point'}"
                          f"{f' ({group.cause})' if group.cause else ''}")
                for group in self._overview.failing
            ],
            "roots": {
                entry.number: printable(f"{entry.number}: {entry.root}")
                for entry in self._overview.open_roots
            },
            "fixes": list(self._fixes),
            "look": ["backupscan scan --vm {id}", "az vm get-instance-view --ids {id}"],
            "subscriptions": [printable(names.get(guid, guid)) for guid in self._subscriptions],
            "texts": list(self._texts.indexes),
            "fields": _FIELDS,
            "vms": vms,
        }  # fmt: skip

    @cached_property
    def _error_of(self) -> Mapping[ArmId, int]:
        """The number of the error of each failing VM."""
        groups = enumerate(self._overview.failing)
        return {vm.vm.id: number for number, group in groups for vm in group.vms}

    @cached_property
    def _number_of(self) -> Mapping[tuple[ArmId, str], int]:
        """The number of each fix, by the resource and the cause."""
        return {(one.root.id, one.root.cause): one.number for one in self._overview.open_roots}

    def _vm_row(self, vm: JudgedVm) -> list[Any]:
        """A VM in the order of ``_FIELDS``."""
        report, index = self._report, self._texts.index
        name, id_ = vm.vm.name, vm.vm.id
        days = vm.days_since_success(report.finished_at)
        backup = backup_values(vm, report)
        success = backup.get("last_success")
        values: dict[str, Any] = {
            "above": index(id_.text.removesuffix(name)),
            "name": printable(name),
            "group": index(id_.resource_group or ""),
            "s": self._subscriptions[id_.subscription or ""],
            "w": _WORDS[report.standings[id_]],
            "days": -1 if days is None else days,
            "success": index(f"{success:%Y-%m-%d}" if isinstance(success, datetime) else ""),
            "tag": [index(tag) for tag in self._tags(vm)],
            "place": index(vm.vm.location or ""),
            "os": index(vm.os or ""),
            "power": index(vm.power_state or ""),
            "prot": index(str(vm.readiness) if report.is_precheck else vm.protection_state),
            "backup": index(backup_text(vm, report.finished_at)),
            "vault": index(str(backup.get("vault") or "")),
            "policy": index(str(backup.get("policy") or "")),
            "error": index(str(backup.get("last_error") or "")),
            "notes": index("; ".join(backup_notes(vm))),
            "ready": index(self._ready(vm)),
            "e": self._error_of.get(id_, -1),
            "g": self._gate(vm),
            "r": self._roots(vm),
            "v": index(self._digits(vm)),
            "f": [self._cause_cells(vm, cause) for cause in vm.worst_first],
        }
        return [values[name] for name in _FIELDS]

    def _tags(self, vm: JudgedVm) -> Iterator[str]:
        """Its tags. ARM compares names of tags without case, so a name has one spelling here."""
        for name, value in (vm.vm.tags or {}).items():
            yield f"{self._tag_names.setdefault(name.lower(), name)}={value}"

    def _ready(self, vm: JudgedVm) -> str:
        if not self._report.is_precheck:
            return ""
        reasons = ", ".join(blockers(vm, self._report))
        ready = ": ".join(filter(None, (str(vm.readiness), reasons)))
        return ". ".join(filter(None, (ready, azure_text(vm))))

    def _gate(self, vm: JudgedVm) -> int:
        decided = decisions(vm, self._report)
        counts = any(one.counts for one in decided)
        is_new = any(one.is_new for one in decided)
        return _COUNTS * counts + _NEW * is_new + _WARNED * bool(vm.warnings)

    def _roots(self, vm: JudgedVm) -> list[int]:
        """The numbers of the fixes that help a VM."""
        roots = {
            self._number_of.get((root, cause.cause))
            for cause in vm.shown
            if cause.verdict >= Verdict.POSSIBLE
            and not self._report.decision.accepts(vm.vm.id, cause.cause)
            for attributed in cause.findings
            if attributed.finding.verdict >= Verdict.POSSIBLE
            for root in attributed.finding.roots
        }
        return sorted(number for number in roots if number)

    def _digits(self, vm: JudgedVm) -> str:
        """The verdict of each cause as a digit. Most VMs share theirs with others."""
        verdicts = {cause.cause: cause.verdict for cause in vm.causes}
        return "".join([_DIGITS[verdicts.get(cause)] for cause in self._causes])

    def _cause_cells(self, vm: JudgedVm, cause: CauseVerdict) -> list[Any]:
        """Cause, the findings that reports show of it, and its waiver."""
        findings = [self._finding_cells(one.finding, cause.cause, vm) for one in cause.shown]
        note = finding_note(self._report.decision.of(vm.vm.id, cause.cause))
        notes = [self._texts.index(note)] if note else []
        return [self._causes[cause.cause], findings, *notes]

    def _finding_cells(self, finding: Finding, cause: str, vm: JudgedVm) -> list[Any]:
        """Message and evidence, and against the VM what to do.

        If a fix is known, its number and the values for its commands follow.
        """
        shown = [_evidence_text(value, vm) for value in finding.evidence[:_MOST_EVIDENCE]]
        if (hidden := len(finding.evidence) - _MOST_EVIDENCE) > 0:
            shown.append(f"{hidden} more in the JSON report")
        evidence = [self._texts.index(text) for text in shown]
        entry: list[Any] = [self._texts.index(finding.message), evidence]
        if finding.verdict < Verdict.POSSIBLE:
            return entry
        entry.append(self._texts.index(self._report.remedy(cause, finding.rule, vm.vm)))
        fix = find_fix(finding.rule, vm.vm) if finding.rule else None
        if fix:
            values = values_of(finding.evidence)
            known = [name for name in sorted(fields_of(fix)) if name in values]
            number = self._fixes.setdefault(fix, len(self._fixes))
            entry += [number, {name: printable(values[name]) for name in known}]
        return entry


def _evidence_text(evidence: Evidence, vm: JudgedVm) -> str:
    """Path and value, with the name of the resource if it is not the VM."""
    value = "absent" if evidence.value is None else str(evidence.value)
    name = "" if evidence.id == vm.vm.id else f"{evidence.id.name}: "
    return f"{name}{evidence.path} = {value}"
