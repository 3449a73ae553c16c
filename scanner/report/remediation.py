"""What would mend a finding: steps with commands, filled in and quoted. None is ever run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from scanner.catalogue import fixes_of
from scanner.catalogue.fix import Commands, Fix, Step
from scanner.inventory.armid import ArmId
from scanner.inventory.evidence import Evidence
from scanner.judging.check import Verdict
from scanner.judging.verdict import AttributedFinding
from scanner.report.escape import visible
from scanner.report.report import Report
from scanner.report.roots import Root

_FIELD = re.compile(r"\{(id|name|group|subscription|parent|seen\.\w+)\}")
# PowerShell takes typographic quotes for its own.
_QUOTES = re.compile("(['\u2018\u2019\u201a\u201b])")


class Remediation(Struct, frozen=True):
    """A fix for one resource, its commands filled in."""

    fix: Fix
    target: ArmId
    verdict: Verdict
    """Of what it mends: what is possible only is to be looked at first."""
    vms: int
    """How many VMs it frees."""
    check_again: str
    """The command that shows whether it helped."""

    def before(self, step: Step) -> str:
        """What must hold before the commands of a step are run, in words; empty for nothing."""
        told = [step.only_where] if step.only_where else []
        if self.verdict is Verdict.POSSIBLE:
            told.append("a look at it shows that it is so: it is only possible")
        return ", and ".join(told)


def remediations(report: Report) -> Iterator[Remediation]:
    """What to do, roots that free most VMs first, then VM by VM; waived findings need nothing."""
    for root in report.open_roots:
        if found := of_root(root):
            yield found
    for vm in report.worst_first:
        for stands in vm.causes:
            if stands.verdict >= Verdict.POSSIBLE and not report.waived.of(vm.vm, stands.cause):
                told = (of_finding(judged, vm.vm.id) for judged in stands.findings)
                yield from {each.fix: each for each in told if each}.values()


def of_root(root: Root) -> Remediation | None:
    """What mends the resource behind findings on many VMs."""
    for fix in fixes_of(root.cause):
        if _kind(root.id) in fix.on:
            again = f"backupscan scan --check {fix.cause}"
            filled = _filled(fix, root.id, root.seen)
            return Remediation(filled, root.id, root.verdict, root.vms, again)
    return None


def _kind(root: ArmId) -> str:
    """Its type; a lock on a whole subscription is another thing than one on a group."""
    kind = root.type or ""
    on_all = root.scope is not None and root.scope == root.subscription_id
    return f"microsoft.resources/subscriptions/{kind.rpartition('/')[2]}" if on_all else kind


def of_finding(judged: AttributedFinding, vm: ArmId) -> Remediation | None:
    """What mends a finding on the VM itself; None for one behind which a root stands."""
    finding = judged.finding
    if finding.rule is None or finding.verdict < Verdict.POSSIBLE:
        return None
    fix = fix_of(finding.rule.cause, finding.rule.condition)
    if fix is None:
        return None
    again = f"backupscan scan --vm {shlex.quote(visible(vm.text))} --check {fix.cause}"
    return Remediation(_filled(fix, vm, finding.evidence), vm, finding.verdict, 1, again)


def fix_of(cause: str, condition: str) -> Fix | None:
    """What mends, on the VM itself, what a rule finds."""
    for fix in fixes_of(cause):
        if not fix.on and condition in (fix.conditions or (condition,)):
            return fix
    return None


def seen(evidence: Iterable[Evidence]) -> dict[str, str]:
    """What evidence shows, by the last word of its path, for the fields of commands."""
    shown = ((each.path.rpartition(".")[2], each.value) for each in evidence)
    return {name: str(value) for name, value in shown if value is not None}


@cache
def wanted(fix: Fix) -> frozenset[str]:
    """What the commands of a fix want to be seen."""
    fields = _FIELD.findall(msgspec.json.encode(fix).decode())
    return frozenset(each.removeprefix("seen.") for each in fields if each.startswith("seen."))


def _filled(fix: Fix, target: ArmId, evidence: Iterable[Evidence]) -> Fix:
    values = {
        "id": target.text,
        "name": target.name,
        "group": target.resource_group or "",
        "subscription": target.subscription or "",
        "parent": target.parent.name if target.parent else "",
    }
    values |= {f"seen.{name}": value for name, value in seen(evidence).items()}
    az, powershell = _filling(values, shlex.quote), _filling(values, _quoted)
    steps = [
        replace(each, az=az(each.az), powershell=powershell(each.powershell)) for each in fix.steps
    ]
    return replace(
        fix,
        steps=tuple(steps),
        undo_az=az(fix.undo_az),
        undo_powershell=powershell(fix.undo_powershell),
    )


def _filling(
    values: Mapping[str, str], quote: Callable[[str], str]
) -> Callable[[Commands], Commands]:
    """Fills commands in, each name one word; none of them where one has a field not seen."""

    def fill(commands: Commands) -> Commands:
        if not all(field in values for each in commands for field in _FIELD.findall(each)):
            return ()
        return tuple(
            _FIELD.sub(lambda match: quote(visible(values[match.group(1)])), each)
            for each in commands
        )

    return fill


def _quoted(text: str) -> str:
    return "'" + _QUOTES.sub(r"\1\1", text) + "'"
