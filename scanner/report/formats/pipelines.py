"""What GitHub and Azure DevOps show in addition to a log: annotations, issues, summaries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner.catalogue.text import counted, unread_text
from scanner.gate.decision import Exit
from scanner.report.decision_text import finding_note, message_of
from scanner.report.escape import azure_devops_message, github_message, github_property
from scanner.report.formats.markdown import cut
from scanner.report.report import Report
from scanner.report.text import orphans_heading, trouble_notes

MOST = 10
"""Annotations of one kind that GitHub shows for a step."""
SUMMARY_BYTES = 900 * 1024
"""GitHub refuses a step summary of more than a mebibyte."""


def github_annotations(report: Report) -> str:
    """Workflow commands, at most ten of a kind. The last one says how many are left out."""
    lines = []
    for kind, findings in _by_kind(report):
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


def github_output(report: Report, code: int) -> str:
    """What later steps of a job read: the exit code, how many findings count, how many are new."""
    decision = report.decision
    return f"exit={code}\ncounts={len(decision.counting)}\nnew={len(decision.new)}\n"


def azure_devops_lines(report: Report, code: int, summary: Path | None = None) -> str:
    """Logging commands: issues, the file of the summary, and the result of an incomplete scan."""
    lines = []
    for kind, findings in _by_kind(report):
        for title, message in findings[:MOST]:
            text = azure_devops_message(f"{title}: {message}")
            lines.append(f"##vso[task.logissue type={kind}]{text}")
        if len(findings) > MOST:
            more = f"+{len(findings) - MOST} more, see the report"
            lines.append(f"##vso[task.logissue type={kind}]{more}")
    if summary:
        lines.append(f"##vso[task.uploadsummary]{azure_devops_message(str(summary))}")
    if code == Exit.INCOMPLETE:
        lines.append("##vso[task.complete result=SucceededWithIssues]something was not read")
    return "".join(f"{line}\n" for line in lines)


def _by_kind(report: Report) -> tuple[tuple[str, list[tuple[str, str]]], ...]:
    """The annotations by kind: an error counts for the exit code, a warning does not."""
    return (("error", list(_errors(report))), ("warning", list(_warnings(report))))


def _errors(report: Report) -> Iterator[tuple[str, str]]:
    """Titles and messages of what counts, what is new first, then what was not read."""
    for one in report.decision.counting:
        mark = f"{one.mark}: " if one.mark else ""
        yield f"{report.name_of(one.vm)}: {one.cause}", f"{mark}{message_of(one, report)}"
    if report.decision.unread:
        yield "backupscan", f"{unread_text(len(report.decision.unread))}, see the report"


def _warnings(report: Report) -> Iterator[tuple[str, str]]:
    """Titles and messages of what does not count and nobody accepts, the worst VMs first.

    Before them comes what is kept of VMs that do not exist, and how many last backups failed. The
    errors of these backups come last.
    """
    if report.orphans:
        yield "backupscan", f"{orphans_heading(report)}, see the report"
    troubled = sum(bool(trouble_notes(vm)) for vm in report.vms)
    if troubled:
        what = "whose last backup failed, or of which Azure Backup's own pre-check warns"
        yield "backupscan", f"{counted(troubled, 'VM')} {what}, see the report"
    for vm in report.vms_worst_first:
        for cause in vm.worst_first:
            one = report.decision.of(vm.vm.id, cause.cause)
            if one and one.is_found and not one.counts and not one.waiver:
                message = f"{finding_note(one)}: {cause.findings[0].finding.message}"
                yield f"{report.display_name(vm)}: {cause.cause}", message
    for vm in report.vms_worst_first:
        yield from ((report.display_name(vm), note) for note in trouble_notes(vm))
