"""The report as one page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from importlib import resources
from typing import Any

import msgspec
from jinja2 import Environment
from markupsafe import Markup

from scanner import __version__
from scanner.catalogue.fix import Fix
from scanner.catalogue.text import unread_text
from scanner.gate.change import Change
from scanner.inventory.evidence import Evidence
from scanner.judging.check import Finding, Verdict
from scanner.judging.judged_vm import WORST_FIRST, JudgedVm
from scanner.judging.readiness import Readiness
from scanner.judging.verdict import CauseVerdict
from scanner.report.decision_text import (
    finding_note,
    group_note,
    headline,
    message_of,
    past_heading,
    past_text,
    policy_text,
)
from scanner.report.escape import printable
from scanner.report.remediation import fields_of, find_fix, fix_root, values_of
from scanner.report.report import Report
from scanner.report.roots import Root
from scanner.report.standing import Standing
from scanner.report.text import (
    AZURE_LIMITS,
    azure_text,
    backup_notes,
    backup_text,
    blockers,
    gap_text,
    load_text,
    orphan_advice,
    orphan_text,
    orphans_heading,
    scope_text,
    states_text,
    symptom_heading,
    symptom_text,
    warning_heading,
)

_MOST_ROOTS = 25
_MOST_FORECASTS = 50
_MOST_FAILED = 200
_MOST_EVIDENCE = 6
_MOST_COUNTING = 50
_MOST_ORPHANS = 200
_MOST_GAPS = 200


def to_html(report: Report) -> bytes:
    """HTML with style, script and data inside. Text from Azure is text, and never markup."""
    style, script = page_file("page.css"), page_file("page.js")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(
        gap_text=gap_text,
        group_note=group_note,
        orphan_text=orphan_text,
        printable=printable,
        scope_text=scope_text,
        states_text=states_text,
        load_text=load_text,
        symptom_heading=symptom_heading,
        symptom_text=symptom_text,
        warning_heading=warning_heading,
        unread_text=unread_text,
    )
    decision = report.decision
    failed = [vm for vm in report.vms if vm.symptoms]
    warned = [vm for vm in report.vms if vm.warnings]
    page = environment.from_string(page_file("page.html")).render(
        report=report,
        roots=[(root, fix_root(root)) for root in _roots(report)],
        verdicts=WORST_FIRST,
        standings=[(str(word), count) for word, count in report.standing_counts.items()],
        ready=Counter(vm.readiness for vm in report.vms) if report.is_precheck else None,
        readiness=tuple(Readiness),
        full_dates=report.full_dates[:_MOST_FORECASTS],
        azure_limits=AZURE_LIMITS if any(vm.azure for vm in report.vms) else None,
        states=Counter(vm.protection_state for vm in report.vms if vm.protection is not None),
        symptoms=[(vm, symptom) for vm in failed[:_MOST_FAILED] for symptom in vm.symptoms],
        failed=len(failed),
        warnings=[(vm, warning) for vm in warned[:_MOST_FAILED] for warning in vm.warnings],
        warned=len(warned),
        more_failed=max(0, len(failed) - _MOST_FAILED),
        more_warned=max(0, len(warned) - _MOST_FAILED),
        orphans=report.orphans[:_MOST_ORPHANS],
        more_orphans=max(0, len(report.orphans) - _MOST_ORPHANS),
        orphans_heading=orphans_heading(report),
        orphan_advice=orphan_advice(report),
        decision=decision,
        headline=headline(decision),
        policy_text=policy_text(decision),
        counting=[
            (one, report.name_of(one.vm), message_of(one, report))
            for one in decision.counting[:_MOST_COUNTING]
        ],
        more_counting=max(0, len(decision.counting) - _MOST_COUNTING),
        past=[
            (past_heading(change, len(found)), [past_text(one, report) for one in found])
            for change in Change
            if (found := decision.of_change(change))
        ],
        gaps=decision.gaps[:_MOST_GAPS],
        more_gaps=max(0, len(report.gaps) - _MOST_GAPS),
        subscriptions=_subscriptions(report),
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=csp_hash(style),
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=csp_hash(script),
        data=Markup(_table_json(report)),  # noqa: S704 - JSON without a sign of markup
    )
    return page.encode()


def _roots(report: Report) -> Sequence[Root]:
    """The roots behind several VMs, or those behind one if there are no others."""
    several = [root for root in report.open_roots if root.vms > 1]
    return (several or report.open_roots)[:_MOST_ROOTS]


def page_file(name: str) -> str:
    """A file that pages are made of: a template, the style or the script."""
    return resources.files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def csp_hash(text: str) -> str:
    """The hash that allows a style or script in the page's Content Security Policy."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _subscriptions(report: Report) -> list[tuple[str, int, int]]:
    """Each subscription by name: how many VMs it has, and how many with a cause."""
    total: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for vm in report.vms:
        guid = vm.vm.id.subscription or ""
        total[guid] += 1
        found[guid] += any(cause.verdict >= Verdict.POSSIBLE for cause in vm.causes)
    names = report.scope.subscriptions
    return [(names.get(guid, guid), count, found[guid]) for guid, count in total.items()]


class _Texts:
    """The texts of the table. The page has each text once, and VMs refer to it by index."""

    def __init__(self) -> None:
        self.indexes: dict[str, int] = {}

    def index(self, text: str) -> int:
        """The index of a text, which is made printable."""
        return self.indexes.setdefault(printable(text), len(self.indexes))


class _Table:
    """The table of VMs as data for the script of the page."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._causes = {cause: index for index, cause in enumerate(report.totals)}
        guids = dict.fromkeys(vm.vm.id.subscription or "" for vm in report.vms)
        self._subscriptions = {guid: index for index, guid in enumerate(guids)}
        self._texts = _Texts()
        self._fixes: dict[Fix, int] = {}
        self._places = {vm.vm.id: place for place, vm in enumerate(report.vms_worst_first)}

    def document(self) -> dict[str, Any]:
        """The table: VMs, and lists of what they have in common and name by index."""
        names = self._report.scope.subscriptions
        page = next(iter(self._report.edition.documents.values())).url
        vms = [self._vm_row(vm) for vm in self._report.vms]
        return {
            "words": [str(word) for word in Standing],
            "causes": list(self._causes),
            "verdicts": [str(verdict) for verdict in Verdict],
            "pages": [page for _ in self._causes],
            "fixes": list(self._fixes),
            "look": ["backupscan scan --vm {id}", "az vm get-instance-view --ids {id}"],
            "subscriptions": [printable(names.get(guid, guid)) for guid in self._subscriptions],
            "texts": list(self._texts.indexes),
            "vms": vms,
        }

    def _vm_row(self, vm: JudgedVm) -> dict[str, Any]:
        """A VM as the page's script reads it; long texts are numbers of ``_texts``."""
        report, index = self._report, self._texts.index
        name, id_ = vm.vm.name, vm.vm.id
        row = {
            "above": index(id_.text.removesuffix(name)),
            "name": printable(name),
            "group": index(id_.resource_group or ""),
            "s": self._subscriptions[id_.subscription or ""],
            "w": [*Standing].index(report.standings[id_]),
            "order": self._places[id_],
            "days": -1 if (days := vm.days_since_success(report.finished_at)) is None else days,
            "tags": [index(f"{key}={value}") for key, value in (vm.vm.tags or {}).items()],
            "place": index(vm.vm.location or ""),
            "os": vm.os,
            "power": index(vm.power_state or ""),
            "prot": str(vm.readiness) if report.is_precheck else vm.protection_state,
            "backup": index(printable(backup_text(vm, report.finished_at))),
            "c": [self._cause_cells(vm, cause) for cause in vm.worst_first],
        }
        if report.is_precheck:
            reasons = ", ".join(blockers(vm, report))
            ready = ": ".join(filter(None, (str(vm.readiness), reasons)))
            row["ready"] = index(". ".join(filter(None, (ready, azure_text(vm)))))
        if notes := backup_notes(vm):
            row["error"] = index(printable("; ".join(notes)))
        return row

    def _cause_cells(self, vm: JudgedVm, cause: CauseVerdict) -> list[Any]:
        """Cause, verdict, the findings that reports show of it, and its waiver."""
        entry: list[Any] = [self._causes[cause.cause], int(cause.verdict)]
        if not cause.shown:
            return entry
        shown = [attributed.finding for attributed in cause.shown]
        entry.append([self._finding_cells(finding, cause.cause, vm) for finding in shown])
        if note := finding_note(self._report.decision.of(vm.vm.id, cause.cause)):
            entry.append(self._texts.index(note))
        return entry

    def _finding_cells(self, finding: Finding, cause: str, vm: JudgedVm) -> list[Any]:
        """Message and evidence, and against the VM what to do.

        If a fix is known, its index and the values for its commands follow.
        """
        shown = (_evidence_text(value, vm) for value in finding.evidence[:_MOST_EVIDENCE])
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


def _table_json(report: Report) -> str:
    """The table as JSON inside the page."""
    document = msgspec.json.encode(_Table(report).document()).decode()
    # No text may end the element that the JSON is in.
    return document.replace("<", "\\u003c").replace("&", "\\u0026")


def _evidence_text(evidence: Evidence, vm: JudgedVm) -> str:
    """Path and value, with the name of the resource if it is not the VM."""
    value = "absent" if evidence.value is None else str(evidence.value)
    name = "" if evidence.id == vm.vm.id else f"{evidence.id.name}: "
    return f"{name}{evidence.path} = {value}"
