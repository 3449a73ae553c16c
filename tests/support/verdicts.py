"""The verdict of one cause on a VM, in a shape to compare with."""

from scanner.catalogue import load
from scanner.inventory.vm import Vm
from scanner.judging.check import Finding, Verdict
from scanner.judging.engine import judge_vm
from scanner.judging.panel import make_panel
from scanner.judging.plugins import discover
from scanner.judging.verdict import CauseVerdict, cite
from tests.support.facts import SEEN_AT

Seen = tuple[str, str, object]
"""Evidence without its time: name of the resource, path, value."""


def verdict_of(cause: CauseVerdict) -> str:
    """``applies``, ``unknown (denied)``, …"""
    return f"{cause.verdict} ({cause.reason})" if cause.reason else str(cause.verdict)


def verdict(cause: str, edition: str, of: Vm) -> CauseVerdict:
    """How a cause stands on a VM, by the installed checks."""
    catalogue = load()
    checks = [each.check for each in discover(catalogue) if each.check.when == "always"]
    judged = judge_vm(make_panel(checks, catalogue.edition(edition), catalogue), of)
    return next(each for each in judged if each.cause == cause)


def told(stands: CauseVerdict) -> str:
    """``applies``, ``unknown (denied)``, …"""
    return f"{stands.verdict} ({stands.reason})" if stands.reason else str(stands.verdict)


def evidence(finding: Finding) -> list[Seen]:
    assert all(each.seen_at == SEEN_AT for each in finding.evidence)
    return [(each.id.name, each.path, each.value) for each in finding.evidence]


def worst(stands: CauseVerdict) -> Finding:
    """The finding that decides."""
    return stands.findings[0].finding


def cites(stands: CauseVerdict, edition: str) -> bool:
    """Whether what decides names a rule of this edition, cause and verdict, with all its pages."""
    of, finding = load().edition(edition), worst(stands)
    rule = finding.rule
    if rule is None or rule not in of.rules:
        return False
    pages = [of.documents[key] for key in rule.documents]
    said = cite(stands.findings[0], of)
    return (rule.cause, rule.verdict) == (stands.cause, str(stands.verdict)) and all(
        f"{page.title}, {page.date}" in said for page in pages
    )


def is_found(stands: CauseVerdict) -> bool:
    return stands.verdict >= Verdict.POSSIBLE
