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
from scanner.catalogue import fixes
from scanner.inventory.evidence import Evidence
from scanner.judging.check import Finding, Verdict
from scanner.judging.judged_vm import WORST_FIRST, JudgedVm
from scanner.judging.readiness import Readiness
from scanner.judging.verdict import CauseVerdict
from scanner.report.escape import visible
from scanner.report.remediation import fix_of, of_root, seen, wanted
from scanner.report.report import Report
from scanner.report.roots import Root
from scanner.report.text import (
    AZURE_COVERS,
    azure_says,
    backup_text,
    blockers,
    extent,
    headline,
    story,
)

_ROOTS = 25
_FILLING = 50
_FAILING = 200
_EVIDENCE = 6


def to_html(report: Report) -> bytes:
    """HTML with style, script and data inside; what others named is text and nothing else."""
    style, script = page_file("page.css"), page_file("page.js")
    page = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page.filters.update(inert=visible, headline=headline, story=story, extent=extent)
    failing = [vm for vm in report.vms if vm.symptoms]
    told = page.from_string(page_file("page.html")).render(
        report=report,
        roots=[(root, of_root(root)) for root in _roots(report)],
        verdicts=WORST_FIRST,
        ready=Counter(vm.readiness for vm in report.vms) if report.is_precheck else None,
        readiness=tuple(Readiness),
        filling=report.filling[:_FILLING],
        azure=AZURE_COVERS if any(vm.azure for vm in report.vms) else None,
        states=Counter(vm.protection_state for vm in report.vms if vm.protection is not None),
        failing=[(vm, symptom) for vm in failing[:_FAILING] for symptom in vm.symptoms],
        failed=len(failing),
        more_failed=max(0, len(failing) - _FAILING),
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


class _Texts:
    """Texts that many VMs share: each stands in the page once, and elsewhere by its place."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def put(self, text: str) -> int:
        """The place of a text, made harmless."""
        return self.places.setdefault(visible(text), len(self.places))


def _data(report: Report) -> str:
    """What the table shows, with each text that many VMs share once."""
    causes = list(report.totals)
    subscriptions = list(dict.fromkeys(vm.vm.id.subscription or "" for vm in report.vms))
    place = {cause: at for at, cause in enumerate(causes)}
    home = {guid: at for at, guid in enumerate(subscriptions)}
    names = report.asked.subscriptions
    page = next(iter(report.edition.documents.values())).url
    texts = _Texts()
    vms = [_vm(vm, report, place, home[vm.vm.id.subscription or ""], texts) for vm in report.vms]
    document = {
        "causes": causes,
        "verdicts": [str(each) for each in Verdict],
        "remedies": [visible(report.remedy(cause)) for cause in causes],
        "pages": [page for _ in causes],
        "fixes": fixes(),
        "look": ["backupscan scan --vm {id}", "az vm get-instance-view --ids {id}"],
        "subscriptions": [visible(names.get(guid, guid)) for guid in subscriptions],
        "texts": list(texts.places),
        "vms": vms,
    }
    # No text may end the element it stands in.
    return msgspec.json.encode(document).decode().replace("<", "\\u003c").replace("&", "\\u0026")


def _vm(
    vm: JudgedVm, report: Report, place: dict[str, int], home: int, texts: _Texts
) -> dict[str, Any]:
    name = vm.vm.name
    told = {
        "above": texts.put(vm.vm.id.text.removesuffix(name)),
        "name": visible(name),
        "group": texts.put(vm.vm.id.resource_group or ""),
        "s": home,
        "tags": [texts.put(f"{key}={value}") for key, value in (vm.vm.tags or {}).items()],
        "place": texts.put(vm.vm.location or ""),
        "os": vm.os,
        "power": texts.put(vm.power_state or ""),
        "prot": str(vm.readiness) if report.is_precheck else vm.protection_state,
        "backup": texts.put(visible(backup_text(vm, report.finished_at))),
        "c": [_cause(vm, each, report, place, texts) for each in vm.worst_first],
    }
    if report.is_precheck:
        ready = ": ".join([str(vm.readiness), *filter(None, [", ".join(blockers(vm, report))])])
        told["ready"] = texts.put(". ".join(filter(None, (ready, azure_says(vm)))))
    if vm.symptoms:
        symptom = vm.symptoms[0]
        why = symptom.text or symptom.title
        told["error"] = texts.put(f"last backup: {symptom.code or ''} {why}")
    return told


def _cause(
    vm: JudgedVm, each: CauseVerdict, report: Report, place: dict[str, int], texts: _Texts
) -> list[Any]:
    told: list[Any] = [place[each.cause], int(each.verdict)]
    if each.verdict < Verdict.UNKNOWN:
        return told
    found = [judged.finding for judged in each.findings]
    told.append([_finding(one, vm, texts) for one in found if one.verdict >= Verdict.UNKNOWN])
    waiver = report.waived.of(vm.vm, each.cause)
    if waiver:
        until = f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
        told.append(texts.put(until))
    return told


def _finding(one: Finding, vm: JudgedVm, texts: _Texts) -> list[Any]:
    """Message and evidence, and where a fix of the VM is known its place and what fills it in."""
    evidence = [texts.put(_seen(each, vm)) for each in one.evidence[:_EVIDENCE]]
    told: list[Any] = [texts.put(one.message), evidence]
    fix = fix_of(one.rule.cause, one.rule.condition) if one.rule else None
    if fix and one.verdict >= Verdict.POSSIBLE:
        shown = seen(one.evidence)
        fields = {name: visible(shown[name]) for name in wanted(fix) if name in shown}
        told += [fixes().index(fix), fields]
    return told


def _seen(one: Evidence, vm: JudgedVm) -> str:
    """Of another resource than the VM itself, its name too."""
    shown = "absent" if one.value is None else str(one.value)
    of = "" if one.id == vm.vm.id else f"{one.id.name}: "
    return f"{of}{one.path} = {shown}"
