"""A VM, a list of VMs, or what was not read, of a report that was written earlier."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import UnsetType
from rich.console import Console
from rich.text import Text

from scanner.catalogue.text import counted
from scanner.inventory.armid import parse_id
from scanner.judging.symptoms import LAST_BACKUP_FAILED
from scanner.report.escape import log_line
from scanner.report.formats.screen_parts import STANDING_STYLES
from scanner.report.formats.shape_v1 import ReportV1, RootV1
from scanner.report.formats.terminal_console import print_wrapped
from scanner.report.formats.terminal_table import Cell, table
from scanner.report.formats.vm_shape_v1 import (
    CauseV1,
    FindingV1,
    ProtectionV1,
    RunningV1,
    SymptomV1,
    VmV1,
)
from scanner.report.saved import causes_of
from scanner.report.standing import Standing
from scanner.report.text import time_text

_STYLES = {"applies": "bold red", "possible": "yellow", "unknown": "magenta"}
_LABEL = 10
"""Columns of the labels at the left."""
_SEE = " See https://"
_SUBSCRIPTION = re.compile(r"/subscriptions/([\w-]{36})(?![\w/-])")
"""The id of a subscription, and of nothing in it."""


def print_vm(vm: VmV1, report: ReportV1, console: Console) -> None:
    """A VM: its backup, the error of the last one, causes with evidence and links."""
    standing = _standing(vm)
    facts = ", ".join(filter(None, (vm.os, vm.power_state, vm.location)))
    tags = {} if isinstance(vm.tags, UnsetType) else vm.tags
    tag_text = " ".join(f"{key}={value}" for key, value in tags.items())
    about = "   ".join(filter(None, (place_text(vm, report), facts, tag_text)))
    console.print(
        Text.assemble((log_line(vm.name), "bold"), f"   {log_line(about)}"), soft_wrap=True
    )
    if standing:
        _labelled(standing, "", console, STANDING_STYLES[standing])
    _labelled("backup", _backup_text(vm.protection), console)
    for symptom in vm.symptoms:
        _labelled("error", _symptom_text(symptom), console)
    for verdict in ("applies", "possible"):
        for cause in _explained_first(vm, verdict):
            _print_cause(cause, console)
    _print_unknown(vm, report, console)
    for verdict in ("clear", "not-applicable"):
        if count := len(causes_of(vm, verdict)):
            _labelled(verdict if verdict == "clear" else "n/a", counted(count, "cause"), console)
    if any(causes_of(vm, verdict) for verdict in ("applies", "possible")):
        _labelled("commands", f"backupscan fix {log_line(vm.name)}", console)


def print_namesakes(others: Sequence[VmV1], report: ReportV1, console: Console) -> None:
    """Name the other VMs of the same name."""
    for vm in others:
        word = _standing(vm)
        text = f"also named so: {place_text(vm, report)}{f', {word}' if word else ''}: {vm.id}"
        console.print(Text(log_line(text), "dim"), soft_wrap=True)


def print_vms(title: str, vms: Sequence[VmV1], report: ReportV1, console: Console) -> None:
    """A line for each VM: name, place, last success, error, causes."""
    have_errors = any(map(_error, vms))
    console.print(Text(f"{title}: {counted(len(vms), 'VM')}", "bold"))
    rows: list[list[Cell]] = [
        [
            (vm.name, _style(vm)),
            (place_text(vm, report), ""),
            (_days_text(vm.protection), ""),
            *([(_error(vm), "")] if have_errors else []),
            (_why(vm), ""),
        ]
        for vm in vms
    ]
    for row in table(rows, console.width, first=range(3, 4 + have_errors)):
        console.print(row, no_wrap=True, overflow="ellipsis")


def print_root(number: int, root: RootV1, console: Console) -> None:
    """The resource that VMs have in common."""
    console.print(Text(log_line(f"{number}  {root.kind}  {root.cause}"), "bold"), soft_wrap=True)
    console.print(Text(log_line(f"   {root.id}")), soft_wrap=True)
    print_wrapped(root.remedy, 3, console)
    console.print(f"   commands: backupscan fix {number}")


def print_unread(report: ReportV1, console: Console) -> None:
    """What was not read with what to do, and the VMs that were not judged for it."""
    console.print(Text(f"not read: {counted(len(report.gaps), 'thing')}", "bold"))
    for gap in report.gaps:
        scope = parse_id(gap.scope)
        guid = (scope.subscription if scope else None) or ""
        name = report.scope.names.get(guid)
        of = f" ({name})" if name else ""
        text = f"  {gap.reason}  {gap.fact.replace('_', ' ')} of {gap.scope}{of}"
        console.print(Text(log_line(text), "magenta"), soft_wrap=True)
        print_wrapped(gap.remedy, 4, console)


def place_text(vm: VmV1, report: ReportV1) -> str:
    """``contoso-prod/RG-SQL``."""
    guid = (vm.subscription_id or "").lower()
    return "/".join(filter(None, (report.scope.names.get(guid, guid), vm.resource_group)))


def _standing(vm: VmV1) -> Standing | None:
    """The word for a VM. None in a report of an older version."""
    return next((word for word in Standing if word == vm.standing), None)


def _style(vm: VmV1) -> str:
    standing = _standing(vm)
    return STANDING_STYLES[standing] if standing else ""


def _labelled(label: str, text: str, console: Console, style: str = "") -> None:
    """A label at the left and text next to it, which may take several lines."""
    print_wrapped(text, 2 + _LABEL, console, label=f"  {label}", style=style)


def _backup_text(protection: ProtectionV1 | None) -> str:
    if protection is None or protection.vault is None:
        return protection.state if protection else "not looked up"
    names = [id_.rpartition("/")[2] for id_ in (protection.vault, protection.policy) if id_]
    last = protection.last_backup_at
    parts = [
        "/".join(names),
        protection.state if protection.state != "protected" else "",
        f"last backup {time_text(last)} {protection.last_status or ''}".rstrip() if last else "",
        _running_text(protection.running) if protection.running else "",
        f"last success {_days_text(protection)}",
        protection.readiness or "",
    ]
    return ", ".join(filter(None, parts))


def _running_text(running: RunningV1) -> str:
    return f"a backup is running{f' since {time_text(running.began)}' if running.began else ''}"


def _days_text(protection: ProtectionV1 | None) -> str:
    if protection is None or protection.state == "unprotected":
        return "-"
    if protection.state == "unknown":
        return "unread"
    days = protection.days_since_success
    if days is not None:
        return f"{days:.1f} d ago"
    # The report says what was not read, and not whether it is this.
    return "none yet or unread" if protection.gaps else "none yet"


def _symptom_text(symptom: SymptomV1) -> str:
    code = symptom.code or symptom.title
    number = f" ({symptom.number})" if symptom.number and code != str(symptom.number) else ""
    when = f"{time_text(symptom.seen_at)} " if symptom.seen_at else ""
    return f"{when}{code}{number}: {symptom.text or symptom.title}"


def _print_cause(cause: CauseV1, console: Console) -> None:
    reason = f" ({cause.reason})" if cause.reason else ""
    _labelled(cause.verdict, f"{cause.cause}{reason}", console, _STYLES[cause.verdict])
    for finding in cause.findings:
        if finding.verdict == cause.verdict:
            _print_finding(finding, console)


def _print_unknown(vm: VmV1, report: ReportV1, console: Console) -> None:
    """What is not known and why. Causes of which the same was not read are one entry."""
    groups: dict[tuple[str | None, str], dict[str, None]] = defaultdict(dict)
    for cause in causes_of(vm, "unknown"):
        messages = [one.message for one in cause.findings if one.verdict == "unknown"]
        # No cause is left out because nothing says why.
        for message in messages or [""]:
            groups[cause.reason, message][cause.cause] = None
    for (reason, message), causes in groups.items():
        text = f"{', '.join(causes)}{f' ({reason})' if reason else ''}"
        _labelled("unknown", text, console, _STYLES["unknown"])
        if message:
            print_wrapped(_short(message, vm, report), 2 + _LABEL, console)


def _short(text: str, vm: VmV1, report: ReportV1) -> str:
    """A text with names in the place of the ids of the VM and of subscriptions."""
    names = report.scope.names
    text = text.replace(vm.id, vm.name)
    return _SUBSCRIPTION.sub(lambda found: names.get(found[1].lower(), found[0]), text)


def _print_finding(finding: FindingV1, console: Console) -> None:
    print_wrapped(finding.message, 2 + _LABEL, console)
    for shown in finding.evidence:
        value = "absent" if shown.value is None else str(shown.value)
        text = f"{shown.id.name}: {shown.path.rpartition('.')[2]} = {value}"
        print_wrapped(text, 4 + _LABEL, console, style="dim")
    remedy, link, address = (finding.remedy or "").partition(_SEE)
    if remedy:
        print_wrapped(f"Do: {remedy}", 2 + _LABEL, console)
    if link:
        # An address that is wrapped cannot be opened.
        text = f"{' ' * (2 + _LABEL)}https://{address}"
        console.print(Text(log_line(text), "dim"), soft_wrap=True)


def _explained_first(vm: VmV1, verdict: str) -> list[CauseV1]:
    """The causes with a verdict: first what explains the failed backup, that it failed last."""
    supported = {
        one.cause
        for symptom in vm.symptoms
        for one in symptom.causes
        if one.standing == "supported"
    }
    found = causes_of(vm, verdict)
    return sorted(
        found, key=lambda one: (one.cause == LAST_BACKUP_FAILED, one.cause not in supported)
    )


def _error(vm: VmV1) -> str:
    """The error of the last backup. Empty if it did not fail."""
    return next((one.code or one.title for one in vm.symptoms), "")


def _why(vm: VmV1) -> str:
    """The causes that were found, or what could not be judged."""
    found = [*_explained_first(vm, "applies"), *_explained_first(vm, "possible")]
    # An error says itself that the last backup failed.
    causes = [one.cause for one in found if not vm.symptoms or one.cause != LAST_BACKUP_FAILED]
    return ", ".join((*causes, *([] if found else _unread(vm.causes))))


def _unread(causes: Iterable[CauseV1]) -> Iterator[str]:
    reasons = Counter(cause.reason for cause in causes if cause.verdict == "unknown")
    for reason, count in reasons.items():
        yield f"{counted(count, 'cause')} {reason}"
