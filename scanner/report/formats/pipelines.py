"""What GitHub and Azure DevOps show in addition to a log: annotations, issues, summaries."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.catalogue.text import counted, unread_text
from scanner.inventory.origin import Origin
from scanner.judging.check import Verdict
from scanner.report.escape import azure_devops_message, github_message, github_property
from scanner.report.formats.markdown import cut
from scanner.report.report import Report
from scanner.report.text import orphans_heading, trouble_notes

MOST = 10
"""Annotations of one kind that GitHub shows for a step."""
SUMMARY_BYTES = 900 * 1024
"""GitHub refuses a step summary of more than a mebibyte."""
_KINDS = ((Verdict.APPLIES, "error"), (Verdict.POSSIBLE, "warning"))
_INCOMPLETE = 3
_MOST_NAMES = 5


def github_annotations(report: Report) -> str:
    """Workflow commands, at most ten of a kind. The last one says how many are left out."""
    lines = []
    for verdict, kind in _KINDS:
        findings = list(_findings(report, verdict))
        shown = MOST if len(findings) <= MOST else MOST - 1
        lines += [
            f"::{kind} {_place(origin)}title={github_property(title)}::{github_message(message)}"
            for title, message, origin in findings[:shown]
        ]
        if len(findings) > shown:
            more = f"+{len(findings) - shown} more, see the report"
            lines.append(f"::{kind} title=backupscan::{more}")
    return "".join(f"{line}\n" for line in lines)


def github_summary(report: Report) -> str:
    """The Markdown report, as long as a step summary may be."""
    text = cut(report, SUMMARY_BYTES)
    return text.encode()[:SUMMARY_BYTES].decode(errors="ignore")


def azure_devops_lines(report: Report, code: int) -> str:
    """Logging commands: an issue for each finding, and the result of an incomplete scan."""
    lines = []
    for verdict, kind in _KINDS:
        findings = list(_findings(report, verdict))
        for title, message, origin in findings[:MOST]:
            text = azure_devops_message(f"{title}: {message}")
            lines.append(f"##vso[task.logissue type={kind}{_devops_place(origin)}]{text}")
        if len(findings) > MOST:
            more = f"+{len(findings) - MOST} more, see the report"
            lines.append(f"##vso[task.logissue type={kind}]{more}")
    if code == _INCOMPLETE:
        lines.append("##vso[task.complete result=SucceededWithIssues]something was not read")
    return "".join(f"{line}\n" for line in lines)


def _place(origin: Origin | None) -> str:
    """The file and line of an annotation, as GitHub takes them."""
    if origin is None or origin.file is None:
        return ""
    return f"file={github_property(origin.file)},line={origin.line or 1},"


def _devops_place(origin: Origin | None) -> str:
    if origin is None or origin.file is None:
        return ""
    file = azure_devops_message(origin.file).replace(";", "%3B").replace("]", "%5D")
    return f";sourcepath={file};linenumber={origin.line or 1}"


def _findings(report: Report, verdict: Verdict) -> Iterator[tuple[str, str, Origin | None]]:
    """Titles, messages and places of findings: of a plan, those that are new or worse."""
    if report.plan is None:
        yield from ((title, message, None) for title, message in _of_scan(report, verdict))
        return
    if report.gaps and verdict is Verdict.POSSIBLE:
        yield "backupscan", f"{unread_text(len(report.gaps))}, see the report", None
    waived = {(vm.text, cause) for vm, cause in report.waived.by_finding}
    for group in report.plan.groups:
        effects = [e for e in group.effects if (e.vm.text, e.cause) not in waived]
        if not effects or group.first.kind not in ("created", "worsened"):
            continue
        if effects[0].now is verdict:
            names = ", ".join(effect.vm.name for effect in effects[:_MOST_NAMES])
            others = len(effects) - _MOST_NAMES
            more = f" and {others} more" if others > 0 else ""
            message = f"{effects[0].message} By {group.by_text()}."
            place = next((o for o in effects[0].origins if o.file), None)
            yield f"{names}{more}: {effects[0].cause}", message, place
    if verdict is Verdict.POSSIBLE:
        for loss in report.plan.losses:
            place = loss.origin if loss.origin.file else None
            yield "backupscan: protection", loss.message, place


def _of_scan(report: Report, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """Titles and messages of causes with this verdict and without a waiver, the worst VMs first.

    Three warnings come before all others: that something was not read, what is kept of VMs that do
    not exist, and how many last backups failed. The errors of these backups come last.
    """
    if report.gaps and verdict is Verdict.POSSIBLE:
        yield "backupscan", f"{unread_text(len(report.gaps))}, see the report"
    if verdict is Verdict.POSSIBLE:
        if report.orphans:
            yield "backupscan", f"{orphans_heading(report)}, see the report"
        troubled = sum(bool(trouble_notes(vm)) for vm in report.vms)
        if troubled:
            what = "whose last backup failed, or of which Azure Backup's own pre-check warns"
            yield "backupscan", f"{counted(troubled, 'VM')} {what}, see the report"
    for vm in report.vms_worst_first:
        for cause in vm.causes:
            if cause.verdict is verdict and not report.waived.find(vm.vm, cause.cause):
                yield f"{vm.vm.name}: {cause.cause}", cause.findings[0].finding.message
    if verdict is Verdict.POSSIBLE:
        for vm in report.vms_worst_first:
            yield from ((vm.vm.name, note) for note in trouble_notes(vm))
