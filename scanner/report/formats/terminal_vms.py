"""The section of the terminal report on VMs: their causes, findings, evidence and first steps."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from scanner.catalogue.text import counted
from scanner.gate.decision import FindingDecision
from scanner.inventory.evidence import Evidence
from scanner.inventory.vm import Vm
from scanner.judging.check import Verdict
from scanner.judging.judged_vm import JudgedVm
from scanner.judging.verdict import AttributedFinding, CauseVerdict
from scanner.report.decision_text import finding_note
from scanner.report.formats.terminal_console import MOST_VMS, STYLES, heading, indented, more, plain
from scanner.report.remediation import Remediation, fix_finding
from scanner.report.report import Report
from scanner.report.text import backup_text

_MOST_EVIDENCE = 4


def print_vms(report: Report, console: Console) -> None:
    """Print the VMs with a cause that applies or is possible, the worst first."""
    shown = [
        vm
        for vm in report.vms_worst_first
        if any(cause.verdict >= Verdict.POSSIBLE for cause in vm.shown)
    ]
    heading(f"{counted(len(shown), 'VM')} with a documented cause, worst first", console)
    for vm in shown[:MOST_VMS]:
        _print_vm(vm, report, console)
    if len(shown) > MOST_VMS:
        text = f"{MOST_VMS} shown, +{len(shown) - MOST_VMS} more; -o report.json has them all"
        console.print(Text(text, "dim"))


def print_notes(report: Report, console: Console) -> None:
    """Print what is shown although it is not against a VM."""
    noted = [vm for vm in report.vms if vm.notes]
    if not noted:
        return
    heading(f"Noted on {counted(len(noted), 'VM')}, and not against them", console, style="")
    for vm in noted[:MOST_VMS]:
        for cause, note in vm.notes:
            line = f"{report.display_name(vm)}  {cause}: {note.message}"
            indented(plain(line, "dim"), 2, console)
    more(len(noted) - MOST_VMS, console)


def _print_vm(vm: JudgedVm, report: Report, console: Console) -> None:
    guid = vm.vm.id.subscription or ""
    place = (report.scope.subscriptions.get(guid, guid), vm.vm.id.resource_group)
    facts = (vm.os, vm.power_state, vm.vm.location)
    about = ", ".join(fact for fact in (*place, *facts) if fact)
    console.print()
    console.print(Text.assemble(plain(vm.vm.name, "bold"), "  ", plain(about, "dim")))
    if vm.protection is not None:
        indented(plain(f"backup: {backup_text(vm, report.finished_at)}", "dim"), 2, console)
    for cause in vm.worst_first:
        if cause.verdict >= Verdict.POSSIBLE:
            _print_cause(cause, vm.vm, report.decision.of(vm.vm.id, cause.cause), console)


def _print_cause(
    cause: CauseVerdict, vm: Vm, decided: FindingDecision | None, console: Console
) -> None:
    title = Text.assemble((str(cause.verdict), STYLES[cause.verdict]), f"  {cause.cause}")
    indented(title, 2, console)
    if decided and (decided.change or not decided.counts):
        indented(plain(finding_note(decided), "dim"), 4, console)
    for attributed in cause.findings:
        if attributed.finding.verdict >= Verdict.POSSIBLE:
            _print_finding(attributed, console)
            remediation = None if decided and decided.waiver else fix_finding(attributed, vm)
            if remediation:
                print_first_step(remediation, console)


def _print_finding(attributed: AttributedFinding, console: Console) -> None:
    indented(plain(attributed.finding.message), 4, console)
    evidence = attributed.finding.evidence
    for shown in evidence[:_MOST_EVIDENCE]:
        indented(_evidence_line(shown), 6, console)
    if len(evidence) > _MOST_EVIDENCE:
        indented(Text(f"+{len(evidence) - _MOST_EVIDENCE} more seen", "dim"), 6, console)


def _evidence_line(evidence: Evidence) -> Text:
    """The last word of the path is enough for a person. The JSON report has the whole path."""
    value = evidence.value
    match value:
        case None:
            value = "absent"
        case bool():
            value = str(value).lower()
    path = evidence.path.rpartition(".")[2]
    return plain(f"{evidence.id.name}: {path} = {value}", "dim")


def print_first_step(remediation: Remediation, console: Console) -> None:
    """Print the first step with a command. Scripts and the JSON report have all steps."""
    steps = remediation.fix.steps
    step = next((step for step in steps if step.az and not step.only_where), steps[0])
    condition = remediation.condition(step)
    if step.az and condition:
        indented(plain(f"only if {condition}:", "dim"), 6, console)
    if step.az:
        # A command that is wrapped cannot be pasted.
        console.print(plain(f"      fix: {step.az[0]}", "cyan"), soft_wrap=True)
    else:
        indented(plain(f"fix: {step.says}", "cyan"), 6, console)
    indented(plain(f"risk: {remediation.fix.risk}", "dim"), 6, console)
