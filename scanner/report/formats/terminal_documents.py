"""The section of the terminal report on documents: once for each cause that was found."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from scanner.catalogue import Rule
from scanner.inventory.gap import Reason
from scanner.judging.check import Finding, Verdict
from scanner.report.formats.terminal_console import heading, indented, plain
from scanner.report.report import Report


def print_documents(report: Report, console: Console) -> None:
    """Print the rules that decided about the causes that were found, and what to do."""
    findings = [
        attributed.finding
        for vm in report.vms
        for cause in vm.causes
        if cause.verdict >= Verdict.POSSIBLE
        for attributed in cause.findings
    ]
    rules = _rules_by_cause(findings)
    without_rules = _without_rules(report, rules)
    guest_only = {
        finding.gap.fact
        for finding in findings
        if finding.gap and finding.reason is Reason.GUEST_ONLY
    }
    if rules or without_rules:
        heading("What the documents say", console)
    for cause in report.totals:
        members = report.edition.parts(cause)
        for member in members:
            name = member if member == cause else f"{cause}: {member}"
            if member in rules:
                _print_documented(name, member, rules[member], report, console)
            elif member in without_rules and not rules.keys() & set(members):
                _print_documented(name, member, {}, report, console)
            elif member in guest_only:
                indented(Text(name, "bold"), 2, console)
                indented(plain(f"guest-only: {report.causes[member].title}", "dim"), 4, console)


def _rules_by_cause(findings: list[Finding]) -> dict[str, dict[Rule, None]]:
    """The rules behind findings, by cause, in the order of the findings."""
    rules: dict[str, dict[Rule, None]] = {}
    for finding in findings:
        if finding.rule and finding.verdict >= Verdict.POSSIBLE:
            rules.setdefault(finding.rule.cause, {})[finding.rule] = None
    return rules


def _without_rules(report: Report, rules: dict[str, dict[Rule, None]]) -> set[str]:
    """Causes that were found, but by no rule of a document: a plugin judges them."""
    return {
        cause
        for cause, counts in report.totals.items()
        if cause not in rules and (counts[Verdict.POSSIBLE] or counts[Verdict.APPLIES])
    }


def _print_documented(
    name: str, cause: str, rules: dict[Rule, None], report: Report, console: Console
) -> None:
    indented(Text(name, "bold"), 2, console)
    for rule in rules:
        indented(plain(f"{rule.verdict}: {report.edition.cite(rule)}", "dim"), 4, console)
    remedies = [report.remedy(cause, rule) for rule in rules] or [report.remedy(cause)]
    for remedy in dict.fromkeys(remedies):
        indented(plain(f"Do: {remedy}"), 4, console)
