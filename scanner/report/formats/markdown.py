"""A comment for a pull request: what is worst first, cut where a platform would refuse it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from scanner.judging.check import Verdict
from scanner.judging.judged_vm import WORST_FIRST, JudgedVm
from scanner.judging.readiness import Readiness
from scanner.judging.verdict import CauseVerdict
from scanner.report.escape import code, markdown
from scanner.report.report import Report
from scanner.report.text import (
    AZURE_COVERS,
    azure_says,
    backup_text,
    blockers,
    extent,
    headline,
    story,
)

LIMIT = 60_000
"""Characters: GitHub refuses a comment of more than 65,536."""
_ROOTS = 20


def to_markdown(report: Report) -> bytes:
    """Markdown, under the limit, with a note of what was left out."""
    return cut(report, LIMIT).encode()


def cut(report: Report, limit: int) -> str:
    """As much as goes below a limit, the VMs that are worst before the others."""
    shown = (vm for vm in report.worst_first if _is_told(vm, report))
    return fitting(_block(_head(report)), [_block(_vm(vm, report)) for vm in shown], "VMs", limit)


def fitting(head: str, blocks: Sequence[str], things: str, limit: int = LIMIT) -> str:
    """The head and as many of the blocks as go below a limit, with a note of the others."""
    note = "\n_{:,} more {} are in the full report._\n"
    room = limit - len(note.format(len(blocks), things))
    text = head[:room]
    for place, block in enumerate(blocks):
        if len(text) + len(block) > room:
            return text + note.format(len(blocks) - place, things)
        text += block
    return text


def _block(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"## backupscan: {extent(report)}"
    yield ""
    yield f"Edition {report.edition.id}, {report.started_at:%Y-%m-%d %H:%M}Z."
    if not report.complete:
        yield f"**Incomplete:** {len(report.gaps):,} things could not be read."
    yield ""
    if report.is_precheck:
        ready = Counter(vm.readiness for vm in report.vms)
        told = ", ".join(f"{ready[each]:,} {each}" for each in Readiness if ready[each])
        yield f"**Before backup is turned on:** {told or 'no VM'} ({markdown(str(report.target))})."
        yield ""
    if any(vm.azure for vm in report.vms):
        yield markdown(AZURE_COVERS)
        yield ""
    yield "| cause | " + " | ".join(map(str, WORST_FIRST)) + " |"
    yield "| --- |" + " ---: |" * len(WORST_FIRST)
    for cause, counted in report.totals.items():
        yield f"| `{cause}` | " + " | ".join(f"{counted[v]:,}" for v in WORST_FIRST) + " |"
    states = Counter(vm.protection_state for vm in report.vms if vm.protection is not None)
    if states:
        yield ""
        counts = ", ".join(f"{count:,} {state}" for state, count in states.most_common())
        yield f"Backup of the VMs: {counts}."
    failing = [vm for vm in report.vms if vm.symptoms]
    if failing:
        yield ""
        yield f"### Last backup failed, or has warnings: {len(failing):,}"
        for vm in failing[:_ROOTS]:
            for symptom in vm.symptoms:
                told = f"{report.named(vm)}: {headline(symptom)}. {story(symptom)}"
                yield f"- {markdown(told)}"
        if len(failing) > _ROOTS:
            yield f"- and {len(failing) - _ROOTS:,} more"
    several = [root for root in report.roots if root.vms > 1]
    if several:
        yield ""
        yield "### Behind several VMs"
        for root in several[:_ROOTS]:
            yield f"- {markdown(str(root))}: {root.vms:,} VMs, `{root.cause}`"
    yield ""


def _vm(vm: JudgedVm, report: Report) -> Iterator[str]:
    yield f"### {markdown(report.named(vm))}"
    yield code(vm.vm.id.text)
    if report.is_precheck:
        yield f"- **{vm.readiness}**: {markdown(', '.join(blockers(vm, report)))}"
    if vm.protection is not None:
        yield f"- backup: {markdown(backup_text(vm, report.finished_at))}"
    if vm.azure:
        yield f"- {markdown(azure_says(vm))}"
    for each in _found(vm):
        waiver = report.waived.of(vm.vm, each.cause)
        waived = f" (waived until {waiver.expires}: {markdown(waiver.reason)})" if waiver else ""
        yield f"- **{each.verdict}** `{each.cause}`{waived}: " + markdown(
            each.findings[0].finding.message
        )
    for symptom in vm.symptoms:
        yield f"- last backup: {markdown(symptom.code or symptom.title)}"
    yield ""


def _is_told(vm: JudgedVm, report: Report) -> bool:
    waits = report.is_precheck and vm.readiness is not Readiness.READY
    return waits or bool(_found(vm))


def _found(vm: JudgedVm) -> list[CauseVerdict]:
    return [each for each in vm.worst_first if each.verdict >= Verdict.POSSIBLE]
