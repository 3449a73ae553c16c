"""How to fix the findings, as JSON and as scripts. Scripts are to be read before they are run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from scanner.catalogue.fix import Commands, Fix, Step
from scanner.catalogue.text import counted, unread_text
from scanner.report.escape import printable
from scanner.report.formats.vm_v1 import gap_v1
from scanner.report.remediation import Remediation, remediations
from scanner.report.report import Report
from scanner.report.text import gap_text, time_text

SCHEMA = "backupscan/fixes/1"


def to_shell(report: Report) -> bytes:
    """A script of az CLI commands for a POSIX shell."""
    head = "#!/bin/sh\nset -eu\n"
    stop = "echo 'Read this script, remove this line, then run it.' >&2; exit 1\n"
    return _script(report, head + stop, SHELLS["az"])


def to_powershell(report: Report) -> bytes:
    """A script of Az PowerShell commands."""
    modules = "Az.Accounts, Az.Compute, Az.Network, Az.RecoveryServices, Az.Resources"
    head = f"#Requires -Modules {modules}\n$ErrorActionPreference = 'Stop'\n"
    stop = "throw 'Read this script, remove this line, then run it.'\n"
    return _script(report, head + stop, SHELLS["powershell"])


def to_json(report: Report) -> bytes:
    """All remediations as JSON: steps, commands, risk, how to undo them; and what was not read."""
    document = {
        "schema": SCHEMA,
        "edition": report.edition.id,
        "started_at": report.started_at,
        "complete": report.complete,
        "gaps": [gap_v1(gap) for gap in report.gaps],
        "fixes": [_remediation_json(remediation) for remediation in remediations(report)],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _remediation_json(remediation: Remediation) -> dict[str, Any]:
    fix = remediation.fix
    return {
        "cause": fix.cause,
        "target": remediation.target.text,
        "verdict": str(remediation.verdict),
        "vms": remediation.vms,
        "steps": fix.steps,
        "changes": fix.changes,
        "risk": fix.risk,
        "undo_az": fix.undo_az,
        "undo_powershell": fix.undo_powershell,
        "check_again": remediation.check_again,
    }


def _script(report: Report, head: str, shell: Shell) -> bytes:
    """A script with the commands of one shell."""
    when = f"{time_text(report.finished_at)}, edition {report.edition.id}"
    lines = [f"# How to fix the findings of {when}. Nothing was run.", *gap_comments(report), ""]
    found = list(remediations(report))
    for number, remediation in enumerate(found, 1):
        lines += remediation_lines(number, remediation, shell)
    if not found:
        lines.append("# No finding has a known fix.")
    return (head + "\n".join(lines) + "\n").encode()


Shell = tuple[Callable[[Step], Commands], Callable[[Fix], Commands]]
"""The commands of a step in one shell, and those that undo a fix."""
SHELLS: Mapping[str, Shell] = {
    "az": (lambda step: step.az, lambda fix: fix.undo_az),
    "powershell": (lambda step: step.powershell, lambda fix: fix.undo_powershell),
}


def remediation_lines(
    number: int, remediation: Remediation, shell: Shell, *, is_asked: bool = False
) -> Iterator[str]:
    """A fix as lines of a script: its commands, each on one line, and the rest as comments.

    ``number`` is that of the fix in a list.

    Commands that need a decision are comments, unless somebody asked for this one fix
    (``is_asked``).
    """
    commands, undo = shell
    yield from _introduction(number, remediation, undo(remediation.fix))
    for at, step in enumerate(remediation.fix.steps, 1):
        yield f"#    Step {at}. {step.says}"
        yield from _commands(remediation, step, commands(step), is_asked=is_asked)
    yield f"#    Check again: {remediation.check_again}"
    yield ""


def gap_comments(report: Report) -> Iterator[str]:
    """What was not read, as comments: what is behind it is missing."""
    if report.gaps:
        yield f"# Incomplete: {unread_text(len(report.gaps))}. More may be missing."
    for gap in report.gaps:
        yield printable(f"#    Not read: {gap_text(gap)}. {gap.remedy}")


def _introduction(number: int, remediation: Remediation, undo: Sequence[str]) -> Iterator[str]:
    """What is fixed, what it changes, the risk, and how to undo it, as comments."""
    fix, vms = remediation.fix, remediation.vms
    yield f"# {number}. {fix.cause} ({remediation.verdict}): {printable(remediation.target.text)}"
    yield f"#    Helps {counted(vms, 'VM')}. {fix.changes}"
    yield f"#    Risk: {fix.risk}"
    for command in undo:
        yield f"#    Undo: {command}"
    if not undo:
        yield "#    Undo: no command undoes it."


def _commands(
    remediation: Remediation, step: Step, commands: Sequence[str], *, is_asked: bool
) -> Iterator[str]:
    """The commands of a step. They are comments if something must be confirmed first."""
    condition = remediation.condition(step)
    if commands and condition:
        yield f"#    Only if {condition}:"
    for command in commands:
        yield f"# {command}" if condition and not is_asked else command
