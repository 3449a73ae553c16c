"""Markdown for a comment on a pull request: the worst first, cut to what a comment may have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from scanner.catalogue.text import counted, unread_text
from scanner.gate.change import Change
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import WORST_FIRST, JudgedVm
from scanner.judging.readiness import Readiness
from scanner.judging.symptoms import ShownSymptom
from scanner.judging.verdict import CauseVerdict
from scanner.report.decision_text import (
    finding_note,
    headline,
    message_of,
    past_heading,
    past_text,
    policy_text,
    remedy_text,
)
from scanner.report.escape import markdown_code, markdown_prose, markdown_text
from scanner.report.formats.markdown_plan import plan_lines
from scanner.report.report import Report
from scanner.report.text import (
    AZURE_LIMITS,
    azure_text,
    backup_states,
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
    time_text,
    warning_heading,
)

LIMIT = 60_000
"""Characters. GitHub refuses a comment with more than 65,536."""
_MOST_ROOTS = 20
_MOST_FAILED = 20
_MOST_ORPHANS = 20
_MOST_GAPS = 20
_MOST_NOTES = 20
_MOST_COUNTING = 50
_MOST_PAST = 50
_ROOM = 60
"""Characters for the note that old findings are left out."""


def to_markdown(report: Report) -> bytes:
    """Markdown below the limit, with a note of what was left out."""
    return cut(report, LIMIT).encode()


def cut(report: Report, limit: int) -> str:
    """The report in at most ``limit`` characters. The worst VMs are shown."""
    shown = [vm for vm in report.vms_worst_first if _is_vm_shown(vm, report)]
    # A plan is about what it changes. Its VMs in full are folded away.
    old = [vm for vm in shown if report.plan or _is_old(vm, report)]
    open_blocks, old_blocks = (
        [_lines_as_text(_vm_lines(vm, report)) for vm in vms]
        for vms in ([vm for vm in shown if vm not in old], old)
    )
    head = _lines_as_text(_head_lines(report))
    if not old:
        return join_up_to(limit, head, open_blocks, "VMs")
    what = "of the plan, in full" if report.plan else "with old findings"
    fold = f"<details><summary>{counted(len(old), 'VM')} {what}</summary>\n\n"
    end = "\n</details>\n"
    text = join_up_to(limit - len(fold) - len(end) - _ROOM, head, open_blocks, "VMs")
    room = limit - len(text) - len(fold) - len(end)
    return f"{text}{fold}{join_up_to(room, '', old_blocks, 'VMs')}{end}"


def _is_old(vm: JudgedVm, report: Report) -> bool:
    """True if all that was found of a VM is in the baseline. It is folded away."""
    found = (report.decision.of(vm.vm.id, cause.cause) for cause in vm.all_shown)
    changes = [one.change for one in found if one and one.is_found]
    return bool(changes) and all(change and not change.is_new for change in changes)


def join_up_to(limit: int, head: str, blocks: Sequence[str], kind: str) -> str:
    """The head and as many blocks as fit into ``limit`` characters, and a note of the others."""
    note = "\n_{:,} more {} are in the full report._\n"
    room = limit - len(note.format(len(blocks), kind))
    text = head[:room]
    for number, block in enumerate(blocks):
        if len(text) + len(block) > room:
            return text + note.format(len(blocks) - number, kind)
        text += block
    return text


def _lines_as_text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _head_lines(report: Report) -> Iterator[str]:
    if report.plan:
        # The VMs before the plan are the baseline: what it does is all that there is to say.
        yield from plan_lines(report.plan, report)
        yield from _gap_lines(report)
        yield ""
        return
    yield f"## backupscan: {markdown_text(headline(report.decision))}"
    yield ""
    yield f"{scope_text(report)}. Edition {report.edition.id}, {time_text(report.finished_at)}."
    yield f"{markdown_text(policy_text(report.decision))}."
    if not report.complete:
        yield f"**Incomplete:** {unread_text(len(report.gaps))}."
    yield ""
    yield from _counting_lines(report)
    yield from _past_lines(report)
    yield from _readiness_lines(report)
    yield "### Causes and verdicts"
    yield ""
    yield "| cause | " + " | ".join(map(str, WORST_FIRST)) + " |"
    yield "| --- |" + " ---: |" * len(WORST_FIRST)
    for cause, counts in report.totals.items():
        yield f"| `{cause}` | " + " | ".join(f"{counts[v]:,}" for v in WORST_FIRST) + " |"
    yield from _backup_lines(report)
    yield from _warning_lines(report)
    yield from _state_lines(report)
    several = [root for root in report.roots if root.vms > 1]
    if several:
        yield ""
        yield "### Behind several VMs"
        for root in several[:_MOST_ROOTS]:
            yield f"- {markdown_text(str(root))}: {root.vms:,} VMs, `{root.cause}`"
    yield from _orphan_lines(report)
    yield from _note_lines(report)
    yield from _gap_lines(report)
    yield ""


def _counting_lines(report: Report) -> Iterator[str]:
    """A table of what counts, what is new first."""
    counting = report.decision.counting
    if not counting:
        return
    yield f"### What counts: {len(counting):,}"
    yield ""
    has_baseline = report.policy.baseline is not None
    columns: tuple[str, ...] = ("VM", "cause", "verdict", "what was found", "what to do")
    columns = ("since the baseline", *columns) if has_baseline else columns
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for one in counting[:_MOST_COUNTING]:
        name, message = report.name_of(one.vm), message_of(one, report)
        remedy = remedy_text(one, report)
        mark = (one.mark,) if has_baseline else ()
        cells = map(markdown_text, (*mark, name, one.cause, str(one.verdict), message))
        yield f"| {' | '.join((*cells, markdown_prose(remedy)))} |"
    if len(counting) > _MOST_COUNTING:
        yield ""
        yield f"and {len(counting) - _MOST_COUNTING:,} more"
    yield ""


def _past_lines(report: Report) -> Iterator[str]:
    """What the baseline has and this report does not, folded."""
    for change in Change:
        found = report.decision.of_change(change)
        if found:
            yield f"<details><summary>{past_heading(change, len(found))}</summary>"
            yield ""
            yield from (f"- {markdown_text(past_text(one, report))}" for one in found[:_MOST_PAST])
            if len(found) > _MOST_PAST:
                yield f"- and {len(found) - _MOST_PAST:,} more"
            yield ""
            yield "</details>"
            yield ""


def _orphan_lines(report: Report) -> Iterator[str]:
    """What Azure keeps of VMs that do not exist, what it costs, and what to do."""
    if not report.orphans:
        return
    yield ""
    yield f"### {orphans_heading(report)}"
    for judged in report.orphans[:_MOST_ORPHANS]:
        yield f"- {markdown_text(orphan_text(judged))}"
    if len(report.orphans) > _MOST_ORPHANS:
        yield f"- and {len(report.orphans) - _MOST_ORPHANS:,} more"
    yield ""
    for advice in orphan_advice(report):
        yield f"- _{markdown_prose(advice)}_"


def _note_lines(report: Report) -> Iterator[str]:
    """What is shown although it is not against a VM."""
    notes = [(vm, cause, note) for vm in report.vms for cause, note in vm.notes]
    if notes:
        yield ""
        yield f"### Noted: {len(notes):,}"
    for vm, cause, note in notes[:_MOST_NOTES]:
        yield f"- {markdown_text(report.display_name(vm))} `{cause}`: {markdown_text(note.message)}"
    if len(notes) > _MOST_NOTES:
        yield f"- and {len(notes) - _MOST_NOTES:,} more"


def _gap_lines(report: Report) -> Iterator[str]:
    """What could not be read."""
    if report.gaps:
        yield ""
        yield f"### Not read: {len(report.gaps):,}"
    for decided in report.decision.gaps[:_MOST_GAPS]:
        gap, note = decided.gap, "" if decided.counts else f" ({decided.text})"
        yield f"- **{gap.reason}** {markdown_text(f'{gap_text(gap)}. {gap.remedy}{note}')}"
    if len(report.gaps) > _MOST_GAPS:
        yield f"- and {len(report.gaps) - _MOST_GAPS:,} more"


def _readiness_lines(report: Report) -> Iterator[str]:
    """The VMs of a precheck by readiness, and what the service's own answers leave out."""
    if report.is_precheck:
        counts = Counter(vm.readiness for vm in report.vms)
        texts = ", ".join(f"{counts[state]:,} {state}" for state in Readiness if counts[state])
        target = markdown_text(str(report.target))
        yield f"**Before backup is turned on:** {texts or 'no VM'} ({target})."
        yield ""
    if any(vm.azure for vm in report.vms):
        yield markdown_text(AZURE_LIMITS)
        yield ""


def _backup_lines(report: Report) -> Iterator[str]:
    """How many VMs are backed up, and the errors of backups that failed."""
    counts = Counter(vm.protection_state for vm in report.vms if vm.protection is not None)
    if counts:
        states = ", ".join(f"{count:,} {state}" for state, count in counts.most_common())
        yield ""
        yield f"Backup of the VMs: {states}{states_text(report)}."
    blocks = [
        [_symptom_line(vm, symptom, report) for symptom in vm.symptoms]
        for vm in report.vms
        if vm.symptoms
    ]
    yield from _section_lines("Last backup failed, or has warnings", blocks)


def _symptom_line(vm: JudgedVm, symptom: ShownSymptom, report: Report) -> str:
    load = f"; {text}" if (text := load_text(vm)) else ""
    error = f"{symptom_heading(symptom)}. {symptom_text(symptom)}"
    return f"{report.display_name(vm)}: {error}{load}"


def _state_lines(report: Report) -> Iterator[str]:
    """The VMs whose last backup was cancelled or is running."""
    found = [vm for vm in report.vms if backup_states(vm)]
    texts = [f"{report.display_name(vm)}: {backup_text(vm, report.finished_at)}" for vm in found]
    yield from _section_lines("Last backup cancelled or running", [[text] for text in texts])


def _warning_lines(report: Report) -> Iterator[str]:
    """What the service's own pre-check warns of."""
    warned = [vm for vm in report.vms if vm.warnings]
    blocks = [
        [
            f"{report.display_name(vm)}: {warning_heading(one)}. {symptom_text(one)}"
            for one in vm.warnings
        ]
        for vm in warned
    ]
    yield from _section_lines("Azure Backup's own pre-check warns", blocks)


def _section_lines(title: str, blocks: Sequence[Sequence[str]]) -> Iterator[str]:
    """A heading with the number of VMs, and the texts of the first ones; nothing without any."""
    if blocks:
        yield ""
        yield f"### {title}: {len(blocks):,}"
    for text in chain.from_iterable(blocks[:_MOST_FAILED]):
        yield f"- {markdown_text(text)}"
    if len(blocks) > _MOST_FAILED:
        yield f"- and {len(blocks) - _MOST_FAILED:,} more"


def _vm_lines(vm: JudgedVm, report: Report) -> Iterator[str]:
    yield f"### {markdown_text(report.display_name(vm))}"
    yield markdown_code(vm.vm.id.text)
    if report.is_precheck:
        yield f"- **{vm.readiness}**: {markdown_text(', '.join(blockers(vm, report)))}"
    if vm.protection is not None:
        yield f"- backup: {markdown_text(backup_text(vm, report.finished_at))}"
    if vm.azure:
        yield f"- {markdown_text(azure_text(vm))}"
    for cause in _found_causes(vm):
        note = markdown_text(finding_note(report.decision.of(vm.vm.id, cause.cause)))
        message = markdown_text(cause.findings[0].finding.message)
        yield f"- **{cause.verdict}** `{cause.cause}` ({note}): {message}"
    for symptom in vm.symptoms:
        yield f"- last backup: {markdown_text(symptom.code or symptom.title)}"
    for warning in vm.warnings:
        yield f"- pre-check: {markdown_text(warning_heading(warning))}"
    if load := load_text(vm):
        yield f"- {markdown_text(load)}"
    yield ""


def _is_vm_shown(vm: JudgedVm, report: Report) -> bool:
    is_not_ready = report.is_precheck and vm.readiness is not Readiness.READY
    return is_not_ready or bool(_found_causes(vm))


def _found_causes(vm: JudgedVm) -> list[CauseVerdict]:
    return [cause for cause in vm.worst_first if cause.verdict >= Verdict.POSSIBLE]
