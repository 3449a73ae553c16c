"""Every command that the product prints, with values in place of its fields."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import scanner
from scanner.catalogue import fixes, load, read
from scanner.catalogue.fix import Fix
from scanner.catalogue.guests import guest_families, in_guest
from scanner.report.formats.enabling import to_enabling
from scanner.report.formats.html import to_html
from scanner.report.remediation import for_guest
from tests.support.facts import (
    BACKUPS,
    ITEM,
    NSG,
    SUBSCRIPTION,
    VAULT,
    VM_ID,
    plan,
    policy,
    protection,
)
from tests.support.reports import machine, report

ROOTS = {
    "microsoft.authorization/locks": f"{BACKUPS}/providers/Microsoft.Authorization/locks/keep",
    "microsoft.resources/subscriptions/locks":
        f"{SUBSCRIPTION}/providers/Microsoft.Authorization/locks/keep",
    "microsoft.network/networksecuritygroups/securityrules": f"{NSG}/securityRules/deny",
}  # fmt: skip
_FIELD = re.compile(r"\{([a-z]+(?:\.\w+)?)\}")
_QUOTED = re.compile("`([^`]+)`")
_CMDLET = re.compile(r"[A-Z][a-z]+-Az\w+")


def _filled(text: str, fix: Fix) -> str:
    values = {
        "id": next((ROOTS[kind] for kind in fix.on if kind in ROOTS), VM_ID.text),
        "item.id": ITEM.text,
        "item.vault": VAULT.text,
        "seen.level": "ReadOnly",
    }
    return _FIELD.sub(lambda match: _value(values.get(match.group(1), "value"), text), text)


def _value(value: str, text: str) -> str:
    is_powershell = not text.startswith("az ")
    return f"'{value}'" if is_powershell else shlex.quote(value)


def texts() -> Iterator[str]:
    """What people read of the catalogue: remedies, steps, and the steps of fixes."""
    for cause in load().causes.values():
        yield from cause.remedy.values()
    for edition in load().editions:
        yield from (rule.remedy for rule in edition.rules if rule.remedy)
        for described in read().editions[edition.id].causes.values():
            yield from described.steps
    for fix in fixes():
        yield from (step.says for step in fix.steps)


def quoted_commands() -> Iterator[str]:
    """The commands inside of texts, between backticks."""
    places = {"ITEM-ID": ITEM.text, "VM-ID": VM_ID.text}
    for text in texts():
        for command in _QUOTED.findall(in_guest(text, None)):
            if command.startswith("az ") or _CMDLET.search(command):
                yield re.sub("|".join(places), lambda name: shlex.quote(places[name[0]]), command)


def variants() -> Iterator[Fix]:
    """Every fix, for every family of guests and for a guest that is not known."""
    for fix in fixes():
        for family in (None, *guest_families()):
            yield for_guest(fix, family)


@cache
def az_commands() -> frozenset[str]:
    """Every az command of the catalogue, of messages, of the HTML page, and to turn on backup."""
    found = {command for command in quoted_commands() if command.startswith("az ")}
    for fix in variants():
        steps = (command for step in fix.steps for command in step.az)
        found |= {_filled(command, fix) for command in (*steps, *fix.undo_az)}
    for file in Path(scanner.__file__).parent.rglob("*.py"):
        found.update(re.findall("'(az [a-z][^'{]*)'", file.read_text(encoding="utf-8")))
    page = to_html(report([machine("one")])).decode()
    for command in re.findall(r'"(az [^"]+)"', page):
        found.add(command.replace("{id}", VM_ID.text))
    ready = machine("one", protection=protection("unprotected"), plan=plan(policy()))
    script = to_enabling(report([ready])).decode()
    found |= {line for line in script.splitlines() if line.startswith("az ")}
    return frozenset(found)


def powershell_commands() -> set[str]:
    """Every PowerShell command of the catalogue."""
    found = {command for command in quoted_commands() if not command.startswith("az ")}
    for fix in variants():
        steps = (command for step in fix.steps for command in step.powershell)
        found |= {_filled(command, fix) for command in (*steps, *fix.undo_powershell)}
    return found
