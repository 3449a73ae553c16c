"""What a pipeline shows beside its log: annotations and summaries of GitHub and Azure DevOps."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.judging.check import Verdict
from scanner.report.escape import azure_devops, github, github_property
from scanner.report.formats.markdown import cut
from scanner.report.report import Report

MOST = 10
"""Annotations of one kind that GitHub shows of a step."""
SUMMARY_BYTES = 900 * 1024
"""GitHub refuses a summary of more than a mebibyte."""
_KINDS = ((Verdict.APPLIES, "error"), (Verdict.POSSIBLE, "warning"))
_INCOMPLETE = 3


def github_annotations(report: Report) -> str:
    """Workflow commands, at most ten of a kind, the last of them saying how many more."""
    lines = []
    for verdict, kind in _KINDS:
        told = list(_findings(report, verdict))
        most = MOST if len(told) <= MOST else MOST - 1
        lines += [
            f"::{kind} title={github_property(title)}::{github(text)}"
            for title, text in told[:most]
        ]
        if len(told) > most:
            lines.append(f"::{kind} title=backupscan::+{len(told) - most} more, see the report")
    return "".join(f"{line}\n" for line in lines)


def github_summary(report: Report) -> str:
    """The Markdown report, as long as a step summary may be."""
    text = cut(report, SUMMARY_BYTES)
    return text.encode()[:SUMMARY_BYTES].decode(errors="ignore")


def azure_devops_lines(report: Report, code: int) -> str:
    """Logging commands: issues of the task, and its result where the report is incomplete."""
    lines = []
    for verdict, kind in _KINDS:
        told = list(_findings(report, verdict))
        for title, text in told[:MOST]:
            lines.append(f"##vso[task.logissue type={kind}]{azure_devops(f'{title}: {text}')}")
        if len(told) > MOST:
            more = f"+{len(told) - MOST} more, see the report"
            lines.append(f"##vso[task.logissue type={kind}]{more}")
    if code == _INCOMPLETE:
        lines.append("##vso[task.complete result=SucceededWithIssues]something was not read")
    return "".join(f"{line}\n" for line in lines)


def _findings(report: Report, verdict: Verdict) -> Iterator[tuple[str, str]]:
    """What stands so and is not waived, the worst VMs first."""
    for vm in report.worst_first:
        for each in vm.causes:
            if each.verdict is verdict and not report.waived.of(vm.vm, each.cause):
                yield f"{vm.vm.name}: {each.cause}", each.findings[0].finding.message
