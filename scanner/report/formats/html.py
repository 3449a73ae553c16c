"""The report as one page that needs nothing but itself."""

from __future__ import annotations

from collections import Counter
from functools import cache
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from scanner import __version__
from scanner.catalogue.text import counted, unread_text
from scanner.gate.change import Change
from scanner.judging.judged_vm import WORST_FIRST
from scanner.judging.readiness import Readiness
from scanner.report.decision_text import (
    group_note,
    headline,
    message_of,
    past_heading,
    past_text,
    policy_text,
)
from scanner.report.escape import printable
from scanner.report.formats.html_table import table_json
from scanner.report.formats.page_template import csp_hash, page_file, page_template
from scanner.report.overview import Overview
from scanner.report.portal import portal_link
from scanner.report.remediation import fix_root
from scanner.report.report import Report
from scanner.report.text import (
    AZURE_LIMITS,
    gap_text,
    orphan_advice,
    orphan_text,
    orphans_heading,
    scope_text,
    states_text,
    successes_text,
    time_text,
)

_MOST_ROOTS = 25
_MOST_FORECASTS = 50
_MOST_COUNTING = 50
_MOST_ORPHANS = 200
_MOST_GAPS = 200
_SCRIPTS = ("page.js", "groups.js", "vm.js")


def to_html(report: Report) -> bytes:
    """HTML with style, script and data inside. Text from Azure is text, and never markup."""
    style, script = page_file("page.css"), "".join(map(page_file, _SCRIPTS))
    overview = Overview(report)
    page = _template().render(
        report=report,
        overview=overview,
        verdicts=WORST_FIRST,
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=csp_hash(style),
        script=Markup(script),  # noqa: S704 - our own files
        script_hash=csp_hash(script),
        data=Markup(table_json(overview)),  # noqa: S704 - JSON without a sign of markup
        **_of_gate(report),
        **_of_fleet(overview),
    )
    return page.encode()


@cache
def _template() -> Template:
    return page_template(
        "page.html",
        counted=counted,
        gap_text=gap_text,
        group_note=group_note,
        orphan_text=orphan_text,
        printable=printable,
        scope_text=scope_text,
        states_text=states_text,
        successes_text=successes_text,
        time_text=time_text,
        unread_text=unread_text,
    )


def _of_gate(report: Report) -> dict[str, Any]:
    """What counts, what is gone since the baseline, and what was not read."""
    decision = report.decision
    return {
        "decision": decision,
        "headline": headline(decision),
        "policy_text": policy_text(decision),
        "counting": [
            (one, report.name_of(one.vm), message_of(one, report))
            for one in decision.counting[:_MOST_COUNTING]
        ],
        "more_counting": max(0, len(decision.counting) - _MOST_COUNTING),
        "past": [
            (past_heading(change, len(found)), [past_text(one, report) for one in found])
            for change in Change
            if (found := decision.of_change(change))
        ],
        "gaps": decision.gaps[:_MOST_GAPS],
        "more_gaps": max(0, len(report.gaps) - _MOST_GAPS),
    }


def _of_fleet(overview: Overview) -> dict[str, Any]:
    """What to fix first, and what is said of the backup of all VMs."""
    report = overview.report
    # Those behind one VM alone only if there are no others.
    roots = overview.roots or overview.open_roots
    dates = [(at, vm) for at, vm in report.full_dates if vm.forecast and not vm.forecast.is_full]
    return {
        "tiles": [(word, count, overview.change(word)) for word, count in
                  overview.standings.items()],
        "roots": [
            (entry, fix_root(entry.root), portal_link(entry.root.id, report))
            for entry in roots[:_MOST_ROOTS]
        ],
        "more_roots": max(0, len(roots) - _MOST_ROOTS),
        "warned": sum(bool(vm.warnings) for vm in report.vms),
        "ready": Counter(vm.readiness for vm in report.vms) if report.is_precheck else None,
        "readiness": tuple(Readiness),
        "azure_limits": AZURE_LIMITS if any(vm.azure for vm in report.vms) else None,
        "states": Counter(vm.protection_state for vm in report.vms if vm.protection is not None),
        "full": len(report.full_dates) - len(dates),
        "full_dates": dates[:_MOST_FORECASTS],
        "more_dates": max(0, len(dates) - _MOST_FORECASTS),
        "orphans": report.orphans[:_MOST_ORPHANS],
        "more_orphans": max(0, len(report.orphans) - _MOST_ORPHANS),
        "orphans_heading": orphans_heading(report),
        "orphan_advice": orphan_advice(report),
    }  # fmt: skip
