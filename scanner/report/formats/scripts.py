"""What would mend the findings, as data and as scripts: to be read first, never run by us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

from scanner.catalogue.fix import Commands, Fix, Step
from scanner.report.escape import visible
from scanner.report.remediation import Remediation, remediations
from scanner.report.report import Report

SCHEMA = "backupscan/fixes/1"


def to_shell(report: Report) -> bytes:
    """A script of az CLI commands for a POSIX shell."""
    head = "#!/bin/sh\nset -eu\n"
    stop = "echo 'Read this script, remove this line, then run it.' >&2; exit 1\n"
    return _script(report, head + stop, lambda step: step.az, lambda fix: fix.undo_az)


def to_powershell(report: Report) -> bytes:
    """A script of Az PowerShell commands."""
    modules = "Az.Accounts, Az.Compute, Az.Network, Az.Resources"
    head = f"#Requires -Modules {modules}\n$ErrorActionPreference = 'Stop'\n"
    stop = "throw 'Read this script, remove this line, then run it.'\n"
    return _script(
        report, head + stop, lambda step: step.powershell, lambda fix: fix.undo_powershell
    )


def to_json(report: Report) -> bytes:
    """Every remediation in its order as JSON: steps, commands, risk, the way back."""
    document = {
        "schema": SCHEMA,
        "edition": report.edition.id,
        "started_at": report.started_at,
        "fixes": [_document(each) for each in remediations(report)],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def _document(each: Remediation) -> dict[str, Any]:
    fix = each.fix
    return {
        "cause": fix.cause,
        "target": each.target.text,
        "verdict": str(each.verdict),
        "vms": each.vms,
        "steps": fix.steps,
        "changes": fix.changes,
        "risk": fix.risk,
        "undo_az": fix.undo_az,
        "undo_powershell": fix.undo_powershell,
        "check_again": each.check_again,
    }


def _script(
    report: Report,
    head: str,
    do: Callable[[Step], Commands],
    undo: Callable[[Fix], Commands],
) -> bytes:
    when = f"{report.started_at:%Y-%m-%d %H:%M}Z, edition {report.edition.id}"
    lines = [f"# What would mend the findings of {when}. Nothing was run.", ""]
    for number, each in enumerate(remediations(report), 1):
        lines += _told(number, each, undo(each.fix))
        for at, step in enumerate(each.fix.steps, 1):
            lines += [f"#    Step {at}. {step.says}", *_commands(each, step, do(step))]
        lines += [f"#    Check again: {each.check_again}", ""]
    if len(lines) == 2:
        lines.append("# Nothing that is known to be mended was found.")
    return (head + "\n".join(lines) + "\n").encode()


def _told(number: int, each: Remediation, undo: Sequence[str]) -> Iterator[str]:
    yield f"# {number}. {each.fix.cause} ({each.verdict}): {visible(each.target.text)}"
    yield f"#    Frees {each.vms} {'VM' if each.vms == 1 else 'VMs'}. {each.fix.changes}"
    yield f"#    Risk: {each.fix.risk}"
    for command in undo:
        yield f"#    Undo: {command}"
    if not undo:
        yield "#    Undo: there is no way back by command."


def _commands(each: Remediation, step: Step, commands: Sequence[str]) -> Iterator[str]:
    """As they stand, or as comments where somebody must look first."""
    before = each.before(step)
    if commands and before:
        yield f"#    Only where {before}:"
    for command in commands:
        yield f"# {command}" if before else command
