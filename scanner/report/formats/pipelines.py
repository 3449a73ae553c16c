"""What GitHub and Azure DevOps show in addition to a log: annotations, issues, summaries."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.catalogue.text import counted, unread_text
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


def github_annotations(report: Report) -> str:
    """Workflow commands, at most ten of a kind. The last one says how many are left out."""
    lines = []
    for verdict, kind in _KINDS:
        findings = list(_findings(report, verdict))
        shown = MOST if len(findings) <= MOST else MOST - 1
        lines += [
            f"::{kind} title={github_property(title)}::{github_message(message)}"
            for title, message in findings[:shown]
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
        for title, message in findings[:MOST]:
            text = azure_devops_message(f"{title}: {message}")
            lines.append(f"##vso[task.logissue type={kind}]{text}")
        if len(findings) > MOST:
            more = f"+{len(findings) - MOST} more, see the report"
            lines.append(f"##vso[task.logissue type={kind}]{more}")
    if code == _INCOMPLETE:
        lines.append("##vso[task.complete result=SucceededWithIssues]something was not read")
    return "".join(f"{line}\n" for line in lines)


def _findings(report: Report, verdict: Verdict) -> Iterator[tuple[str, str]]:
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
