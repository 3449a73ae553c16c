"""The report as one page that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Sequence
from importlib import resources
from typing import Any

import msgspec
from jinja2 import Environment
from markupsafe import Markup

from scanner import __version__
from scanner.check import Finding, Verdict
from scanner.engine import CauseVerdict
from scanner.inventory.evidence import Evidence
from scanner.precheck import Readiness
from scanner.report.inert import visible
from scanner.report.remediation import fix_of, fixes, of_root, seen, wanted
from scanner.report.report import WORST_FIRST, Report, VmReport
from scanner.report.roots import Root

_ROOTS = 25
_FILLING = 50
_EVIDENCE = 6


def to_html(report: Report) -> bytes:
    """HTML with style, script and data inside; what others named is text and nothing else."""
    style, script = page_file("page.css"), page_file("page.js")
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page.filters["inert"] = visible
    told = page.from_string(page_file("page.html")).render(
        report=report,
        roots=[(root, of_root(root)) for root in _roots(report)],
        verdicts=WORST_FIRST,
        ready=Counter(vm.readiness for vm in report.vms) if report.is_precheck else None,
        readiness=tuple(Readiness),
        filling=report.filling[:_FILLING],
        subscriptions=_subscriptions(report),
        version=__version__,
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=hashed(style),
        script=Markup(script),  # noqa: S704 - our own file
        script_hash=hashed(script),
        data=Markup(_data(report)),  # noqa: S704 - JSON without a sign of markup
    )
    return told.encode()


def _roots(report: Report) -> Sequence[Root]:
    several = [root for root in report.open_roots if root.vms > 1]
    return (several or report.open_roots)[:_ROOTS]


def page_file(name: str) -> str:
    """What a page is made of: a template, the style or the script."""
    return resources.files(__package__).joinpath("page", name).read_text(encoding="utf-8")


def hashed(text: str) -> str:
    """By which a page says what may run in it, and nothing else."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _subscriptions(report: Report) -> list[tuple[str, int, int]]:
    everything: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for vm in report.vms:
        guid = vm.vm.id.subscription or ""
        everything[guid] += 1
        found[guid] += any(each.verdict >= Verdict.POSSIBLE for each in vm.causes)
    names = report.asked.subscriptions
    return [(names.get(guid, guid), count, found[guid]) for guid, count in everything.items()]


def _data(report: Report) -> str:
    """What the table shows, with each text that many VMs share once."""
    causes = list(report.totals)
    subscriptions = list(dict.fromkeys(vm.vm.id.subscription or "" for vm in report.vms))
    place = {cause: at for at, cause in enumerate(causes)}
    home = {guid: at for at, guid in enumerate(subscriptions)}
    names = report.asked.subscriptions
    page = next(iter(report.edition.documents.values())).url
    document = {
        "causes": causes,
        "verdicts": [str(each) for each in Verdict],
        "remedies": [visible(report.remedy(cause)) for cause in causes],
        "pages": [page for _ in causes],
        "fixes": fixes(),
        "look": ["backupscan scan --vm {id}", "az vm get-instance-view --ids {id}"],
        "subscriptions": [visible(names.get(guid, guid)) for guid in subscriptions],
        "vms": [
            _vm(at, vm, report, place, home[vm.vm.id.subscription or ""])
            for at, vm in enumerate(report.vms)
        ],
    }
    # No text may end the element it stands in.
    return msgspec.json.encode(document).decode().replace("<", "\\u003c").replace("&", "\\u0026")


def _vm(at: int, vm: VmReport, report: Report, place: dict[str, int], home: int) -> dict[str, Any]:
    told = {
        "at": at,
        "id": visible(vm.vm.id.text),
        "name": visible(vm.vm.name),
        "group": visible(vm.vm.id.resource_group or ""),
        "s": home,
        "tags": [visible(f"{key}={value}") for key, value in (vm.vm.tags or {}).items()],
        "place": visible(vm.vm.location or ""),
        "os": vm.os,
        "power": visible(vm.power_state or ""),
        "prot": vm.protection_state,
        "backup": _backup(vm),
        "c": [_cause(vm, each, report, place) for each in vm.worst_first],
    }
    if report.is_precheck:
        told["ready"] = visible(
            ": ".join([str(vm.readiness), *filter(None, [", ".join(vm.against)])])
        )
    if vm.symptoms:
        symptom = vm.symptoms[0]
        why = symptom.text or symptom.title
        told["error"] = visible(f"last backup: {symptom.code or ''} {why}")
    return told


def _backup(vm: VmReport) -> str:
    found = vm.protection
    vault = getattr(found, "vault", None)
    last = getattr(found, "last_success_at", None)
    by = f" by {visible(vault.name)}" if vault else ""
    return f"{vm.protection_state}{by}{f', last success {last:%Y-%m-%d}' if last else ''}"


def _cause(vm: VmReport, each: CauseVerdict, report: Report, place: dict[str, int]) -> list[Any]:
    told: list[Any] = [place[each.cause], int(each.verdict)]
    if each.verdict < Verdict.UNKNOWN:
        return told
    told.append(
        [
            _finding(judged.finding)
            for judged in each.findings
            if judged.finding.verdict >= Verdict.UNKNOWN
        ]
    )
    waiver = report.waived.of(vm.vm, each.cause)
    if waiver:
        told.append(visible(f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"))
    return told


def _finding(one: Finding) -> list[Any]:
    """Message and evidence, and where a fix of the VM is known its place and what fills it in."""
    told: list[Any] = [visible(one.message), [_seen(seen) for seen in one.evidence[:_EVIDENCE]]]
    fix = fix_of(one.rule.cause, one.rule.condition) if one.rule else None
    if fix and one.verdict >= Verdict.POSSIBLE:
        shown = seen(one.evidence)
        fields = {name: visible(shown[name]) for name in wanted(fix) if name in shown}
        told += [fixes().index(fix), fields]
    return told


def _seen(one: Evidence) -> str:
    shown = "absent" if one.value is None else str(one.value)
    return visible(f"{one.id.name}: {one.path} = {shown}")
