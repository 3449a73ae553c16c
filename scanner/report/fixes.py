"""What would mend the findings, as a script to be read: nothing here is ever run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
from msgspec import Struct

from scanner.check import Verdict
from scanner.errors import CatalogueError
from scanner.inventory.armid import ArmId
from scanner.report.inert import visible
from scanner.report.report import Report

_FIELD = re.compile(r"\{(id|name|group|subscription|parent)\}")
# PowerShell takes typographic quotes for its own.
_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")

Quote = Callable[[str], str]


class Fix(Struct, frozen=True, kw_only=True):
    """What mends a cause: commands, what they change, the risk, and the way back."""

    cause: str
    root: str | None = None
    """The kind of resource behind the finding that is changed; None for the VM."""
    says: str
    az: tuple[str, ...]
    powershell: tuple[str, ...]
    changes: str
    risk: str
    undo_az: tuple[str, ...]
    undo_powershell: tuple[str, ...]


class Step(Struct, frozen=True):
    """A fix and the resource it is for, with how many VMs it frees."""

    fix: Fix
    target: ArmId
    vms: int


@cache
def fixes() -> tuple[Fix, ...]:
    """All of them; raises ``CatalogueError``."""
    text = resources.files("scanner.catalogue").joinpath("fixes.toml").read_bytes()
    try:
        found = msgspec.toml.decode(text, type=dict[Literal["fix"], tuple[Fix, ...]])
    except msgspec.MsgspecError as error:
        raise CatalogueError(f"the fixes cannot be read: {error}", "Reinstall") from error
    return found["fix"]


def steps(report: Report) -> Iterator[Step]:
    """What to do, roots that free most VMs first, then VM by VM; waived findings need nothing."""
    by_root = {(each.cause, each.root or ""): each for each in fixes() if each.root}
    for root in report.roots:
        fix = by_root.get((root.cause, root.id.type or ""))
        if fix:
            yield Step(fix, root.id, root.vms)
    by_cause = {each.cause: each for each in fixes() if not each.root}
    for vm in report.worst_first:
        for stands in vm.causes:
            fix = by_cause.get(stands.cause)
            waived = report.waived.of(vm.vm, stands.cause)
            if fix and stands.verdict is Verdict.APPLIES and not waived:
                yield Step(fix, vm.vm.id, 1)


def root_commands(cause: str, root: ArmId) -> list[str]:
    """The az commands that mend a cause by the resource behind it; none for most."""
    those = (fix for fix in fixes() if fix.cause == cause and fix.root and fix.root == root.type)
    return [_filled(command, root, shlex.quote) for fix in those for command in fix.az]


def to_shell(report: Report) -> bytes:
    """A script of az CLI commands for a POSIX shell."""
    head = "#!/bin/sh\nset -eu\n"
    stop = "echo 'Read this script, remove this line, then run it.' >&2; exit 1\n"
    return _script(report, head, stop, shlex.quote, lambda fix: (fix.az, fix.undo_az))


def to_powershell(report: Report) -> bytes:
    """A script of Az PowerShell commands."""
    head = (
        "#Requires -Modules Az.Compute, Az.Network, Az.Resources\n$ErrorActionPreference = 'Stop'\n"
    )
    stop = "throw 'Read this script, remove this line, then run it.'\n"
    return _script(
        report, head, stop, _quoted, lambda fix: (fix.powershell, fix.undo_powershell)
    )  # fmt: skip


def _quoted(text: str) -> str:
    return "'" + _QUOTES.sub(r"\1\1", text) + "'"


def _script(
    report: Report,
    head: str,
    stop: str,
    quote: Quote,
    commands: Callable[[Fix], tuple[Sequence[str], Sequence[str]]],
) -> bytes:
    when = f"{report.started_at:%Y-%m-%d %H:%M}Z, edition {report.edition.id}"
    lines = [f"# What would mend the findings of {when}. Nothing was run.", ""]
    for number, step in enumerate(steps(report), 1):
        do, undo = commands(step.fix)
        lines += [
            f"# {number}. {step.fix.cause}: {visible(step.target.text)}",
            f"#    {step.fix.says}",
            f"#    Frees {step.vms} {'VM' if step.vms == 1 else 'VMs'}. {step.fix.changes}",
            f"#    Risk: {step.fix.risk}",
            *(f"#    Undo: {_filled(each, step.target, quote)}" for each in undo),
            *(["#    Undo: there is no way back by command."] if not undo else []),
            *(_filled(each, step.target, quote) for each in do),
            f"#    Check again: backupscan scan --check {step.fix.cause}",
            "",
        ]
    if len(lines) == 2:
        lines.append("# Nothing that a command mends was found.")
    return (head + stop + "\n".join(lines) + "\n").encode()


def _filled(command: str, target: ArmId, quote: Quote) -> str:
    values = {
        "id": target.text,
        "name": target.name,
        "group": target.resource_group or "",
        "subscription": target.subscription or "",
        "parent": target.parent.name if target.parent else "",
    }
    return _FIELD.sub(lambda match: quote(visible(values[match.group(1)])), command)
