"""What GitHub and Azure DevOps show in addition to a log: annotations, issues, summaries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from scanner.catalogue.text import counted, unread_text
from scanner.gate.decision import Exit, FindingDecision
from scanner.inventory.origin import Origin
from scanner.report.decision_text import finding_note, message_of
from scanner.report.escape import azure_devops_message, github_message, github_property
from scanner.report.formats.markdown import cut
from scanner.report.planned import PlanResult
from scanner.report.report import Report
from scanner.report.text import orphans_heading, trouble_notes

MOST = 10
"""Annotations of one kind that GitHub shows for a step."""
SUMMARY_BYTES = 900 * 1024
"""GitHub refuses a step summary of more than a mebibyte."""
_MOST_NAMES = 5
Annotation = tuple[str, str, Origin | None]
"""Title, message, and the line of a configuration that it is of. None for no line."""


def github_annotations(report: Report) -> str:
    """Workflow commands, at most ten of a kind. The last one says how many are left out."""
    lines = []
    for kind, findings in _by_kind(report):
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


def github_output(report: Report, code: int) -> str:
    """What later steps of a job read: the exit code, how many findings count, how many are new."""
    decision = report.decision
    return f"exit={code}\ncounts={len(decision.counting)}\nnew={len(decision.new)}\n"


def azure_devops_lines(report: Report, code: int, summary: Path | None = None) -> str:
    """Logging commands: issues, the file of the summary, and the result of an incomplete scan."""
    lines = []
    for kind, findings in _by_kind(report):
        for title, message, origin in findings[:MOST]:
            text = azure_devops_message(f"{title}: {message}")
            lines.append(f"##vso[task.logissue type={kind}{_devops_place(origin)}]{text}")
        if len(findings) > MOST:
            more = f"+{len(findings) - MOST} more, see the report"
            lines.append(f"##vso[task.logissue type={kind}]{more}")
    if summary:
        lines.append(f"##vso[task.uploadsummary]{azure_devops_message(str(summary))}")
    if code == Exit.INCOMPLETE:
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


def _by_kind(report: Report) -> tuple[tuple[str, list[Annotation]], ...]:
    """The annotations by kind: an error counts for the exit code, a warning does not."""
    errors, warnings = _errors(report), _warnings(report)
    if report.plan:
        errors = _plan_errors(report, report.plan)
        warnings = _plan_warnings(report, report.plan)
    return (("error", list(errors)), ("warning", list(warnings)))


def _plan_errors(report: Report, plan: PlanResult) -> Iterator[Annotation]:
    """What a plan creates or worsens and that counts, then what else counts."""
    yield from _of_effects(report, plan, lambda one: one.counts)
    for one in report.decision.counting:
        if not plan.of(one.vm, one.cause):
            yield f"{report.name_of(one.vm)}: {one.cause}", message_of(one, report), None
    yield from _unread(report)


def _plan_warnings(report: Report, plan: PlanResult) -> Iterator[Annotation]:
    """What a plan creates or worsens and that does not count, then the protection that ends."""
    yield from _of_effects(report, plan, _is_open)
    for loss in plan.losses:
        place = loss.origin if loss.origin.file else None
        yield "backupscan: protection", loss.message, place


def _of_effects(
    report: Report, plan: PlanResult, is_shown: Callable[[FindingDecision], bool]
) -> Iterator[Annotation]:
    """The new and worse effects. Effects of one cause by the same resources are together."""
    for group in plan.groups:
        if group.first.kind not in ("created", "worsened"):
            continue
        decided = ((e, report.decision.of(e.vm, e.cause)) for e in group.effects)
        effects = [effect for effect, one in decided if one and is_shown(one)]
        if not effects:
            continue
        names = ", ".join(report.name_of(effect.vm) for effect in effects[:_MOST_NAMES])
        others = len(effects) - _MOST_NAMES
        more = f" and {others} more" if others > 0 else ""
        message = f"{effects[0].message} By {group.by_text()}."
        place = next((origin for origin in effects[0].origins if origin.file), None)
        yield f"{names}{more}: {effects[0].cause}", message, place


def _is_open(one: FindingDecision) -> bool:
    """True if it does not count and nobody accepts it."""
    return one.is_found and not one.counts and not one.waiver


def _errors(report: Report) -> Iterator[Annotation]:
    """Titles and messages of what counts, what is new first, then what was not read."""
    for one in report.decision.counting:
        mark = f"{one.mark}: " if one.mark else ""
        yield f"{report.name_of(one.vm)}: {one.cause}", f"{mark}{message_of(one, report)}", None
    yield from _unread(report)


def _unread(report: Report) -> Iterator[Annotation]:
    if report.decision.unread:
        yield "backupscan", f"{unread_text(len(report.decision.unread))}, see the report", None


def _warnings(report: Report) -> Iterator[Annotation]:
    """Titles and messages of what does not count and nobody accepts, the worst VMs first.

    Before them comes what is kept of VMs that do not exist, and how many last backups failed. The
    errors of these backups come last.
    """
    if report.orphans:
        yield "backupscan", f"{orphans_heading(report)}, see the report", None
    troubled = sum(bool(trouble_notes(vm)) for vm in report.vms)
    if troubled:
        what = "whose last backup failed, or of which Azure Backup's own pre-check warns"
        yield "backupscan", f"{counted(troubled, 'VM')} {what}, see the report", None
    for vm in report.vms_worst_first:
        for cause in vm.worst_first:
            one = report.decision.of(vm.vm.id, cause.cause)
            if one and _is_open(one):
                message = f"{finding_note(one)}: {cause.findings[0].finding.message}"
                yield f"{report.display_name(vm)}: {cause.cause}", message, None
    for vm in report.vms_worst_first:
        yield from ((report.display_name(vm), note, None) for note in trouble_notes(vm))
