"""The verdict of one cause on a VM, in a shape to compare with."""

from functools import cache

from scanner.catalogue import load
from scanner.inventory.vm import Vm
from scanner.judging.check import Finding, Verdict
from scanner.judging.engine import judge_vm
from scanner.judging.panel import Panel, make_panel
from scanner.judging.verdict import CauseVerdict, cite
from tests.support.facts import SEEN_AT
from tests.support.vetted import vetted_checks

Seen = tuple[str, str, object]
"""Evidence without its time: the resource's name, the path, the value."""


def verdict_of(cause: CauseVerdict) -> str:
    """``applies``, ``unknown (denied)``, …"""
    return f"{cause.verdict} ({cause.reason})" if cause.reason else str(cause.verdict)


def judge(cause: str, edition: str, of: Vm) -> CauseVerdict:
    """The verdict of a cause on a VM, by the installed checks."""
    return next(verdict for verdict in judge_vm(_panel(edition), of) if verdict.cause == cause)


@cache
def _panel(edition: str) -> Panel:
    """The installed checks of every scan. To find them takes far longer than to ask them."""
    catalogue = load()
    checks = [check for check in vetted_checks(catalogue) if check.when == "always"]
    return make_panel(checks, catalogue.edition(edition), catalogue)


def shown_of(cause: CauseVerdict) -> tuple[object, ...]:
    """What reports show of a verdict without ``--evidence all``."""
    return cause.cause, cause.verdict, cause.reason, cause.shown, cause.superseded


def evidence(finding: Finding) -> list[Seen]:
    assert all(item.seen_at == SEEN_AT for item in finding.evidence)
    return [(item.id.name, item.path, item.value) for item in finding.evidence]


def worst(judged: CauseVerdict) -> Finding:
    """The finding that decides the verdict."""
    return judged.findings[0].finding


def cites(judged: CauseVerdict, edition: str) -> bool:
    """True if the deciding finding cites a rule of this edition, with all pages of the rule.

    The rule must be of the same cause and verdict.
    """
    of, finding = load().edition(edition), worst(judged)
    rule = finding.rule
    if rule is None or rule not in of.rules:
        return False
    pages = [of.documents[key] for key in rule.documents]
    text = cite(judged.findings[0], of)
    return (rule.cause, rule.verdict) == (judged.cause, str(judged.verdict)) and all(
        f"{page.title}, {page.date}" in text for page in pages
    )


def is_found(judged: CauseVerdict) -> bool:
    return judged.verdict >= Verdict.POSSIBLE
